"""The gym's own keys: from the environment, else from `secrets.env`, which the first start makes."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gym.core.config import Config, ConfigError
from gym.security.cipher import Keyring, KeyringError
from gym.security.keys.rules import DATA_KEYS, JWT_KEYS, require_useful

FILE_NAME = "secrets.env"

_HEADING = (
    "# PowerGym's keys, made at the first start. Keep this file secret and keep a copy of it:\n"
    "# without DATA_KEYS no stored face or picture can be read again. First key in use, all valid.\n"
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys for tokens and links, and keys for data at rest; a keyring's repr shows ids only."""

    jwt: Keyring
    data: Keyring

    def texts(self) -> tuple[str, ...]:
        """Every key as it may be written, for the log's redaction."""
        return (*self.jwt.spellings(), *self.data.spellings())


def secrets_of(config: Config) -> Secrets:
    """The keys that the configuration gives or leads to. Raises `ConfigError`, one line."""
    return load_secrets(
        config.powergym_home,
        config.jwt_keys.get_secret_value() if config.jwt_keys else None,
        config.data_keys.get_secret_value() if config.data_keys else None,
    )


def load_secrets(home: Path, jwt_keys: str | None = None, data_keys: str | None = None) -> Secrets:
    """Keys given by the environment win; the others stand in `home/secrets.env`, made if it is not there.

    Raises `ConfigError`, one line that names the variable: also for keys that protect nothing. A variable
    missing from an existing file is an error and not a reason to make a new key: with a new data key all
    stored faces would be lost in silence.
    """
    given = {name: text for name, text in ((JWT_KEYS, jwt_keys), (DATA_KEYS, data_keys)) if text}
    missing = [name for name in (JWT_KEYS, DATA_KEYS) if name not in given]
    stored = _read_or_make(home, missing) if missing else {}
    jwt, data = (_keyring(name, given, stored, home) for name in (JWT_KEYS, DATA_KEYS))
    require_useful(jwt, data)
    return Secrets(jwt, data)


def save_secrets(home: Path, secrets: Secrets) -> None:
    """Replace `home/secrets.env` in one step, after a rotation or a restore."""
    path = home / FILE_NAME
    try:
        temporary = _write_aside(home, {JWT_KEYS: secrets.jwt.text(), DATA_KEYS: secrets.data.text()})
        temporary.replace(path)
        _sync_folder(home)
    except OSError as error:
        raise _unusable(path, error) from None


def keep_data_keys(home: Path, keyring: Keyring) -> None:
    """Replace the data keys of `home/secrets.env` in one step; whatever else stands in it stays."""
    keep_values(home, {DATA_KEYS: keyring.text()})


def keep_values(home: Path, values: Mapping[str, str]) -> None:
    """Put values into `home/secrets.env` in one step; the others stay. Raises `ConfigError`."""
    path = home / FILE_NAME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _parse(path) if path.exists() else {}
        _write_aside(home, {**kept, **values}).replace(path)
        _sync_folder(home)
    except OSError as error:
        raise _unusable(path, error) from None


def kept_value(home: Path, name: str) -> str | None:
    """A value of `home/secrets.env`; None without it or without the file. Raises `ConfigError`."""
    path = home / FILE_NAME
    try:
        return _parse(path).get(name) if path.exists() else None
    except UnicodeDecodeError:
        raise ConfigError(f"POWERGYM_HOME: {path} is not text; put it back from a copy") from None
    except OSError as error:
        raise _unusable(path, error) from None


def _keyring(name: str, given: dict[str, str], stored: dict[str, str], home: Path) -> Keyring:
    text = given.get(name) or stored.get(name)
    if not text:
        raise ConfigError(f"{name}: missing in {home / FILE_NAME}; put it back from a copy or a backup")
    try:
        return Keyring.parse(text)
    except KeyringError as error:
        raise ConfigError(f"{name}: {error}") from None


def _read_or_make(home: Path, names: list[str]) -> dict[str, str]:
    path = home / FILE_NAME
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(home, path, names)
        _keep_private(path)
        return _parse(path)
    except UnicodeDecodeError:
        raise ConfigError(f"POWERGYM_HOME: {path} is not text; put it back from a copy") from None
    except OSError as error:
        raise _unusable(path, error) from None


def _make(home: Path, path: Path, names: list[str]) -> None:
    """Publish a whole file under its name; of two processes the first wins and both read the winner's."""
    temporary = _write_aside(home, {name: Keyring.generate().text() for name in names})
    try:
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(home)


def _write_aside(home: Path, values: dict[str, str]) -> Path:
    """A complete, flushed file beside the real one; mkstemp makes it with mode 0600."""
    handle, name = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=home)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_HEADING + "".join(f"{key}={value}\n" for key, value in values.items()))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _sync_folder(home: Path) -> None:
    """Make the new name survive a power cut; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(home, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep_private(path: Path) -> None:
    """A copy put back by hand is often readable by everybody: close it."""
    if os.name != "nt" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o600)


def _parse(path: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        entry = line.strip().removeprefix("export ")
        if not entry or entry.startswith("#"):
            continue
        name, equals, value = entry.partition("=")
        if not equals:
            raise ConfigError(f"POWERGYM_HOME: {path} line {number} is not NAME=value")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def _unusable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(f"POWERGYM_HOME: cannot keep the gym's keys in {path} ({error.strerror})")
