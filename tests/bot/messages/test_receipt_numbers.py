"""How the number of a receipt is written, in messages and on paper."""

from __future__ import annotations

import pytest

from bot.messages import render
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import receipt_number
from gym.notifications.models import NotificationKind
from gym.settings.schemas import GymSettings
from tests.support.messages.samples import NOW, samples

SIGNS = {"en": "№ ", "es": "N.º "}


@pytest.mark.parametrize(("language", "sign"), SIGNS.items())
def test_every_message_writes_a_receipts_number_as_its_reader_does(language: str, sign: str) -> None:
    settings = GymSettings.model_validate({})
    texts = [
        render(kind, sample, settings, language, NOW).text
        for kind in NotificationKind
        for sample in samples(kind)
    ]
    assert sum(sign in text for text in texts) > 4
    foreign = [other for other in SIGNS.values() if other != sign]
    assert not [text for text in texts if any(other in text for other in foreign)]


def test_a_receipts_number_has_no_thousands() -> None:
    assert receipt_number(HtmlTranslator("es"), 12345) == "N.º 12345"
