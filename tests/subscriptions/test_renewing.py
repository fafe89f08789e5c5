"""Renewals: when they start, what they cost, and that nobody renews twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor
from gym.subscriptions.errors import AlreadyWaiting, JustChanged, NothingToRenew
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk, run_nightly, told

TODAY = date(2026, 8, 3)
DAY = timedelta(days=1)


async def use_up(gym: Gym, subscription: Subscription) -> None:
    """Every visit of a pack spent, as check-ins would."""
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Subscription, subscription.id)
        row.visits_used = row.visits or 0


async def test_a_renewal_starts_the_day_after(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    first = await desk.sell(rosa, monthly)
    second = await desk.renew(rosa)
    assert second.status is SubscriptionStatus.SCHEDULED
    assert (second.starts_on, second.ends_on) == (date(2026, 9, 3), date(2026, 10, 2))
    assert (second.anchor, second.renews_id) == (TODAY, first.id)
    assert len(await told(desk.gym, NotificationKind.SUBSCRIPTION_RENEWED)) == 1
    assert len(await told(desk.gym, NotificationKind.DESK_RENEWED)) == 1


async def test_only_one_renewal_waits(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    await desk.renew(rosa)
    with pytest.raises(AlreadyWaiting):
        await desk.renew(rosa)


async def test_a_renewal_paid_in_advance_becomes_active_on_its_first_day(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    second = await desk.renew(rosa)
    await desk.pay(second)
    assert (await desk.see(second)).status is SubscriptionStatus.SCHEDULED
    clock.advance(timedelta(days=31))
    found = await desk.current(rosa)
    assert found is not None
    assert (found.id, found.status) == (second.id, SubscriptionStatus.ACTIVE)


async def test_a_chain_from_the_31st_does_not_drift(
    rosa: Client, desk: DeskClerk, clock: FrozenClock
) -> None:
    plan = await desk.plan()
    clock.at = datetime(2027, 1, 31, 15, tzinfo=UTC)
    await desk.sell(rosa, plan)
    starts: list[date] = []
    for _ in range(4):
        renewed = await desk.renew(rosa)
        starts.append(renewed.starts_on)
        clock.at = datetime.combine(renewed.starts_on, clock.at.timetz())
    assert starts == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]


async def test_a_renewal_after_it_ended_starts_today(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=90))
    renewed = await desk.renew(rosa)
    today = TODAY + timedelta(days=90)
    assert (renewed.starts_on, renewed.anchor) == (today, today)
    assert renewed.status is SubscriptionStatus.PENDING_PAYMENT


async def test_a_used_up_pack_is_closed_and_the_renewal_starts_today(
    desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    pack = await desk.plan(visits=10, count=3, name="Ten visits")
    first = await desk.sell(rosa, pack)
    await desk.pay(first)
    clock.advance(timedelta(days=20))
    await use_up(desk.gym, first)
    second = await desk.renew(rosa)
    today = TODAY + timedelta(days=20)
    closed = await desk.see(first)
    assert (closed.status, closed.ends_on) == (SubscriptionStatus.EXPIRED, today)
    assert (second.starts_on, second.anchor, second.visits_used) == (today, today, 0)
    found = await desk.current(rosa)
    assert found is not None
    assert found.id == second.id


async def test_an_unpaid_pack_that_is_used_up_keeps_its_debt(desk: DeskClerk, rosa: Client) -> None:
    pack = await desk.plan(visits=1, name="One visit")
    first = await desk.sell(rosa, pack)
    await use_up(desk.gym, first)
    await desk.renew(rosa)
    closed = await desk.see(first)
    assert (closed.status, closed.account.balance) == (SubscriptionStatus.LAPSED, PRICE)


async def test_a_pack_with_visits_left_is_followed(desk: DeskClerk, rosa: Client) -> None:
    first = await desk.sell(rosa, await desk.plan(visits=10))
    assert (await desk.renew(rosa)).starts_on == first.ends_on + DAY


async def test_another_plan_follows_at_its_own_length_and_price(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    first = await desk.sell(rosa, monthly)
    weekly = await desk.plan(Decimal(45000), DurationUnit.WEEK, name="Weekly")
    second = await desk.renew(rosa, weekly)
    assert second.starts_on == first.ends_on + DAY
    assert second.ends_on == first.ends_on + timedelta(days=7)
    assert second.final_price == 45000


async def test_without_a_membership_there_is_nothing_to_renew(desk: DeskClerk, rosa: Client) -> None:
    with pytest.raises(NothingToRenew):
        await desk.renew(rosa)


async def test_what_stood_on_the_screen_is_what_is_renewed(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    first = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=90))
    await desk.renew(rosa, renews_id=first.id)
    with pytest.raises(JustChanged):
        await desk.renew(rosa, renews_id=first.id)


async def test_a_quote_says_what_the_renewal_will_be(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        quote = await SubscriptionService(uow).quote_renewal(rosa.id, discount=Decimal(5000))
        promised = (quote.starts_on, quote.ends_on, quote.anchor, quote.final_price, quote.renews_id)
    renewed = await desk.renew(rosa, discount=Decimal(5000))
    kept = (renewed.starts_on, renewed.ends_on, renewed.anchor, renewed.final_price, renewed.renews_id)
    assert promised == kept


async def test_an_unpaid_period_lapses_and_does_not_block_the_next(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    first = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=31))
    assert await run_nightly(desk.gym) == (0, 1)
    lapsed = await desk.see(first)
    assert (lapsed.status, lapsed.account.balance) == (SubscriptionStatus.LAPSED, PRICE)
    assert (await desk.sell(rosa, monthly)).status is SubscriptionStatus.PENDING_PAYMENT
