"""Plans in chat: every kind of them made, changed, priced ahead and taken off sale."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.plans.models import DurationUnit, Plan
from gym.plans.service import PlanService
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


@pytest.fixture
def clerk(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


async def the_plan(gym: Gym) -> Plan:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(Plan))).one()


async def price_on(gym: Gym, plan: Plan, day: date) -> Decimal:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await PlanService(uow).price_on(plan.id, day)


async def open_plan(person: Person, name: str) -> None:
    await person.sends("/start")
    await person.taps("Plans")
    await person.taps(name)


async def test_a_visit_pack_with_hours_freezes_and_a_description(ana: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Plans")
    await ana.taps("New plan")
    await ana.taps("Visit pack")
    await ana.sends("Twelve <mornings>")
    await ana.taps("1 month")
    await ana.taps("12")
    await ana.sends("90.000")
    await ana.taps("Add more")
    await ana.sends("mon-fri 12:00-6:00")
    await ana.sees("the end later than the start")
    await ana.sends("mon-fri 6:00-12:00")
    await ana.taps("15")
    await ana.sends("Only mornings.")
    shown = await ana.sees("Mon–Fri 06:00–12:00")
    for part in ("Twelve <mornings>", "1 month", "12 visits", "15 freeze days", "$90,000", "Only mornings."):
        assert part in shown.words
    await ana.taps("Confirm")
    await ana.sees("is on sale for $90,000")
    plan = await the_plan(gym)
    assert (plan.visits, plan.freeze_days, plan.once_per_client) == (12, 15, False)
    assert plan.window == {"weekdays": [0, 1, 2, 3, 4], "from": "06:00", "until": "12:00"}


async def test_a_day_pass_asks_for_name_and_price_only(ana: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Plans")
    await ana.taps("New plan")
    await ana.taps("Day pass")
    await ana.sees("What is the plan called")
    await ana.taps("Day pass")
    await ana.sends("15000")
    await ana.taps("That is all")
    await ana.taps("Confirm")
    await ana.sees("Day pass is on sale")
    plan = await the_plan(gym)
    assert (plan.duration_unit, plan.duration_count, plan.visits) == (DurationUnit.DAY, 1, None)


async def test_a_trial_is_had_once_and_may_be_free(ana: Person, gym: Gym, clerk: DeskClerk) -> None:
    await ana.sends("/start")
    await ana.taps("Plans")
    await ana.taps("New plan")
    await ana.taps("Trial, once each")
    await ana.taps("Trial")
    await ana.taps("3 days")
    await ana.taps("Free")
    await ana.taps("That is all")
    await ana.sees("Once per client")
    await ana.taps("Confirm")
    await ana.sees("is on sale")
    plan = await the_plan(gym)
    assert plan.once_per_client
    await clerk.sell(await clerk.client("Rosa"), plan)
    await ana.taps("Look at it")
    await ana.sees("1 client has it now")


@pytest.mark.parametrize(
    ("label", "answer", "column", "value", "said"),
    [
        ("Name", "Gold", "name", "Gold", "called so everywhere"),
        ("Description", "Everything", "description", "Everything", "Clients read it"),
        ("Visits", "20", "visits", 20, "keeps what was sold"),
        (
            "Access hours",
            "sa, su 8-14",
            "window",
            {"weekdays": [5, 6], "from": "08:00", "until": "14:00"},
            "holds at once",
        ),
        ("Freeze days", "10 days", "freeze_days", 10, "holds at once"),
        ("Once per client", "Only once", "once_per_client", True, "asked at every sale"),
    ],
)
async def test_each_field_is_changed_and_its_effect_told(
    ana: Person,
    gym: Gym,
    clerk: DeskClerk,
    label: str,
    answer: str,
    column: str,
    value: object,
    said: str,
) -> None:
    plan = await clerk.plan()
    await clerk.sell(await clerk.client("Rosa"), plan)
    await open_plan(ana, "Monthly")
    await ana.taps("Change")
    await ana.taps(label)
    if column == "once_per_client":
        await ana.sends("perhaps")
        await ana.sees("Choose with the buttons")
        await ana.taps(answer)
    else:
        await ana.sends(answer)
    summary = await ana.sees(said)
    assert "1 client has it now" in summary.words
    await ana.taps("Save")
    await ana.sees(f"{label} saved")
    assert getattr(await the_plan(gym), column) == value


@pytest.mark.parametrize(
    ("label", "empty", "column"),
    [
        ("Description", "Empty it", "description"),
        ("Visits", "Not counted", "visits"),
        ("Access hours", "Always open", "window"),
    ],
)
async def test_an_optional_field_is_emptied(
    ana: Person, gym: Gym, clerk: DeskClerk, label: str, empty: str, column: str
) -> None:
    plan = await clerk.plan(visits=10)
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Plan, plan.id)
        row.description, row.window = "Old", {"weekdays": [0], "from": "06:00", "until": "12:00"}
    await open_plan(ana, "Monthly")
    await ana.taps("Change")
    await ana.taps(label)
    await ana.taps(empty)
    await ana.taps("Save")
    await ana.sees(f"{label} saved")
    assert getattr(await the_plan(gym), column) is None


async def test_a_price_is_planned_seen_dropped_and_planned_again(
    ana: Person, gym: Gym, clerk: DeskClerk, clock: FrozenClock
) -> None:
    plan = await clerk.plan()
    await clerk.sell(await clerk.client("Rosa"), plan)
    await open_plan(ana, "Monthly")
    await ana.taps("Prices")
    await ana.sees("$150,000 since the plan began")
    await ana.taps("New price")
    await ana.sends("170000")
    await ana.sends("3/8/2026")
    await ana.sees("starts tomorrow or later")
    await ana.taps("Tue, 1 Sep 2026")
    told = await ana.sees("$150,000 → $170,000 from Tue, 1 Sep 2026")
    assert "1 client has the plan now and keeps the price that was agreed" in told.words
    await ana.taps("Confirm")
    shown = await ana.sees("$170,000 from Tue, 1 Sep 2026 on")
    assert not any("New price" in label for label in shown.labels if "Drop" not in label), "one at a time"
    await ana.taps("Drop new price")
    await ana.sees("The price of today stays")
    await ana.taps("Drop it")
    await ana.sees("since the plan began")
    assert await price_on(gym, plan, date(2026, 9, 1)) == Decimal(150000)
    await ana.taps("New price")
    await ana.sends("160000")
    await ana.taps("Tue, 4 Aug 2026")
    await ana.taps("Confirm")
    await ana.sees("$160,000 from")
    clock.advance(timedelta(days=1))
    await open_plan(ana, "Monthly · $160,000")
    await ana.taps("Prices")
    history = await ana.sees("$160,000 since Tue, 4 Aug 2026")
    assert "$150,000 until Mon, 3 Aug 2026" in history.words


async def test_only_the_new_price_that_was_shown_is_dropped(
    ana: Person, gym: Gym, clerk: DeskClerk, admin: Actor
) -> None:
    plan = await clerk.plan()

    async def schedule(amount: int) -> None:
        async with gym.unit_of_work(admin) as uow:
            await PlanService(uow).schedule_price(plan.id, Decimal(amount), date(2026, 9, 1))

    await schedule(170000)
    await open_plan(ana, "Monthly")
    await ana.taps("Prices")
    await ana.taps("Drop new price")
    await ana.sees("$170,000")
    async with gym.unit_of_work(admin) as uow:
        await PlanService(uow).cancel_price(plan.id)
    await schedule(180000)
    await ana.taps("Drop it")
    await ana.sees("No new price is waiting")
    assert await price_on(gym, plan, date(2026, 9, 1)) == Decimal(180000)


async def test_a_plan_is_taken_off_sale_and_put_back(ana: Person, gym: Gym, clerk: DeskClerk) -> None:
    await clerk.plan()
    await open_plan(ana, "Monthly")
    await ana.taps("Take off sale")
    await ana.sees("Nobody can buy it")
    await ana.taps("Take off sale")
    await ana.sees("Not on sale")
    assert not (await the_plan(gym)).active
    await ana.taps("Put on sale")
    await ana.sees("Monthly")
    assert (await the_plan(gym)).active


async def test_an_employee_reads_prices_and_changes_nothing(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, gym: Gym, clerk: DeskClerk
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    plan = await clerk.plan()
    await open_plan(bruno, "Monthly")
    card = await bruno.sees("$150,000")
    assert [label for label in card.labels if label not in ("‹ Back", "Home")] == ["💵 Prices"]
    await bruno.taps("Prices")
    page = await bruno.sees("since the plan began")
    assert not any("price" in label for label in page.labels)
    assert (await the_plan(gym)).active
    assert await price_on(gym, plan, date(2026, 9, 1)) == Decimal(150000)


async def test_many_plans_stand_on_pages(ana: Person, clerk: DeskClerk) -> None:
    for number in range(10):
        await clerk.plan(name=f"Plan {'abcdefghij'[number]}")
    await ana.sends("/start")
    await ana.taps("Plans")
    first = await ana.sees("Plans")
    assert sum(label.startswith("Plan ") for label in first.labels) == 8
    await ana.taps("▶")
    second = await ana.sees("Plans")
    assert [label for label in second.labels if label.startswith("Plan ")] == [
        "Plan i · $150,000",
        "Plan j · $150,000",
    ]
