"""Register of data keys: the keys that rows of a database may carry, each proved by a sealed canary.

It stands beside the settings, in the row that every transaction reads first: so a process learns of a new key
before it meets anything made with it, and a process that was started with other keys is told so at once.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import cast as sql_cast
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.config import ConfigError
from gym.security.cipher import Cipher, Keyring, Tampered
from gym.settings.models import GymState

NAME: Final = "data_keys"
"""In the row's settings; not a setting itself."""
CANARY: Final = b"PowerGym"


def registered(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids in the register, the key in use first; none in a database that was never opened with keys."""
    return tuple(entry["id"] for entry in _entries(settings))


def require_keys(settings: Mapping[str, Any], keyring: Keyring) -> None:
    """Raises `ConfigError`, one line, when a registered key is not in the keyring or is another one."""
    for entry in _entries(settings):
        require_key(keyring, entry["id"], b64decode(entry["canary"]), _context(entry["id"]))


def require_key(keyring: Keyring, kid: str, sealed: bytes | None, context: str) -> None:
    """One key, tried on something that was sealed with it. Raises `ConfigError`."""
    if kid not in keyring:
        raise ConfigError(
            f"DATA_KEYS: the key {kid} is missing, and faces of this gym are kept with it; "
            "put it back from a copy of secrets.env or from a backup"
        )
    try:
        if sealed is not None:
            Cipher(keyring).decrypt(sealed, context=context)
    except Tampered:
        raise ConfigError(
            f"DATA_KEYS: {kid} is not the key of that name this gym was made with; put the right one back"
        ) from None


class KeyRegister:
    """Reads and writes it, on a plain session; the row is locked until the transaction ends."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def read(self) -> tuple[str, ...]:
        """The ids as they stand now."""
        return registered(await self.session.scalar(select(GymState.settings)) or {})

    async def lock(self) -> Mapping[str, Any]:
        """The row's settings, which nobody else changes meanwhile."""
        return await self.session.scalar(select(GymState.settings).with_for_update()) or {}

    async def write(self, keyring: Keyring, ids: Sequence[str]) -> None:
        """Let these be the keys of this database, the one in use first."""
        entries = [{"id": kid, "canary": _canary(keyring, kid)} for kid in ids]
        named = GymState.settings.op("||")(sql_cast({NAME: entries}, JSONB))
        await self.session.execute(update(GymState).values(settings=named))


def _entries(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    return cast("list[dict[str, str]]", settings.get(NAME, []))


def _canary(keyring: Keyring, kid: str) -> str:
    sealed = Cipher(keyring.naming([kid])).encrypt(CANARY, context=_context(kid))
    return b64encode(sealed).decode()


def _context(kid: str) -> str:
    return f"canary:{kid}"
