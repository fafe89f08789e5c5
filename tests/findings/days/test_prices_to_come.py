"""Lists say from when a price holds, and an offer says why it costs something else than the list."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pytest

from bot.desk.memberships.sale_screens import quote_text
from bot.ui.buttons.member import MyPlan
from bot.ui.buttons.memberships import SellPlan
from bot.ui.buttons.plans import PlanList
from bot.ui.callbacks import pack
from bot.ui.screens import HtmlTranslator
from bot.ui.wording.memberships.plans import price_line
from gym.app import Gym
from gym.clients.models import Client
from gym.plans.models import Plan
from gym.plans.service import PlanService
from gym.security.permissions import Actor, Role
from gym.subscriptions.service import SubscriptionService
from tests.bot.conftest import MakeMember
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
LISTED: Final = "Monthly: $150,000, from Sun, 23 Aug 2026 on $170,000"


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def monthly(gym: Gym, boss: DeskClerk) -> Plan:
    """150,000 until 22 August, 170,000 from the 23rd on."""
    plan = await boss.plan()
    async with gym.unit_of_work(boss.actor) as uow:
        await PlanService(uow).schedule_price(plan.id, Decimal(170000), TODAY + 20 * DAY)
    return plan


async def offered(boss: DeskClerk, rosa: Client, plan: Plan, starts_on: date, language: str) -> str:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        quote = await SubscriptionService(uow).quote_sale(rosa.id, plan.id, starts_on)
    return quote_text(HtmlTranslator(language, currency="COP", timezone="America/Bogota"), quote)


async def test_an_offer_says_why_it_costs_something_else_than_the_list(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    later = TODAY + 20 * DAY
    english = await offered(boss, rosa, monthly, later, "en")
    assert "🏷 From Sun, 23 Aug 2026 on this plan costs $170,000; today $150,000.\n💵 <b>$170,000" in english
    spanish = await offered(boss, rosa, monthly, later, "es")
    assert "🏷 Desde el dom 23 ago 2026 este plan vale $170.000; hoy vale $150.000." in spanish
    for day in (TODAY, TODAY - 10 * DAY, later - DAY):
        assert "170,000" not in await offered(boss, rosa, monthly, day, "en")


async def test_a_sale_from_an_earlier_day_names_the_price_of_that_day(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: object
) -> None:
    clock.advance(21 * DAY)  # type: ignore[attr-defined]
    text = await offered(boss, rosa, monthly, TODAY + 10 * DAY, "en")
    assert "🏷 On Thu, 13 Aug 2026 this plan cost $150,000; today $170,000." in text


async def test_the_lists_of_the_desk_and_of_the_member_say_from_when_which_price_holds(
    desk_bot: object,
    gym: Gym,
    telegram: SandboxClient,
    boss: DeskClerk,
    make_staff: object,
    make_member: MakeMember,
    monthly: Plan,
) -> None:
    await boss.plan(name="Weekly")
    person, ana = await telegram.person("Rosa"), await telegram.person("Ana")
    rosa = await make_member(person, "Rosa", "Vargas")
    await make_staff(ana, Role.ADMIN)  # type: ignore[operator]
    for one, tap in ((ana, SellPlan(rosa.id)), (ana, PlanList()), (person, MyPlan())):
        await one.sends("/start")
        await one.catch_up()
        await one.taps_button_data(await one.last(), pack(tap, gym.clock.now()))
        assert LISTED in (await one.sees(LISTED)).words
    async with gym.unit_of_work(boss.actor) as uow:
        plans = await PlanService(uow).active()
    spanish = HtmlTranslator("es", currency="COP", timezone="America/Bogota")
    lines = [price_line(spanish, one) for one in plans]
    assert lines == ["🏷 Monthly: $150.000, desde el dom 23 ago 2026 $170.000", "Weekly: $150.000"]
