"""Slots: lent while Telegram is waited for, taken back in order, and never lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.admission.slots import MOST_LENT, Slots, lending, may_wait, work_in
from gym.chats.models import Standing
from gym.chats.repository import Room

FULL = Room(3, 2, 2)


async def worker(slots: Slots, standing: Standing, back: list[Standing], go_on: asyncio.Event) -> None:
    """Lends the slot until it may go on."""
    slot = slots.take(standing)
    work_in(slot)
    try:
        async with lending():
            await go_on.wait()
        back.append(standing)
        await asyncio.sleep(0)
    finally:
        slot.close()


async def a_moment() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


async def test_who_lent_a_slot_comes_back_staff_first_and_every_slot_is_free_at_the_end() -> None:
    slots, back, go_on = Slots(3), list[Standing](), asyncio.Event()
    standings = [Standing.STRANGER, Standing.MEMBER, Standing.STAFF, Standing.STAFF]
    works = [asyncio.create_task(worker(slots, one, back, go_on)) for one in standings]
    await a_moment()
    assert slots.room == FULL, "all are lent"
    busy = [slots.take(Standing.STAFF) for _ in range(3)]
    assert slots.room.size == 0
    go_on.set()
    await a_moment()
    assert back == []
    for one in busy:
        one.close()
    await asyncio.gather(*works)
    assert back[:2] == [Standing.STAFF, Standing.STAFF]
    assert slots.room == FULL


async def test_a_worker_cancelled_at_any_point_leaves_its_slot() -> None:
    for moment in range(8):
        slots, go_on = Slots(3), asyncio.Event()
        busy = [slots.take(Standing.STAFF) for _ in range(2)]
        works = [asyncio.create_task(worker(slots, Standing.MEMBER, [], go_on)) for _ in range(3)]
        await a_moment()
        go_on.set()
        for _ in range(moment):
            await asyncio.sleep(0)
        for work in works:
            work.cancel()
        for one in busy:
            one.close()
        for work in works:
            with suppress(asyncio.CancelledError):
                await work
        assert slots.room == FULL, moment
        assert slots._lent == 0


async def test_where_too_many_wait_already_nobody_else_lends() -> None:
    slots = Slots(3)
    for _ in range(MOST_LENT):
        slots.take(Standing.MEMBER).lend()
    last = slots.take(Standing.MEMBER)
    work_in(last)
    assert not may_wait()
    last.lend()
    assert slots.room.members == 1, "it keeps its own"
