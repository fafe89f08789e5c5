"""Plans that come with a list, and so without a sale, are seen by those who did not send it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.desk.memberships.plan_changes import change_text
from bot.messages import render
from bot.ui.screens import HtmlTranslator
from gym.app import Gym
from gym.notifications.models import NotificationKind
from gym.plans.models import Plan
from gym.reports.figures.pages import GYM_ITSELF
from gym.reports.person_facts import PersonFactsService
from gym.reports.ranges import DayRange
from gym.reports.service import ReportService
from gym.security.permissions import Actor
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.service import SubscriptionService
from tests.findings.importing.test_running_plans import HEAD, spanish, subscriptions, today, undo
from tests.support.importing import Importer
from tests.support.memberships import DeskClerk, told


@pytest.fixture
async def monthly(gym: Gym, admin: Actor) -> Plan:
    return await DeskClerk(gym, admin).plan(Decimal(80000), name="Mensualidad")


async def sheet(gym: Gym) -> str:
    start = spanish(await today(gym))
    return HEAD + f"Ana;Mensualidad;{start};;;no;\nEva;Mensualidad;{start};;;;15.000\nIda;;;;;;\n"


async def test_one_message_says_what_a_list_has_brought(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    await importer.imports(await sheet(gym))
    [payload] = await told(gym, NotificationKind.DESK_IMPORTED)
    assert (payload["made"], payload["plans"], payload["owed"]) == (3, 2, Decimal(95000))
    assert (payload["staff_id"], payload["staff_name"]) == (admin.id, admin.name)
    settings, now = await gym.settings(), gym.clock.now()
    spoken = render(NotificationKind.DESK_IMPORTED, payload, settings, "es", now).text
    assert spoken.startswith(f"📥 {admin.name} importó una lista.")
    assert "95.000" in spoken

    await importer.imports(await sheet(gym))
    assert len(await told(gym, NotificationKind.DESK_IMPORTED)) == 1, "nothing came a second time"


async def test_a_list_without_plans_is_not_told(importer: Importer, gym: Gym) -> None:
    await importer.imports("Nombre\nAna Ruiz\n")
    assert await told(gym, NotificationKind.DESK_IMPORTED) == []


async def test_plans_brought_forward_stand_in_what_a_person_did(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    await importer.imports(await sheet(gym))
    await undo(gym, admin)
    async with gym.unit_of_work(admin) as uow:
        facts = await PersonFactsService(uow).of_days(uow.today, uow.today)
    [mine] = [one for one in facts if one.staff_id == admin.id]
    assert (mine.brought_forward, mine.discounts, mine.own_plans) == (2, 0, 0)


async def test_what_was_paid_before_the_list_is_said_where_it_counts(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    boss = DeskClerk(gym, admin)
    other = await boss.plan(Decimal(210000), count=3, name="Trimestre VIP")
    sold = await boss.sell(await boss.client("Sol"), monthly)
    await boss.pay(sold, Decimal(80000))
    await importer.imports(await sheet(gym))
    found = {name: one for name, (one, _) in (await subscriptions(gym)).items()}
    before: dict[str, tuple[Decimal, Decimal]] = {}
    async with gym.unit_of_work(admin) as uow:
        for name in ("Ana", "Eva", "Sol"):
            one = found[name].id
            canceled = await SubscriptionService(uow).quote_cancellation(one)
            changed = await PlanChangeService(uow).quote(one, other.id)
            before[name] = (canceled.paid_before, changed.paid_before)
            said = "65,000" in change_text(HtmlTranslator("en"), changed)
            assert said == (name == "Eva")
    assert before == {"Ana": (0, 0), "Eva": (65000, 65000), "Sol": (0, 0)}


async def test_what_a_list_brings_is_nobodys_sale(
    importer: Importer, gym: Gym, admin: Actor, monthly: Plan
) -> None:
    day = await today(gym)
    ended = spanish(day - timedelta(days=80)), spanish(day - timedelta(days=50))
    await importer.imports(HEAD + f"Ana;Mensualidad;{ended[0]};{ended[1]};;;15.000\n")
    async with gym.unit_of_work(admin) as uow:
        reports = ReportService(uow)
        work = (await reports.report("team", DayRange(day, day))).result.table("work")
        moved = await reports.report("coming", DayRange(day - timedelta(days=90), day))
    assert work is not None
    assert [row.cells[2:4] for row in work.rows if row.cells[0] == admin.name] == [(0, 0)]
    sellers = moved.result.table("seller")
    assert sellers is not None
    assert [(row.cells[0], row.cells[3]) for row in sellers.rows] == [(GYM_ITSELF, 1)]
