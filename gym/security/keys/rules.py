"""Rules of keys beyond their 32 bytes: not guessable, and each used for one purpose only."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from gym.core.config import ConfigError
from gym.security.cipher import Keyring

FEWEST_VALUES: Final = 20
"""Different bytes among 32: random ones have 30 on average and fewer than 20 in one of seven thousand
million keys. One byte or word again and again and 16 bytes written twice have fewer."""
JWT_KEYS: Final = "JWT_KEYS"
DATA_KEYS: Final = "DATA_KEYS"
_REPLACE: Final = {
    JWT_KEYS: "put one of `python -m gym keys new` in its place",
    DATA_KEYS: "put one of `python -m gym keys new` in front, then run `python -m gym keys rotate`",
}


def require_useful(jwt: Keyring, data: Keyring) -> None:
    """Raises `ConfigError`, one line that names the variable and never a key.

    Every JWT key is judged, as each of them opens the gym by itself. Of the data keys only the one in use:
    the others must go on opening what was made with them until `gym keys rotate` has moved it.
    """
    for kid in jwt:
        _require_random(JWT_KEYS, jwt, kid)
        _require_once(JWT_KEYS, jwt, kid)
    _require_random(DATA_KEYS, data, data.first)
    _require_once(DATA_KEYS, data, data.first)
    shared = {data.get(kid): kid for kid in data}
    for kid in jwt:
        if jwt.get(kid) in shared:
            same = shared[jwt.get(kid)]
            raise ConfigError(f"{JWT_KEYS}: key {kid} is also key {same} of DATA_KEYS; {_REPLACE[JWT_KEYS]}")


def is_random(key: bytes) -> bool:
    """Whether a key can have come from a random source: no pattern, no count, no text."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    is_text = all(0x20 <= one < 0x7F for one in key)
    return len(set(key)) >= FEWEST_VALUES and len(steps) > 2 and not is_text


def _require_random(name: str, keyring: Keyring, kid: str) -> None:
    if not is_random(keyring.get(kid)):
        raise ConfigError(f"{name}: key {kid} can be guessed, it is not random; {_REPLACE[name]}")


def _require_once(name: str, keyring: Keyring, kid: str) -> None:
    twin = next((one for one in keyring if one != kid and keyring.get(one) == keyring.get(kid)), None)
    if twin is not None:
        raise ConfigError(f"{name}: {kid} and {twin} are the same key; {_REPLACE[name]}")
