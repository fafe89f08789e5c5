"""Copies a backup to an operator's command, on its standard input: for any bucket or other computer.

The command comes from the environment, is split as a shell would and run without one. It gets the gym's
environment without what is secret in it: what it needs to reach its bucket is there, no key of the gym is.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
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
    """One run of the command; `stop` ends it from another thread, also before it has begun."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._words = words
        self._environment = environment
        self._lock = threading.Lock()
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._process is not None and self._process.returncode is None:
                _kill(self._process)

    def copy(self, path: Path) -> None:
        """Blocks. What it prints as an error goes where the gym's own go, and nowhere else."""
        process = self._begun(path)
        try:
            code = process.wait(MOST_SECONDS)
        except subprocess.TimeoutExpired:
            raise CommandFailed("it took too long") from None
        finally:
            if process.returncode is None:
                _kill(process)
                process.wait()
        if code != 0:
            raise CommandFailed(f"status {code}" if code > 0 else f"signal {-code}")

    def _begun(self, path: Path) -> subprocess.Popen[bytes]:
        """In a session of its own, so that what the command starts ends with it."""
        with self._lock:
            if self._stopped:
                raise CommandFailed("the gym has stopped")
            try:
                with path.open("rb") as file:
                    self._process = subprocess.Popen(  # noqa: S603 - the operator's own words, without a shell
                        self._words,
                        env=self._environment,
                        stdin=file,
                        stdout=subprocess.DEVNULL,
                        start_new_session=True,
                    )
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise CommandMissing(self._words[0], reason) from None
            return self._process


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With everything that it has started."""
    if sys.platform == "win32":
        process.kill()
        return
    # Gone in this very moment; macOS says so of a process that nobody has waited for by EPERM.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
