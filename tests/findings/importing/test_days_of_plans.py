"""A year that was mistyped spoils its own row, and neither the list nor the gym's calendar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.importing.reading.cell_values import EARLIEST_PLAN_DAY, LATEST_PLAN_DAY
from gym.plans.models import Plan
from gym.security.permissions import Actor
from tests.findings.importing.test_running_plans import HEAD, spanish, subscriptions, today
from tests.support.importing import Importer, outcomes
from tests.support.memberships import DeskClerk
from tests.support.sheets import workbook


@pytest.fixture
async def monthly(gym: Gym, admin: Actor) -> Plan:
    return await DeskClerk(gym, admin).plan(Decimal(80000), name="Mensualidad")


@pytest.mark.parametrize(
    "days",
    [";31/12/9999", "31/12/9999;", ";01/01/0001", "01/01/0001;", "1/1/0026;1/1/2027", ";31/12/2199"],
)
async def test_a_year_out_of_reach_is_a_fault_of_its_row(
    importer: Importer, gym: Gym, monthly: Plan, days: str
) -> None:
    start = spanish(await today(gym))
    report = await importer.imports(HEAD + f"Ana;Mensualidad;{days};;;\nEva;Mensualidad;{start};;;;\n")
    assert "import_plan_day_out_of_range" in outcomes(report)[0]
    assert outcomes(report)[1] == "3 made"
    assert set(await subscriptions(gym)) == {"Eva"}


async def test_typed_days_of_a_workbook_are_bounded_too(importer: Importer, gym: Gym, monthly: Plan) -> None:
    rows = [["Nombre", "Plan", "Inicio", "Vence"], ["Ana", "Mensualidad", None, date(9999, 12, 31)]]
    report = await importer.imports(workbook([*rows, ["Eva", "Mensualidad", await today(gym), None]]))
    assert "import_plan_day_out_of_range" in outcomes(report)[0]
    assert set(await subscriptions(gym)) == {"Eva"}


async def test_the_first_and_the_last_possible_day_are_possible(
    importer: Importer, gym: Gym, monthly: Plan
) -> None:
    day = await today(gym)
    first, last = spanish(EARLIEST_PLAN_DAY), spanish(day + LATEST_PLAN_DAY)
    report = await importer.imports(HEAD + f"Ana;Mensualidad;{first};{last};80.000;;\n")
    assert outcomes(report) == ["2 made"]
    assert (await subscriptions(gym))["Ana"][0].ends_on == day + LATEST_PLAN_DAY


# Plans that are over ──────────────────────────────────────────────────────────────────────────────────────


async def test_what_ended_and_is_paid_needs_no_plan_that_is_still_sold(
    importer: Importer, gym: Gym, monthly: Plan
) -> None:
    report = await importer.imports(
        HEAD
        + "Ana;Promo 2019;1/3/2019;31/3/2019;;;\nEva;Promo 2019;;31/3/2019;60.000;60.000;\n"
        + "Ida;Promo 2019;;31/3/2019;;sí;0\nUma;;;31/3/2019;;;no\n"
        + "Lia;Promo 2019;;31/3/2019;;;5.000\nSol;Promo 2019;;31/3/2019;60.000;50.000;\n"
        + "Paz;Promo 2019;;31/3/2019;;no;\nLuz;Mensualidad;1/4/2019;31/3/2019;;;\n"
    )
    assert outcomes(report) == [
        *(f"{line} made" for line in range(2, 6)),
        *(f"{line} faulty import_plan_unknown" for line in range(6, 9)),
        "9 faulty import_ends_before_start",
    ]
    assert await subscriptions(gym) == {}
