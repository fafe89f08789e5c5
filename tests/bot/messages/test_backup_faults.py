"""What an admin reads of a backup that failed: words, not the code that is kept."""

from __future__ import annotations

import pytest

from bot.messages import render
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.backups import CAUSES, cause
from gym.backup.errors import NoRoom
from gym.notifications.models import NotificationKind
from gym.settings.schemas import GymSettings
from tests.support.messages.samples import NOW

ALARM = {"trouble": "failed", "error": NoRoom.code, "since": None}
ROOM = {"en": "not enough room on the disk", "es": "no hay suficiente espacio en el disco"}


@pytest.mark.parametrize(("language", "words"), ROOM.items())
def test_the_alarm_of_a_full_disk_says_so_in_words(language: str, words: str) -> None:
    settings = GymSettings.model_validate({})
    text = render(NotificationKind.BACKUP_ALARM, ALARM, settings, language, NOW).text
    assert words in text
    assert not [code for code in CAUSES if code in text]


def test_a_fault_without_words_is_named_by_its_code() -> None:
    assert cause(HtmlTranslator("en"), "DiskFullError") == "DiskFullError"
    assert cause(HtmlTranslator("en"), None) == "?"
