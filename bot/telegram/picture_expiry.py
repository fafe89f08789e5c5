"""The expiry of pictures: those that are due are deleted from their chats, as far as Telegram lets a bot.

A bot may delete both sides' messages of a private chat for 48 hours, in a group those of others only as an
administrator. Its own messages can be edited at any age, so a face that can no longer be deleted there is
replaced by a grey card. What stays is counted, and told to the admins once for each chat and reason.
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
from gym.chats.pictures import Picture, PictureService, UndeletableReason
from gym.core.errors import DatabaseUnavailable
from gym.security.permissions import Actor

log = structlog.get_logger()
BATCH: Final = 2
"""Claimed at once: at Telegram's slowest (15 s for a deletion, 60 s for a card) that is within the lease."""
EVERY_SECONDS: Final = 5.0
"""How often pictures that are due are looked for."""
NOW: Final = timedelta(0)
_GONE = ("message to delete not found", "message_id_invalid", "message to edit not found")
_KEPT = ("can't be deleted", "message_delete_forbidden")
_NO_CHAT = ("chat not found", "not enough rights", "chat_admin_required")


@dataclass(frozen=True, slots=True)
class Again:
    """Telegram was out of reach or asked for patience: due again in `seconds`."""

    seconds: float


DeletionOutcome = UndeletableReason | Again | None
"""What became of a message; None when its face is gone."""


class PictureExpiry:
    """Deletes pictures that are due. Any number of processes may run one: rows are leased, and deleting twice
    does no harm."""

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
        """Delete everything that is due now, or will be once a clock has jumped `ahead`; returns how many
        were tried."""
        tried = 0
        while due := await self._claim(ahead):
            tried += len(due)
            outcomes = [(picture, await self._end(picture)) for picture in due]
            await self._write(outcomes)
            if all(isinstance(outcome, Again) for _, outcome in outcomes):
                break  # Telegram is out of reach: more calls now would only add to its load.
        return tried

    async def _claim(self, ahead: timedelta) -> Sequence[Picture]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            return await PictureService(uow).claim(BATCH, ahead)

    # Telegram

    async def _end(self, picture: Picture) -> DeletionOutcome:
        if picture.is_unnumbered:
            return UndeletableReason.UNNUMBERED
        outcome = await _outcome(
            lambda: self.bot.delete_message(picture.chat_id, picture.message_id), picture
        )
        if outcome in (UndeletableReason.TOO_OLD, UndeletableReason.REFUSED) and picture.own:
            return await _outcome(lambda: self._cover(picture), picture)
        return outcome

    async def _cover(self, picture: Picture) -> object:
        """Replace the face by a grey card; caption and buttons go with it."""
        card = InputMediaPhoto(_grey_card())
        return await self.bot.edit_message_media(card, picture.chat_id, picture.message_id)

    # Outcomes

    async def _write(self, outcomes: Sequence[tuple[Picture, DeletionOutcome]]) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            pictures = PictureService(uow)
            for picture, outcome in outcomes:
                match outcome:
                    case None:
                        await pictures.gone(picture)
                    case Again(seconds):
                        await pictures.again(picture, timedelta(seconds=seconds))
                    case _:
                        log.warning("picture_stays", reason=outcome.value, own=picture.own)
                        await pictures.stays(picture, outcome)


async def _outcome(call: Callable[[], Awaitable[object]], picture: Picture) -> DeletionOutcome:
    """Make the call and translate Telegram's refusals."""
    try:
        await acknowledged(call)
    except Unreadable:
        return None
    except (Forbidden, ChatMigrated):
        return UndeletableReason.NO_CHAT
    except RetryAfter as error:
        return Again(retry_seconds(error))
    except BadRequest as error:
        return _refusal(error.message.lower(), picture)
    except TelegramError as error:
        log.info("picture_waits", tries=picture.tries, reason=type(error).__name__)
        return Again(2.0 ** min(picture.tries, 10))
    return None


def _refusal(reason: str, picture: Picture) -> DeletionOutcome:
    if any(words in reason for words in _GONE):
        return None
    if any(words in reason for words in _NO_CHAT):
        return UndeletableReason.NO_CHAT
    if not any(words in reason for words in _KEPT):
        log.warning("picture_refused", reason=reason)
        return UndeletableReason.REFUSED
    return (
        UndeletableReason.NO_RIGHT if picture.chat_id < 0 and not picture.own else UndeletableReason.TOO_OLD
    )


@cache
def _grey_card() -> bytes:
    """A small plain picture as PNG."""
    stream = io.BytesIO()
    Image.new("RGB", (160, 160), (200, 200, 200)).save(stream, "PNG")
    return stream.getvalue()
