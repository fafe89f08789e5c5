"""What admins read of backups that failed, are too old, or did not prove."""

from __future__ import annotations

from typing import Final

from bot.messages.register import WordingContext, offers, says
from bot.ui.buttons.settings import Backups
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.backups import cause
from gym.backup.health import BackupTrouble
from gym.core.language import N_
from gym.notifications.payloads.operations import BackupAlarmPayload

ALARMS: Final = {
    BackupTrouble.NONE_YET: N_("🔒 There is no backup of the gym yet."),
    BackupTrouble.TOO_OLD: N_(
        "🔒 The last good backup is of {since}. Is there room on the disk, and does the program run at night?"
    ),
    BackupTrouble.FAILED: N_("🔒 The backup has failed ({error}). It is tried again by itself."),
    BackupTrouble.COPY_FAILED: N_(
        "🔒 The last backup was not copied to its second place ({error}). It is in its folder, and the copy "
        "is tried again by itself; whoever runs the gym's computer finds more in the log."
    ),
    BackupTrouble.NOT_SENT: N_(
        "🔒 The backup of {since} has not reached the chat. It is on the gym's computer only."
    ),
    BackupTrouble.PROOF_FAILED: N_(
        "🔒 <b>The last backup did not restore</b> ({error}). The gym goes on, but if its computer broke now "
        "it could not be brought back. Make another backup, and show this to whoever runs the computer."
    ),
}


@says(BackupAlarmPayload)
def _alarm(t: HtmlTranslator, p: BackupAlarmPayload, _: WordingContext) -> str:
    return t(ALARMS[BackupTrouble(p.trouble)], error=cause(t, p.error), since=p.since or "?")


@offers(BackupAlarmPayload)
def _look(t: HtmlTranslator, _: BackupAlarmPayload) -> Keyboard:
    return [[button(t("🔒 Backups"), Backups())]]
