"""Newest cards: the last card of a client in each chat; those before it lose their buttons.

Kept in this process only. After a restart the card before it keeps its buttons, and every press names its
client all the same.
"""

from __future__ import annotations

from typing import Final

MOST_CHATS: Final = 5000
"""Chats remembered at once; in a forgotten one the next card leaves the one before it as it is."""


class NewestCards:
    """Which message of a chat is the newest card."""

    def __init__(self) -> None:
        self._messages: dict[int, int] = {}

    def note(self, chat_id: int, message_id: int, *, is_card: bool) -> int | None:
        """A message shows a card now, or something else: the message whose buttons are to go, if any."""
        before = self._messages.get(chat_id)
        if not is_card:
            if before == message_id:
                del self._messages[chat_id]
            return None
        if len(self._messages) >= MOST_CHATS:
            self._messages.clear()
        self._messages[chat_id] = message_id
        return before if before != message_id else None
