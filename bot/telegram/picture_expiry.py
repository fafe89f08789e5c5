"""The expiry of pictures: what is due is deleted from its chat, as far and as long as Telegram lets a bot.

A bot may delete both sides' messages of a private chat for 48 hours, in a group those of others only as an
administrator. Its own messages can be edited at any age, so a face that can no longer be deleted there is
replaced by a grey card. Whatever still stays is counted and told once for each chat and reason.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final

import structlog
from PIL import Image
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.bot_api.delivery_status import Unreadable, acknowledged
from bot.bot_api.retries import retry_seconds
from gym.app import Gym
from gym.chats.pictures import Picture, PictureService, Stays
from gym.core.errors import DatabaseUnavailable
from gym.security.permissions import Actor

log = structlog.get_logger()
BATCH: Final = 2
"""Claimed together: at Telegram's slowest (15 s for a deletion, 60 s for a card) that is within the lease."""
EVERY_SECONDS: Final = 5.0
NOW: Final = timedelta(0)
_GONE = ("message to delete not found", "message_id_invalid", "message to edit not found")
_KEPT = ("can't be deleted", "message_delete_forbidden")
_NO_CHAT = ("chat not found", "not enough rights", "chat_admin_required")


@dataclass(frozen=True, slots=True)
class Again:
    """Telegram was out of reach, or wants patience."""

    seconds: float


Fate = Stays | Again | None
"""What became of a message; None: its face is gone."""


class PictureExpiry:
    """Any number of processes may run one: rows are leased, and deleting twice does no harm."""

    def __init__(self, gym: Gym, bot: Bot) -> None:
        self.gym = gym
        self.bot = bot

    async def run(self) -> None:
        """Delete what is due until cancelled."""
        while True:
            try:
                await self.drain()
            except DatabaseUnavailable:
                log.info("pictures_wait_for_database")
            await asyncio.sleep(EVERY_SECONDS)

    async def drain(self, ahead: timedelta = NOW) -> int:
        """Everything that is due now, or until a clock has jumped `ahead`; how many messages were tried."""
        tried = 0
        while due := await self._claim(ahead):
            tried += len(due)
            fates = [(picture, await self._end(picture)) for picture in due]
            await self._write(fates)
            if all(isinstance(fate, Again) for _, fate in fates):
                break  # Telegram is out of reach, and asking on at once would be a storm
        return tried

    async def _claim(self, ahead: timedelta) -> Sequence[Picture]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await PictureService(uow).claim(BATCH, ahead)

    # Telegram

    async def _end(self, picture: Picture) -> Fate:
        if picture.is_unnumbered:
            return Stays.UNNUMBERED
        fate = await _asked(lambda: self.bot.delete_message(picture.chat_id, picture.message_id), picture)
        if fate in (Stays.TOO_OLD, Stays.REFUSED) and picture.own:
            return await _asked(lambda: self._cover(picture), picture)
        return fate

    async def _cover(self, picture: Picture) -> object:
        """A grey card in place of the face; caption and buttons go with it."""
        card = InputMediaPhoto(_grey_card())
        return await self.bot.edit_message_media(card, picture.chat_id, picture.message_id)

    # What became of them

    async def _write(self, fates: Sequence[tuple[Picture, Fate]]) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            pictures = PictureService(uow)
            for picture, fate in fates:
                match fate:
                    case None:
                        await pictures.gone(picture)
                    case Again(seconds):
                        await pictures.again(picture, timedelta(seconds=seconds))
                    case _:
                        log.warning("picture_stays", reason=fate.value, own=picture.own)
                        await pictures.stays(picture, fate)


async def _asked(call: Callable[[], Awaitable[object]], picture: Picture) -> Fate:
    """Ask Telegram; its refusals by what they mean."""
    try:
        await acknowledged(call)
    except Unreadable:
        return None
    except (Forbidden, ChatMigrated):
        return Stays.NO_CHAT
    except RetryAfter as error:
        return Again(retry_seconds(error))
    except BadRequest as error:
        return _refusal(error.message.lower(), picture)
    except TelegramError as error:
        log.info("picture_waits", tries=picture.tries, reason=type(error).__name__)
        return Again(2.0 ** min(picture.tries, 10))
    return None


def _refusal(reason: str, picture: Picture) -> Fate:
    if any(words in reason for words in _GONE):
        return None
    if any(words in reason for words in _NO_CHAT):
        return Stays.NO_CHAT
    if not any(words in reason for words in _KEPT):
        log.warning("picture_refused", reason=reason)
        return Stays.REFUSED
    return Stays.NO_RIGHT if picture.chat_id < 0 and not picture.own else Stays.TOO_OLD


@cache
def _grey_card() -> bytes:
    """A small plain picture as PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (160, 160), (200, 200, 200)).save(stream, "PNG")
    return stream.getvalue()
