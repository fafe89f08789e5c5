"""Key of the audit trail's chain: random, kept in the gym's state, sealed with the data keys of the key file.

Whoever can write the database and nothing else cannot compute a link: the past cannot be written anew unseen.
It is no data key itself, since those are rotated and retired and a link is never made anew.

Sealed with it is its origin: where the chain began and ended when the key was made. Beyond that every link
and checkpoint has to be keyed, so that nobody goes back to unkeyed ones.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit.trail_head import GENESIS, TrailHead
from gym.security.cipher import KEY_BYTES, Cipher, CipherError, Keyring

NAME: Final = "audit_key"
"""In the settings of the gym's row; not a setting itself."""
READ: Final = f"SELECT settings ->> '{NAME}' FROM gym_state"  # noqa: S608 - a constant
CONTEXT: Final = "audit-chain"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_READ: Final = text(READ)
_KEEP: Final = text(f"""
UPDATE gym_state SET settings = settings || jsonb_build_object('{NAME}', CAST(:sealed AS text))
WHERE settings ->> '{NAME}' IS NOT DISTINCT FROM CAST(:was AS text)
""")  # noqa: S608 - constants

NUMBER_BYTES: Final = 8
HEAD_BYTES: Final = NUMBER_BYTES + len(GENESIS)


@dataclass(frozen=True, slots=True)
class KeyOrigin:
    """The chain as it stood when the key was made: everything in it is of before the key."""

    begin: TrailHead
    """Where it began: after what retention had deleted."""
    head: TrailHead
    """Its last unkeyed link, or where it began."""

    def has(self, number: int, found: bytes) -> bool:
        """Whether an unkeyed link may stand there: the last one stands for those before it."""
        return number < self.head.number or TrailHead(number, found) == self.head

    def packed(self) -> bytes:
        heads = (self.begin, self.head)
        return b"".join(one.number.to_bytes(NUMBER_BYTES, "big") + one.hash for one in heads)

    @classmethod
    def unpacked(cls, packed: bytes) -> KeyOrigin:
        """Raises ValueError."""
        if len(packed) != 2 * HEAD_BYTES:
            raise ValueError("not the origin of a key")
        return cls(_head_of(packed[:HEAD_BYTES]), _head_of(packed[HEAD_BYTES:]))


def _head_of(packed: bytes) -> TrailHead:
    return TrailHead(int.from_bytes(packed[:NUMBER_BYTES], "big"), packed[NUMBER_BYTES:])


@dataclass(frozen=True, slots=True)
class TrailKey:
    """Makes what nobody else can."""

    secret: bytes = field(repr=False)
    origin: KeyOrigin | None = None
    """None where the key was made before origins were kept: the next sealing adds it."""

    def link(self, before: bytes, number: int, digest: bytes, sealed_at: datetime) -> bytes:
        """HMAC-SHA256 of the hash before it, its number, the entry's digest, and the instant of sealing."""
        return self._seal(b"link", before, number, digest, _microseconds(sealed_at))

    def checkpoint(self, number: int, found: bytes) -> bytes:
        """The seal of what retention leaves behind."""
        return self._seal(b"checkpoint", found, number)

    def restored(self, at: datetime) -> bytes:
        """The seal of a restore's instant, in wall time."""
        return self._seal(b"restored", _microseconds(at))

    def _seal(self, purpose: bytes, *parts: bytes | int) -> bytes:
        """Each part has a length of its own, so that none can be taken for its neighbour."""
        plain = (one if isinstance(one, bytes) else one.to_bytes(8, "big", signed=True) for one in parts)
        return hmac.digest(self.secret, purpose + b"".join(plain), "sha256")


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def opened(sealed: str | None, keyring: Keyring) -> TrailKey | None:
    """The key behind what is kept; None where there is none. Raises `CipherError`, ValueError."""
    if sealed is None:
        return None
    plain = Cipher(keyring).decrypt(b64decode(sealed, validate=True), context=CONTEXT)
    secret, origin = plain[:KEY_BYTES], plain[KEY_BYTES:]
    return TrailKey(secret, KeyOrigin.unpacked(origin) if origin else None)


def opened_or_none(sealed: str | None, keyring: Keyring | None) -> TrailKey | None:
    """For verification: a key that does not open cannot have made the links."""
    try:
        return opened(sealed, keyring) if keyring is not None else None
    except (CipherError, ValueError):
        return None


class TrailKeyStore:
    """On a plain session; the caller's transaction."""

    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self.session = session
        self.keyring = keyring

    async def read(self) -> TrailKey | None:
        """The one key of this gym; None before its first use. Raises `CipherError` where it does not open."""
        return opened(await self.session.scalar(_READ), self.keyring)

    async def make(self, origin: KeyOrigin) -> TrailKey:
        """The one key of this gym, made where there is none; one without an origin gets it.

        Raises `CipherError`.
        """
        sealed = await self.session.scalar(_READ)
        before = opened(sealed, self.keyring)
        if before is None or before.origin is None:
            secret = os.urandom(KEY_BYTES) if before is None else before.secret
            await self._keep(TrailKey(secret, origin), sealed)
        found = await self.read()
        assert found is not None, "the gym has no row of its state"
        return found

    async def move(self) -> None:
        """Seal it with the first of the data keys, so that the others are not needed for it."""
        sealed = await self.session.scalar(_READ)
        found = opened(sealed, self.keyring)
        if found is not None and sealed is not None and self._cipher.needs_rotation(b64decode(sealed)):
            await self._keep(found, sealed)

    @property
    def _cipher(self) -> Cipher:
        return Cipher(self.keyring)

    async def _keep(self, key: TrailKey, was: str | None) -> None:
        """Of two at once one wins: the other finds another value than the one it means to replace."""
        plain = key.secret + (b"" if key.origin is None else key.origin.packed())
        sealed = b64encode(self._cipher.encrypt(plain, context=CONTEXT)).decode()
        await self.session.execute(_KEEP, {"sealed": sealed, "was": was})
