"""The broadcast runner: writes broadcasts into the outbox in batches and redraws their progress messages."""

from __future__ import annotations

import asyncio

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.bot_api.delivery_status import Unreadable, acknowledged
from bot.desk.messaging.broadcasts import progress_screen
from bot.ui.keyboards import markup
from bot.ui.screens import HtmlTranslator
from gym.app import Gym
from gym.broadcasts.service import BroadcastService
from gym.core.errors import DatabaseUnavailable
from gym.notifications.models import Broadcast
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
SECONDS = 2.0
"""How often new broadcasts are looked for and progress is redrawn; well below the edits that Telegram allows
a chat.
"""


class BroadcastRunner:
    """Writes batches and redraws progress. Any number of processes may run one: a batch is written under the
    broadcast's lock, where the last one left off.
    """

    def __init__(self, gym: Gym, bot: Bot) -> None:
        self.gym = gym
        self.bot = bot
        self._shown: dict[int, str] = {}
        """The text of each progress message, by its id: an edit that changes nothing is an error of
        Telegram's.
        """

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self.step()
            except DatabaseUnavailable:
                log.info("broadcasts_wait_for_database")
            await asyncio.sleep(SECONDS)

    async def step(self) -> int:
        """Write every waiting batch and redraw all progress; returns how many messages were written."""
        written = 0
        while batch := await self.gym.run(Actor.system(), _write):
            written += batch
        async with self.gym.unit_of_work(Actor.system()) as uow:
            going = await BroadcastService(uow).open()
            await BroadcastService(uow).finish_sent()
        for broadcast in going:
            await self._redraw(broadcast)
        return written

    async def _redraw(self, broadcast: Broadcast) -> None:
        if broadcast.chat_id is None or broadcast.message_id is None:
            return
        async with self.gym.unit_of_work(Actor.system()) as uow:
            progress = await BroadcastService(uow).progress(broadcast.id)
            language = await BroadcastService(uow).language_of(broadcast)
            settings, now = uow.settings, uow.now
        t = HtmlTranslator(language, currency=settings.currency, timezone=settings.timezone)
        screen = progress_screen(t, broadcast, progress, settings)
        if self._shown.get(broadcast.message_id) == screen.text:
            return
        place = broadcast.chat_id, broadcast.message_id
        keys = markup(screen.keyboard, now)
        try:
            await acknowledged(
                lambda: self.bot.edit_message_text(screen.text, *place, parse_mode="HTML", reply_markup=keys)
            )
        except Unreadable:
            log.warning("progress_shown_unreadably")
        except TelegramError as error:
            # Deleted, or out of reach for now: the list of broadcasts shows the progress too.
            log.info("progress_not_shown", reason=error.message)
            return
        self._shown[broadcast.message_id] = screen.text


async def _write(uow: UnitOfWork) -> int:
    return await BroadcastService(uow).write_next()
