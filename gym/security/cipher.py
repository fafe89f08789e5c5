"""Encryption at rest: keyrings of several keys, and AES-256-GCM that binds each blob to its purpose."""

from __future__ import annotations

import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gym.core.errors import GymError
from gym.core.language import N_

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
"""The sizes that NIST SP 800-38D recommends for GCM."""
MAGIC = b"PG"
VERSION = 1
FIXED = len(MAGIC) + 2

_KID = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_URL_SAFE = str.maketrans("+/", "-_")
_PLAIN = str.maketrans("-_", "+/")


class CipherError(GymError):
    """Something encrypted cannot be read."""

    code = "unreadable"
    status = 503
    message = N_("This cannot be opened. Ask whoever runs the gym's computer to check its keys.")


class WrongKey(CipherError):
    """The key that made it is not in the keyring (any more)."""

    code = "wrong_key"
    message = N_("The key that opens this is missing. Ask whoever runs the gym's computer to restore it.")

    def __init__(self, kid: str) -> None:
        super().__init__()
        self.kid = kid


class Tampered(CipherError):
    """The bytes are not what was written: damaged, moved to another purpose, or made with another key."""

    code = "tampered"
    message = N_("What was stored here is damaged. Take it again, or restore it from a backup.")


class KeyringError(ValueError):
    """A keyring's text is not well formed; the sentence never repeats the text."""


class Keyring:
    """Keys by id, in order: the first signs and encrypts, all verify and decrypt."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise KeyringError("needs at least one key")
        for kid, key in keys.items():
            if not _KID.fullmatch(kid):
                raise KeyringError("has a key id that is not 1-32 of letters, digits, _ . -")
            if len(key) != KEY_BYTES:
                raise KeyringError(f"key {kid} is not {KEY_BYTES} bytes")
        self._keys = dict(keys)
        self._names = tuple(keys)

    @classmethod
    def generate(cls) -> Self:
        """One new random key, named by its own fingerprint, so that no two keys ever share an id."""
        key = secrets.token_bytes(KEY_BYTES)
        return cls({_fingerprint(key): key})

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `kid:base64,kid2:…`, or keys without an id as `openssl rand -base64 32` prints them.

        Those are named by their fingerprint, as `generate` does. Raises `KeyringError`, repeating nothing.
        """
        keys: dict[str, bytes] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            kid, key = _read_key(part)
            if kid in keys:
                raise KeyringError("names a key id twice")
            keys[kid] = key
        return cls(keys)

    def text(self) -> str:
        """The form that `parse` reads: secret, for files and encrypted backups only."""
        return ",".join(f"{kid}:{_encode_key(key)}" for kid, key in self._keys.items())

    def spellings(self) -> tuple[str, ...]:
        """Every key in either alphabet of base64: secret, for the log's redaction."""
        bare = [_encode_key(key) for key in self._keys.values()]
        return tuple(dict.fromkeys([*bare, *(text.translate(_PLAIN) for text in bare)]))

    @property
    def first(self) -> str:
        """Id of the key in use."""
        return self._names[0]

    @property
    def ids(self) -> tuple[str, ...]:
        """Every key's id, the one in use first."""
        return self._names

    def get(self, kid: str) -> bytes:
        """The key itself; raises `WrongKey` when it is not here."""
        try:
            return self._keys[kid]
        except KeyError:
            raise WrongKey(kid) from None

    def derive(self, purpose: str, kid: str | None = None) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA256, RFC 5869), of the first key when no id is given."""
        return _derive(self.get(self.first if kid is None else kid), purpose)

    def rotated(self) -> Self:
        """The same keyring with a new key in front."""
        key = secrets.token_bytes(KEY_BYTES)
        return type(self)({_fingerprint(key): key, **self._keys})

    def without(self, kid: str) -> Self:
        """The keyring after a retired key has left."""
        return type(self)({name: key for name, key in self._keys.items() if name != kid})

    def naming(self, ids: Sequence[str]) -> Self:
        """These keys in this order; one that is not here is named all the same, and missed when used."""
        found = type(self)({kid: self._keys[kid] for kid in ids if kid in self._keys} or self._keys)
        found._names = tuple(ids)
        return found

    def joined(self, other: Keyring) -> Self:
        """The same keyring with the keys of another behind its own."""
        return type(self)({**self._keys, **{kid: key for kid, key in other._keys.items() if kid not in self}})

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, kid: object) -> bool:
        return kid in self._keys

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyring) and (self._names, self._keys) == (other._names, other._keys)

    def __hash__(self) -> int:
        return hash((self._names, *self._keys.items()))

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._names)})"


class Cipher:
    """AES-256-GCM under the keyring's first key.

    Blob: magic, version, length and text of the key id, nonce (the header), then ciphertext and tag.
    The header and the context, such as `thumbnail:<client id>`, are associated data: a blob opens only for
    the purpose and the subject it was made for.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def encrypt(self, plain: bytes, *, context: str) -> bytes:
        kid = self._keyring.first
        name = kid.encode()
        header = MAGIC + bytes((VERSION, len(name))) + name + os.urandom(NONCE_BYTES)
        sealed = self._gcm(kid).encrypt(header[-NONCE_BYTES:], plain, header + context.encode())
        return header + sealed

    def decrypt(self, blob: bytes, *, context: str) -> bytes:
        """The plain bytes; raises `WrongKey` when the key is not in the keyring, else `Tampered`."""
        kid, header = _header(blob)
        gcm = self._gcm(kid)
        try:
            return gcm.decrypt(header[-NONCE_BYTES:], blob[len(header) :], header + context.encode())
        except InvalidTag:
            raise Tampered from None

    def kid_of(self, blob: bytes) -> str:
        """Id of the key a blob was made with, as its header says; raises `Tampered` on anything else."""
        return _header(blob)[0]

    def needs_rotation(self, blob: bytes) -> bool:
        """Whether another key than the first made it."""
        return self.kid_of(blob) != self._keyring.first

    def _gcm(self, kid: str) -> AESGCM:
        return AESGCM(self._keyring.derive("cipher", kid))


def _header(blob: bytes) -> tuple[str, bytes]:
    """Key id and header bytes; the header says its own length, so context can follow it unambiguously."""
    if len(blob) < FIXED or blob[:2] != MAGIC or blob[2] != VERSION:
        raise Tampered
    end = FIXED + blob[3]
    name = blob[FIXED:end]
    if len(blob) < end + NONCE_BYTES + TAG_BYTES or not name.isascii():
        raise Tampered
    return name.decode("ascii"), blob[: end + NONCE_BYTES]


@lru_cache(maxsize=256)
def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"powergym:{purpose}".encode()).derive(key)


def _fingerprint(key: bytes) -> str:
    return f"k{sha256(b'powergym key id' + key).hexdigest()[:8]}"


def _encode_key(key: bytes) -> str:
    return urlsafe_b64encode(key).rstrip(b"=").decode()


def _read_key(part: str) -> tuple[str, bytes]:
    kid, colon, encoded = part.partition(":")
    if colon:
        return kid, _decode_key(encoded)
    key = _decode_key(part)
    if len(key) != KEY_BYTES:
        raise KeyringError(
            "is not of the form kid:base64,kid2:base64; `python -m gym keys new` prints such keys"
        )
    return _fingerprint(key), key


def _decode_key(text: str) -> bytes:
    """Either alphabet of base64 (RFC 4648, sections 4 and 5), with or without padding."""
    bare = text.strip().rstrip("=").translate(_URL_SAFE)
    if not re.fullmatch(r"[A-Za-z0-9_-]*", bare):
        raise KeyringError("has a key that is not base64")
    try:
        return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
    except ValueError:
        raise KeyringError("has a key that is not base64") from None
