"""Subscriptions as days pass: jobs that run late, gym midnight, quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind
from gym.notifications.quiet_hours import after_quiet
from gym.payments.service import PaymentService
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, NotAllowed
from gym.settings.schemas import GymSettings
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.statuses import status_on
from tests.support.memberships import DeskClerk, frozen, run_nightly, told

TODAY = date(2026, 8, 3)
LATE = datetime(2026, 8, 4, 4, 30, tzinfo=UTC)
"""23:30 on 3 August in Bogota."""
EARLY = LATE + timedelta(hours=1)
"""00:30 on 4 August in Bogota."""


async def remind(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await SubscriptionService(uow).remind_due()


async def test_at_half_past_eleven_today_is_not_over(
    desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    day = await desk.plan(Decimal(0), DurationUnit.DAY)
    clock.at = LATE
    sold = await desk.sell(rosa, day)
    assert (sold.starts_on, sold.ends_on) == (TODAY, TODAY)
    assert await desk.current(rosa) is not None
    clock.at = EARLY
    assert await desk.current(rosa) is None
    assert (await desk.see(sold)).status is SubscriptionStatus.EXPIRED


async def test_a_payment_half_an_hour_past_midnight_belongs_to_the_new_day(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    clock.at = LATE
    await desk.pay(sold, Decimal(1000))
    clock.at = EARLY
    await desk.pay(sold, Decimal(2000))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        [today] = await PaymentService(uow).money_by_method(uow.today, desk.actor.id)
    assert (uow.today, today.net) == (date(2026, 8, 4), Decimal(2000))


async def test_nobody_waits_for_the_job(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly, TODAY + timedelta(days=2)))
    assert await desk.current(rosa) is None
    clock.advance(timedelta(days=2))
    found = await desk.current(rosa)
    assert found is not None
    assert found.status is SubscriptionStatus.ACTIVE
    assert await run_nightly(desk.gym) == (0, 0)
    assert len(await told(desk.gym, NotificationKind.SUBSCRIPTION_ACTIVATED)) == 1


async def test_a_week_without_jobs_is_caught_up_in_one_run(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    day = await desk.plan(Decimal(0), DurationUnit.DAY)
    short = await desk.sell(await desk.client("Dora"), day, TODAY + timedelta(days=29))
    first = await desk.sell(rosa, monthly)
    await desk.pay(first)
    second = await desk.renew(rosa)
    clock.advance(timedelta(days=38))
    assert await run_nightly(desk.gym) == (2, 1)
    assert await run_nightly(desk.gym) == (0, 0)
    assert (await desk.see(first)).status is SubscriptionStatus.EXPIRED
    assert (await desk.see(second)).status is SubscriptionStatus.PENDING_PAYMENT
    assert (await desk.see(short)).status is SubscriptionStatus.EXPIRED
    assert len(await told(desk.gym, NotificationKind.DESK_EXPIRED)) == 2


async def test_only_who_has_nothing_to_go_on_with_hears_that_it_ended(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    otto = await desk.client("Otto")
    for client in (rosa, otto):
        await desk.pay(await desk.sell(client, monthly))
    await desk.renew(rosa)
    clock.advance(timedelta(days=31))
    await run_nightly(desk.gym)
    [expired] = await told(desk.gym, NotificationKind.SUBSCRIPTION_EXPIRED)
    assert expired["client_id"] == otto.id


async def test_the_jobs_are_not_for_employees(desk: DeskClerk) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NotAllowed):
            await SubscriptionService(uow).activate_due()


@pytest.mark.parametrize(
    ("days", "kind", "distance"),
    [
        (23, NotificationKind.ENDS_SOON, 7),
        (27, NotificationKind.ENDS_SOON, 3),
        (29, NotificationKind.ENDS_SOON, 1),
        (30, NotificationKind.ENDS_SOON, 0),
        (33, NotificationKind.ENDED, 3),
        (40, NotificationKind.ENDED, 10),
    ],
)
async def test_a_client_is_reminded_of_the_end(
    desk: DeskClerk, monthly: Plan, clock: FrozenClock, days: int, kind: NotificationKind, distance: int
) -> None:
    client = await desk.client("Lia", telegram_id=77)
    await desk.pay(await desk.sell(client, monthly))
    clock.advance(timedelta(days=days))
    assert await remind(desk.gym) == 1
    assert await remind(desk.gym) == 1
    [reminder] = await told(desk.gym, kind)
    assert (reminder["days"], reminder["plan_name"]) == (distance, "Monthly")


@pytest.mark.parametrize("days", [1, 3, 7])
async def test_a_client_is_reminded_of_a_debt(
    desk: DeskClerk, monthly: Plan, clock: FrozenClock, days: int
) -> None:
    client = await desk.client("Lia", telegram_id=77)
    await desk.pay(await desk.sell(client, monthly), Decimal(50000))
    clock.advance(timedelta(days=days))
    assert await remind(desk.gym) == 1
    [reminder] = await told(desk.gym, NotificationKind.PAYMENT_DUE)
    assert (reminder["days"], reminder["balance"]) == (days, Decimal(100000))


async def test_who_has_renewed_or_has_no_telegram_is_left_in_peace(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    renewed = await desk.client("Lia", telegram_id=77)
    for client in (rosa, renewed):
        await desk.pay(await desk.sell(client, monthly))
    await desk.renew(renewed)
    clock.advance(timedelta(days=27))
    assert await remind(desk.gym) == 0


async def test_a_reminder_of_the_night_leaves_in_the_morning_but_a_receipt_at_once(
    desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    client = await desk.client("Lia", telegram_id=77)
    sold = await desk.sell(client, monthly)
    clock.at = LATE + timedelta(days=1)
    await remind(desk.gym)
    await desk.pay(sold)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        rows = {row.kind: row for row in await uow.session.scalars(select(Notification))}
    assert rows[NotificationKind.PAYMENT_DUE].due_at == datetime(2026, 8, 5, 13, tzinfo=UTC)
    assert rows[NotificationKind.RECEIPT].due_at == clock.at


@pytest.mark.parametrize(
    ("hour", "leaves"),
    [
        (time(20, 59), datetime(2026, 8, 3, 20, 59)),  # noqa: DTZ001 - gym time, given its zone below
        (time(21), datetime(2026, 8, 4, 8)),  # noqa: DTZ001
        (time(7, 59), datetime(2026, 8, 3, 8)),  # noqa: DTZ001
        (time(8), datetime(2026, 8, 3, 8)),  # noqa: DTZ001
    ],
)
def test_quiet_hours_end_in_the_morning(hour: time, leaves: datetime) -> None:
    settings = GymSettings()  # type: ignore[call-arg]
    moment = datetime.combine(TODAY, hour, settings.zone)
    assert after_quiet(moment, settings) == leaves.replace(tzinfo=settings.zone)


def test_equal_limits_mean_no_quiet_hours() -> None:
    settings = GymSettings(quiet_from=time(9), quiet_until=time(9))  # type: ignore[call-arg]
    assert after_quiet(LATE, settings) == LATE


def test_a_siesta_is_quiet_too() -> None:
    settings = GymSettings(quiet_from=time(13), quiet_until=time(15))  # type: ignore[call-arg]
    noon = datetime.combine(TODAY, time(13, 30), settings.zone)
    assert after_quiet(noon, settings) == datetime.combine(TODAY, time(15), settings.zone)


S = SubscriptionStatus


@pytest.mark.parametrize(
    ("status", "day", "rests", "balance", "due"),
    [
        (S.SCHEDULED, 0, False, 0, S.SCHEDULED),
        (S.SCHEDULED, 1, False, 0, S.ACTIVE),
        (S.SCHEDULED, 1, False, 5, S.PENDING_PAYMENT),
        (S.ACTIVE, 5, False, 5, S.PENDING_PAYMENT),
        (S.PENDING_PAYMENT, 5, False, 0, S.ACTIVE),
        (S.ACTIVE, 11, False, 0, S.EXPIRED),
        (S.PENDING_PAYMENT, 11, False, 5, S.LAPSED),
        (S.ACTIVE, 5, True, 0, S.FROZEN),
        (S.FROZEN, 6, False, 0, S.ACTIVE),
        (S.FROZEN, 50, True, 0, S.FROZEN),
        (S.CANCELED, 5, False, 5, S.CANCELED),
        (S.LAPSED, 50, False, 5, S.LAPSED),
        (S.LAPSED, 50, False, 0, S.EXPIRED),
        (S.EXPIRED, 50, False, 5, S.LAPSED),
    ],
)
def test_dates_and_balance_decide_the_status(status: S, day: int, rests: bool, balance: int, due: S) -> None:
    at = [TODAY + timedelta(days=number) for number in range(51)]
    found = status_on(
        at[day],
        status=status,
        starts_on=at[1],
        ends_on=at[10],
        frozen=rests,
        balance=Decimal(balance),
    )
    assert found is due


async def test_a_freeze_that_is_over_ends_by_itself(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Subscription, sold.id)
        row.status = SubscriptionStatus.FROZEN
        uow.session.add(frozen(sold, TODAY, TODAY + timedelta(days=3)))
    clock.advance(timedelta(days=4))
    assert await run_nightly(desk.gym) == (1, 0)
    assert (await desk.see(sold)).status is SubscriptionStatus.ACTIVE
