"""Where the key that seals backups comes from: BACKUP_PASSPHRASE, else the stretched phrase in `secrets.env`.

The phrase that is generated is kept nowhere: what stays on the computer seals and opens its own backups,
so that they are made and proved at night, but cannot be turned back into what stands on the paper.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Final

from gym.backup.errors import PassphraseGiven, PassphraseMissing, PassphraseThere
from gym.backup.files.passphrase import BackupKey, new_passphrase
from gym.core.config import Config, ConfigError
from gym.core.redaction import REDACTOR
from gym.security.keys.secrets import FILE_NAME, keep_values, kept_value

NAME: Final = "BACKUP_KEY"


class BackupKeyStore:
    """Of one process: a phrase from the environment is stretched once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stretched: BackupKey | None = None

    @property
    def is_given(self) -> bool:
        """Whether the phrase comes from the environment."""
        return self._config.backup_passphrase is not None

    def is_there(self) -> bool:
        """Whether a backup can be sealed."""
        return self.is_given or kept_value(self._config.powergym_home, NAME) is not None

    @property
    def is_made_here(self) -> bool:
        """Whether keys of this gym lie in `secrets.env`: with all of them in the environment its processes
        may share no disk, and a phrase belongs beside the other keys.
        """
        return not self.is_given and not (self._config.jwt_keys and self._config.data_keys)

    def require_none(self) -> None:
        """Raises `PassphraseGiven`, `PassphraseThere`."""
        if self.is_given:
            raise PassphraseGiven
        if self.is_there():
            raise PassphraseThere

    async def is_of(self, passphrase: str) -> bool:
        """Whether the key in force is this phrase's."""
        key = await self.key()
        stretched = await asyncio.to_thread(BackupKey.stretched, passphrase, key.salt)
        return hmac.compare_digest(stretched.secret, key.secret)

    async def key(self) -> BackupKey:
        """Raises `PassphraseMissing`, and `ConfigError` for a key that was damaged by hand."""
        phrase = self._config.backup_passphrase
        if phrase is not None:
            if self._stretched is None:
                secret = phrase.get_secret_value()
                self._stretched = await asyncio.to_thread(BackupKey.stretched, secret)
            return self._stretched
        return self._kept()

    async def key_of(self, salt: bytes) -> BackupKey | None:
        """The key of a file, by the salt in its header; None where an earlier phrase made it.

        A phrase from the environment is stretched anew, and may still be another one than the file's.
        """
        phrase = self._config.backup_passphrase
        if phrase is None:
            return key if (key := self._kept()).salt == salt else None
        if self._stretched is not None and self._stretched.salt == salt:
            return self._stretched
        return await asyncio.to_thread(BackupKey.stretched, phrase.get_secret_value(), salt)

    def kept_here(self) -> tuple[BackupKey, ...]:
        """The key in `secrets.env`, where there is one; a damaged one counts as none."""
        try:
            return (self._kept(),)
        except (PassphraseMissing, ConfigError):
            return ()

    async def make(self, *, replace: bool = False) -> str:
        """A new pass-phrase, in force from now on; it is shown once and cannot be shown again.

        Raises `PassphraseGiven`, `PassphraseThere`.
        """
        if not replace or self.is_given:
            self.require_none()
        phrase = new_passphrase()
        self.keep(await asyncio.to_thread(BackupKey.stretched, phrase))
        return phrase

    def keep(self, key: BackupKey) -> None:
        """Go on with a key, of a phrase that somebody has."""
        keep_values(self._config.powergym_home, {NAME: key.text()})

    def _kept(self) -> BackupKey:
        home = self._config.powergym_home
        text = kept_value(home, NAME)
        if text is None:
            raise PassphraseMissing
        REDACTOR.add_secrets(*text.split(":"))
        try:
            return BackupKey.parse(text)
        except ValueError:
            raise ConfigError(
                f"{NAME}: is damaged in {home / FILE_NAME}; run `python -m gym backup phrase --replace`"
            ) from None
