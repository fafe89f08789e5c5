"""Links and QR payloads: one-time tokens kept as digests, and signed payloads that need no table."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets as random
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.security.cipher import Keyring

MEMBER_QR: Final = "q"
MAC_BYTES: Final = 12
_BODY: Final = struct.Struct("!16sIH")


class QrInvalid(Invalid):
    """Not a member QR of this gym, or a printed card that was revoked."""

    code = "qr_invalid"
    message = N_("This QR is not valid here. Show a fresh one from your chat, or type your document.")


class QrExpired(Invalid):
    """A member QR lives for a minute."""

    code = "qr_expired"
    message = N_("This QR has run out. Draw a new one in your chat and show it again.")


@dataclass(frozen=True, slots=True)
class MemberQr:
    """Whose QR it is; `card_serial` is 0 for one drawn in chat."""

    client_id: UUID
    card_serial: int


class Links:
    """Signs and digests with keys derived from the token keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def new_token(self, prefix: str) -> str:
        """A one-letter prefix that says what the link is for, and 144 random bits."""
        return prefix + random.token_urlsafe(18)

    def digest(self, token: str) -> bytes:
        """What is kept of a token: useless without the key."""
        return self._mac("digest", token.encode())

    def sign_member_qr(self, client_id: UUID, expires_at: datetime | None, card_serial: int = 0) -> str:
        """The payload of `t.me/<bot>?start=…`: client, expiry and HMAC in 46 characters."""
        until = int(expires_at.timestamp()) if expires_at else 0
        body = _BODY.pack(client_id.bytes, until, card_serial)
        return MEMBER_QR + _text(body + self._mac("member-qr", body)[:MAC_BYTES])

    def read_member_qr(self, text: str, at: datetime) -> MemberQr:
        """Judge a payload, or the whole link around it, at the moment it was shown.

        Raises `QrInvalid` and `QrExpired`.
        """
        raw = _bytes(text.rpartition("start=")[2].removeprefix(MEMBER_QR))
        if raw is None or len(raw) != _BODY.size + MAC_BYTES:
            raise QrInvalid
        body, mac = raw[: _BODY.size], raw[_BODY.size :]
        wanted = (self._mac("member-qr", body, kid)[:MAC_BYTES] for kid in self.keyring)
        if not any(hmac.compare_digest(mac, one) for one in wanted):
            raise QrInvalid
        client, until, serial = _BODY.unpack(body)
        if until and at > datetime.fromtimestamp(until, UTC):
            raise QrExpired
        return MemberQr(UUID(bytes=client), serial)

    def sign_path(self, path: str, expires_at: datetime) -> str:
        """A path that opens without a token until it expires, such as a photo's."""
        until = int(expires_at.timestamp())
        return f"{path}?until={until}&mac={_text(self._path_mac(path, until))}"

    def path_is_signed(self, path: str, until: str, mac: str, now: datetime) -> bool:
        """True while the signature of `sign_path` holds."""
        given = _bytes(mac)
        if given is None or not until.isdecimal() or len(until) > 12:
            return False
        return hmac.compare_digest(given, self._path_mac(path, int(until))) and now.timestamp() <= int(until)

    def _path_mac(self, path: str, until: int) -> bytes:
        return self._mac("path", f"{path}:{until}".encode())[:16]

    def _mac(self, purpose: str, message: bytes, kid: str | None = None) -> bytes:
        return hmac.new(self.keyring.derive(purpose, kid), message, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    if len(text) > 128:
        return None
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
