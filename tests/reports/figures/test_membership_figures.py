"""Coming and going, renewals, plan sales, active clients and MRR, each written a second time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from gym.app import Gym
from gym.reports.figures.active import ActiveRepository
from gym.reports.figures.movement import MovementRepository
from gym.reports.figures.plan_sales import PlanSalesRepository
from gym.reports.figures.renewals import RenewalRepository
from tests.reports.figures.asking import RANGES, asked, inside
from tests.reports.figures.random_gym import open_random_gym
from tests.reports.figures.raw_rows import DAY, RawGym, read_gym

SEEDS = (1, 2)


def movements_again(raw: RawGym, first: date, last: date) -> Counter[tuple[str, date, object]]:
    """Walks every client's days one by one."""
    found: Counter[tuple[str, date, object]] = Counter()
    days = set(inside(raw, first, last))
    for client, own in raw.ordered.items():
        covered = sorted(raw.covered[client])
        for place, day in enumerate(covered):
            gap = (day - covered[place - 1]).days - 1 if place else None
            if day in days and (gap is None or gap > 30):
                beginning = next(one for one in own if one.starts_on == day)
                if gap is not None:
                    found["back", day, beginning.id] += 1
                elif beginning.id not in raw.brought:
                    found["new", day, beginning.id] += 1
            following = covered[place + 1] if place + 1 < len(covered) else None
            silent = following is None or (following - day).days - 1 > 30
            if day in days and silent and day < raw.today:
                ending = [one for one in raw.covered[client][day] if raw.days[one.id][-1] == day][-1]
                over = raw.today > day + timedelta(days=30)
                found["left" if over else "not_yet", day, ending.id] += 1
    return found


def renewals_again(raw: RawGym, first: date, last: date) -> Counter[tuple[str, object]]:
    found: Counter[tuple[str, object]] = Counter()
    for own in raw.ordered.values():
        for place, one in enumerate(own):
            ends = one.ends_on
            if one.status == "canceled" or one.id in raw.resting:
                continue
            if not (first <= ends <= min(last, raw.today) and ends < raw.today):
                continue
            late = [(raw.day_of(later.sold_at) - ends).days for later in own[place + 1 :]]
            soonest = min(late, default=999)
            if soonest > 30:
                outcome = "not" if (raw.today - ends).days > 30 else "not_yet"
            else:
                outcome = "before" if soonest <= 0 else "prompt" if soonest <= 7 else "late"
            found[outcome, one.id] += 1
    return found


def acts_again(raw: RawGym, first: date, last: date) -> Counter[tuple[str, date, object, Decimal]]:
    found: Counter[tuple[str, date, object, Decimal]] = Counter()
    days, replaced = set(inside(raw, first, last)), {one.replaces_id for one in raw.subscriptions}
    for one in raw.subscriptions:
        sold = raw.day_of(one.sold_at)
        if sold in days and one.id not in raw.brought:
            kind = "changed" if one.replaces_id else "renewed" if one.renews_id else "sold"
            found[kind, sold, one.id, one.final_price] += 1
        if one.status != "canceled" or one.id in raw.undone or one.id in replaced:
            continue
        if (closed := raw.day_of(one.closed_at)) in days:
            found["canceled", closed, one.id, Decimal(0)] += 1
    return found


def monthly_again(raw: RawGym, day: date) -> Decimal:
    """What active time plans are worth a month: 365 days are twelve months."""
    total = Decimal(0)
    for one in raw.active_on(day):
        plan = raw.plans[one.plan_id]
        if one.visits is not None or plan.once_per_client or plan.name == "Day pass":
            continue
        days = {"day": 1, "week": 7}.get(plan.duration_unit, 0) * plan.duration_count
        months = {"month": 1, "year": 12}.get(plan.duration_unit, 0) * plan.duration_count
        exact = Fraction(one.final_price) * 365 / (12 * days) if days else Fraction(one.final_price) / months
        cents = Decimal(exact.numerator * 1000 // exact.denominator) / 1000
        total += cents.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return total


@pytest.mark.parametrize("seed", SEEDS)
async def test_memberships_begin_and_end_as_their_days_say(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await read_gym(gym)
    kinds: set[str] = set()
    for first, last in RANGES:
        async with asked(gym, first, last) as (uow, terms):
            found = (await MovementRepository(uow.session).movements(terms)).items
        counted = Counter((one.kind.value, one.day, one.subscription_id) for one in found)
        assert counted == movements_again(raw, first, last), (first, last)
        kinds |= {one.kind.value for one in found}
    assert kinds == {"new", "back", "left", "not_yet"}


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_period_that_ended_has_its_outcome(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await read_gym(gym)
    outcomes: set[str] = set()
    for first, last in RANGES:
        async with asked(gym, first, last) as (uow, terms):
            found = (await RenewalRepository(uow.session).ended(terms)).items
        counted = Counter((one.outcome.value, one.subscription_id) for one in found)
        assert counted == renewals_again(raw, first, last), (first, last)
        outcomes |= {outcome for outcome, _ in counted}
    assert outcomes == {"before", "prompt", "late", "not_yet", "not"}


@pytest.mark.parametrize("seed", SEEDS)
async def test_plans_are_sold_renewed_changed_and_cancelled(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await read_gym(gym)
    for first, last in RANGES:
        async with asked(gym, first, last) as (uow, terms):
            found = (await PlanSalesRepository(uow.session).acts(terms)).items
        counted = Counter((one.kind.value, one.day, one.subscription_id, one.amount) for one in found)
        assert counted == acts_again(raw, first, last), (first, last)


@pytest.mark.parametrize("seed", SEEDS)
async def test_who_is_active_is_paid_or_graced(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await read_gym(gym)
    refused = 0
    for first, last in RANGES[:-1]:
        async with asked(gym, first, last) as (uow, terms):
            days = await ActiveRepository(uow.session).each_day(terms)
            anybody = await ActiveRepository(uow.session).on_any_day(terms)
        again = {day: {one.client_id for one in raw.active_on(day)} for day in inside(raw, first, last)}
        assert {one.day: one.clients for one in days} == {day: len(who) for day, who in again.items()}
        assert anybody == len(set().union(*again.values()))
        refused += sum(len(own[first]) for own in raw.covered.values() if first in own) - len(
            raw.active_on(first)
        )
    assert refused > 0


@pytest.mark.parametrize("seed", SEEDS)
async def test_plans_are_worth_a_month_what_they_cost_by_their_months(gym: Gym, seed: int) -> None:
    await open_random_gym(gym, seed, visited=False)
    raw = await read_gym(gym)
    for day in (raw.today, date(2026, 2, 28), date(2025, 12, 31), date(2026, 4, 4)):
        async with asked(gym, day - DAY, day) as (uow, terms):
            held = (await ActiveRepository(uow.session).held_on(day, terms)).items
            tallies = await ActiveRepository(uow.session).tallies_on(day, terms)
        assert Counter(one.subscription_id for one in held) == Counter(one.id for one in raw.active_on(day))
        assert tallies.monthly == monthly_again(raw, day), day
        assert tallies.monthly > 0
