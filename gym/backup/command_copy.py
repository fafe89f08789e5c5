"""Copies a backup to an operator's command, on its standard input: for any bucket or other computer.

The command comes from the environment, is split as a shell would and run without one. It gets the gym's
environment without what is secret in it: what it needs to reach its bucket is there, no key of the gym is.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gym.backup.errors import CommandFailed, CommandMissing
from gym.core.config import Config

NAME: Final = "{name}"
"""Stands for the file's name in the command: `rclone rcat bucket:gym/{name}`."""
SECRET: Final = frozenset(
    {
        "BACKUP_PASSPHRASE",
        "DATABASE_DIRECT_URL",
        "DATABASE_READ_URL",
        "DATABASE_URL",
        "DATA_KEYS",
        "JWT_KEYS",
        "TELEGRAM_BOT_TOKEN",
    }
)
"""Settings that the command does not get."""
MOST_SECONDS: Final = 6 * 3600.0
"""A night's hours: a command that hangs is a copy that failed."""


@dataclass(frozen=True, slots=True)
class CommandCopy:
    """The command, and the environment it is run in."""

    words: Sequence[str]
    environment: Mapping[str, str]

    @classmethod
    def of(cls, config: Config) -> CommandCopy | None:
        """None where no command is set."""
        if not config.backup_command:
            return None
        kept = {name: value for name, value in os.environ.items() if name.upper() not in SECRET}
        return cls(config.backup_command, kept)

    async def copy(self, path: Path) -> None:
        """Raises `CommandMissing`, `CommandFailed`. A gym that closes ends the command."""
        running = _Running([word.replace(NAME, path.name) for word in self.words], self.environment)
        copying = asyncio.ensure_future(asyncio.to_thread(running.copy, path))
        try:
            await asyncio.shield(copying)
        except asyncio.CancelledError:
            running.stop()
            with suppress(CommandFailed, CommandMissing):
                await copying
            raise


class _Running:
    """One run of the command; `stop` ends it from another thread."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._words = words
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()

    def copy(self, path: Path) -> None:
        """Blocks. What it prints as an error goes where the gym's own go, and nowhere else."""
        try:
            with path.open("rb") as file:
                self._process = subprocess.Popen(  # noqa: S603 - the operator's own words, without a shell
                    self._words, env=self._environment, stdin=file, stdout=subprocess.DEVNULL
                )
        except OSError as error:
            raise CommandMissing(self._words[0], error.strerror or type(error).__name__) from None
        try:
            code = self._process.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            raise CommandFailed("it took too long") from None
        finally:
            self._process.kill()
            self._process.wait()
        if code != 0:
            raise CommandFailed(f"status {code}" if code > 0 else f"signal {-code}")
