"""The gym's secrets: keys from the environment, or a file made at first start that only its owner reads."""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets as random
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gym.core.config import ConfigError
from gym.security.cipher import KEY_BYTES, Keyring

FILE = "secrets.env"
NAMES = ("JWT_KEYS", "DATA_KEYS")
KID = re.compile(r"[A-Za-z0-9_.-]{1,32}")


@dataclass(frozen=True)
class Secrets:
    """Keys for tokens and links (`jwt`), and for faces and pictures (`data`). Never printed."""

    jwt: Keyring
    data: Keyring


def load_secrets(home: Path, jwt_keys: str | None, data_keys: str | None) -> Secrets:
    """Keys of the environment where given, else of `home/secrets.env`, which is made when it is missing.

    Raises `ConfigError` with one line naming the variable.
    """
    stored = _stored(home) if jwt_keys is None or data_keys is None else {}
    return Secrets(
        jwt=parse_keyring("JWT_KEYS", jwt_keys or stored.get("JWT_KEYS", "")),
        data=parse_keyring("DATA_KEYS", data_keys or stored.get("DATA_KEYS", "")),
    )


def parse_keyring(name: str, text: str) -> Keyring:
    """`kid:base64url,kid2:base64url`; the first encrypts."""
    keys: dict[str, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        kid, _, encoded = part.partition(":")
        key = _decode(encoded)
        if not KID.fullmatch(kid) or key is None or kid in keys:
            raise ConfigError(f"{name}: write kid:key pairs, each key {KEY_BYTES} bytes in base64url")
        keys[kid] = key
    if not keys:
        raise ConfigError(f"{name}: holds no key")
    return Keyring(keys)


def _decode(encoded: str) -> bytes | None:
    try:
        key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


def _stored(home: Path) -> dict[str, str]:
    path = home / FILE
    if not path.exists():
        _make(home, path)
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _make(home: Path, path: Path) -> None:
    """Written aside and linked into place: of two processes that start at once, one file wins for both."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = [f"{name}=k1:{random.token_urlsafe(KEY_BYTES)}" for name in NAMES]
    descriptor, draft = tempfile.mkstemp(prefix=".secrets-", dir=home)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first
    finally:
        os.unlink(draft)
