"""The proof of a backup: restored beside the gym, compared with what went in, and dropped again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gym.backup.files.archive import OpenedBackup, Preface
from gym.backup.restoring.restoration import Restoration
from gym.backup.restoring.side_databases import SideDatabases
from gym.core.database.engine import Database

WORD: Final = "proof"


@dataclass(frozen=True, slots=True)
class BackupProof:
    """Tries backups on the server of an open gym, which goes on working."""

    database: Database

    async def prove(self, backup: OpenedBackup) -> Preface:
        """Raises a `BackupError`; nothing is left behind either way."""
        restoration = Restoration(backup)
        await restoration.check()
        sides = SideDatabases(self.database.direct_url)
        name = sides.named(WORD)
        url = await sides.make(name)
        try:
            return await restoration.fill(url)
        finally:
            await sides.drop(name)
