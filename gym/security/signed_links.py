"""One-time tokens and their digests; signed QR payloads and paths, verified without a table."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
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
"""96 bits, shortened so that a QR's payload (47 characters) fits Telegram's 64 after `start=`."""
PATH_MAC_BYTES: Final = 16
LONGEST: Final = 512
"""A whole `https://t.me/…` link is far shorter."""

_BODY: Final = struct.Struct("!16sIH")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")


class QrInvalid(Invalid):
    """Not a member QR of this gym, or a printed card that was revoked."""

    code = "qr_invalid"
    message = N_("This QR is not valid here. Show a fresh one from your chat, or type your document.")


class CardRevoked(QrInvalid):
    """A printed card of this gym that is not the client's any more; the API's code is the same."""

    message = N_("This card was replaced or revoked. Type your document, or ask at the desk.")


class QrExpired(Invalid):
    """A member QR lives for a minute."""

    code = "qr_expired"
    message = N_("This QR has run out. Draw a new one in your chat and show it again.")


@dataclass(frozen=True, slots=True)
class MemberQr:
    """Whose QR it is; `card_serial` is 0 for one drawn in chat."""

    client_id: UUID
    card_serial: int


class SignedLinks:
    """Signs and digests with keys derived from the token keyring."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def new_token(self, prefix: str) -> str:
        """A one-letter prefix that says what the link is for, and 144 random bits."""
        return prefix + random.token_urlsafe(18)

    def digest(self, token: str) -> bytes:
        """What is kept of a token: useless without the key."""
        return self._mac("digest", _utf8(token))

    def digests(self, token: str) -> tuple[bytes, ...]:
        """The digest under each key, newest first: to look up what was kept before a rotation."""
        return tuple(self._mac("digest", _utf8(token), kid) for kid in self.keyring)

    def sign_member_qr(self, client_id: UUID, expires_at: datetime | None, card_serial: int = 0) -> str:
        """The payload of `t.me/<bot>?start=…`: client, expiry, serial and HMAC in 47 characters.

        A printed card has no expiry and must have a serial, or it could never be revoked.
        """
        if expires_at is None and not card_serial:
            raise ValueError("a code without expiry needs a card serial")
        until = int(expires_at.timestamp()) if expires_at else 0
        body = _BODY.pack(client_id.bytes, until, card_serial)
        return MEMBER_QR + _text(body + self._mac("member-qr", body)[:MAC_BYTES])

    def read_member_qr(self, text: str, at: datetime) -> MemberQr:
        """Judge a payload, or the whole link around it, at the moment it was shown.

        Raises `QrInvalid` and `QrExpired`.
        """
        raw = _payload(text)
        if raw is None or len(raw) != _BODY.size + MAC_BYTES:
            raise QrInvalid
        body, mac = raw[: _BODY.size], raw[_BODY.size :]
        if not self._is_signed("member-qr", body, mac):
            raise QrInvalid
        client, until, serial = _BODY.unpack(body)
        if until and at > datetime.fromtimestamp(until, UTC):
            raise QrExpired
        return MemberQr(UUID(bytes=client), serial)

    def sign_path(self, path: str, expires_at: datetime) -> str:
        """A path that opens without a token until it expires, such as a photo's."""
        until = int(expires_at.timestamp())
        mac = self._mac("path", _path_message(path, until))[:PATH_MAC_BYTES]
        return f"{path}?until={until}&mac={_text(mac)}"

    def path_is_signed(self, path: str, until: str, mac: str, now: datetime) -> bool:
        """True while the signature of `sign_path` holds."""
        given = _bytes(mac)
        if given is None or len(given) != PATH_MAC_BYTES or not re.fullmatch(r"[0-9]{1,12}", until):
            return False
        return self._is_signed("path", _path_message(path, int(until)), given) and (
            now.timestamp() <= int(until)
        )

    def _is_signed(self, purpose: str, message: bytes, mac: bytes) -> bool:
        """Whether any key of the keyring made this (shortened) HMAC."""
        made = (self._mac(purpose, message, kid)[: len(mac)] for kid in self.keyring)
        return any(hmac.compare_digest(mac, one) for one in made)

    def _mac(self, purpose: str, message: bytes, kid: str | None = None) -> bytes:
        return hmac.new(self.keyring.derive(purpose, kid), message, hashlib.sha256).digest()


def _payload(text: str) -> bytes | None:
    payload = text.rpartition("start=")[2] if len(text) <= LONGEST else ""
    return _bytes(payload[1:]) if payload.startswith(MEMBER_QR) else None


def _path_message(path: str, until: int) -> bytes:
    return _utf8(f"{path}:{until}")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes | None:
    """Base64url in its one canonical form: what differs in a single character is never the same code."""
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return raw if _text(raw) == text else None


def _utf8(text: str) -> bytes:
    """Whatever a stranger sends, broken surrogates too."""
    return text.encode("utf-8", "surrogatepass")
