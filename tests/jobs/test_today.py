"""Today at a glance: the numbers, in few queries; employees see their own till."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.core.clock import FrozenClock
from gym.payments.models import Method
from gym.reports.charts.day import chart_of_day
from gym.reports.charts.drawing import draw_now
from gym.reports.charts.shapes import Theme
from gym.reports.digest import DigestService
from gym.reports.ending import EndingService
from gym.reports.outreach.service import OutreachService
from gym.reports.today import Today, TodayService
from gym.security.permissions import NotAllowed
from tests.support.front_desk import statements
from tests.support.memberships import DeskClerk

TODAY = date(2026, 8, 3)
MOST_QUERIES = 5


async def today(desk: DeskClerk) -> Today:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await TodayService(uow).today()


async def a_day(desk: DeskClerk, boss: DeskClerk) -> None:
    """Two visits, two refusals, three payments at two tills, a debt, two plans that end."""
    monthly, week = await desk.plan(), await desk.plan(Decimal(40000), name="Week")
    lia, otto, eva, gone = [await desk.client(name) for name in ("Lia", "Otto", "Eva", "Gone")]
    await desk.pay(await desk.sell(lia, monthly))
    await boss.pay(await boss.sell(otto, week, TODAY - timedelta(days=30)), Decimal(40000))
    await desk.pay(await desk.sell(eva, monthly, TODAY - timedelta(days=27)), Decimal(100000))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        door = AttendanceService(uow)
        for client in (lia, otto, eva, gone):
            await door.check_in_client(client.id)


async def test_the_day_adds_up(gym: Gym, desk: DeskClerk, boss: DeskClerk) -> None:
    await a_day(desk, boss)
    found = await today(boss)
    assert (found.day, found.inside, found.door.visits) == (TODAY, 2, 2)
    assert found.door.denials == {VerdictCode.NO_SUBSCRIPTION: 1, VerdictCode.PAYMENT_DUE: 1}
    assert [(one.method, one.net) for one in found.money] == [(Method.CASH, Decimal(290000))]
    figures = found.figures
    assert (figures.new_clients, figures.ending_today, figures.ending_week) == (4, 1, 2)
    assert (figures.debts, figures.owed, figures.requests) == (1, Decimal(50000), 0)
    assert not found.own_till


async def test_an_employee_sees_the_money_of_the_own_till_only(desk: DeskClerk, boss: DeskClerk) -> None:
    await a_day(desk, boss)
    found = await today(desk)
    assert found.own_till
    assert found.taken == Decimal(250000)
    assert found.door.visits == 2


async def test_it_takes_five_queries_at_most(gym: Gym, desk: DeskClerk, boss: DeskClerk) -> None:
    await a_day(desk, boss)
    for reader in (desk, boss):
        with statements(gym) as seen:
            await today(reader)
        assert len(seen) <= MOST_QUERIES, seen


async def test_the_lists_behind_the_numbers(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, clock: FrozenClock
) -> None:
    await a_day(desk, boss)
    async with gym.unit_of_work(desk.actor) as uow:
        ending = await EndingService(uow).this_week()
        beyond = await EndingService(uow).this_week(7)
    assert [one.client_name for one in ending.items] == ["Otto Vargas", "Eva Vargas"]
    assert (beyond.number, beyond.total) == (0, 2)
    clock.advance(timedelta(days=11))
    async with gym.unit_of_work(desk.actor) as uow:
        away = await OutreachService(uow).at_risk(0, 8)
    assert [(one.held.client_name, one.days, one.last_visit) for one in away.items] == [
        ("Lia Vargas", 11, TODAY)
    ]
    assert (await today(desk)).figures.at_risk == 1


async def test_a_renewed_plan_does_not_end(desk: DeskClerk) -> None:
    lia = await desk.client("Lia")
    await desk.sell(lia, await desk.plan(), TODAY - timedelta(days=30))
    assert (await today(desk)).figures.ending_today == 1
    await desk.renew(lia)
    found = (await today(desk)).figures
    assert (found.ending_today, found.ending_week) == (0, 0)


async def test_a_day_is_drawn_in_every_language_for_admins(
    gym: Gym, desk: DeskClerk, boss: DeskClerk
) -> None:
    await a_day(desk, boss)
    async with gym.unit_of_work(boss.actor) as uow:
        found = await DigestService(uow).chart_of(TODAY)
        empty = await DigestService(uow).chart_of(TODAY - timedelta(days=1))
        settings = uow.settings
    assert [(one.hour, one.visits, one.denials) for one in found.hours] == [(10, 2, 2)]
    assert [one.net for one in found.money] == [Decimal(290000)]
    charts = [chart_of_day(one, settings.translator(lang)) for one in (found, empty) for lang in ("en", "es")]
    pictures = [draw_now(chart, theme) for chart in charts for theme in Theme]
    assert {Image.open(io.BytesIO(picture)).width for picture in pictures} == {1080}
    assert len(set(pictures)) == 8
    assert [chart.title for chart in charts] == [
        "Mon, 3 Aug 2026: 2 visits",
        "lun 3 ago 2026: 2 visitas",
        "Sun, 2 Aug 2026: 0 visits",
        "dom 2 ago 2026: 0 visitas",
    ]
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NotAllowed):
            await DigestService(uow).chart_of(TODAY)
