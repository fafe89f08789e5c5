"""Copies of messages from another chat: what somebody sent, shown by Telegram itself."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ui.keyboards import Keyboard


@dataclass(frozen=True, slots=True)
class SentCopy:
    """A message to be copied, by Telegram's numbers, and the buttons below it."""

    from_chat_id: int
    message_id: int
    keyboard: Keyboard
    face: bool
    """It may show a person: it is registered for deletion before it leaves."""
