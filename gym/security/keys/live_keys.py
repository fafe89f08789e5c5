"""Keys of a running process: read again when the database names one that the process has not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from gym.core.config import ConfigError
from gym.core.redaction import REDACTOR
from gym.security.keys.secrets import FILE_NAME, Secrets

log = structlog.get_logger()


class LiveKeys:
    """Keys from the environment stay as they are; those of `secrets.env` follow the file."""

    def __init__(self, secrets: Secrets, home: Path, load: Callable[[], Secrets]) -> None:
        self.secrets = secrets
        self._file = home / FILE_NAME
        self._load = load
        self._seen = self._stamp()
        self._views: dict[tuple[str, ...], Secrets] = {}

    def for_database(self, ids: Sequence[str]) -> Secrets:
        """The secrets of a transaction whose database names these data keys, in its order.

        One that is missing here makes whatever needs it fail, and nothing else: a face that could not be
        compared is never taken for a stranger's.
        """
        if not ids:
            return self.secrets
        if any(kid not in self.secrets.data for kid in ids) and self._read_again():
            log.info("keys_read_again", ids=self.secrets.data.ids)
        view = self._views.get(tuple(ids))
        if view is None:
            view = replace(self.secrets, data=self.secrets.data.naming(ids))
            self._views = {tuple(ids): view}
        return view

    def read(self) -> Secrets:
        """The secrets as they stand now, read again."""
        self._read_again()
        return self.secrets

    def _read_again(self) -> bool:
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            found = self._load()
        except ConfigError as error:
            log.warning("keys_unreadable", error=str(error))
            return False
        REDACTOR.add_secrets(*found.texts())
        self.secrets = replace(self.secrets, data=found.data.joined(self.secrets.data))
        self._views = {}
        return True

    def _stamp(self) -> tuple[int, int, int] | None:
        """Identity of the file's present version: the gym always replaces it, never edits it in place."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
