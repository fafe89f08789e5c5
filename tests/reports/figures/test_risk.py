"""Risk: rhythms written a second time; outreach once a day, and who came back within a month."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.jobs.occasions import Occasions
from gym.notifications.models import NotificationKind
from gym.reports.figures.risk import RiskRepository, RiskyMember
from gym.reports.outreach.errors import AlreadyContacted, NotAtRisk, NotLinked
from gym.reports.outreach.service import OutreachService
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService
from gym.reports.today import TodayService
from gym.security.permissions import Actor
from tests.reports.figures.random_gym import open_random_gym
from tests.reports.figures.raw_rows import DAY, RawGym, read_gym
from tests.support.memberships import DeskClerk, told

TODAY = date(2026, 8, 3)
VISIT = text("""
INSERT INTO check_ins (id, client_id, outcome, code, method, counted, at, received_at, gym_day)
VALUES (:id, :client, 'admitted', 'admitted', 'staff', true, :at, :at, :day)
""")


async def visit(gym: Gym, client: Client, *days: date) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for day in days:
            at = datetime.combine(day, time(18), uow.settings.zone)
            await uow.session.execute(VISIT, {"id": new_id(), "client": client.id, "at": at, "day": day})


async def broken(gym: Gym) -> dict[UUID, RiskyMember]:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await RiskRepository(uow.session, uow.settings).broken(uow.today)
    return {one.held.client_id: one for one in found}


def ago(*days: int) -> list[date]:
    return [TODAY - n * DAY for n in days]


async def member(desk: DeskClerk, name: str, *visits: int, telegram_id: int | None = None) -> Client:
    """Somebody with a running month, paid, who came so many days ago."""
    client = await desk.client(name, telegram_id)
    plan = await desk.plan(name=f"Plan of {name}")
    await desk.pay(await desk.sell(client, plan, TODAY - timedelta(days=25)))
    await visit(desk.gym, client, *ago(*visits))
    return client


async def test_a_rhythm_breaks_after_three_times_its_median_and_more_than_a_week(
    gym: Gym, desk: DeskClerk
) -> None:
    daily = await member(desk, "Daily", *range(8, 19))
    daily_still = await member(desk, "Still", *range(7, 18))
    weekly = await member(desk, "Weekly", *range(21, 92, 7))
    weekly_gone = await member(desk, "Gone", *range(22, 93, 7))
    seldom = await member(desk, "Seldom", 10, 12, 14, 16)
    fresh = await member(desk, "Fresh", 9, 11, 13, 15)
    found = await broken(gym)
    assert set(found) == {daily.id, weekly_gone.id, seldom.id}
    assert {daily_still.id, weekly.id, fresh.id} & set(found) == set()
    assert (found[daily.id].days, found[daily.id].usual, found[daily.id].value) == (8, 1, Decimal(150000))
    assert found[weekly_gone.id].usual == 7
    assert found[seldom.id].usual is None
    assert await counted_today(gym) == 3


async def counted_today(gym: Gym) -> int:
    """At risk on the screen of today: as many as the list behind it."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await TodayService(uow).figures(uow.today)).at_risk


def broken_again(raw: RawGym, client: UUID, days: int) -> bool:
    """By the days of counted visits alone."""
    seen = sorted(
        (
            one.gym_day
            for one in raw.visits
            if one.client_id == client and one.counted and one.undone_at is None
        ),
        reverse=True,
    )
    if len(seen) < 5:
        return days >= 10
    gaps = [(later - earlier).days for later, earlier in pairwise(seen)][:10]
    return days > max(7, 3 * median(gaps))


@pytest.mark.parametrize("seed", [31])
async def test_rhythms_of_a_random_gym_are_those_of_its_rows(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, clients=60)
    raw = await read_gym(gym)
    found = await broken(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        away = await absences(uow.session, uow.settings, uow.today)
    again = {client for client, days in away.items() if broken_again(raw, client, days)}
    assert set(found) == again
    assert len(again) > 1
    assert await counted_today(gym) == len(again)
    assert all(found[client].days == away[client] for client in again)


async def absences(session: Any, settings: Any, today: date) -> dict[UUID, int]:
    """Days of absence of everybody who may come in, by the house's one rule."""
    from gym.attendance.absence import absence_parameters, absent_members

    query = absent_members("SELECT a.client_id, a.days FROM absent a")
    rows = await session.execute(query, absence_parameters(today, settings, 1))
    return dict(rows.all())


async def test_a_tap_sends_the_drafted_message_once_a_day(gym: Gym, desk: DeskClerk) -> None:
    rosa = await member(desk, "Rosa", *range(8, 19), telegram_id=77)
    async with gym.unit_of_work(desk.actor) as uow:
        await OutreachService(uow).send(rosa.id)
    assert [one["first_name"] for one in await told(gym, NotificationKind.ABSENT)] == ["Rosa"]
    for again in ("send", "called"):
        async with gym.unit_of_work(desk.actor) as uow:
            with pytest.raises(AlreadyContacted):
                await getattr(OutreachService(uow), again)(rosa.id)
    assert (await broken(gym))[rosa.id].contact == "message"


async def test_the_jobs_message_and_a_colleagues_are_one(gym: Gym, desk: DeskClerk) -> None:
    first = await member(desk, "First", *range(10, 21), telegram_id=79)
    second = await member(desk, "Second", *range(10, 21), telegram_id=80)
    async with gym.unit_of_work(desk.actor) as uow:
        await OutreachService(uow).send(first.id)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await Occasions(uow).tell_due(uow.today) == 2
    assert sorted(str(one["first_name"]) for one in await told(gym, NotificationKind.ABSENT)) == [
        "First",
        "Second",
    ]
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(AlreadyContacted):
            await OutreachService(uow).send(second.id)
        await OutreachService(uow).called(second.id)


async def test_nobody_is_written_to_without_a_chat_or_a_reason(gym: Gym, desk: DeskClerk) -> None:
    silent = await member(desk, "Silent", *range(8, 19))
    here = await member(desk, "Here", *range(12), telegram_id=78)
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NotLinked):
            await OutreachService(uow).send(silent.id)
        with pytest.raises(NotAtRisk):
            await OutreachService(uow).called(here.id)
    assert await told(gym, NotificationKind.ABSENT) == []


async def test_a_month_later_the_report_says_who_came_back(
    gym: Gym, clock: FrozenClock, desk: DeskClerk
) -> None:
    back, gone = await member(desk, "Back", *range(8, 19)), await member(desk, "Gone", *range(8, 19))
    async with gym.unit_of_work(desk.actor) as uow:
        await OutreachService(uow).called(back.id)
        await OutreachService(uow).called(gone.id)
    assert await outcomes(gym) == {"contacted": 2, "back": 0, "open": 2}
    await visit(gym, back, TODAY + 30 * DAY)
    await visit(gym, gone, TODAY + 31 * DAY)
    clock.advance(timedelta(days=31))
    assert await outcomes(gym) == {"contacted": 2, "back": 1, "open": 0}


async def outcomes(gym: Gym) -> dict[str, Any]:
    async with gym.unit_of_work(Actor.system()) as uow:
        report = await ReportService(uow).report("risk", DayRange(TODAY, TODAY))
    values = {one.key: one.value for one in report.result.figures}
    return {key: values[key] for key in ("contacted", "back", "open")}
