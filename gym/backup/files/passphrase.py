"""The pass-phrase: generated, typed back, and stretched by Argon2id into the key that wraps file keys."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from gym.backup.errors import PassphraseWrong

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: nothing in it is read as another sign of it. 5 bits each."""
GROUPS, IN_GROUP = 4, 4
"""16 signs are 80 bits: at a million guesses a second, which Argon2id does not allow, 38 thousand million
years. Four groups of four are what people copy from paper without a slip."""
SALT_BYTES: Final = 16
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + 16
PASSES, LANES, MEMORY_KIB = 3, 4, 64 * 1024
"""RFC 9106, section 4, second recommended option: 64 MiB, about a tenth of a second, also on a small box."""
_PURPOSE: Final = b"powergym:backup-file-key"
_ONE_AT_A_TIME: Final = threading.Lock()
"""Of a process: two derivations with several lanes at once wait for each other for ever in OpenSSL's thread
pool (cryptography 50, tried with 2 and 4 threads; one thread after the other takes 0.1 s each)."""
_DASHES: Final = "-–—_"
_READ_AS: Final = str.maketrans("OIL", "011")


def new_passphrase() -> str:
    """`7KQP-X2MN-4RTV-9HJC`: shown once, kept nowhere."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(IN_GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def normalised(text: str) -> str:
    """Without what people change when they copy: case, spaces, dashes, O for 0, I and L for 1."""
    kept = "".join(sign for sign in text.upper() if not sign.isspace() and sign not in _DASHES)
    return kept.translate(_READ_AS)


@dataclass(frozen=True, slots=True)
class BackupKey:
    """A stretched pass-phrase with its salt. It wraps a random key for each file; the phrase is not in it."""

    salt: bytes
    secret: bytes = field(repr=False)

    @classmethod
    def stretched(cls, passphrase: str, salt: bytes | None = None) -> Self:
        """Takes a tenth of a second and 64 MiB: call it in a thread."""
        salt = salt or os.urandom(SALT_BYTES)
        kdf = Argon2id(salt=salt, length=KEY_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
        with _ONE_AT_A_TIME:
            return cls(salt, kdf.derive(normalised(passphrase).encode()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `text` wrote. Raises ValueError."""
        salt, secret = (b64decode(part, validate=True) for part in text.split(":"))
        if (len(salt), len(secret)) != (SALT_BYTES, KEY_BYTES):
            raise ValueError("is not a backup key")
        return cls(salt, secret)

    def text(self) -> str:
        """For `secrets.env` only."""
        return f"{b64encode(self.salt).decode()}:{b64encode(self.secret).decode()}"

    def wrap(self, file_key: bytes) -> bytes:
        """A file's key, sealed: nonce, ciphertext and tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, file_key, _PURPOSE + self.salt)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Raises `PassphraseWrong`."""
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return AESGCM(self.secret).decrypt(nonce, sealed, _PURPOSE + self.salt)
        except InvalidTag:
            raise PassphraseWrong from None

    def seal_of(self, text: bytes) -> str:
        """A keyed digest of what travels beside the file, so that nobody else can have written it."""
        return hmac.new(sha256(b"powergym:manifest" + self.secret).digest(), text, sha256).hexdigest()
