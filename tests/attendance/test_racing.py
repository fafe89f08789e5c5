"""Many doors at once: exactly one visit counts, and a pack loses exactly one."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from gym.app import Gym
from gym.attendance.models import CheckIn, VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door
from tests.support.memberships import DeskClerk

Code = VerdictCode


@pytest.mark.parametrize("doors", [8, 32])
async def test_of_parallel_check_ins_one_counts_and_the_others_re_enter(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, doors: int
) -> None:
    await gym.database.warm(doors)
    verdicts = await asyncio.gather(*(door.by_staff(rosa) for _ in range(doors)))
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 1, Code.REENTRY: doors - 1}
    rows = await door.attempts()
    assert len(rows) == doors
    assert sum(row.counted for row in rows) == 1


async def test_of_parallel_check_ins_a_pack_loses_one_visit(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client
) -> None:
    subscription = await desk.sell(rosa, await desk.plan(Decimal(0), visits=1))
    await gym.database.warm(32)
    verdicts = await asyncio.gather(*(door.by_staff(rosa) for _ in range(32)))
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 1, Code.REENTRY: 31}
    assert (await desk.see(subscription)).visits_used == 1


async def test_two_days_race_for_the_last_visit_of_a_pack(
    gym: Gym, kiosk: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    """An offline queue is replayed while the member stands at the door."""
    subscription = await desk.sell(rosa, await desk.plan(Decimal(0), visits=1))
    yesterday = clock.now()
    clock.advance(timedelta(days=1))
    await gym.database.warm(16)
    doors = [yesterday, None] * 8
    verdicts = await asyncio.gather(*(kiosk.by_qr(rosa, at=at) for at in doors))
    codes = Counter(one.code for one in verdicts)
    assert codes[Code.ADMITTED] == 1
    assert codes[Code.VISITS_USED_UP] == 8
    assert codes[Code.ALREADY_INSIDE] == 7
    assert (await desk.see(subscription)).visits_used == 1


async def test_parallel_repeats_of_one_key_are_one_attempt(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    key = uuid4()
    await gym.database.warm(16)
    verdicts = await asyncio.gather(*(door.by_staff(rosa, key) for _ in range(16)))
    assert {one.id for one in verdicts} == {row.id for row in await door.attempts()}
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 16}


async def test_different_members_do_not_wait_for_each_other_for_ever(
    gym: Gym, door: Door, desk: DeskClerk
) -> None:
    plan = await desk.plan(Decimal(0))
    members = [await desk.client(f"Member {number}") for number in range(8)]
    for member in members:
        await desk.sell(member, plan)
    verdicts = await asyncio.gather(*(door.by_staff(member) for member in members * 4))
    assert Counter(one.code for one in verdicts) == {Code.ADMITTED: 8, Code.REENTRY: 24}
    rows: list[CheckIn] = await door.attempts()
    assert {row.client_id for row in rows if row.counted} == {member.id for member in members}
