"""The connection to Telegram: set-up with retries, then long polling or a webhook."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.bot_api.retries import retry_seconds
from bot.telegram.application import ALLOWED_UPDATES, Assembly
from bot.telegram.polling import Poller
from gym.core.errors import DatabaseUnavailable
from gym.core.runtime.backoff import Backoff, spread
from web.api.telegram_webhook import Webhook

log = structlog.get_logger()
SHORTEST_PAUSE = 1.0
"""Seconds before the first try after a fault; each further one doubles it, with jitter."""
LONGEST_PAUSE = 60.0
"""Seconds at most, so that the end of an outage is noticed within a minute."""
CONFLICT_SECONDS = 5.0
"""Seconds while another process polls with the same token: it may be an old one that is about to end."""
MOST_LETTERS = 120
"""Of Telegram's own words about a fault, in one line of the log."""


class TelegramConnection:
    """Connects, then receives: by long polling, or by webhook when an address is given."""

    def __init__(self, assembly: Assembly, webhook: Webhook | None = None) -> None:
        self._assembly = assembly
        self._webhook = webhook
        self._backoff = Backoff(SHORTEST_PAUSE, LONGEST_PAUSE)
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Connect and receive until cancelled. The gym works meanwhile, whether Telegram can be reached or
        not."""
        await self._until_success(self._get_me)
        await self._until_success(self._learn_name)
        self.connected.set()
        log.info("telegram_connected", bot=self._assembly.bot.username)
        await self._until_success(self._choose_delivery)
        if self._webhook is not None:
            await asyncio.Event().wait()
        await self._poll()

    async def _get_me(self) -> None:
        """getMe; raises TelegramError for an unreadable answer.

        PTB raises whatever it meets first when a field is missing.
        """
        try:
            await self._assembly.application.initialize()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TelegramError(f"getMe cannot be read: {type(error).__name__}") from error

    async def _learn_name(self) -> None:
        """Note the bot's user name before anybody is answered: an answer may hold a link into the bot."""
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
            await self._until_success(poller.step)

    async def _until_success(self, call: Callable[[], Awaitable[object]]) -> None:
        """Repeat the call until it has succeeded once."""
        while True:
            try:
                await call()
                self._backoff.reset()
                return
            except (DatabaseUnavailable, TelegramError) as error:
                await self._pause_after(error)

    async def _pause_after(self, error: DatabaseUnavailable | TelegramError) -> None:
        """Log the fault in one line and wait before the next try, longer each time."""
        pause = spread(self._backoff.next(_shortest_pause(error)))
        match error:
            case DatabaseUnavailable():
                log.warning("telegram_waits_for_database", pause=pause)
            case Conflict():
                hint = "the same token is in use by another process"
                log.error("another_bot_polls", hint=hint, pause=pause)
            case InvalidToken():
                log.error("token_refused", hint="check TELEGRAM_BOT_TOKEN", pause=pause)
            case NetworkError() | RetryAfter():
                log.warning("telegram_unreachable", reason=type(error).__name__, pause=pause)
            case _:
                log.warning("telegram_answer_unusable", reason=error.message[:MOST_LETTERS], pause=pause)
        await asyncio.sleep(pause)


def _shortest_pause(error: DatabaseUnavailable | TelegramError) -> float:
    """The shortest pause in seconds that makes sense after this fault."""
    match error:
        case RetryAfter():
            return retry_seconds(error)
        case Conflict():
            return CONFLICT_SECONDS
        case InvalidToken():
            return LONGEST_PAUSE
        case _:
            return 0.0
