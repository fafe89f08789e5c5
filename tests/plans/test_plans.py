"""Plans and their dated prices."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.plans.errors import (
    NoPriceChange,
    PlanNameInvalid,
    PlanNameTaken,
    PlanNotFound,
    PriceChangePending,
    PriceInvalid,
    PriceStartInvalid,
    PriceStartTooFar,
    WindowInvalid,
)
from gym.plans.models import DurationUnit, Plan, PlanPrice
from gym.plans.schemas import PlanChanges, PlanInput
from gym.plans.service import PlanService
from gym.security.permissions import Actor, NotAllowed

TODAY = date(2026, 8, 3)
SEPTEMBER = date(2026, 9, 1)


@dataclass(frozen=True)
class PriceList:
    """Somebody who keeps the price list, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def does(self, operation: str, *arguments: Any) -> Any:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await getattr(PlanService(uow), operation)(*arguments)

    async def offers(self, name: str = "Monthly", price: int = 150000, **more: Any) -> Plan:
        values = {"duration_unit": DurationUnit.MONTH, "duration_count": 1, **more}
        return await self.does("create", PlanInput(name=name, price=Decimal(price), **values))

    async def prices(self) -> dict[str, Decimal]:
        return {one.plan.name: one.price for one in await self.does("active")}


@pytest.fixture
def office(gym: Gym, admin: Actor) -> PriceList:
    return PriceList(gym, admin)


@pytest.fixture
async def monthly(office: PriceList) -> Plan:
    return await office.offers()


async def test_a_new_plan_is_on_sale_at_its_price(office: PriceList, monthly: Plan) -> None:
    assert await office.prices() == {"Monthly": Decimal(150000)}
    assert monthly.slug == "monthly"
    assert await office.does("price_on", monthly.id, TODAY - timedelta(days=30)) == Decimal(150000)


async def test_a_planned_price_takes_over_on_its_day(
    office: PriceList, monthly: Plan, clock: FrozenClock
) -> None:
    await office.does("schedule_price", monthly.id, Decimal("170000.005"), SEPTEMBER)
    assert await office.does("price_on", monthly.id, SEPTEMBER - timedelta(days=1)) == Decimal(150000)
    assert await office.does("price_on", monthly.id, SEPTEMBER) == Decimal("170000.01")
    assert await office.prices() == {"Monthly": Decimal(150000)}
    clock.advance(timedelta(days=29))
    assert await office.prices() == {"Monthly": Decimal("170000.01")}


async def test_one_price_change_waits_at_a_time(office: PriceList, monthly: Plan, clock: FrozenClock) -> None:
    await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    with pytest.raises(PriceChangePending):
        await office.does("schedule_price", monthly.id, Decimal(180000), date(2026, 10, 1))
    assert (await office.does("waiting_prices"))[monthly.id].amount == Decimal(170000)
    clock.advance(timedelta(days=29))
    await office.does("schedule_price", monthly.id, Decimal(180000), date(2026, 10, 1))
    assert await office.does("price_on", monthly.id, SEPTEMBER) == Decimal(170000)
    assert await office.does("price_on", monthly.id, date(2026, 10, 1)) == Decimal(180000)


async def test_of_eight_price_changes_at_once_one_waits(office: PriceList, monthly: Plan, gym: Gym) -> None:
    outcomes = await asyncio.gather(
        *(office.does("schedule_price", monthly.id, Decimal(number), SEPTEMBER) for number in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, PlanPrice) for one in outcomes) == 1
    assert sum(isinstance(one, PriceChangePending) for one in outcomes) == 7


async def test_a_planned_price_can_be_canceled_until_it_begins(
    office: PriceList, monthly: Plan, clock: FrozenClock
) -> None:
    with pytest.raises(NoPriceChange):
        await office.does("cancel_price", monthly.id)
    await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    await office.does("cancel_price", monthly.id)
    assert await office.does("price_on", monthly.id, SEPTEMBER) == Decimal(150000)
    await office.does("schedule_price", monthly.id, Decimal(160000), SEPTEMBER)
    clock.advance(timedelta(days=29))
    with pytest.raises(NoPriceChange):
        await office.does("cancel_price", monthly.id)


async def test_the_same_price_planned_again_is_the_one_that_waits(office: PriceList, monthly: Plan) -> None:
    first = await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    again = await office.does("schedule_price", monthly.id, Decimal("170000.001"), SEPTEMBER)
    assert first.id == again.id
    assert len(await office.does("prices", monthly.id)) == 2


async def test_every_price_stays_in_the_history_without_gaps(
    office: PriceList, monthly: Plan, clock: FrozenClock
) -> None:
    await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    clock.advance(timedelta(days=29))
    await office.does("schedule_price", monthly.id, Decimal(180000), date(2026, 10, 1))
    history = await office.does("prices", monthly.id)
    assert [price.amount for price in history] == [Decimal(150000), Decimal(170000), Decimal(180000)]
    assert [price.valid_until for price in history] == [SEPTEMBER, date(2026, 10, 1), None]
    assert [price.valid_from for price in history][1:] == [SEPTEMBER, date(2026, 10, 1)]
    with pytest.raises(PlanNotFound):
        await office.does("prices", new_id())


async def test_only_the_price_that_was_shown_is_canceled(office: PriceList, monthly: Plan) -> None:
    shown = await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    await office.does("cancel_price", monthly.id, shown.id)
    other = await office.does("schedule_price", monthly.id, Decimal(180000), SEPTEMBER)
    with pytest.raises(NoPriceChange):
        await office.does("cancel_price", monthly.id, shown.id)
    await office.does("cancel_price", monthly.id, other.id)
    assert len(await office.does("prices", monthly.id)) == 1


async def test_of_32_who_cancel_a_price_at_once_one_does(office: PriceList, monthly: Plan) -> None:
    shown = await office.does("schedule_price", monthly.id, Decimal(170000), SEPTEMBER)
    outcomes = await asyncio.gather(
        *(office.does("cancel_price", monthly.id, shown.id) for _ in range(32)), return_exceptions=True
    )
    assert sum(isinstance(one, NoPriceChange) for one in outcomes) == 31
    assert await office.does("price_on", monthly.id, SEPTEMBER) == Decimal(150000)


async def test_a_planned_price_begins_in_the_coming_year(office: PriceList, monthly: Plan) -> None:
    for day in (TODAY, TODAY - timedelta(days=1)):
        with pytest.raises(PriceStartInvalid):
            await office.does("schedule_price", monthly.id, Decimal(1), day)
    with pytest.raises(PriceStartTooFar):
        await office.does("schedule_price", monthly.id, Decimal(1), TODAY + timedelta(days=367))


@pytest.mark.parametrize("amount", ["-0.01", "NaN", "Infinity", "10000000000"])
async def test_what_is_no_price_is_refused(office: PriceList, monthly: Plan, amount: str) -> None:
    with pytest.raises(PriceInvalid):
        await office.does("schedule_price", monthly.id, Decimal(amount), SEPTEMBER)


async def test_names_that_look_the_same_are_one(office: PriceList, monthly: Plan) -> None:
    for name in ("monthly", " Mónthly "):
        with pytest.raises(PlanNameTaken):
            await office.offers(name)
    yearly = await office.offers("Yearly")
    with pytest.raises(PlanNameTaken):
        await office.does("edit", yearly.id, PlanChanges(name="MONTHLY"))
    assert (await office.does("get", yearly.id)).name == "Yearly"


async def test_a_double_tap_creates_one_plan(office: PriceList, gym: Gym) -> None:
    key = new_id()
    data = PlanInput(name="Week", duration_unit=DurationUnit.WEEK, duration_count=1, price=Decimal(1))
    plans = await asyncio.gather(*(office.does("create", data, key) for _ in range(8)))
    assert len({plan.id for plan in plans}) == 1
    async with gym.unit_of_work(office.actor) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(PlanPrice)) == 1


async def test_what_is_set_is_changed_what_is_none_emptied_and_the_rest_stays(office: PriceList) -> None:
    pack = await office.offers("Pack", visits=12, freeze_days=5, description="Twelve visits")
    changed = await office.does("edit", pack.id, PlanChanges(name="Free", visits=None))
    assert (changed.name, changed.slug, changed.visits) == ("Free", "free", None)
    assert (changed.freeze_days, changed.description) == (5, "Twelve visits")


async def test_a_window_is_checked_and_can_be_emptied(office: PriceList) -> None:
    window = {"weekdays": [4, 0, 0], "from": "06:00", "until": "12:00"}
    mornings = await office.offers("Mornings", window=window)
    assert mornings.window == {"weekdays": [0, 4], "from": "06:00", "until": "12:00"}
    assert (await office.does("edit", mornings.id, PlanChanges(window=None))).window is None
    for wrong in ({}, {**window, "weekdays": [7]}, {**window, "weekdays": []}, {**window, "until": "05:00"}):
        with pytest.raises(WindowInvalid):
            await office.does("edit", mornings.id, PlanChanges(window=wrong))


async def test_a_deactivated_plan_is_off_sale_and_still_listed(office: PriceList, monthly: Plan) -> None:
    await office.offers("Yearly", 900000)
    await office.does("deactivate", monthly.id)
    assert list(await office.prices()) == ["Yearly"]
    assert [one.plan.name for one in await office.does("all")] == ["Yearly", "Monthly"]
    await office.does("reactivate", monthly.id)
    assert list(await office.prices()) == ["Monthly", "Yearly"]


async def test_every_change_is_in_the_trail(office: PriceList, monthly: Plan, gym: Gym) -> None:
    await office.does("edit", monthly.id, PlanChanges(freeze_days=10))
    await office.does("schedule_price", monthly.id, Decimal(1), SEPTEMBER)
    await office.does("cancel_price", monthly.id)
    await office.does("deactivate", monthly.id)
    async with gym.unit_of_work(office.actor) as uow:
        trail = list(await uow.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [entry.action for entry in trail] == [
        "plan.created",
        "plan.edited",
        "plan.price_scheduled",
        "plan.price_canceled",
        "plan.deactivated",
    ]
    assert (trail[1].before, trail[1].after) == ({"freeze_days": 0}, {"freeze_days": 10})


async def test_a_plan_that_is_not_there_is_a_typed_fault(office: PriceList) -> None:
    for call in (("get", new_id()), ("price_on", new_id(), TODAY), ("deactivate", new_id())):
        with pytest.raises(PlanNotFound):
            await office.does(*call)


async def test_a_name_of_blanks_is_refused_by_the_service_too(office: PriceList) -> None:
    with pytest.raises(PlanNameInvalid):
        await office.offers("    ")


async def test_only_admins_keep_the_price_list(
    gym: Gym, office: PriceList, monthly: Plan, employee: Actor
) -> None:
    desk = PriceList(gym, employee)
    with pytest.raises(NotAllowed):
        await desk.offers("Mine", 1)
    for call in (
        ("edit", monthly.id, PlanChanges(name="Mine")),
        ("deactivate", monthly.id),
        ("reactivate", monthly.id),
        ("schedule_price", monthly.id, Decimal(1), SEPTEMBER),
        ("cancel_price", monthly.id),
    ):
        with pytest.raises(NotAllowed):
            await desk.does(*call)
    assert list(await desk.prices()) == ["Monthly"]
