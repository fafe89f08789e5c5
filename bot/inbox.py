"""The workers of the inbox: chats side by side, each chat in order, nothing lost to a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from gym.chats.repository import Arrival, Claimed
from gym.chats.service import LEASE, InboxService
from gym.core.errors import DatabaseUnavailable

log = structlog.get_logger()
SLOTS = 12
"""Chats handled at the same time."""
IDLE_SECONDS = 2.0
"""How often to look for what another process left behind; what arrives here wakes at once."""
MOST_ATTEMPTS = 25
"""After so many tries an update is put aside as failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """Handled; `failed` when all the person got was an error code."""

    failed: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Could not be handled now; again in `seconds` (more with each attempt when not said)."""

    seconds: float | None = None


Outcome = Done | Later
Handle = Callable[[Claimed], Awaitable[Outcome]]


def arrival(payload: Mapping[str, Any]) -> Arrival:
    """An update as Telegram sent it, with the chat whose order it keeps (0: none)."""
    body: Mapping[str, Any] = next(
        (value for key, value in payload.items() if key != "update_id" and isinstance(value, Mapping)), {}
    )
    inner: Mapping[str, Any] = body.get("message") or body
    chat = inner.get("chat") or body.get("from") or {}
    return Arrival(payload["update_id"], chat.get("id", 0), dict(payload))


class Inbox:
    """Claims updates and hands them to `handle`, one per chat at a time.

    A crash leaves leases behind; they end by themselves and the updates are claimed again, so `handle`
    must bear to see an update twice.
    """

    def __init__(
        self,
        service: InboxService,
        handle: Handle,
        *,
        slots: int = SLOTS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._service = service
        self._handle = handle
        self._slots = slots
        self._idle_seconds = idle_seconds
        self._wake = asyncio.Event()
        self._stopping = False
        self._held: dict[int, asyncio.Task[None]] = {}
        self._kept = 0

    async def keep(self, payloads: Sequence[Mapping[str, Any]]) -> None:
        """Store updates and wake the workers. Raises `DatabaseUnavailable`: then the offset must not move."""
        await self._service.keep([arrival(payload) for payload in payloads])
        self._kept += 1
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; handlers in flight are waited for."""
        keeper = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping:
                self._wake.clear()
                await self._fill()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._idle_seconds):
                        await self._wake.wait()
            await self._drain()
        finally:
            await _cancel([keeper, *self._held.values()])

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    async def _fill(self) -> None:
        """Give every free slot a chat."""
        free = self._slots - len(self._held)
        if free <= 0:
            return
        try:
            claimed = await self._service.claim(free)
        except DatabaseUnavailable:
            log.warning("inbox_waits_for_database")
            return
        for item in claimed:
            task = asyncio.create_task(self._work(item), name=f"update-{item.update_id}")
            self._held[item.update_id] = task

    async def _work(self, item: Claimed) -> None:
        more = True
        try:
            more = await self._settle(item, await self._outcome(item))
        except DatabaseUnavailable:
            log.warning("update_not_settled", update=item.update_id)
        finally:
            was_full = len(self._held) >= self._slots
            self._held.pop(item.update_id, None)
            if more or was_full:
                self._wake.set()

    async def _outcome(self, item: Claimed) -> Outcome:
        if item.attempts > MOST_ATTEMPTS:
            log.error("update_given_up", update=item.update_id, attempts=item.attempts)
            return Done(failed=True)
        return await self._handle(item)

    async def _settle(self, item: Claimed, outcome: Outcome) -> bool:
        match outcome:
            case Done(failed):
                # An update kept meanwhile may have been looked for before this one was out of its way.
                kept = self._kept
                return await self._service.finish(item, failed=failed) or kept != self._kept
            case Later(seconds):
                pause = seconds if seconds is not None else min(60.0, 2.0 ** min(item.attempts, 6))
                await self._service.postpone(item, timedelta(seconds=pause))
                return False

    async def _keep_leases(self) -> None:
        """Long work (a photo in a full queue, Telegram asking for patience) does not lose its update."""
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            if self._held:
                with suppress(DatabaseUnavailable):
                    await self._service.extend(list(self._held))

    async def _drain(self) -> None:
        if self._held:
            await asyncio.wait(list(self._held.values()))


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
