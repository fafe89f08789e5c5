"""Absence counts from the true last visit, and nobody whom the door would refuse is asked to come."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from bot.messages import render
from gym.app import Gym
from gym.attendance.absence import absence_parameters, absent_members
from gym.attendance.checkin.access import may_come_in
from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.verdict_builder import access_facts
from gym.attendance.models import CheckInMethod
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BroadcastService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.notifications.models import NotificationKind as Kind
from gym.security.permissions import Actor
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from tests.attendance.conftest import Door, change, settle
from tests.bot.outbox.test_outbox import Line, outbox_worker
from tests.support.absent import absent
from tests.support.memberships import DeskClerk, frozen, told

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)


async def days_pass(gym: Gym, clock: FrozenClock, count: int) -> None:
    for _ in range(count):
        clock.advance(DAY)
        await run_due(gym.run)


async def lists(gym: Gym, admin: Actor) -> tuple[list[tuple[str, int, date | None]], int]:
    """Who has stayed away, and how many a broadcast to those not seen would be for."""
    found = await absent(gym)
    async with gym.unit_of_work(admin) as uow:
        reach = await BroadcastService(uow).reach(BroadcastAudience(Segment.ABSENT))
    return [(name, days, last_visit) for _, name, days, last_visit in found], reach.told


async def said(gym: Gym, language: str = "en") -> list[str]:
    settings = await gym.settings()
    payloads = await told(gym, Kind.ABSENT)
    return [render(Kind.ABSENT, one, settings, language, gym.clock.now()).text for one in payloads if one]


async def test_a_closing_of_two_days_neither_empties_the_list_nor_counts(
    gym: Gym, admin: Actor, desk: DeskClerk, door: Door, paid: Subscription, rosa: Client, clock: FrozenClock
) -> None:
    assert (await door.by_staff(rosa)).visit_number == 1
    async with gym.unit_of_work(admin) as uow:
        first, last = TODAY + 3 * DAY, TODAY + 4 * DAY
        await FreezeService(uow).close_gym(first, last, "painting", key=uuid4())
    await days_pass(gym, clock, 11)
    assert await lists(gym, admin) == ([], 0)
    assert await said(gym) == []
    await days_pass(gym, clock, 1)
    assert await lists(gym, admin) == ([("Rosa Vargas", 10, TODAY)], 1)
    [english], [spanish] = await said(gym), await said(gym, "es")
    assert "your last visit was on Mon, 3 Aug 2026" in english
    assert "tu última visita fue el lun 3 ago 2026" in spanish


async def test_a_renewal_on_another_anchor_does_not_reset_the_absence(
    gym: Gym, admin: Actor, desk: DeskClerk, door: Door, rosa: Client, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, await desk.plan(), TODAY - 25 * DAY))
    await door.by_staff(rosa)
    await days_pass(gym, clock, 8)
    renewed = await desk.renew(rosa)
    assert renewed.anchor == TODAY + 8 * DAY, "the first month was over"
    await desk.pay(renewed)
    await days_pass(gym, clock, 2)
    assert await lists(gym, admin) == ([("Rosa Vargas", 10, TODAY)], 1)
    assert len(await said(gym)) == 1


async def test_who_has_never_come_is_missed_from_the_first_start(
    gym: Gym, admin: Actor, paid: Subscription, clock: FrozenClock
) -> None:
    await days_pass(gym, clock, 10)
    assert await lists(gym, admin) == ([("Rosa Vargas", 10, None)], 1)
    assert "running since Mon, 3 Aug 2026, and we have not seen you yet" in (await said(gym))[0]
    assert "desde el lun 3 ago 2026" in (await said(gym, "es"))[0]


async def test_who_comes_back_after_months_is_not_missed_on_the_first_day(
    gym: Gym, admin: Actor, desk: DeskClerk, door: Door, paid: Subscription, rosa: Client, clock: FrozenClock
) -> None:
    await door.by_staff(rosa)
    clock.advance(timedelta(days=90))
    await desk.pay(await desk.renew(rosa))
    assert await lists(gym, admin) == ([], 0)
    await days_pass(gym, clock, 10)
    assert await lists(gym, admin) == ([("Rosa Vargas", 10, TODAY)], 1)


@pytest.mark.parametrize(
    "refused", ["owes", "old debt", "blocked", "inactive", "no plan", "frozen", "used up"]
)
async def test_nobody_whom_the_door_would_refuse_is_asked_to_come(
    gym: Gym, admin: Actor, desk: DeskClerk, rosa: Client, clock: FrozenClock, refused: str
) -> None:
    if refused == "old debt":
        await settle(gym, closed_debt_denies=True)
        old = await desk.sell(rosa, await desk.plan(name="Old"), TODAY - 30 * DAY)
        await change(gym, old, ends_on=TODAY - 6 * DAY, status=SubscriptionStatus.LAPSED)
    sold = await desk.sell(rosa, await desk.plan(visits=8))
    if refused != "owes":
        await desk.pay(sold)
    if refused == "blocked":
        await change(gym, rosa, blocked_until=TODAY + 15 * DAY, block_reason="fought")
    if refused == "inactive":
        await change(gym, rosa, active=False)
    if refused == "no plan":
        await change(gym, sold, ends_on=TODAY + 5 * DAY)
    if refused == "used up":
        await change(gym, sold, visits_used=8)
    clock.advance(9 * DAY)
    if refused == "frozen":
        async with gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(frozen(sold, TODAY + 10 * DAY, None))
    await days_pass(gym, clock, 3)
    assert await lists(gym, admin) == ([], 0)
    assert await said(gym) == []


@pytest.mark.parametrize("happened", ["came", "blocked"])
async def test_what_was_written_at_night_stays_unsaid_when_the_morning_has_changed_it(
    gym: Gym, door: Door, paid: Subscription, rosa: Client, clock: FrozenClock, happened: str
) -> None:
    line = Line()
    clock.advance(9 * DAY + timedelta(hours=15))  # one in the morning
    await run_due(gym.run)
    assert len(await said(gym)) == 1
    clock.advance(timedelta(hours=5))
    if happened == "came":
        await door.by_staff(rosa)
    else:
        await change(gym, rosa, blocked_until=TODAY + 30 * DAY, block_reason="fought")
    clock.advance(timedelta(hours=3))
    await outbox_worker(gym, line).drain()
    assert [text for _, text in line.sent if "👟" in text] == []


async def test_a_member_who_stays_away_hears_of_it_in_the_morning(
    gym: Gym, paid: Subscription, clock: FrozenClock
) -> None:
    line = Line()
    clock.advance(9 * DAY + timedelta(hours=15))
    await run_due(gym.run)
    clock.advance(timedelta(hours=8))
    await outbox_worker(gym, line).drain()
    assert len([text for _, text in line.sent if "👟" in text]) == 1


RULES: Final = (
    {},
    {"grace_days": 3},
    {"grace_amount": "60000"},
    {"closed_debt_denies": True, "grace_days": 40},
)


@pytest.fixture
async def crowd(gym: Gym, boss: DeskClerk) -> list[Client]:
    """Forty people in situations drawn by chance, the same ones every time."""
    chance = Random(7)
    plans = [await boss.plan(), await boss.plan(name="Pack", visits=4)]
    return [await _somebody(gym, boss, plans, chance, number) for number in range(40)]


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


async def _somebody(gym: Gym, boss: DeskClerk, plans: list[Any], chance: Random, number: int) -> Client:
    one = await boss.client(f"Member {number}", 1000 + number)
    if chance.random() < 0.25:
        old = await boss.sell(one, plans[0], TODAY - 30 * DAY)
        await change(gym, old, ends_on=TODAY - 6 * DAY, status=SubscriptionStatus.LAPSED)
    if chance.random() < 0.9:
        await _with_plan(gym, boss, one, chance.choice(plans), chance)
    values: dict[str, Any] = {"active": chance.random() < 0.9}
    if chance.random() < 0.3:
        values |= {"blocked_until": TODAY + chance.randint(-1, 1) * DAY, "block_reason": "fought"}
    await change(gym, one, **values)
    return one


async def _with_plan(gym: Gym, boss: DeskClerk, one: Client, plan: Any, chance: Random) -> None:
    sold = await boss.sell(one, plan, TODAY - chance.choice([-2, 0, 1, 4]) * DAY)
    paid = chance.choice([0, 100_000, 150_000, 150_000])
    if paid:
        await boss.pay(sold, Decimal(paid))
    if sold.visits is not None:
        await change(gym, sold, visits_used=chance.choice([3, 4]))
    if chance.random() < 0.2:
        await change(gym, sold, ends_on=max(sold.starts_on, TODAY - DAY))
    if chance.random() < 0.3:
        first = max(sold.starts_on, TODAY + chance.randint(-1, 1) * DAY)
        async with gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(frozen(sold, first, chance.choice([None, first, first + DAY])))


async def test_whoever_may_be_asked_is_exactly_whom_the_door_would_let_in(
    gym: Gym, crowd: list[Client]
) -> None:
    sizes: list[int] = []
    for rules in RULES:
        await settle(gym, **rules)
        rule, doors = await _welcome(gym), await _let_in(gym, crowd)
        assert rule == doors, rules
        sizes.append(len(doors))
    assert all(0 < size < len(crowd) for size in sizes)
    assert len(set(sizes)) > 1, "the rules must tell people apart"


async def _welcome(gym: Gym) -> set[UUID]:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = absent_members("SELECT client_id FROM welcome")
        return set(
            (await uow.session.execute(found, absence_parameters(uow.today, uow.settings, 0))).scalars()
        )


async def _let_in(gym: Gym, crowd: list[Client]) -> set[UUID]:
    async with gym.unit_of_work(Actor.system()) as uow:
        doors, settings = CheckInQueries(uow.statements), uow.settings
        at = uow.now.astimezone(settings.zone)
        door = AttemptContext(CheckInMethod.STAFF, at, None, None)
        seen = {one.id: Match(await doors.facts(one.id, uow.today, at)) for one in crowd}
        return {key for key, one in seen.items() if may_come_in(access_facts(one, door, settings))}
