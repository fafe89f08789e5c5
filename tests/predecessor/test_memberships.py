"""Faults 3, 4, 5, 20, 21, 22 and 23: periods, prices and statuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import DurationUnit, Plan
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount
from gym.subscriptions.errors import PlanInactive
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.predecessor.conftest import DAY, MONTH, comes
from tests.support.memberships import PRICE, DeskClerk, run_nightly

Code, Status = VerdictCode, SubscriptionStatus


async def status_now(desk: DeskClerk, client: Client) -> SubscriptionStatus | None:
    """Of what runs today, without any job having run."""
    found = await desk.current(client)
    return found.status if found else None


async def test_3_a_renewal_paid_in_advance_is_active_on_its_first_day(
    gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    renewal = await desk.renew(rosa)
    await desk.pay(renewal)
    assert (await desk.see(renewal)).status is Status.SCHEDULED
    clock.advance(31 * DAY)
    await run_nightly(gym)
    assert (await desk.see(renewal)).status is Status.ACTIVE
    assert (await comes(desk, rosa)).code is Code.ADMITTED


@pytest.mark.parametrize("starts_in", [0, 5])
async def test_3_a_hundred_percent_discount_leaves_nothing_unpaid(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock, starts_in: int
) -> None:
    everything = Discount.percent(Decimal(100))
    sold = await boss.sell(rosa, monthly, MONTH + starts_in * DAY, discount=everything)
    assert sold.account.balance == 0
    clock.advance(starts_in * DAY)
    assert await status_now(boss, rosa) is Status.ACTIVE
    assert (await comes(boss, rosa)).code is Code.ADMITTED


async def test_4_paying_for_next_month_does_not_open_the_door_today(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly, MONTH + 28 * DAY))
    early = await comes(desk, rosa)
    assert (early.code, early.starts_on) == (Code.NOT_STARTED, date(2026, 8, 31))
    clock.advance(27 * DAY)
    assert (await comes(desk, rosa)).code is Code.NOT_STARTED
    clock.advance(DAY)
    assert (await comes(desk, rosa)).code is Code.ADMITTED


async def test_5_a_plans_new_price_rewrites_no_debt_and_no_sale(
    gym: Gym, desk: DeskClerk, admin: Actor, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold, Decimal(50000))
    async with gym.unit_of_work(admin) as uow:
        await PlanService(uow).schedule_price(monthly.id, Decimal(200000), MONTH + DAY)
    clock.advance(2 * DAY)
    seen = await desk.see(sold)
    assert (seen.final_price, seen.account.balance) == (PRICE, PRICE - 50000)
    assert (await comes(desk, rosa)).balance == PRICE - 50000
    assert (await desk.sell(await desk.client("Otto"), monthly)).final_price == Decimal(200000)


async def test_20_renewals_of_the_31st_do_not_drift(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    clock.at = datetime(2027, 1, 31, 15, tzinfo=UTC)
    first_days = [(await desk.sell(rosa, monthly)).starts_on]
    for _ in range(14):
        renewal = await desk.renew(rosa)
        first_days.append(renewal.starts_on)
        clock.at = datetime.combine(renewal.starts_on, datetime.min.time(), UTC) + timedelta(hours=15)
    # 2028 has a 29 February, 2027 has none.
    expected = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 29, 31]
    assert [day.day for day in first_days] == expected


async def test_21_renewing_what_ended_long_ago_starts_today(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    clock.advance(100 * DAY)
    renewal = await desk.renew(rosa)
    today = MONTH + 100 * DAY
    assert (renewal.starts_on, renewal.anchor) == (today, today)
    assert renewal.ends_on == date(2026, 12, 10)


async def test_22_what_was_never_paid_lapses_and_blocks_nothing(
    gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    unpaid = await desk.sell(rosa, monthly)
    clock.advance(31 * DAY)
    again = await desk.sell(rosa, monthly)
    await run_nightly(gym)
    assert (await desk.see(unpaid)).status is Status.LAPSED
    assert (await desk.see(unpaid)).account.balance == PRICE
    assert again.status is Status.PENDING_PAYMENT


async def refused(desk: DeskClerk, client: Client, plan: Plan, *, renews: bool) -> None:
    with pytest.raises(PlanInactive):
        await (desk.renew(client, plan) if renews else desk.sell(client, plan))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        with pytest.raises(PlanInactive):
            await (service.quote_renewal if renews else service.quote_sale)(client.id, plan.id)


async def test_23_a_deactivated_plan_is_neither_sold_nor_renewed(
    gym: Gym, desk: DeskClerk, admin: Actor, rosa: Client, monthly: Plan
) -> None:
    running: Subscription = await desk.sell(rosa, monthly)
    async with gym.unit_of_work(admin) as uow:
        await PlanService(uow).deactivate(monthly.id)
    await refused(desk, await desk.client("Otto"), monthly, renews=False)
    await refused(desk, rosa, monthly, renews=True)
    with pytest.raises(PlanInactive):
        await desk.renew(rosa)
    other = await desk.plan(Decimal(1000), DurationUnit.WEEK, name="Week")
    assert (await desk.renew(rosa, other)).starts_on == running.ends_on + DAY
