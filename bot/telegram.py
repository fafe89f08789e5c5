"""The line to Telegram: joins when the internet allows, polls into the inbox, never gives up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.application import ALLOWED_UPDATES, Assembly
from bot.calls.patience import retry_seconds
from bot.polling import Poller
from gym.core.errors import DatabaseUnavailable
from web.telegram import Webhook

log = structlog.get_logger()
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
CONFLICT_SECONDS = 5.0


class TelegramLine:
    """Connects, then receives: by long polling, or by webhook when an address is given."""

    def __init__(self, assembly: Assembly, webhook: Webhook | None = None) -> None:
        self._assembly = assembly
        self._webhook = webhook
        self._failures = 0
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled. The gym works meanwhile, whether Telegram can be reached or not."""
        await self._persistently(self._assembly.application.initialize)
        await self._persistently(self._learn_name)
        self.connected.set()
        log.info("telegram_connected", bot=self._assembly.bot.username)
        await self._persistently(self._choose_delivery)
        if self._webhook is not None:
            await asyncio.Event().wait()
        await self._poll()

    async def _learn_name(self) -> None:
        """Before anybody is answered: what is answered may hold a link into the bot."""
        bot = self._assembly.bot.bot
        if bot.username is None:
            log.error("bot_without_username", hint="no link can lead to it; give it one with @BotFather")
            return
        await self._assembly.gym.remember_bot(bot.id, bot.username)

    async def _choose_delivery(self) -> None:
        bot = self._assembly.bot
        if self._webhook is None:
            await bot.delete_webhook()
            return
        await bot.set_webhook(
            self._webhook.url, secret_token=self._webhook.secret, allowed_updates=ALLOWED_UPDATES
        )

    async def _poll(self) -> None:
        poller = Poller(self._assembly.bot, self._assembly.inbox.keep)
        while True:
            try:
                await poller.step()
                self._failures = 0
            except TelegramError as error:
                await self._rest(error)

    async def _persistently(self, call: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await call()
                self._failures = 0
                return
            except DatabaseUnavailable:
                log.warning("telegram_waits_for_database")
                await asyncio.sleep(SHORTEST_PAUSE)
            except TelegramError as error:
                await self._rest(error)

    async def _rest(self, error: TelegramError) -> None:
        """Say what is wrong and wait before the next try, longer each time."""
        self._failures += 1
        pause = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(self._failures - 1, 6))
        match error:
            case RetryAfter():
                pause = retry_seconds(error)
            case Conflict():
                log.error("another_bot_polls", hint="the same token is in use by another process")
                pause = CONFLICT_SECONDS
            case InvalidToken():
                log.error("token_refused", hint="check TELEGRAM_BOT_TOKEN")
                pause = LONGEST_PAUSE
            case _:
                log.warning("telegram_unreachable", reason=type(error).__name__, pause=pause)
        await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
