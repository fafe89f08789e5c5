"""A person in a test waits for the answer itself, and not for what happens beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.support.sandbox.seen import Button, Message

KEYS = ((Button("Cash", "f:1"),),)
ASKED = Message(7, 20, "PowerGym", True, datetime(2026, 8, 3, tzinfo=UTC), text="How much?", buttons=KEYS)


def test_an_answered_question_that_loses_its_buttons_is_no_answer() -> None:
    bare = replace(ASKED, seq=31, edited=True, buttons=())
    assert bare.only_lost_buttons(ASKED)
    assert not bare.only_lost_buttons(None), "a new message"
    assert not replace(bare, text="How is it paid?").only_lost_buttons(ASKED)
    assert not replace(bare, deleted=True).only_lost_buttons(ASKED)
    assert not replace(bare, buttons=((Button("Card", "f:2"),),)).only_lost_buttons(ASKED)
    assert not replace(bare, seq=40).only_lost_buttons(bare), "it had none to lose"
