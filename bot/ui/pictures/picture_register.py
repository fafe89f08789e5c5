"""The register of a chat's pictures: which of its messages show a face and are due for deletion."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from gym.chats.pictures import PictureLog, unnumbered
from gym.core.errors import DatabaseUnavailable

PATIENCE_SECONDS: Final = 20
"""How long a write is retried while the database is away: a picture without its row would never be deleted.
"""


class PictureRegister:
    """Notes every picture that comes in or goes out; `now` is business time."""

    def __init__(self, pictures: PictureLog, chat_id: int, now: datetime) -> None:
        self._pictures = pictures
        self._chat_id = chat_id
        self._now = now

    async def received(self, message_id: int, form_key: UUID | None = None) -> None:
        """A picture has come. Noted before it is read, so that a crash leaves none unknown.

        With a `form_key` it may stay while that draft is open. Raises `DatabaseUnavailable`.
        """
        await self._note(message_id, own=False, form_key=form_key)

    async def about_to_show(self, mark: int) -> None:
        """A face is about to be sent; `mark` stands for its message. Raises `DatabaseUnavailable`."""
        await self._note(unnumbered(mark), own=True, form_key=None)

    async def not_shown(self, mark: int) -> None:
        """The picture with this mark surely was not sent."""
        await self.cleared(unnumbered(mark))

    async def shown(self, message_id: int, mark: int | None = None) -> None:
        """A face was sent, announced by `mark`. Raises `DatabaseUnavailable` after `PATIENCE_SECONDS`."""
        if mark is None:
            await _until_stored(lambda: self._note(message_id, own=True, form_key=None))
        else:
            await _until_stored(
                lambda: self._pictures.number(self._chat_id, unnumbered(mark), message_id, now=self._now)
            )

    async def cleared(self, message_id: int) -> None:
        """The bot's own message shows something else now."""
        await _until_stored(lambda: self._pictures.clear(self._chat_id, message_id))

    async def _note(self, message_id: int, *, own: bool, form_key: UUID | None) -> None:
        await self._pictures.note(self._chat_id, message_id, own=own, now=self._now, form_key=form_key)


async def _until_stored(write: Callable[[], Awaitable[None]]) -> None:
    for _ in range(PATIENCE_SECONDS):
        try:
            await write()
            return
        except DatabaseUnavailable:
            await asyncio.sleep(1)
    await write()
