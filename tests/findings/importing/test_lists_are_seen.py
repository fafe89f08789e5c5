"""Plans that come with a list, and so without a sale, are seen by those who did not send it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.messages import render
from gym.app import Gym
from gym.notifications.models import NotificationKind
from gym.plans.models import Plan
from gym.reports.person_facts import PersonFactsService
from gym.security.permissions import Actor
from tests.findings.importing.test_running_plans import HEAD, spanish, today, undo
from tests.support.importing import Importer
from tests.support.memberships import Reception, told


@pytest.fixture
async def monthly(gym: Gym, admin: Actor) -> Plan:
    return await Reception(gym, admin).plan(Decimal(80000), name="Mensualidad")


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
