"""Messages of the jobs: late reminders, birthdays, absences, prices, debts, the day in numbers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.json_values import decode
from gym.jobs.runner import run_due
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.plans.service import PlanService
from gym.security.permissions import Actor
from gym.settings.models import GymState
from tests.support.memberships import DeskClerk, frozen, told

Kind = NotificationKind
TODAY = date(2026, 8, 3)


async def rows(gym: Gym, kind: Kind) -> list[tuple[NotificationState, dict[str, Any]]]:
    query = select(Notification).where(Notification.kind == kind).order_by(Notification.due_at)
    async with gym.unit_of_work(Actor.system()) as uow:
        return [(row.state, decode(row.payload)) for row in await uow.session.scalars(query)]


async def born(gym: Gym, client: Client, day: date) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == client.id).values(birth_date=day))


async def test_after_a_week_without_jobs_only_what_is_still_true_is_said(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    lia = await desk.client("Lia", telegram_id=77)
    await desk.pay(await desk.sell(lia, await desk.plan()))
    clock.advance(timedelta(days=22))
    await run_due(gym.run)
    clock.advance(timedelta(days=6))
    await run_due(gym.run)
    # The end is in two days; "7 days" and "3 days" were missed. One message, with the days as they are.
    found = await rows(gym, Kind.ENDS_SOON)
    said = [(state, payload.get("days")) for state, payload in found]
    assert said == [(NotificationState.DISMISSED, None), (NotificationState.PENDING, 2)]


async def test_a_reminder_that_still_waits_gives_way_to_the_next_one(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    plan = await desk.plan()
    lia, mia, otto = [
        await desk.client(name, telegram_id=77 + n) for n, name in enumerate(("Lia", "Mia", "Otto"))
    ]
    await desk.pay(await desk.sell(lia, plan))
    await desk.pay(await desk.sell(mia, plan, TODAY + timedelta(days=4)))
    await desk.sell(otto, plan, TODAY + timedelta(days=20))
    for days in (22, 1, 4):
        clock.advance(timedelta(days=days))
        await run_due(gym.run)
    pending, aside = NotificationState.PENDING, NotificationState.DISMISSED

    async def told_of(kind: Kind) -> list[tuple[NotificationState, object, object]]:
        """What is laid aside is emptied."""
        return [(state, one.get("client_name"), one.get("days")) for state, one in await rows(gym, kind)]

    ends = await told_of(Kind.ENDS_SOON)
    assert ends[0] == (aside, None, None), "Telegram took nothing for four days"
    assert sorted(ends[1:]) == [(pending, "Lia Vargas", 3), (pending, "Mia Vargas", 7)]
    assert await told_of(Kind.PAYMENT_DUE) == [(aside, None, None), (pending, "Otto Vargas", 7)]


async def test_an_end_that_was_missed_is_no_last_day_any_more(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    lia = await desk.client("Lia", telegram_id=77)
    await desk.pay(await desk.sell(lia, await desk.plan()))
    clock.advance(timedelta(days=28))
    await run_due(gym.run)
    clock.advance(timedelta(days=4))
    await run_due(gym.run)
    assert {state for state, _ in await rows(gym, Kind.ENDS_SOON)} == {NotificationState.DISMISSED}
    assert [state for state, _ in await rows(gym, Kind.SUBSCRIPTION_EXPIRED)] == [NotificationState.PENDING]


@pytest.mark.parametrize(
    ("birth", "year_day"), [(date(1990, 8, 3), TODAY), (date(1996, 2, 29), date(2027, 2, 28))]
)
async def test_a_birthday_is_wished_once(
    gym: Gym, desk: DeskClerk, clock: FrozenClock, birth: date, year_day: date
) -> None:
    await born(gym, await desk.client("Lia", telegram_id=77), birth)
    await born(gym, await desk.client("Otto"), birth)
    clock.advance(timedelta(days=(year_day - TODAY).days))
    for _ in range(2):
        await run_due(gym.run)
    assert await told(gym, Kind.BIRTHDAY) == [{"first_name": "Lia"}]


async def test_who_does_not_come_is_asked_back_after_ten_and_twenty_days(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    lia = await desk.client("Lia", telegram_id=77)
    await desk.pay(await desk.sell(lia, await desk.plan()))
    clock.advance(timedelta(days=2))
    async with gym.unit_of_work(desk.actor) as uow:
        await AttendanceService(uow).check_in_client(lia.id)
    for _ in range(22):
        clock.advance(timedelta(days=1))
        await run_due(gym.run)
    assert [one["days"] for one in await told(gym, Kind.ABSENT)] == [10, 20]


async def test_nobody_is_absent_while_the_plan_rests(gym: Gym, desk: DeskClerk, clock: FrozenClock) -> None:
    lia = await desk.client("Lia", telegram_id=77)
    sold = await desk.sell(lia, await desk.plan())
    await desk.pay(sold)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(frozen(sold, TODAY + timedelta(days=1), TODAY + timedelta(days=12)))
    for _ in range(15):
        clock.advance(timedelta(days=1))
        await run_due(gym.run)
    assert await told(gym, Kind.ABSENT) == []


async def test_a_new_price_is_announced_to_those_who_hold_the_plan(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, clock: FrozenClock
) -> None:
    monthly, weekly = await desk.plan(), await desk.plan(name="Weekly")
    await desk.sell(await desk.client("Lia", telegram_id=77), monthly)
    await desk.sell(await desk.client("Otto", telegram_id=78), weekly)
    await desk.sell(await desk.client("Rosa"), monthly)
    async with gym.unit_of_work(boss.actor) as uow:
        service = PlanService(uow)
        await service.schedule_price(monthly.id, Decimal(170000), TODAY + timedelta(days=20))
    for _ in range(3):
        await run_due(gym.run)
        clock.advance(timedelta(days=7))
    price, valid_from = Decimal(170000), TODAY + timedelta(days=20)
    expected = {"first_name": "Lia", "plan_name": "Monthly", "price": price, "valid_from": valid_from}
    assert await told(gym, Kind.PRICE_CHANGED) == [expected]


async def test_the_desk_hears_of_a_debt_of_a_week_linked_or_not(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    await desk.sell(await desk.client("Rosa"), await desk.plan())
    for _ in range(9):
        clock.advance(timedelta(days=1))
        await run_due(gym.run)
    [debt] = await told(gym, Kind.DESK_OVERDUE)
    assert (debt["client_name"], debt["days"]) == ("Rosa Vargas", 7)


async def test_the_day_is_told_at_closing_once(gym: Gym, desk: DeskClerk, clock: FrozenClock) -> None:
    lia = await desk.client("Lia", telegram_id=77)
    sold = await desk.sell(lia, await desk.plan())
    await desk.pay(sold, Decimal(100000))
    async with gym.unit_of_work(desk.actor) as uow:
        await AttendanceService(uow).check_in_client(lia.id)
    await run_due(gym.run)
    assert await told(gym, Kind.DESK_DIGEST) == []
    clock.at = datetime(2026, 8, 4, 2, 0, tzinfo=clock.at.tzinfo)
    for _ in range(2):
        await run_due(gym.run)
    [day] = await told(gym, Kind.DESK_DIGEST)
    assert (day["day"], day["visits"], day["new_clients"]) == (TODAY, 0, 1)
    assert day["denials"] == [{"code": "payment_due", "count": 1}]
    assert day["money"] == [{"method": "cash", "net": Decimal(100000)}]
    assert (day["debts"], day["owed"]) == (1, Decimal(50000))


async def test_a_digest_that_was_missed_is_told_the_next_morning_and_empty_days_never(
    gym: Gym, desk: DeskClerk, clock: FrozenClock
) -> None:
    await run_due(gym.run)
    await desk.client("Lia")
    clock.advance(timedelta(days=4))
    await run_due(gym.run)
    days = [one["day"] for one in await told(gym, Kind.DESK_DIGEST)]
    assert days == [TODAY, TODAY + timedelta(days=3)]


async def test_without_the_setting_no_day_is_told(gym: Gym, clock: FrozenClock) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings={"digest": False}))
    clock.advance(timedelta(hours=12))
    await run_due(gym.run)
    assert await told(gym, Kind.DESK_DIGEST) == []
