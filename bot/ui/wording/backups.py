"""Why a backup or its proof failed, in words: only the fault's code is kept with it."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.backup.errors import (
    BackupAltered,
    BackupCut,
    BackupUnreadable,
    CommandFailed,
    CommandMissing,
    DatabaseNotMade,
    DiskFailed,
    DiskFull,
    DumpFailed,
    NoRoom,
    PartMissing,
    RestoreDiffers,
    RestoreFailed,
    ToolMissing,
    TrailBroken,
)
from gym.core.language import N_

DAMAGED: Final = N_("the file is damaged or not complete")
CAUSES: Final = {
    NoRoom.code: N_("there is not enough room on the disk"),
    DiskFull.code: N_("there is not enough room on the disk"),
    DiskFailed.code: N_("the folder of the backups cannot be written or read"),
    CommandMissing.code: N_("the command for copies cannot be started"),
    CommandFailed.code: N_("the command for copies has failed"),
    ToolMissing.code: N_("PostgreSQL's programs are not installed"),
    DumpFailed.code: N_("the database could not be copied"),
    DatabaseNotMade.code: N_("no second database could be made to try it in"),
    RestoreFailed.code: N_("the database could not be filled from the file"),
    RestoreDiffers.code: N_("what came out is not what went in"),
    TrailBroken.code: N_("the audit trail in it was changed"),
    BackupAltered.code: DAMAGED,
    BackupCut.code: DAMAGED,
    BackupUnreadable.code: DAMAGED,
    PartMissing.code: DAMAGED,
}


def cause(t: HtmlTranslator, code: str | None) -> str:
    """The words for a stored code; a code that has none, such as a fault of PostgreSQL's, as it is."""
    if code is None:
        return "?"
    return t(CAUSES[code]) if code in CAUSES else code
