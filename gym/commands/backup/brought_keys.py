"""The keys that a backup brings: joined with those that are here, so that either gym opens."""

from __future__ import annotations

from pydantic import SecretStr

from gym.backup.errors import KeysApart
from gym.backup.files.archive import Preface
from gym.core.config import Config
from gym.security.cipher import Keyring
from gym.security.keys.rules import DATA_KEYS, JWT_KEYS
from gym.security.keys.secrets import Secrets, keep_values, kept_value


def keys_of(config: Config, preface: Preface) -> Secrets:
    """The backup's keys in front, those that are here behind them. Raises `KeysApart`."""
    return Secrets(
        _joined(config, JWT_KEYS, config.jwt_keys, preface.jwt_keys),
        _joined(config, DATA_KEYS, config.data_keys, preface.data_keys),
    )


def _joined(config: Config, name: str, secret: SecretStr | None, brought: str) -> Keyring:
    ring, given = Keyring.parse(brought), secret.get_secret_value() if secret else None
    here = given or kept_value(config.powergym_home, name)
    there = Keyring.parse(here) if here else ring
    for kid in ring:
        if (kid not in there and given) or (kid in there and there.get(kid) != ring.get(kid)):
            raise KeysApart(name, kid)
    return there if given else ring.joined(there)


def keep_keys(config: Config, secrets: Secrets) -> None:
    """Those that the environment does not give."""
    kept = {
        **({} if config.jwt_keys else {JWT_KEYS: secrets.jwt.text()}),
        **({} if config.data_keys else {DATA_KEYS: secrets.data.text()}),
    }
    if kept:
        keep_values(config.powergym_home, kept)
