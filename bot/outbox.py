"""The dispatcher: takes messages out of the outbox and sends them, each chat in order, none lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from sqlalchemy import text
from telegram import Bot, Message
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.messages import Message as Words
from bot.messages import render
from bot.pacing import Pacer
from gym.app import Gym
from gym.core.errors import DatabaseUnavailable
from gym.notifications.repository import OutboxRepository, Outgoing
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings

log = structlog.get_logger()
CHANNEL = "powergym_outbox"
BATCH = 30
LEASE = timedelta(seconds=180)
"""Longer than a whole batch for one group takes at Telegram's pace, so nobody else claims its rest."""
MOST_TRIES = 10
LONGEST_PAUSE = 3600.0
IDLE_SECONDS = 15.0
"""How long an idle dispatcher sleeps at most; NOTIFY wakes it at once."""


def back_off(attempts: int) -> float:
    """Seconds until the next try: 1 s doubling to an hour, with jitter so that retries spread."""
    return min(LONGEST_PAUSE, 2.0 ** min(attempts - 1, 12)) * random.uniform(0.8, 1.2)  # noqa: S311


class Dispatcher:
    """One of any number; claims with SKIP LOCKED, so two never send the same row."""

    def __init__(self, gym: Gym, bot: Bot, pacer: Pacer | None = None) -> None:
        self.gym = gym
        self.bot = bot
        self.pacer = pacer or Pacer(gym.clock)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Send what is due until cancelled."""
        listener = asyncio.create_task(self._listen())
        try:
            while True:
                await self._work()
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def drain(self) -> int:
        """Send everything that is due now; returns how many messages were tried."""
        tried = 0
        while batch := await self._claim():
            chats: dict[int | None, list[Outgoing]] = {}
            for item in batch:
                chats.setdefault(item.chat_id, []).append(item)
            await asyncio.gather(*(self._deliver_in_order(items) for items in chats.values()))
            tried += len(batch)
        return tried

    async def _work(self) -> None:
        self._wake.clear()
        try:
            await self.drain()
            pause = await self._pause()
        except DatabaseUnavailable:
            pause = 1.0
        # Not wait_for: in Python 3.11 it may swallow the cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()

    async def _listen(self) -> None:
        """Be woken by whoever commits a message; a lost connection is opened again."""
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                async with self.gym.database.direct() as connection:
                    lost = asyncio.Event()
                    connection.add_termination_listener(partial(_set, lost))
                    await connection.add_listener(CHANNEL, partial(_set, self._wake))
                    self._wake.set()
                    await lost.wait()
            await asyncio.sleep(1)

    async def _pause(self) -> float:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            due = await OutboxRepository(uow.session).next_due()
            if due is None:
                return IDLE_SECONDS
            return min(IDLE_SECONDS, max(0.05, (due - uow.now).total_seconds()))

    async def _claim(self) -> Sequence[Outgoing]:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            self._settings, self._now = uow.settings, uow.now
            outbox, wall = OutboxRepository(uow.session), uow.context.wall
            await outbox.spread(now=uow.now, wall=wall, size=BATCH)
            return await outbox.claim(now=uow.now, wall=wall, lease=wall + LEASE, size=BATCH)

    async def _deliver_in_order(self, items: Sequence[Outgoing]) -> None:
        """A chat's messages one after another; when one must wait, those behind it wait too."""
        for position, item in enumerate(items):
            if not await self._deliver(item, self._settings):
                for later in items[position + 1 :]:
                    await self._let_go(later)
                return

    async def _deliver(self, item: Outgoing, settings: GymSettings) -> bool:
        """Send one and write down what became of it; False when it is to be tried again."""
        if item.chat_id is None:
            await self._unreachable(item, "no chat")
            return True
        try:
            screen = self._worded(item, settings)
        except (LookupError, ValueError, TypeError, ArithmeticError) as error:
            await self._fail(item, f"cannot be worded: {type(error).__name__}")
            return True
        return await self._leave(item, item.chat_id, screen)

    def _worded(self, item: Outgoing, settings: GymSettings) -> Words:
        language = item.language or settings.language
        return render(item.kind, item.payload, settings, language, self._now)

    async def _leave(self, item: Outgoing, chat_id: int, screen: Words) -> bool:
        """Hand it to Telegram. Only what Telegram refuses is given up; an outage is waited out."""
        try:
            message = await self._send(item, chat_id, screen)
        except Forbidden as error:
            await self._unreachable(item, error.message)
        except BadRequest as error:
            await self._fail(item, error.message)
        except RetryAfter as error:
            await self._again(item, _seconds(error.retry_after), "retry after")
            return False
        except (NetworkError, InvalidToken, Conflict) as error:
            await self._again(item, back_off(item.attempts), error.message)
            return False
        except TelegramError as error:
            if item.attempts >= MOST_TRIES:
                await self._fail(item, error.message)
                return True
            await self._again(item, back_off(item.attempts), error.message)
            return False
        else:
            await self._sent(item, message)
        return True

    async def _send(self, item: Outgoing, chat_id: int, screen: Words) -> Message:
        await self.pacer.wait(chat_id)
        return await self.bot.send_message(
            chat_id,
            screen.text,
            parse_mode="HTML",
            reply_markup=screen.keyboard,
            message_thread_id=item.topic_id,
        )

    async def _sent(self, item: Outgoing, message: Message) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await OutboxRepository(uow.session).sent(
                item.id, chat_id=message.chat_id, message_id=message.message_id, wall=uow.context.wall
            )

    async def _again(self, item: Outgoing, seconds: float, reason: str) -> None:
        log.warning("message_waits", kind=item.kind, attempts=item.attempts, seconds=round(seconds, 1))
        async with self.gym.unit_of_work(Actor.system()) as uow:
            at = uow.now + timedelta(seconds=seconds)
            await OutboxRepository(uow.session).again(item.id, at=at, reason=reason)

    async def _unreachable(self, item: Outgoing, reason: str) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await OutboxRepository(uow.session).unreachable(item.id, reason)

    async def _fail(self, item: Outgoing, reason: str) -> None:
        log.error("message_failed", kind=item.kind, attempts=item.attempts, reason=reason)
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await OutboxRepository(uow.session).failed(item.id, reason)

    async def _let_go(self, item: Outgoing) -> None:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            await OutboxRepository(uow.session).let_go(item.id)


async def wake_dispatchers(gym: Gym) -> None:
    """After the business clock has jumped, what waited for its hour is due now."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(f"NOTIFY {CHANNEL}"))


def _set(event: asyncio.Event, *_: object) -> None:
    event.set()


def _seconds(value: int | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
