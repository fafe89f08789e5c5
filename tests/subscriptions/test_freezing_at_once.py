"""Many freeze, return and renew at once; whatever the order, the days bought are the days usable."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import Conflict, GymError
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Freeze, GymClosure, Subscription
from tests.support.memberships import DeskClerk

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)
RIVALS = 32


async def freeze(
    desk: DeskClerk, one: Subscription, first: int, last: int | None, key: UUID | None = None
) -> Freeze:
    days = (TODAY + first * DAY, None if last is None else TODAY + last * DAY)
    return await desk.gym.run(
        desk.actor, lambda uow: FreezeService(uow).freeze(one.id, *days, "a journey", key=key)
    )


async def back(desk: DeskClerk, one: Subscription) -> object:
    return await desk.gym.run(desk.actor, lambda uow: FreezeService(uow).end(one.id))


async def give(boss: DeskClerk, one: Subscription, days: int) -> Subscription:
    return await boss.gym.run(boss.actor, lambda uow: FreezeService(uow).gift(one.id, days, "sorry"))


async def close(desk: DeskClerk, first: int, last: int, key: UUID) -> object:
    days = (TODAY + first * DAY, TODAY + last * DAY)
    return await desk.gym.run(
        desk.actor, lambda uow: FreezeService(uow).close_gym(*days, "painting", key=key)
    )


@pytest.fixture
async def paid(boss: DeskClerk, rosa: Client, monthly: Plan) -> Subscription:
    one = await boss.sell(rosa, monthly)
    await boss.pay(one)
    return one


def usable(one: Subscription) -> int:
    """Days of the period on which no freeze lies, counted one by one."""
    days = [one.starts_on + n * DAY for n in range((one.ends_on - one.starts_on).days + 1)]
    rests = [(row.starts_on, row.ends_on or date.max) for row in one.freezes]
    return sum(not any(first <= day <= last for first, last in rests) for day in days)


async def test_one_of_many_freezes_wins(boss: DeskClerk, paid: Subscription) -> None:
    results = await asyncio.gather(*(freeze(boss, paid, 0, 4) for _ in range(RIVALS)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, Conflict)]
    assert len(refused) == RIVALS - 1
    seen = await boss.see(paid)
    assert (len(seen.freezes), seen.ends_on) == (1, paid.ends_on + 5 * DAY)


async def test_one_double_tapped_freeze_is_one_freeze(boss: DeskClerk, paid: Subscription) -> None:
    key = new_id()
    results = await asyncio.gather(*(freeze(boss, paid, 0, 4, key) for _ in range(RIVALS)))
    assert len({one.id for one in results}) == 1
    assert (await boss.see(paid)).frozen_days == 5


async def test_one_of_many_returns_gives_the_days_back(
    boss: DeskClerk, paid: Subscription, clock: FrozenClock
) -> None:
    await freeze(boss, paid, 0, 9)
    clock.advance(3 * DAY)
    results = await asyncio.gather(*(back(boss, paid) for _ in range(RIVALS)), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in results) == RIVALS - 1
    assert (await boss.see(paid)).ends_on == paid.ends_on + 3 * DAY


async def test_a_renewal_and_a_freeze_at_once_do_not_overlap(
    boss: DeskClerk, rosa: Client, paid: Subscription
) -> None:
    results = await asyncio.gather(
        boss.renew(rosa), freeze(boss, paid, 0, 4), close(boss, 2, 8, new_id()), return_exceptions=True
    )
    assert all(not isinstance(one, BaseException) for one in results)
    seen = await boss.see(paid)
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        service = FreezeService(uow)
        quote = await service.quote(paid.id, TODAY + 20 * DAY, TODAY + 20 * DAY)
    assert quote.renewal is not None
    assert quote.renewal.starts_on == seen.ends_on + DAY
    assert usable(seen) == (paid.ends_on - paid.starts_on).days + 1


async def test_closing_twice_at_once_is_closing_once(boss: DeskClerk, monthly: Plan) -> None:
    people = [await boss.client(f"P{number}") for number in range(6)]
    sold = [await boss.sell(person, monthly) for person in people]
    key = new_id()
    answers = await asyncio.gather(*(close(boss, 1, 3, key) for _ in range(8)))
    assert len(set(answers)) == 1
    assert {(await boss.see(one)).frozen_days for one in sold} == {3}


async def forget_closings(boss: DeskClerk) -> None:
    """Every example of the next test begins with an open gym."""
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymClosure).values(canceled_at=uow.now))


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["freeze", "freeze", "open", "back", "gift", "close", "reopen", "wait"]),
        st.integers(0, 25),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


@given(steps=STEPS, renews=st.booleans())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@pytest.mark.long
async def test_whatever_is_done_the_days_bought_and_given_are_the_days_usable(
    boss: DeskClerk, monthly: Plan, clock: FrozenClock, steps: list[Step], renews: bool
) -> None:
    clock.at = datetime.combine(TODAY, clock.at.timetz())
    await forget_closings(boss)
    rosa = await boss.client("Rosa")
    one = await boss.sell(rosa, monthly)
    await boss.pay(one)
    waiting = await boss.renew(rosa) if renews else None
    keys: list[UUID] = []
    for step in steps:
        await do(boss, clock, one, step, keys)
        seen = await boss.see(one)
        if any(row.ends_on is None for row in seen.freezes):
            continue
        assert usable(seen) == (one.ends_on - one.starts_on).days + 1 + seen.gift_days
        if waiting is not None:
            after = await boss.see(waiting)
            assert (after.held, after.starts_on) == (False, seen.ends_on + DAY)
            assert usable(after) == (waiting.ends_on - waiting.starts_on).days + 1


async def do(boss: DeskClerk, clock: FrozenClock, one: Subscription, step: Step, keys: list[UUID]) -> None:
    """One step; what the rules refuse changes nothing."""
    what, first, length = step
    start = (clock.at.date() - TODAY).days + first
    try:
        match what:
            case "freeze":
                await freeze(boss, one, start, start + length)
            case "open":
                await freeze(boss, one, start, None)
            case "back":
                await back(boss, one)
            case "gift":
                await give(boss, one, length + 1)
            case "close":
                keys.append(new_id())
                await close(boss, start, start + length, keys[-1])
            case "reopen" if keys:
                await boss.gym.run(boss.actor, lambda uow: FreezeService(uow).open_gym(keys[-1]))
            case _:
                clock.advance(min(length, 4) * DAY)
    except GymError:
        return
