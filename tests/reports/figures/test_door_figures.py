"""Visits, refusals, overrides, no-shows and cohorts, each written a second time, rolled up or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.reports.figures.cohorts import CohortRepository
from gym.reports.figures.visits import VisitRepository
from gym.reports.rollup.service import VisitRollupService
from gym.security.permissions import Actor
from tests.reports.figures.asking import RANGES, asked, inside
from tests.reports.figures.random_gym import open_random_gym
from tests.reports.figures.raw_rows import DAY, RawGym, read_gym

SEEDS = (4, 5)


def visits_again(raw: RawGym, first: date, last: date) -> list[Any]:
    days = set(inside(raw, first, last))
    return [one for one in raw.visits if one.counted and one.undone_at is None and one.gym_day in days]


def rests(raw: RawGym, one: Any, day: date) -> bool:
    return any(
        freeze.subscription_id == one.id
        and freeze.canceled_at is None
        and freeze.starts_on <= day
        and (freeze.ends_on is None or day <= freeze.ends_on)
        for freeze in raw.freezes
    )


async def check_visits(gym: Gym, raw: RawGym, first: date, last: date) -> None:
    """Every figure of the door over one range."""
    async with asked(gym, first, last) as (uow, terms):
        door = VisitRepository(uow.session)
        counts, people = await door.counts(terms), await door.people(terms)
        refusals, overrides = await door.refusals(terms), await door.overrides(terms)
        no_shows = await door.no_shows(terms)
    again, days = visits_again(raw, first, last), set(inside(raw, first, last))
    assert counts.total == len(again)
    assert {one.day: one.visits for one in counts.days} == Counter(one.gym_day for one in again)
    hours = Counter((one.gym_day.weekday(), one.at.astimezone(raw.zone).hour) for one in again)
    assert {(one.weekday, one.hour): one.visits for one in counts.hours} == hours
    plan_of = {one.id: one.plan_id for one in raw.subscriptions}
    plans = Counter(plan_of.get(one.subscription_id) for one in again)
    assert {one.plan_id: one.visits for one in counts.plans} == plans
    assert people.visitors == len({one.client_id for one in again})
    refused = [one for one in raw.visits if one.outcome == "denied" and one.gym_day in days]
    assert {one.code.value: one.refusals for one in refusals} == Counter(one.code for one in refused)
    assert sum(one.let_in for one in refusals) == sum(1 for one in refused if one.override_reason)
    let_in = Counter(
        one.staff_id
        for one in raw.visits
        if one.outcome == "admitted" and one.override_reason and one.undone_at is None and one.gym_day in days
    )
    assert {one.staff_id: one.overrides for one in overrides} == let_in
    came = {one.client_id for one in again}
    could = {one.client_id for day in days for one in raw.active_on(day) if not rests(raw, one, day)}
    assert {one.client_id for one in no_shows} == could - came
    assert people.absent == len(could - came)


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_door_adds_up_before_and_after_months_are_rolled_up(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, clients=25)
    raw = await read_gym(gym)
    for first, last in RANGES[:-1]:
        await check_visits(gym, raw, first, last)
    assert await roll(gym) > 30
    for first, last in (*RANGES[:-1], (date(2025, 11, 15), date(2026, 8, 3))):
        await check_visits(gym, raw, first, last)


async def roll(gym: Gym) -> int:
    """As many nights as it takes; how many months were counted."""
    total = 0
    while True:
        async with gym.unit_of_work(Actor.system()) as uow:
            done = await VisitRollupService(uow).roll_due()
        total += done
        if not done:
            return total


async def rolled_months(gym: Gym) -> set[date]:
    """Months whose counts are used."""
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalars(
            text("SELECT month FROM rolled_months EXCEPT SELECT month FROM reopened_months")
        )
        return set(found)


async def test_counts_of_a_clock_that_was_set_back_are_not_used(gym: Gym, clock: FrozenClock) -> None:
    await open_random_gym(gym, 6, clients=20)
    await roll(gym)
    closed, now, this_month = await rolled_months(gym), clock.at, date(2026, 8, 1)
    clock.at += timedelta(days=200)
    await roll(gym)
    assert this_month in await rolled_months(gym)
    clock.at = now
    raw = await read_gym(gym)
    came = {one.client_id for one in raw.visits if one.gym_day == raw.today}
    client = next(one for one in raw.ordered if one not in came)
    async with gym.unit_of_work(Actor.system()) as uow:
        values = {"id": new_id(), "client": client, "at": now, "received": now, "day": raw.today}
        await uow.session.execute(LATE, values)
    raw = await read_gym(gym)
    for first, last in ((this_month, date(2026, 8, 31)), RANGES[-1]):
        await check_visits(gym, raw, first, last)
    assert await roll(gym) == 0
    assert await rolled_months(gym) == closed, "and a night forgets what that clock counted"
    await check_visits(gym, raw, *RANGES[-1])


UNDO = text("UPDATE check_ins SET undone_at = :now WHERE id = :id")
LATE = text("""
INSERT INTO check_ins (id, client_id, outcome, code, method, counted, at, received_at, gym_day)
VALUES (:id, :client, 'admitted', 'admitted', 'staff', true, :at, :received, :day)
""")


async def test_a_late_visit_reopens_its_month_until_the_next_night(gym: Gym) -> None:
    await open_random_gym(gym, 7, clients=20)
    await roll(gym)
    june = date(2026, 6, 1)
    assert june in await rolled_months(gym)
    raw = await read_gym(gym)
    free = next(
        (client, day)
        for client in raw.ordered
        for day in (june + timedelta(days=n) for n in range(30))
        if not any(one.client_id == client and one.gym_day == day for one in raw.visits)
    )
    await add_visit(gym, *free, received=raw.today)
    assert june not in await rolled_months(gym)
    raw = await read_gym(gym)
    await check_visits(gym, raw, june, date(2026, 6, 30))
    assert await roll(gym) == 1
    assert june in await rolled_months(gym)
    await check_visits(gym, raw, june, date(2026, 6, 30))


async def add_visit(gym: Gym, client: UUID, day: date, received: date) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        at = datetime.combine(day, datetime.min.time(), uow.settings.zone) + timedelta(hours=18)
        late = datetime.combine(received, datetime.min.time(), uow.settings.zone) + timedelta(hours=1)
        values = {"id": new_id(), "client": client, "at": at, "received": late, "day": day}
        await uow.session.execute(LATE, values)


async def test_an_undone_visit_reopens_its_month(gym: Gym) -> None:
    await open_random_gym(gym, 8, clients=20)
    await roll(gym)
    july = (date(2026, 6, 1), date(2026, 6, 30))
    raw = await read_gym(gym)
    undone = visits_again(raw, *july)[0].id
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(UNDO, {"now": uow.now, "id": undone})
    assert date(2026, 6, 1) not in await rolled_months(gym)
    raw = await read_gym(gym)
    await check_visits(gym, raw, *july)
    await roll(gym)
    await check_visits(gym, raw, *july)


async def test_a_visit_of_today_marks_nothing(gym: Gym) -> None:
    """The door's own insert runs no trigger, whatever the zone says of the day in UTC."""
    await open_random_gym(gym, 9, clients=3)
    await roll(gym)
    raw = await read_gym(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("DELETE FROM reopened_months"))
    client = next(iter(raw.ordered))
    for day in (raw.today + 3 * DAY, raw.today + 4 * DAY):
        await add_visit(gym, client, day, received=day)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(text("SELECT count(*) FROM reopened_months")) == 0


async def test_a_month_is_rolled_up_only_when_it_has_settled(gym: Gym, clock: Any) -> None:
    """On 3 August a visit of July may still arrive without a mark."""
    await open_random_gym(gym, 10, clients=10)
    await roll(gym)
    assert date(2026, 7, 1) not in await rolled_months(gym)
    clock.advance(timedelta(days=1))
    await roll(gym)
    assert date(2026, 7, 1) in await rolled_months(gym)


@pytest.mark.parametrize("seed", SEEDS)
async def test_cohorts_keep_whom_their_days_keep(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed)
    raw = await read_gym(gym)
    for first, last in ((date(2025, 8, 1), date(2026, 8, 3)), (date(2023, 1, 10), date(2024, 12, 5))):
        async with asked(gym, first, last) as (uow, terms):
            found = await CohortRepository(uow.session).cohorts(terms)
        assert {one.month: (one.clients, list(one.stayed)) for one in found} == cohorts_again(
            raw, first, last
        )


def cohorts_again(raw: RawGym, first: date, last: date) -> dict[date, tuple[int, list[int]]]:
    members: dict[date, list[UUID]] = defaultdict(list)
    for client, own in raw.ordered.items():
        if own[0].id not in raw.brought and own[0].starts_on in set(inside(raw, first, last)):
            members[own[0].starts_on.replace(day=1)].append(client)
    found: dict[date, tuple[int, list[int]]] = {}
    for month, clients in sorted(members.items()):
        stayed: list[int] = []
        end = following(following(month)) - DAY
        while end < raw.today:
            stayed.append(sum(1 for client in clients if end in raw.covered[client]))
            end = following(end + DAY) - DAY
        found[month] = (len(clients), stayed)
    return found


def following(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
