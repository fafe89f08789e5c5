"""The proof of a backup: restored beside the gym, compared with what went in, and dropped again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gym.audit.verification import TrailVerification
from gym.backup.errors import TrailBroken
from gym.backup.files.archive import OpenedBackup, Preface
from gym.backup.restoring.restoration import Restoration
from gym.backup.restoring.side_databases import PROOF, SideDatabases
from gym.backup.restoring.trail_check import trail_at
from gym.core.database.engine import Database
from gym.security.cipher import Keyring


@dataclass(frozen=True, slots=True)
class ProvedBackup:
    """What a backup said of itself, and the audit trail in it."""

    preface: Preface
    trail: TrailVerification | None
    """None for a backup from before the chain."""


@dataclass(frozen=True, slots=True)
class BackupProof:
    """Tries backups on the server of an open gym, which goes on working."""

    database: Database
    room_at: Path | None = None
    """A folder on the disk of the database; None where that is another computer's."""

    async def prove(self, backup: OpenedBackup) -> ProvedBackup:
        """Raises a `BackupError`, `TrailBroken` for a trail that was changed; nothing is left behind."""
        restoration = Restoration(backup)
        await restoration.check(self.room_at)
        sides = SideDatabases(self.database.direct_url)
        name = sides.named(PROOF)
        url = await sides.make(name)
        try:
            preface = await restoration.fill(url)
            trail = await trail_at(url, Keyring.parse(preface.data_keys))
        finally:
            await sides.drop(name)
        if trail is not None and trail.fault is not None:
            raise TrailBroken(trail.fault.number)
        return ProvedBackup(preface, trail)
