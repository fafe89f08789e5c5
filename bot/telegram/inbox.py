"""Inbox workers: claim stored updates under a lease and handle them, chats in parallel, each in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.admission.quotas import Quotas
from bot.admission.slots import SLOTS, Slot, Slots, work_in
from gym.chats.intake import DeadReason, Reject, accept
from gym.chats.models import SenderRank
from gym.chats.schemas import ClaimedUpdate, ClaimLimits, IncomingUpdate
from gym.chats.service import LEASE, InboxService
from gym.core.errors import DatabaseUnavailable

log = structlog.get_logger()
IDLE_SECONDS = 2.0
"""How often updates are looked for that another process left behind; what arrives here wakes at once."""
MOST_ATTEMPTS = 25
"""Attempts after which an update is put aside as a dead update."""
MOST_CRASHES = 5
"""Attempts that ended with the process, after which the update itself is taken for the cause."""
MOST_SECONDS = 600.0
"""A handler that takes longer hangs: a full photo queue and RetryAfter are waited out within two minutes."""


@dataclass(frozen=True, slots=True)
class Done:
    """Handled; `failed` when all that the person got was an error code, or nothing."""

    failed: bool = False
    reason: DeadReason = DeadReason.FAILED
    """Why it failed."""
    code: str | None = None
    """The error code that the person was told."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not handled now; due again in `seconds`, or when not said in 2, 4, 8 … at most 60 seconds."""

    seconds: float | None = None


Outcome = Done | Later
Handle = Callable[[ClaimedUpdate], Awaitable[Outcome]]


class Inbox:
    """Claims updates and hands them to `handle`, one of each chat at a time.

    A crash leaves leases behind. They end by themselves and the updates are claimed again, so `handle` must
    bear to see an update twice.
    """

    def __init__(
        self,
        service: InboxService,
        handle: Handle,
        *,
        quotas: Quotas | None = None,
        slots: int = SLOTS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._service = service
        self._handle = handle
        self._quotas = quotas
        self._wake = asyncio.Event()
        self._slots = Slots(slots, self._on_free)
        self._idle_seconds = idle_seconds
        self._scarce = False
        """Whether the last claim has filled the room of some rank: then more updates of it may be waiting."""
        self._freed = 0
        """How many slots came free with no handler to take them: one may come free while a claim is on its
        way."""
        self._stopping = False
        self._held: dict[int, asyncio.Task[None]] = {}
        self._kept = 0
        self._waits = False
        """Whether it was logged that the database is away."""

    async def keep(self, updates: Sequence[object]) -> None:
        """Store updates as they came, put aside what cannot be stored, and wake the workers.

        Raises `DatabaseUnavailable`, and nothing else: then the offset must not move.
        """
        taken = [accept(update) for update in updates]
        await self._service.reject([one for one in taken if isinstance(one, Reject)])
        await self._keep([one for one in taken if isinstance(one, IncomingUpdate)])
        self._kept += 1
        self._wake.set()

    async def _keep(self, arrivals: Sequence[IncomingUpdate]) -> None:
        if self._quotas is None:
            await self._service.keep(arrivals)
            return
        tickets = [await self._quotas.judge(one) for one in arrivals]
        try:
            kept = await self._service.keep([ticket.arrival for ticket in tickets])
        except BaseException:
            await self._quotas.undo(tickets)
            raise
        await self._quotas.settle(tickets, kept)

    async def run(self) -> None:
        """Work until `stop`; handlers under way are waited for."""
        renewal = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping:
                self._wake.clear()
                await self._fill()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._idle_seconds):
                        await self._wake.wait()
            await self._drain()
        finally:
            await _cancel([renewal, *self._held.values()])

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _fill(self) -> None:
        """Claim updates for the free slots and start their handlers."""
        room = self._slots.room
        self._scarce = not room.size
        if self._scarce:
            return
        freed = self._freed
        claimed = await self._claim(room)
        self._scarce = _uses_up(room, claimed)
        if self._scarce and freed != self._freed:
            self._wake.set()
        for item in claimed:
            if item.update_id in self._held:
                # The machine slept or its clock was put forward: the lease ended while the handler was at
                # work.
                log.warning("lease_ended_in_hand", update=item.update_id)
                continue
            work = self._work(item, self._slots.take(SenderRank(item.rank)))
            self._held[item.update_id] = asyncio.create_task(work, name=f"update-{item.update_id}")

    async def _claim(self, room: ClaimLimits) -> Sequence[ClaimedUpdate]:
        """The claimed updates; none while the database refuses, whatever the fault: handlers at work go
        on."""
        try:
            claimed = await self._service.claim(room)
        except DatabaseUnavailable:
            if not self._waits:
                log.warning("inbox_waits_for_database")
            self._waits = True
            return ()
        except Exception:
            log.exception("updates_not_claimed")
            return ()
        self._waits = False
        return claimed

    def _on_free(self) -> None:
        self._freed += 1
        if self._scarce:
            self._wake.set()

    async def _work(self, item: ClaimedUpdate, slot: Slot) -> None:
        work_in(slot)
        more = True
        try:
            more = await self._settle(item, await self._outcome(item))
        except DatabaseUnavailable:
            log.warning("update_not_settled", update=item.update_id)
        except Exception:
            log.exception("update_not_settled", update=item.update_id)
        finally:
            self._held.pop(item.update_id, None)
            slot.close()
            if more:
                self._wake.set()

    async def _outcome(self, item: ClaimedUpdate) -> Outcome:
        if item.attempts > MOST_ATTEMPTS or item.crashes >= MOST_CRASHES:
            log.error("update_given_up", update=item.update_id, attempts=item.attempts, crashes=item.crashes)
            return Done(failed=True, reason=DeadReason.GIVEN_UP)
        limit = asyncio.timeout(MOST_SECONDS)
        try:
            async with limit:
                return await self._handle(item)
        except DatabaseUnavailable:
            return Later()
        except Exception:
            # The outermost edge of a worker: a fault of one update must not stop the others.
            if limit.expired():
                log.error("update_timed_out", update=item.update_id, seconds=MOST_SECONDS)  # noqa: TRY400
                return Done(failed=True, reason=DeadReason.TIMED_OUT)
            log.exception("update_failed", update=item.update_id)
            return Done(failed=True)

    async def _settle(self, item: ClaimedUpdate, outcome: Outcome) -> bool:
        match outcome:
            case Done(failed, reason, code):
                if failed:
                    await self._service.put_aside(item.update_id, reason, code)
                # An update of the same chat kept meanwhile may have been looked for before this one was
                # finished.
                kept = self._kept
                return await self._service.finish(item, failed=failed) or kept != self._kept
            case Later(seconds):
                pause = seconds if seconds is not None else min(60.0, 2.0 ** min(item.attempts, 6))
                await self._service.postpone(item, timedelta(seconds=pause))
                return False

    async def _keep_leases(self) -> None:
        """Renew the leases of long work, such as a photo in a full queue or a RetryAfter, every third of a
        lease."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if self._held:
                await self._extend(list(self._held))

    async def _extend(self, update_ids: Sequence[int]) -> None:
        """Renew leases; any fault is logged, for the next try comes while two thirds of the lease are
        left."""
        try:
            await self._service.extend(update_ids)
        except DatabaseUnavailable:
            log.info("leases_not_extended")
        except Exception:
            log.exception("leases_not_extended")

    async def _drain(self) -> None:
        if self._held:
            await asyncio.wait(list(self._held.values()))


def _uses_up(room: ClaimLimits, claimed: Sequence[ClaimedUpdate]) -> bool:
    members = sum(item.rank == SenderRank.MEMBER for item in claimed)
    strangers = sum(item.rank == SenderRank.STRANGER for item in claimed)
    return len(claimed) >= room.size or members >= room.members or strangers >= room.strangers


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
