"""Newest cards: the message that shows a client's card in each chat; the card before it loses its buttons.

Kept in the database, for a restart and a second process: read with the identity of each update, written only
where it changes.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from gym.chats.service import ChatService
from gym.core.errors import DatabaseUnavailable

log = structlog.get_logger()


class NewestCardTracker:
    """The newest card of one chat, during one of its updates: they are handled one after another.

    `now` is business time.
    """

    def __init__(self, chats: ChatService, chat_id: int, message_id: int | None, now: datetime) -> None:
        self._chats = chats
        self._chat_id = chat_id
        self._message_id = message_id
        self._now = now

    async def note(self, message_id: int, *, is_card: bool) -> int | None:
        """A message shows a card now, or something else: the message whose buttons are to go, if any."""
        before = self._message_id
        if is_card == (before == message_id):
            return None
        if is_card:
            await self._keep(message_id)
            return before
        if before == message_id:
            await self._keep(None)
        return None

    async def _keep(self, message_id: int | None) -> None:
        """The screen has been shown by now: without a database the update must not be handled once more."""
        self._message_id = message_id
        try:
            await self._chats.note_newest_card(self._chat_id, message_id, self._now)
        except DatabaseUnavailable:
            log.warning("newest_card_not_kept")
