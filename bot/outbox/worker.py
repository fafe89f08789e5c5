"""The outbox worker: claims due messages under a lease and sends them, each chat in order."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial

import asyncpg
import structlog
from sqlalchemy import text
from telegram import Bot

from bot.outbox.delivery import MessageSender, SendContext
from bot.outbox.lease import Lease
from bot.outbox.rate_limits import BULK, GROUP, OVERALL, SendRateLimits
from gym.app import Gym
from gym.core.errors import DatabaseUnavailable
from gym.core.leader_election import LeaderElection, LeaderRole
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor

log = structlog.get_logger()
CHANNEL = "powergym_outbox"
LOCK = 0x6F7574626F78
"""The advisory lock of the one sender: "outbox" in ASCII."""
SPREAD_SIZE = 30
"""Messages for the desk that one claim turns into a message for each desk chat."""
MOST_DELIVERIES = 24
"""Messages being sent at once, each to another reader: a slow chat keeps one place busy, no more."""
MOST_BULK = 6
"""How many of those may be broadcasts, so that what is urgent always finds a place."""
LEASE = timedelta(seconds=45)
"""Longer than one message takes: its wait for the rate limits, Telegram's slowest answer, and the write.

Of a message that takes longer the lease is renewed: else it would be sent a second time.
"""
IDLE_SECONDS = 15.0
"""How long an idle worker sleeps at most; NOTIFY wakes it at once."""
ROLE = LeaderRole(
    LOCK, retry_seconds=1.0, waits="waits_to_dispatch", leads="dispatching", lost="dispatching_lost"
)
SHUTDOWN_SECONDS = 5.0
"""How long a stop waits for messages being sent; the rest are claimed again when their leases end."""


class OutboxWorker:
    """Claims with SKIP LOCKED and sends; any number of processes may run one.

    Telegram's limits hold for the bot, not for a process, so one worker sends at a time: the leader, elected
    by an advisory lock. Another takes over when it ends.
    """

    def __init__(
        self, gym: Gym, bot: Bot, rate_limits: SendRateLimits | None = None, lease: timedelta = LEASE
    ) -> None:
        self.gym = gym
        self.bot = bot
        self.rate_limits = rate_limits or SendRateLimits(gym.clock)
        self.lease = lease
        self._sender = MessageSender(gym, bot, self.rate_limits)
        self._deliveries: dict[asyncio.Task[None], Lease] = {}
        """Deliveries that are under way, each with its lease."""
        self._wake = asyncio.Event()
        self._leads = asyncio.Event()

    async def run(self) -> None:
        """Send what is due until cancelled; messages being sent have `SHUTDOWN_SECONDS` to arrive."""
        leading = asyncio.create_task(self._lead())
        # An election that ends by a fault wakes and ends this loop: waiting for it would never end.
        leading.add_done_callback(partial(_set, self._leads))
        try:
            while True:
                await self._leads.wait()
                if leading.done():
                    leading.result()
                await self._work()
        finally:
            leading.cancel()
            await asyncio.gather(leading, return_exceptions=True)
            self._leads.clear()
            await self._finish_all()

    async def drain(self) -> int:
        """Send everything that is due now; returns how many messages were tried."""
        tried = 0
        while True:
            self._wake.clear()
            started = await self._start_due()
            tried += started
            if started or self._wake.is_set():
                continue
            if not self._deliveries:
                return tried
            await self._wake.wait()

    async def _work(self) -> None:
        """Claim what can leave; without any, sleep until a delivery ends, or a message is written or due."""
        self._wake.clear()
        try:
            if await self._start_due():
                return
            pause = await self._pause()
        except DatabaseUnavailable:
            pause = 1.0
        # Not wait_for: in Python 3.11 it may swallow the cancellation that comes together with the wake-up.
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._wake.wait()

    async def _start_due(self) -> int:
        """Claim as many as there are free places and start them; returns how many."""
        await self._renew()
        free = MOST_DELIVERIES - len(self._deliveries)
        for_bulk = MOST_BULK - sum(lease.bulk for lease in self._deliveries.values())
        if free <= 0 or self.rate_limits.all_held:
            return 0
        ends = self.gym.clock.monotonic() + self.lease.total_seconds()
        async with self.gym.unit_of_work(Actor.system()) as uow:
            outbox, wall = OutboxRepository(uow.session), uow.context.wall
            await outbox.spread(now=uow.now, wall=wall, size=SPREAD_SIZE)
            claimed = await outbox.claim(
                now=uow.now,
                wall=wall,
                lease=wall + self.lease,
                size=min(free, for_bulk) if for_bulk > 0 else free,
                bulk=for_bulk > 0,
                held=[lease.key for lease in self._deliveries.values()],
            )
            now = SendContext(uow.settings, uow.now)
        for item in claimed:
            lease = Lease(item.id, item.is_bulk, self.lease.total_seconds(), ends)
            delivery = asyncio.create_task(self._sender.deliver(item, now, lease))
            self._deliveries[delivery] = lease
            delivery.add_done_callback(self._on_delivered)
        return len(claimed)

    async def _renew(self) -> None:
        """Renew the leases of deliveries under way; one that ended would let the message be claimed anew."""
        now = self.gym.clock.monotonic()
        old = [lease for lease in self._deliveries.values() if lease.is_old(now)]
        if not old:
            return
        async with self.gym.unit_of_work(Actor.system()) as uow:
            until = uow.context.wall + self.lease
            await OutboxRepository(uow.session).renew([lease.key for lease in old], until)
        for lease in old:
            lease.ends = now + lease.seconds

    def _on_delivered(self, delivery: asyncio.Task[None]) -> None:
        del self._deliveries[delivery]
        self._wake.set()
        fault = None if delivery.cancelled() else delivery.exception()
        if fault is not None:  # claimed again when its lease ends
            log.error("delivery_failed", exc_info=fault)

    async def _finish_all(self) -> None:
        deliveries = list(self._deliveries)
        if deliveries:
            await asyncio.wait(deliveries, timeout=SHUTDOWN_SECONDS)
        for delivery in deliveries:
            delivery.cancel()
        await asyncio.gather(*deliveries, return_exceptions=True)

    async def _pause(self) -> float:
        longest = min(IDLE_SECONDS, self.lease.total_seconds() / 4) if self._deliveries else IDLE_SECONDS
        if len(self._deliveries) >= MOST_DELIVERIES:
            return longest
        async with self.gym.unit_of_work(Actor.system()) as uow:
            due = await OutboxRepository(uow.session).next_due(now=uow.now, wall=uow.context.wall)
            pause = (due - uow.now).total_seconds() if due else longest
        return max(0.05, min(longest, max(self.rate_limits.all_held, pause)))

    # Leadership

    async def _lead(self) -> None:
        """Become the leader, and stay it while the connection lives; else try again."""
        await LeaderElection(self.gym.database, ROLE).run(self._term)

    async def _term(self, connection: asyncpg.Connection) -> None:
        """Lead until cancelled; a lost database ends the term."""
        await connection.add_listener(CHANNEL, partial(_set, self._wake))
        with suppress(DatabaseUnavailable):
            await self._remember_lately()
            self._leads.set()
            self._wake.set()
            try:
                await asyncio.Event().wait()
            finally:
                self._leads.clear()

    async def _remember_lately(self) -> None:
        """Count what the leader before has sent: it has used up part of Telegram's limits.

        What Telegram refused it is written nowhere, so after a leader of this very second that second ends
        first.
        """
        async with self.gym.unit_of_work(Actor.system()) as uow:
            wall = uow.context.wall
            since = wall - timedelta(seconds=max(OVERALL[1], BULK[1], GROUP[1]))
            sent = await OutboxRepository(uow.session).lately(since=since, wall=wall)
        ago = [(chat, (wall - at).total_seconds()) for chat, at in sent]
        self.rate_limits.remember(ago)
        if any(seconds < OVERALL[1] for _, seconds in ago):
            self.rate_limits.hold_all(OVERALL[1])


async def wake_workers(gym: Gym) -> None:
    """Wake every worker: after the business clock has jumped, what waited for its hour is due now."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(f"NOTIFY {CHANNEL}"))


def _set(event: asyncio.Event, *_: object) -> None:
    event.set()
