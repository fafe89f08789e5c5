"""Cash counts: the expected sum, the counted one, and who hears of the difference."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind
from gym.payments.errors import NoteTooLong, PaymentKeyReused
from gym.payments.models import CashCount, Method
from gym.payments.tills.cash_counts import CashService, CountNegative, DayNotBegun, NotCounted
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.staff.errors import StaffNotFound
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.support.front_desk import statements
from tests.support.memberships import DeskClerk, told

TODAY = date(2026, 8, 3)


async def pay(desk: DeskClerk, sold: Subscription, amount: int, method: Method) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).take_payment(sold.id, Decimal(amount), method)


async def expected(desk: DeskClerk, owner: Actor, day: date = TODAY) -> dict[Method, Decimal]:
    assert owner.id is not None
    async with desk.gym.unit_of_work(desk.actor) as uow:
        till = await CashService(uow).expected(day, owner.id)
    return {one.method: one.expected for one in till.methods}


async def count(
    desk: DeskClerk, owner: Actor, counted: dict[Method, Decimal], day: date = TODAY, **more: object
) -> list[CashCount]:
    assert owner.id is not None
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await CashService(uow).count(day, owner.id, counted, **more)  # type: ignore[arg-type]


async def test_a_till_holds_payments_less_voids_and_refunds_by_method(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    assert await expected(desk, desk.actor) == {Method.CASH: 0}
    await pay(desk, sold, 30000, Method.CASH)
    wrong = await desk.pay(sold, Decimal(10000))
    await pay(desk, sold, 5000, Method.CARD)
    await pay(boss, sold, 7000, Method.QR)
    await boss.void(wrong.entry_id)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, Decimal(2000), Method.CASH, "broken locker")
    assert await expected(desk, desk.actor) == {Method.CASH: 30000, Method.CARD: 5000}
    assert await expected(boss, boss.actor) == {Method.CASH: -2000, Method.QR: 7000}


async def test_credit_moves_no_till(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await boss.sell(rosa, monthly)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).credit(sold.id, Decimal(200000), "birthday present")
    next_one = await boss.renew(rosa)
    await pay(boss, next_one, 50000, Method.CREDIT)
    assert await expected(boss, boss.actor) == {Method.CASH: 0}
    with pytest.raises(NotCounted):
        await count(boss, boss.actor, {Method.CREDIT: Decimal(50000)})


async def test_a_count_keeps_what_was_expected_and_the_difference(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(30000))
    [row] = await count(desk, desk.actor, {Method.CASH: Decimal(29500)}, note=" coins  missing ")
    assert (row.expected, row.counted, row.difference) == (30000, 29500, Decimal(-500))
    assert (row.note, row.counted_by_name, row.gym_day) == ("coins missing", "Bruno Employee", TODAY)


async def test_admins_hear_of_a_difference_and_of_nothing_else(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(30000))
    await count(desk, desk.actor, {Method.CASH: Decimal(30000), Method.CARD: Decimal(0)})
    assert await told(desk.gym, NotificationKind.DESK_CASH_COUNTED) == []
    await count(desk, desk.actor, {Method.CASH: Decimal(31000), Method.CARD: Decimal(0)})
    [told_once] = await told(desk.gym, NotificationKind.DESK_CASH_COUNTED)
    assert (told_once["till"], told_once["day"]) == ("Bruno Employee", TODAY)
    assert told_once["methods"] == [
        {"method": "cash", "expected": Decimal(30000), "counted": Decimal(31000), "off": Decimal(1000)}
    ]


async def test_counting_again_keeps_the_first_count(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(30000))
    await count(desk, desk.actor, {Method.CASH: Decimal(20000)})
    await count(desk, desk.actor, {Method.CASH: Decimal(30000)})
    assert desk.actor.id is not None
    async with desk.gym.unit_of_work(desk.actor) as uow:
        rows = await CashService(uow).counts(TODAY, desk.actor.id)
        till = await CashService(uow).expected(TODAY, desk.actor.id)
    assert [row.counted for row in rows] == [30000, 20000]
    assert till.difference == 0


async def test_the_same_tap_counts_once_even_at_the_same_moment(desk: DeskClerk) -> None:
    key, cash = new_id(), {Method.CASH: Decimal(100), Method.CARD: Decimal(0)}
    results = await asyncio.gather(*(count(desk, desk.actor, cash, key=key) for _ in range(5)))
    assert len({row.id for rows in results for row in rows}) == 2
    assert len(await told(desk.gym, NotificationKind.DESK_CASH_COUNTED)) == 1


async def test_a_key_of_another_till_is_refused(desk: DeskClerk, boss: DeskClerk) -> None:
    key, cash = new_id(), {Method.CASH: Decimal(0)}
    await count(boss, boss.actor, cash, key=key)
    with pytest.raises(PaymentKeyReused):
        await count(boss, desk.actor, cash, key=key)


async def test_employees_count_their_own_till_of_today_and_admins_every_till_of_any_day(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(30000))
    for owner, day in ((boss.actor, TODAY), (desk.actor, TODAY - timedelta(days=1))):
        with pytest.raises(NotAllowed):
            await expected(desk, owner, day)
        with pytest.raises(NotAllowed):
            await count(desk, owner, {Method.CASH: Decimal(0)}, day)
    clock.advance(timedelta(days=1))
    assert await expected(boss, desk.actor) == {Method.CASH: 30000}
    [row] = await count(boss, desk.actor, {Method.CASH: Decimal(30000)})
    assert (row.staff_id, row.counted_by) == (desk.actor.id, boss.actor.id)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NotAllowed):
            await CashService(uow).tills(TODAY)
        with pytest.raises(NotAllowed):
            await CashService(uow).counts(TODAY)


async def test_a_day_to_come_a_negative_count_a_long_note_and_a_stranger_are_refused(
    boss: DeskClerk,
) -> None:
    cash = {Method.CASH: Decimal(0)}
    with pytest.raises(DayNotBegun):
        await count(boss, boss.actor, cash, TODAY + timedelta(days=1))
    with pytest.raises(CountNegative):
        await count(boss, boss.actor, {Method.CASH: Decimal(-1)})
    with pytest.raises(NotCounted):
        await count(boss, boss.actor, {})
    with pytest.raises(NoteTooLong):
        await count(boss, boss.actor, cash, note="x" * 301)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        with pytest.raises(StaffNotFound):
            await CashService(uow).count(TODAY, new_id(), cash)


async def test_all_tills_of_a_day_take_four_queries(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await pay(desk, sold, 30000, Method.CASH)
    await pay(boss, sold, 7000, Method.QR)
    await count(boss, boss.actor, {Method.QR: Decimal(6000)})
    async with gym.unit_of_work(boss.actor) as uow:
        with statements(gym) as seen:
            tills = await CashService(uow).tills(TODAY)
    assert len(seen) == 4
    facts = [(till.staff_name, till.expected, till.difference) for till in tills]
    assert facts == [("Ana Admin", 7000, -1000), ("Bruno Employee", 30000, None)]
