"""Fault 13: a day is the gym's own, at half past eleven, at half past twelve, and when the clocks change."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.attendance.models import CheckIn, VerdictCode
from gym.clients.models import Client
from gym.notifications.models import Notification, NotificationKind
from gym.payments.service import PaymentService
from gym.plans.models import DurationUnit, Plan
from gym.rewards.errors import RewardExpired
from gym.rewards.redeeming import RewardRedemption
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.predecessor.conftest import DAY, Night, comes, set_up
from tests.support.memberships import DeskClerk, run_nightly, told

Code, Status = VerdictCode, SubscriptionStatus


async def test_13_a_payment_belongs_to_the_day_on_which_the_gym_took_it(
    night: Night, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    night.late()
    await desk.pay(sold, Decimal(1000))
    night.early()
    await desk.pay(sold, Decimal(2000))
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        assert uow.today == night.next
        totals = {day: await PaymentService(uow).money_by_method(day) for day in (night.day, night.next)}
    assert {day: [one.net for one in found] for day, found in totals.items()} == {
        night.day: [Decimal(1000)],
        night.next: [Decimal(2000)],
    }


async def test_13_a_visit_before_and_one_after_midnight_are_two(
    night: Night, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    night.late()
    codes = [(await comes(desk, rosa)).code, (await comes(desk, rosa)).code]
    night.early()
    codes += [(await comes(desk, rosa)).code]
    night.at(night.next, 23)
    codes += [(await comes(desk, rosa)).code]
    assert codes == [Code.ADMITTED, Code.REENTRY, Code.ADMITTED, Code.REENTRY]
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        days = await uow.session.scalars(select(CheckIn.gym_day).where(CheckIn.counted).order_by(CheckIn.at))
        assert list(days) == [night.day, night.next]


async def test_13_a_status_changes_at_the_gyms_midnight(night: Night, desk: DeskClerk, rosa: Client) -> None:
    day_pass = await desk.plan(Decimal(0), DurationUnit.DAY)
    today = await desk.sell(rosa, day_pass)
    tomorrow = await desk.renew(rosa)
    assert (today.starts_on, tomorrow.starts_on) == (night.day, night.next)
    night.late()
    await run_nightly(night.gym)
    assert [(await desk.see(one)).status for one in (today, tomorrow)] == [Status.ACTIVE, Status.SCHEDULED]
    night.early()
    await run_nightly(night.gym)
    assert [(await desk.see(one)).status for one in (today, tomorrow)] == [Status.EXPIRED, Status.ACTIVE]


async def test_13_the_door_opens_and_closes_at_the_gyms_midnight(
    night: Night, desk: DeskClerk, rosa: Client
) -> None:
    await desk.sell(rosa, await desk.plan(Decimal(0), DurationUnit.DAY), starts_on=night.next)
    night.late()
    assert (await comes(desk, rosa)).code is Code.NOT_STARTED
    night.early()
    assert (await comes(desk, rosa)).code is Code.ADMITTED
    night.at(night.next, 23)
    assert (await comes(desk, rosa)).code is Code.REENTRY
    night.at(night.next + DAY, 0)
    assert (await comes(desk, rosa)).code is Code.EXPIRED


async def test_13_a_freeze_holds_whole_gym_days(
    night: Night, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    async with night.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).freeze(sold.id, night.next, night.next, "travels")
    night.late()
    assert (await comes(desk, rosa)).code is Code.ADMITTED
    night.early()
    assert (await comes(desk, rosa)).code is Code.FROZEN
    night.at(night.next, 23)
    assert (await comes(desk, rosa)).code is Code.FROZEN
    night.at(night.next + DAY, 0)
    assert (await comes(desk, rosa)).code is Code.ADMITTED
    assert (await desk.see(sold)).ends_on == sold.ends_on + DAY


async def test_13_who_returns_after_midnight_was_frozen_until_midnight(
    night: Night, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    async with night.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).freeze(sold.id, night.day, None, "travels")
    night.early()
    async with night.gym.unit_of_work(desk.actor) as uow:
        back = await FreezeService(uow).end(sold.id)
    assert back.ends_on == sold.ends_on + DAY
    assert (await comes(desk, rosa)).code is Code.ADMITTED


async def remind(gym: Gym) -> list[object]:
    """The days of the reminders that wait; one that gave way to the next says nothing any more."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await SubscriptionService(uow).remind_due()
    return [one["days"] for one in await told(gym, NotificationKind.ENDS_SOON) if one]


async def test_13_a_reminder_counts_gym_days_and_sleeps_at_the_gyms_night(
    night: Night, desk: DeskClerk, rosa: Client
) -> None:
    days = await desk.plan(Decimal(0), DurationUnit.DAY, 3)
    await desk.sell(rosa, days, night.day - DAY)
    night.late()
    assert await remind(night.gym) == [1]
    night.early()
    assert await remind(night.gym) == [0]
    async with night.gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.due_at).where(Notification.kind == NotificationKind.ENDS_SOON)
        due = [moment.astimezone(night.zone) for moment in await uow.session.scalars(query)]
    assert [(one.date(), one.hour, one.minute) for one in due] == [(night.next, 8, 0)] * 2


@pytest.mark.parametrize("late", [False, True])
async def test_13_a_reward_lasts_its_gym_days_to_the_last_minute(
    night: Night, desk: DeskClerk, rosa: Client, monthly: Plan, late: bool
) -> None:
    await set_up(night.gym, timezone=str(night.zone), reward_visits=1, reward_days=2)
    await desk.pay(await desk.sell(rosa, monthly))
    night.late()
    await comes(desk, rosa)
    async with night.gym.unit_of_work(desk.actor) as uow:
        [reward] = await RewardRedemption(uow).waiting(rosa.id)
    assert (reward.granted_on, reward.expires_on) == (night.day, night.next)
    if not late:
        night.at(night.next, 23)
        assert await renewed_with(desk, rosa, reward.id) == 120000
        return
    night.at(night.next + DAY, 0)
    with pytest.raises(RewardExpired):
        await renewed_with(desk, rosa, reward.id)


async def renewed_with(desk: DeskClerk, client: Client, reward_id: object) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        sold = await SubscriptionService(uow).renew(client.id, reward_id=reward_id)  # type: ignore[arg-type]
        return sold.final_price
