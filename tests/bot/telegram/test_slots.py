"""Slots: lent while Telegram is waited for, taken back in order, and never lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.admission.slots import MOST_LENT, Slots, lending, may_wait, work_in
from gym.chats.models import SenderRank
from gym.chats.schemas import ClaimLimits

FULL = ClaimLimits(3, 2, 2)


async def worker(slots: Slots, standing: SenderRank, back: list[SenderRank], go_on: asyncio.Event) -> None:
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
    slots, back, go_on = Slots(3), list[SenderRank](), asyncio.Event()
    standings = [SenderRank.STRANGER, SenderRank.MEMBER, SenderRank.STAFF, SenderRank.STAFF]
    works = [asyncio.create_task(worker(slots, one, back, go_on)) for one in standings]
    await a_moment()
    assert slots.room == FULL, "all are lent"
    busy = [slots.take(SenderRank.STAFF) for _ in range(3)]
    assert slots.room.size == 0
    go_on.set()
    await a_moment()
    assert back == []
    for one in busy:
        one.close()
    await asyncio.gather(*works)
    assert back[:2] == [SenderRank.STAFF, SenderRank.STAFF]
    assert slots.room == FULL


async def test_a_worker_cancelled_at_any_point_leaves_its_slot() -> None:
    for moment in range(8):
        slots, go_on = Slots(3), asyncio.Event()
        busy = [slots.take(SenderRank.STAFF) for _ in range(2)]
        works = [asyncio.create_task(worker(slots, SenderRank.MEMBER, [], go_on)) for _ in range(3)]
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
        slots.take(SenderRank.MEMBER).lend()
    last = slots.take(SenderRank.MEMBER)
    work_in(last)
    assert not may_wait()
    last.lend()
    assert slots.room.members == 1, "it keeps its own"


async def waits_at_once(slots: Slots, calls: int, after: float = 0.001) -> None:
    """A handler with several calls at the same time, each slow enough to lend its slot."""
    slot = slots.take(SenderRank.STAFF)
    work_in(slot)

    async def call() -> None:
        async with lending(after=after):
            await asyncio.sleep(0.02)

    try:
        await asyncio.gather(*(call() for _ in range(calls)))
    finally:
        slot.close()


def is_untouched(slots: Slots) -> bool:
    return slots._held.total() == 0 and slots._lent == 0 and slots.room == FULL


async def test_a_handler_that_waits_for_several_calls_lends_one_slot_and_takes_one_back() -> None:
    slots = Slots(3)
    handler = asyncio.create_task(waits_at_once(slots, 5))
    while not slots._lent:  # noqa: ASYNC110
        await asyncio.sleep(0)
    busy = [slots.take(SenderRank.STAFF) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert slots._lent == 1
    for one in busy:
        one.close()
        await asyncio.sleep(0)
    await asyncio.wait_for(handler, 5)
    assert is_untouched(slots)


async def test_handlers_with_several_calls_each_do_not_stand_in_each_others_way() -> None:
    slots = Slots(3)
    for _ in range(4):
        async with asyncio.timeout(5):
            await asyncio.gather(*(waits_at_once(slots, 3) for _ in range(6)))
    assert is_untouched(slots)


async def test_a_slot_is_lent_until_the_last_of_a_handlers_calls_has_ended() -> None:
    slots, first, second = Slots(3), asyncio.Event(), asyncio.Event()
    slot = slots.take(SenderRank.STAFF)
    work_in(slot)

    async def call(ends: asyncio.Event) -> None:
        async with lending():
            await ends.wait()

    calls = [asyncio.create_task(call(ends)) for ends in (first, second)]
    await a_moment()
    assert slots.room == FULL
    first.set()
    await a_moment()
    assert slots.room == FULL, "the other call still waits"
    second.set()
    await asyncio.gather(*calls)
    assert slots.room.size == 2
    slot.close()
    assert is_untouched(slots)


async def test_a_call_that_outlives_its_handler_takes_no_slot() -> None:
    for is_waiting_to_come_back in (False, True):
        slots, go_on = Slots(3), asyncio.Event()
        slot = slots.take(SenderRank.STAFF)
        work_in(slot)

        async def call(ends: asyncio.Event) -> None:
            async with lending():
                await ends.wait()

        outlives = asyncio.create_task(call(go_on))
        await a_moment()
        busy = [slots.take(SenderRank.STAFF) for _ in range(3)]
        if is_waiting_to_come_back:
            go_on.set()
            await a_moment()
        slot.close()
        for one in busy:
            one.close()
        go_on.set()
        await asyncio.wait_for(outlives, 5)
        assert is_untouched(slots), is_waiting_to_come_back


async def test_of_two_calls_that_come_back_together_one_may_be_cancelled() -> None:
    slots, go_on = Slots(3), asyncio.Event()
    slot = slots.take(SenderRank.STAFF)
    work_in(slot)

    async def call() -> None:
        async with lending():
            await go_on.wait()

    one, other = (asyncio.create_task(call()) for _ in range(2))
    await a_moment()
    busy = [slots.take(SenderRank.STAFF) for _ in range(3)]
    go_on.set()
    await a_moment()
    one.cancel()
    await a_moment()
    for each in busy:
        each.close()
    await asyncio.wait_for(other, 5)
    slot.close()
    assert is_untouched(slots)
