"""The inbox's workers survive whatever the database says, and hold on to what is in hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bot.telegram.inbox import Done, Inbox, Later, Outcome
from gym.app import Gym
from gym.chats.models import InboxUpdate
from gym.chats.schemas import ClaimedUpdate, ClaimLimits, IncomingUpdate
from gym.chats.service import LEASE, InboxService
from gym.chats.sessions import AutocommitSessions
from gym.core.clock import FrozenClock


class Strange(Exception):
    """No outage: a fault that nobody foresaw."""


class Moody(InboxService):
    """The real service over the real database; the first `extend` or `claim` meets a fault."""

    extends = claims = 0
    fails = ""

    async def extend(self, update_ids: Sequence[int]) -> None:
        self.extends += 1
        if self.fails == "extend" and self.extends == 1:
            raise Strange
        await super().extend(update_ids)

    async def claim(self, room: ClaimLimits | int) -> list[ClaimedUpdate]:
        self.claims += 1
        if self.fails == "claim" and self.claims == 2:
            raise Strange
        return await super().claim(room)


def moody(gym: Gym, fails: str = "") -> Moody:
    service = Moody(AutocommitSessions(gym.database), gym.clock)
    service.fails = fails
    return service


def one(update_id: int, chat_id: int = 1) -> IncomingUpdate:
    return IncomingUpdate(update_id, chat_id, {"update_id": update_id})


def written(update_id: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": update_id}}}


async def test_a_lease_is_kept_after_a_fault_that_nobody_foresaw(
    gym: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.LEASE", timedelta(seconds=0.15))
    service, release, seen = moody(gym, "extend"), asyncio.Event(), list[int]()

    async def handle(item: ClaimedUpdate) -> Outcome:
        seen.append(item.update_id)
        await release.wait()
        return Done()

    inbox = Inbox(service, handle)
    await service.keep([one(5)])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(10):
        while service.extends < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        clock.advance(LEASE - timedelta(seconds=1))
        extended = service.extends
        while service.extends < extended + 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    clock.advance(timedelta(seconds=2))
    assert await service.claim(10) == [], "it is still in hand"
    inbox.stop()
    release.set()
    await working
    assert seen == [5]


async def test_a_claim_that_fails_ends_nobody_who_is_at_work(gym: Gym) -> None:
    service, release, done = moody(gym, "claim"), asyncio.Event(), list[int]()

    async def handle(item: ClaimedUpdate) -> Outcome:
        await release.wait()
        done.append(item.update_id)
        return Done()

    inbox = Inbox(service, handle, idle_seconds=0.02)
    await service.keep([one(5)])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(10):
        while service.claims < 3 and not working.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    release.set()
    await service.keep([one(6, 2)])
    async with asyncio.timeout(10):
        while len(done) < 2 and not working.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    inbox.stop()
    await working
    assert done == [5, 6]


async def test_what_was_handed_back_is_not_extended(gym: Gym, clock: FrozenClock) -> None:
    """A lease that is renewed just then does not bring it back an hour too early."""
    service = moody(gym)
    await service.keep([one(5), one(6, 2)])
    handed_back, in_hand = await service.claim(10)
    clock.advance(timedelta(seconds=1))
    await service.postpone(handed_back, timedelta(hours=1))
    await service.extend([5, 6])
    async with gym.database.session() as session:
        rows = [await session.get_one(InboxUpdate, each.update_id) for each in (handed_back, in_hand)]
        until = [row.leased_until and row.leased_until - clock.now() for row in rows]
    assert until == [timedelta(hours=1), LEASE]


async def test_an_update_with_a_lower_number_waits_for_the_one_in_hand(gym: Gym) -> None:
    service = moody(gym)
    await service.keep([one(5), one(7)])
    [first] = await service.claim(10)
    await service.keep([one(4)])
    assert await service.claim(10) == [], "one of a chat at a time"
    await service.finish(first)
    [second] = await service.claim(10)
    await service.finish(second)
    [third] = await service.claim(10)
    assert [each.update_id for each in (first, second, third)] == [5, 4, 7]


async def test_slots_that_come_free_while_a_claim_is_on_its_way_are_used_at_once(gym: Gym) -> None:
    """Without waiting for the next idle look."""
    started, release, served = list[int](), asyncio.Event(), asyncio.Event()

    class Slow(InboxService):
        async def claim(self, room: ClaimLimits | int) -> list[ClaimedUpdate]:
            claimed = await super().claim(room)
            if started == [1]:
                release.set()
                await asyncio.sleep(0.2)  # it ends, while the answer has not come yet
            return claimed

    async def handle(item: ClaimedUpdate) -> Outcome:
        started.append(item.update_id)
        if item.update_id == 1:
            await release.wait()
        elif item.update_id == 2:
            await asyncio.Event().wait()
        else:
            served.set()
        return Done()

    inbox = Inbox(Slow(AutocommitSessions(gym.database), gym.clock), handle, slots=3, idle_seconds=60)
    await inbox.keep([written(1)])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(10):
        while not started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await inbox.keep([written(2), written(3)])  # two strangers at once, so one of these must wait
        await served.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert started == [1, 2, 3]


async def test_what_must_wait_is_handed_back_for_as_long_as_it_said(
    gym: Gym, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The renewal of leases was sent before, and reaches the row behind it."""
    monkeypatch.setattr("bot.telegram.inbox.LEASE", timedelta(seconds=0.15))
    sent, arrives = asyncio.Event(), asyncio.Event()

    class Overtaken(InboxService):
        async def extend(self, update_ids: Sequence[int]) -> None:
            sent.set()
            await arrives.wait()
            await super().extend(update_ids)

        async def postpone(self, item: ClaimedUpdate, by: timedelta) -> None:
            await super().postpone(item, by)
            arrives.set()
            await asyncio.sleep(0.2)

    async def handle(_item: ClaimedUpdate) -> Outcome:
        await sent.wait()
        return Later(3600)

    service = Overtaken(AutocommitSessions(gym.database), gym.clock)
    inbox = Inbox(service, handle)
    await service.keep([one(5)])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(10):
        await arrives.wait()
    await asyncio.sleep(0.1)
    inbox.stop()
    await working
    async with gym.database.session() as session:
        row = await session.get_one(InboxUpdate, 5)
    assert row.leased_until == clock.now() + timedelta(hours=1)
