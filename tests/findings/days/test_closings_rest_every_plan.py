"""An announced closing rests every plan that covers it, whenever it was sold; nobody loses or wins a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Final, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.memberships.sale_screens import quote_text
from bot.ui.screens import HtmlTranslator
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.notifications.models import NotificationKind as Kind
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.freezes.calendar import FreezeCalendar
from gym.subscriptions.freezes.layout import Layout
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Freeze, FreezeKind, GymClosure, Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import DeskClerk, told

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
SOMEBODY: Final = UUID(int=7)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


async def close(boss: DeskClerk, first: int, last: int, key: UUID | None = None) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        days = TODAY + first * DAY, TODAY + last * DAY
        await FreezeService(uow).close_gym(*days, "painting", key=key or uuid4())


async def reopen(boss: DeskClerk, key: UUID) -> None:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).open_gym(key)


async def rests(desk: DeskClerk, one: Subscription) -> list[int]:
    """Days, counted from today, on which a plan rests."""
    rows = (await desk.see(one)).freezes
    spans = [(row.starts_on, row.ends_on or row.starts_on) for row in rows]
    return [(first + n * DAY - TODAY).days for first, last in spans for n in range((last - first).days + 1)]


async def test_whoever_buys_after_the_announcement_gets_the_closed_days_too_and_reads_so(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    await close(boss, 5, 6)
    clock.advance(timedelta(minutes=1))
    ten = await desk.plan(unit=DurationUnit.DAY, count=10)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        quote = await SubscriptionService(uow).quote_sale(rosa.id, ten.id)
    english, spanish = (
        quote_text(HtmlTranslator(one, currency="COP", timezone="America/Bogota"), quote)
        for one in ("en", "es")
    )
    assert quote.ends_on == TODAY + 11 * DAY
    assert "The gym is closed Sat, 8 Aug 2026 – Sun, 9 Aug 2026: the plan ends 2 days later." in english
    assert "El gimnasio cierra sáb 8 ago 2026 – dom 9 ago 2026: el plan termina 2 días después." in spanish
    sold = await desk.sell(rosa, ten)
    assert (sold.ends_on, await rests(desk, sold)) == (TODAY + 11 * DAY, [5, 6])


async def test_a_renewal_and_a_changed_plan_are_laid_around_closings_too(
    boss: DeskClerk, desk: DeskClerk, rosa: Client
) -> None:
    week = await desk.plan(unit=DurationUnit.WEEK, name="Week")
    sold = await desk.sell(rosa, week)
    await close(boss, 9, 10)
    renewed = await desk.renew(rosa)
    assert (renewed.starts_on, renewed.ends_on) == (TODAY + 7 * DAY, TODAY + 15 * DAY)
    assert await rests(desk, renewed) == [9, 10]
    ten = await desk.plan(unit=DurationUnit.DAY, count=10)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        new = await PlanChangeService(uow).change(sold.id, ten.id)
    assert (new.ends_on, await rests(desk, new)) == (TODAY + 11 * DAY, [9, 10])
    assert (await desk.see(renewed)).starts_on == TODAY + 12 * DAY
    assert await rests(desk, renewed) == []


async def test_a_sale_from_an_earlier_day_on_gets_the_closed_days_behind_us(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    await close(boss, 1, 2)
    clock.advance(4 * DAY)
    sold = await desk.sell(rosa, await desk.plan(unit=DurationUnit.DAY, count=10), TODAY)
    assert (sold.ends_on, await rests(desk, sold)) == (TODAY + 11 * DAY, [1, 2])


async def test_a_plan_that_is_sold_while_the_gym_is_closed_rests_at_once(
    boss: DeskClerk, desk: DeskClerk, rosa: Client
) -> None:
    await close(boss, 0, 1)
    sold = await desk.sell(rosa, await desk.plan(unit=DurationUnit.DAY, count=3))
    assert sold.status is SubscriptionStatus.FROZEN
    assert (sold.ends_on, await rests(desk, sold)) == (TODAY + 4 * DAY, [0, 1])


async def test_what_was_on_the_screen_before_the_announcement_is_not_sold(
    boss: DeskClerk, desk: DeskClerk, rosa: Client
) -> None:
    week = await desk.plan(unit=DurationUnit.WEEK)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        seen = (await SubscriptionService(uow).quote_sale(rosa.id, week.id)).mark
    await close(boss, 2, 3)
    with pytest.raises(JustChanged):
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await SubscriptionService(uow).sell(rosa.id, week.id, seen=seen)


async def test_a_closing_that_is_called_off_or_shortened_gives_back_the_days_to_come_only(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    shortened, off = uuid4(), uuid4()
    await close(boss, 1, 4, shortened)
    await close(boss, 6, 8, off)
    sold = await desk.sell(rosa, await desk.plan(unit=DurationUnit.DAY, count=10))
    assert sold.ends_on == TODAY + 16 * DAY
    clock.advance(3 * DAY)
    await reopen(boss, shortened)
    await reopen(boss, off)
    assert await rests(desk, sold) == [1, 2]
    assert (await desk.see(sold)).ends_on == TODAY + 11 * DAY


async def test_a_sale_that_the_announcement_did_not_see_rests_a_quarter_of_an_hour_later(
    gym: Gym, boss: DeskClerk, desk: DeskClerk, rosa: Client
) -> None:
    sold = await desk.sell(rosa, await desk.plan(unit=DurationUnit.DAY, count=10))
    async with gym.unit_of_work(Actor.system()) as uow:  # what a sale beside the announcement leaves
        uow.session.add(_closure(TODAY + 2 * DAY, TODAY + 3 * DAY))
    for _ in range(2):
        await run_due(gym.run)
    assert await rests(desk, sold) == [2, 3]
    assert (await desk.see(sold)).ends_on == TODAY + 11 * DAY
    assert len(await told(gym, Kind.GYM_CLOSED)) == 1


def _closure(first: date, last: date) -> GymClosure:
    now = datetime(2026, 8, 1, tzinfo=UTC)
    return GymClosure(
        id=uuid4(), starts_on=first, ends_on=last, reason="painting", staff_name="Ana", created_at=now
    )


# Freezes × closings × sale days ───────────────────────────────────────────────────────────────────────────

spans = st.tuples(st.integers(-25, 40), st.integers(0, 9))


def _apart(found: Sequence[tuple[int, int]]) -> list[Interval]:
    """Rests that share no day, as freezes of one plan are."""
    kept: list[Interval] = []
    for first, more in found:
        rest = Interval(TODAY + first * DAY, TODAY + (first + more) * DAY, freeze_id=uuid4())
        if not any(rest.meets(other) for other in kept):
            kept.append(rest)
    return kept


def _resting(laid: Layout) -> list[date]:
    return [rest.starts_on + n * DAY for rest in laid.rests for n in range(rest.days)]


def _covered(laid: Layout) -> list[date]:
    return [laid.starts_on + n * DAY for n in range((laid.ends_on - laid.starts_on).days + 1)]


def _closed_days(closures: Sequence[GymClosure]) -> set[date]:
    return {day for one in closures for day in _days(Interval(one.starts_on, one.ends_on))}


def _plan_of(client_id: UUID, laid: Layout) -> Subscription:
    """The sold plan with the rows of its closed days, as far as the calendar reads it."""
    rows = [
        SimpleNamespace(
            id=uuid4(),
            kind=FreezeKind.CLOSURE,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            closure_id=one.closure_id,
        )
        for one in laid.rests
    ]
    return cast("Subscription", SimpleNamespace(client_id=client_id, freezes=cast("list[Freeze]", rows)))


@given(
    start=st.integers(-20, 20),
    usable=st.integers(1, 40),
    closings=st.lists(spans, max_size=4),
    freezes=st.lists(spans, max_size=3),
    came=st.booleans(),
    later=st.integers(0, 30),
)
def test_the_end_moves_by_exactly_the_days_that_rest(
    start: int,
    usable: int,
    closings: list[tuple[int, int]],
    freezes: list[tuple[int, int]],
    came: bool,
    later: int,
) -> None:
    closures = [_closure(TODAY + first * DAY, TODAY + (first + more) * DAY) for first, more in closings]
    visited = {SOMEBODY} if came else set[UUID]()
    first = TODAY + start * DAY
    sold = FreezeCalendar(TODAY, closures, visited).lay_sale(SOMEBODY, first, usable)
    _keeps(sold, usable, _closed_days(closures) - ({TODAY} if came else set()), [])

    # Days go by, and a freeze is asked for: what is behind stays, the rest is laid anew.
    day = TODAY + later * DAY
    left = [one for one in closures if one.ends_on >= day]
    wishes = [one for one in _apart(freezes) if one.starts_on >= day]
    again = FreezeCalendar(day, left, set()).lay(_plan_of(SOMEBODY, sold), first, usable, wishes)
    still = {one for one in _closed_days(left) if one >= day}
    _keeps(again, usable, still, [one for rest in wishes for one in _days(rest)])
    assert [one for one in _resting(again) if one < day] == [one for one in _resting(sold) if one < day]


def _days(rest: Interval) -> list[date]:
    return [rest.starts_on + n * DAY for n in range(rest.days)]


def _keeps(laid: Layout, usable: int, closed: set[date], frozen: list[date]) -> None:
    covered, resting = _covered(laid), _resting(laid)
    assert len(resting) == len(set(resting)), "a day both closed and frozen counts once"
    assert len(covered) - len(set(covered) & set(resting)) == usable, "the days bought can be used"
    assert set(resting) <= set(covered)
    assert (closed | set(frozen)) & set(covered) <= set(resting), "no closed or frozen day is used up"
