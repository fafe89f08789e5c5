"""The keyring, and pictures encrypted for one purpose: AES-256-GCM with the context as associated data."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC: Final = b"PG1"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class CipherError(Exception):
    """A blob that cannot be opened."""


class WrongKey(CipherError):
    """Encrypted under a key that is not in the keyring."""


class Tampered(CipherError):
    """Changed, cut short, or encrypted for another context."""


@dataclass(frozen=True)
class Keyring:
    """Keys by id, in order: the first encrypts and signs, all decrypt and verify."""

    keys: dict[str, bytes] = field(repr=False)

    @property
    def first(self) -> str:
        """The id of the key that encrypts."""
        return next(iter(self.keys))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self.keys)

    def get(self, kid: str) -> bytes:
        """Raises `WrongKey`."""
        try:
            return self.keys[kid]
        except KeyError:
            raise WrongKey(kid) from None

    def derive(self, purpose: str, kid: str | None = None) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA256), so that no key serves two."""
        name = kid or self.first
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"powergym:{purpose}".encode()).derive(
            self.get(name)
        )


class Cipher:
    """Encrypts bytes for a context such as `thumbnail:<client id>`; opens them for no other."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def encrypt(self, plain: bytes, *, context: str) -> bytes:
        """Header (magic, key id, nonce) and ciphertext; header and context are authenticated."""
        kid = self.keyring.first.encode()
        nonce = os.urandom(NONCE_BYTES)
        header = MAGIC + bytes([len(kid)]) + kid
        sealed = self._gcm(kid.decode()).encrypt(nonce, plain, header + context.encode())
        return header + nonce + sealed

    def decrypt(self, blob: bytes, *, context: str) -> bytes:
        """The plain bytes. Raises `WrongKey` and `Tampered`."""
        kid, header, nonce, sealed = _split(blob)
        try:
            return self._gcm(kid).decrypt(nonce, sealed, header + context.encode())
        except InvalidTag:
            raise Tampered from None

    def needs_rotation(self, blob: bytes) -> bool:
        """True when another key than the first encrypted it."""
        return kid_of(blob) != self.keyring.first

    def _gcm(self, kid: str) -> AESGCM:
        return AESGCM(self.keyring.derive("pictures", kid))


def kid_of(blob: bytes) -> str:
    """The id of the key that a blob was encrypted with. Raises `Tampered`."""
    return _split(blob)[0]


def _split(blob: bytes) -> tuple[str, bytes, bytes, bytes]:
    start = len(MAGIC) + 1
    if not blob.startswith(MAGIC) or len(blob) < start:
        raise Tampered
    end = start + blob[len(MAGIC)]
    nonce_end = end + NONCE_BYTES
    if len(blob) < nonce_end + 16:
        raise Tampered
    kid = blob[start:end].decode("ascii", errors="replace")
    return kid, blob[:end], blob[end:nonce_end], blob[nonce_end:]
