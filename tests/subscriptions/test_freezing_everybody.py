"""Closings and gift days for everybody: each plan gets exactly the days that it lost, once."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.freezes.errors import ClosingInPast, ClosingOver, GiftOutOfRange, GymIsClosed
from gym.subscriptions.freezes.schemas import Closure
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import FreezeKind, Subscription, SubscriptionStatus
from tests.support.memberships import DeskClerk, told

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)


async def close(boss: DeskClerk, first: int, last: int, key: UUID | None = None) -> Closure:
    """Closed from so many days ahead to so many."""
    async with boss.gym.unit_of_work(boss.actor) as uow:
        service, number = FreezeService(uow), key or new_id()
        return await service.close_gym(TODAY + first * DAY, TODAY + last * DAY, "painting", key=number)


async def reopen(boss: DeskClerk, key: UUID) -> Closure:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await FreezeService(uow).open_gym(key)


async def freeze(boss: DeskClerk, one: Subscription, first: int, last: int | None) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        ends_on = None if last is None else TODAY + last * DAY
        await FreezeService(uow).freeze(one.id, TODAY + first * DAY, ends_on, "a journey")


async def back(boss: DeskClerk, one: Subscription) -> Subscription:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await FreezeService(uow).end(one.id)


async def gift_all(boss: DeskClerk, days: int, key: UUID) -> int:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await FreezeService(uow).gift_everybody(days, "ten years", key=key)


async def closed_days(desk: DeskClerk, one: Subscription) -> list[int]:
    """Days, counted from today, on which the gym's closings hold a plan."""
    rows = [row for row in (await desk.see(one)).freezes if row.kind is FreezeKind.CLOSURE]
    spans = [(row.starts_on, row.ends_on or row.starts_on) for row in rows]
    return [(first + n * DAY - TODAY).days for first, last in spans for n in range((last - first).days + 1)]


async def moved(desk: DeskClerk, one: Subscription) -> int:
    """By how many days the end is later than it was."""
    return ((await desk.see(one)).ends_on - one.ends_on).days


async def test_everybody_whose_plan_meets_the_closing_gets_its_days(
    boss: DeskClerk, desk: DeskClerk, monthly: Plan
) -> None:
    people = [await desk.client(name) for name in ("Ana", "Bea", "Carla")]
    debtor, paid = await desk.sell(people[0], monthly), await desk.sell(people[1], monthly)
    await desk.pay(paid)
    later = await desk.sell(people[2], monthly, TODAY + 10 * DAY)
    assert await close(boss, 2, 4) == Closure(frozen=2, extended=2)
    assert [await moved(desk, one) for one in (debtor, paid, later)] == [3, 3, 0]
    [payload] = await told(desk.gym, NotificationKind.DESK_FROZEN)
    assert (payload["closing"], payload["count"]) == (True, 2)


async def test_each_client_whose_plan_rests_is_told_once_of_the_closing_and_of_the_opening(
    boss: DeskClerk, desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    rosa, eva = await desk.client("Rosa"), await desk.client("Eva")
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    await desk.renew(rosa, monthly)
    await desk.sell(eva, monthly, TODAY + 20 * DAY)
    key = new_id()
    await close(boss, 2, 4, key)
    await close(boss, 2, 4, key)
    [closed] = await told(desk.gym, NotificationKind.GYM_CLOSED)
    assert (closed["client_id"], closed["ends_on"]) == (rosa.id, one.ends_on + 3 * DAY)
    assert (closed["frozen_from"], closed["frozen_until"]) == (TODAY + 2 * DAY, TODAY + 4 * DAY)
    clock.advance(3 * DAY)
    await reopen(boss, key)
    [opened] = await told(desk.gym, NotificationKind.GYM_OPENED)
    assert (opened["client_id"], opened["ends_on"]) == (rosa.id, one.ends_on + DAY)
    assert not opened["planned"]


async def test_who_is_frozen_on_a_part_of_the_days_gets_the_rest(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    await freeze(boss, one, 3, 5)
    await close(boss, 2, 7)
    assert await closed_days(desk, one) == [2, 6, 7]
    assert await moved(desk, one) == 6


async def test_who_rests_without_an_end_gets_the_closed_days_after_the_return(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    await freeze(boss, one, 1, None)
    await close(boss, 5, 9)
    assert await closed_days(desk, one) == []
    clock.advance(7 * DAY)
    await back(boss, one)
    assert await closed_days(desk, one) == [7, 8, 9]
    assert (await desk.see(one)).frozen_days == 9 == await moved(desk, one)


async def test_nobody_returns_into_a_closed_gym(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    await close(boss, 0, 1)
    assert (await desk.see(one)).status is SubscriptionStatus.FROZEN
    with pytest.raises(GymIsClosed):
        await back(boss, one)


async def test_a_renewal_moves_along_and_the_closing_is_counted_once(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """Closed over the last days of one and the first days of the next: the first one takes them all."""
    one = await desk.sell(rosa, monthly)
    waiting = await desk.renew(rosa)
    assert await close(boss, 29, 32) == Closure(frozen=1, extended=2)
    assert await closed_days(desk, one) == [29, 30, 31, 32]
    assert (await moved(desk, one), await moved(desk, waiting)) == (4, 4)


async def test_a_renewal_that_a_freeze_moves_takes_its_closed_days_with_it_or_leaves_them(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    waiting = await desk.renew(rosa)
    await close(boss, 33, 35)
    assert (await closed_days(desk, one), await closed_days(desk, waiting)) == ([], [33, 34, 35])
    await freeze(boss, one, 0, 9)
    assert (await closed_days(desk, one), await closed_days(desk, waiting)) == ([33, 34, 35], [])
    assert (await moved(desk, one), await moved(desk, waiting)) == (13, 13)
    await back(boss, one)
    assert (await closed_days(desk, one), await closed_days(desk, waiting)) == ([], [33, 34, 35])
    assert (await moved(desk, one), await moved(desk, waiting)) == (0, 3)


async def test_the_same_closing_twice_moves_nothing_twice(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    key = new_id()
    assert await close(boss, 2, 4, key) == await close(boss, 2, 4, key)
    await close(boss, 3, 5)
    assert await closed_days(desk, one) == [2, 3, 4, 5]
    assert await moved(desk, one) == 4


async def test_who_came_before_the_doors_closed_has_used_the_day(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        verdict = await AttendanceService(uow).check_in_client(rosa.id)
    assert verdict.code is VerdictCode.ADMITTED
    await close(boss, 0, 1)
    assert await closed_days(desk, one) == [1]


async def test_who_buys_after_the_closing_was_announced_gets_its_days_as_well(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await close(boss, 5, 6)
    clock.advance(timedelta(minutes=1))
    one = await desk.sell(rosa, monthly)
    await desk.pay(one)
    assert await closed_days(desk, one) == [5, 6]
    await freeze(boss, one, 2, 3)
    assert await moved(desk, one) == 2
    assert await closed_days(desk, one) == [5, 6]


async def test_the_gym_opens_earlier_and_the_days_go_back(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    one = await desk.sell(rosa, monthly)
    waiting = await desk.renew(rosa)
    key = new_id()
    await close(boss, 1, 6, key)
    clock.advance(3 * DAY)
    await reopen(boss, key)
    assert await closed_days(desk, one) == [1, 2]
    assert (await moved(desk, one), await moved(desk, waiting)) == (2, 2)
    with pytest.raises(ClosingOver):
        await reopen(boss, key)


async def test_a_closing_that_has_not_begun_is_called_off(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    one = await desk.sell(rosa, monthly)
    key = new_id()
    await close(boss, 1, 6, key)
    await reopen(boss, key)
    assert (await closed_days(desk, one), await moved(desk, one)) == ([], 0)


async def test_only_admins_close_the_gym_and_not_in_the_past(boss: DeskClerk, desk: DeskClerk) -> None:
    with pytest.raises(NotAllowed):
        await close(desk, 1, 2)
    with pytest.raises(ClosingInPast):
        await close(boss, -1, 2)


async def test_everybody_active_gets_gift_days_once(
    boss: DeskClerk, desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    ana, bea = await desk.client("Ana"), await desk.client("Bea")
    running, waiting = await desk.sell(ana, monthly), await desk.renew(ana)
    later = await desk.sell(bea, monthly, TODAY + 5 * DAY)
    key = new_id()
    assert [await gift_all(boss, 2, key), await gift_all(boss, 2, key)] == [1, 1]
    assert [await moved(desk, one) for one in (running, waiting, later)] == [2, 2, 0]
    assert (await desk.see(running)).gift_days == 2
    assert len(await told(desk.gym, NotificationKind.GIFT_DAYS)) == 1
    with pytest.raises(GiftOutOfRange):
        await gift_all(boss, 366, new_id())
    with pytest.raises(NotAllowed):
        await gift_all(DeskClerk(desk.gym, Actor.member(ana.id, "Ana")), 1, new_id())


async def test_who_rests_beyond_the_last_day_until_the_return_gets_gift_days_too(
    boss: DeskClerk, desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    resting = await desk.sell(await desk.client("Ana"), monthly)
    await desk.pay(resting)
    await freeze(boss, resting, 2, None)
    clock.advance(40 * DAY)
    assert (await desk.see(resting)).ends_on < TODAY + 40 * DAY
    assert await gift_all(boss, 2, new_id()) == 1
    assert (await desk.see(resting)).gift_days == 2
