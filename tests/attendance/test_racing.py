"""Many doors at once: exactly one visit counts, and a pack loses exactly one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from gym.app import Gym
from gym.attendance.cards.printed_sheets import CardSheets, IssuedCard
from gym.attendance.models import CheckIn, VerdictCode
from gym.clients.bulk import BulkRegistration
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door
from tests.support.lock_waits import until_waiting
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


async def print_cards(gym: Gym, actor: Actor) -> Sequence[IssuedCard]:
    """Tried once: a deadlock that is lost is told."""
    async with gym.unit_of_work(actor) as uow:
        return await CardSheets(uow).issue()


async def test_cards_are_printed_beside_an_import_that_changes_the_same_people(
    gym: Gym, desk: DeskClerk
) -> None:
    """Both lock clients in the order of their ids; names have another one."""
    plan = await desk.plan(Decimal(0))
    zoe, ana = [await desk.client(name) for name in ("Zoe", "Ana")]
    for client in (zoe, ana):
        await desk.sell(client, plan)
    async with gym.unit_of_work(desk.actor) as importing:
        await BulkRegistration(importing).lock([zoe.id])
        printing = asyncio.create_task(print_cards(gym, desk.actor))
        await until_waiting(gym)
        await BulkRegistration(importing).lock([zoe.id, ana.id])
        assert not printing.done()
    assert [card.client.first_name for card in await printing] == ["Ana", "Zoe"]
