"""A change of plan in the middle of a period: to the cent, with nothing paid lost and no day sold twice."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from gym.attendance.checkin.service import AttendanceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import Conflict
from gym.notifications.models import NotificationKind
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind, Method
from gym.plans.models import DurationUnit, Plan
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.errors import (
    AlreadyClosed,
    JustChanged,
    NotRunning,
    PlanInactive,
    SamePlan,
    SubscriptionNotFound,
    TrialUsed,
)
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import ChangeQuote
from tests.support.memberships import DeskClerk, entries, told

RIVALS = 32
DAY = timedelta(days=1)
TODAY = date(2026, 8, 3)


async def quote(desk: DeskClerk, old: Subscription, plan: Plan) -> ChangeQuote:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await PlanChangeService(uow).quote(old.id, plan.id)


async def change(
    desk: DeskClerk, old: Subscription, plan: Plan, seen: str | None = None, key: UUID | None = None
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await PlanChangeService(uow).change(old.id, plan.id, seen=seen, key=key)


async def kept(desk: DeskClerk, client: Client) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await ClientCredit(uow).balance(client.id)


async def freeze(desk: DeskClerk, one: Subscription, first: date, last: date | None) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await FreezeService(uow).freeze(one.id, first, last, "travels")


@pytest.fixture
async def thirty(desk: DeskClerk) -> Plan:
    """30 days for 100,000: a day does not come out even."""
    return await desk.plan(Decimal(100000), DurationUnit.DAY, 30, name="Thirty days")


@pytest.fixture
async def year(desk: DeskClerk) -> Plan:
    return await desk.plan(Decimal(1000000), DurationUnit.YEAR, 1, name="Year")


@pytest.fixture
async def week(desk: DeskClerk) -> Plan:
    return await desk.plan(Decimal(30000), DurationUnit.WEEK, 1, name="Week")


async def test_unused_days_pay_for_the_new_plan(
    desk: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    await desk.pay(old, Decimal(100000))
    clock.advance(10 * DAY)
    shown = await quote(desk, old, year)
    assert (shown.unused_days, shown.value, shown.to_new) == (20, 66700, 66700)
    assert (shown.to_debt, shown.to_credit, shown.to_pay) == (0, 0, 933300)
    new = await change(desk, old, year, shown.mark)
    assert (new.starts_on, new.ends_on, new.anchor) == (
        date(2026, 8, 13),
        date(2027, 8, 12),
        date(2026, 8, 13),
    )
    assert (new.status, new.account.balance) == (SubscriptionStatus.PENDING_PAYMENT, shown.to_pay)
    closed = await desk.see(old)
    assert (closed.status, closed.cancel_reason) == (SubscriptionStatus.CANCELED, "changed to Year")
    assert (closed.account.balance, new.replaces_id) == (0, old.id)
    assert await kept(desk, rosa) == 0
    carried = (await told(desk.gym, NotificationKind.RECEIPT))[-1]
    assert (carried["amount"], carried["balance"]) == (shown.to_new, shown.to_pay)
    assert len(await told(desk.gym, NotificationKind.DESK_PAYMENT)) == 1, "the change says it"
    await desk.pay(new, shown.to_pay)
    assert (await desk.see(new)).status is SubscriptionStatus.ACTIVE


async def test_the_debt_of_the_old_plan_comes_first(
    desk: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    await desk.pay(old, Decimal(60000))
    clock.advance(15 * DAY)
    shown = await quote(desk, old, year)
    assert (shown.value, shown.to_debt, shown.to_new) == (50000, 40000, 10000)
    new = await change(desk, old, year)
    assert ((await desk.see(old)).account.balance, new.account.balance) == (0, Decimal(990000))


async def test_what_was_used_and_not_paid_stays_owed(
    desk: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    clock.advance(24 * DAY)
    shown = await quote(desk, old, year)
    assert (shown.value, shown.to_debt, shown.to_new, shown.debt_left) == (20000, 20000, 0, 80000)
    new = await change(desk, old, year)
    assert ((await desk.see(old)).account.balance, new.account.balance) == (Decimal(80000), Decimal(1000000))


async def test_what_exceeds_the_new_price_is_the_clients_credit(
    desk: DeskClerk, rosa: Client, thirty: Plan, week: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    await desk.pay(old, Decimal(100000))
    clock.advance(15 * DAY)
    new = await change(desk, old, week)
    assert (new.status, new.account.balance) == (SubscriptionStatus.ACTIVE, 0)
    assert await kept(desk, rosa) == Decimal(20000)
    money = [one.method for one in await entries(desk.gym) if one.kind is EntryKind.PAYMENT]
    assert money == [Method.CASH, Method.CREDIT]
    [notice] = await told(desk.gym, NotificationKind.PLAN_CHANGED)
    assert (notice["old_plan"], notice["plan_name"], notice["receipt_number"]) == ("Thirty days", "Week", 2)
    assert (notice["to_new"], notice["to_credit"]) == (Decimal(30000), Decimal(20000))
    assert len(await told(desk.gym, NotificationKind.DESK_PLAN_CHANGED)) == 1


async def test_money_is_neither_made_nor_lost_on_any_day(
    desk: DeskClerk, thirty: Plan, year: Plan, week: Plan, clock: FrozenClock
) -> None:
    """Paid = price of the used days + what the new plan got + what is kept, whatever the day."""
    for _ in range(7):
        client = await desk.client("P")
        old = await desk.sell(client, thirty)
        await desk.pay(old, Decimal(100000))
        clock.advance(4 * DAY)
        shown = await quote(desk, old, week)
        await change(desk, old, week)
        used = Decimal(100000) - shown.value
        assert used + shown.to_new + await kept(desk, client) == Decimal(100000)


async def test_a_renewal_that_waits_moves_behind_the_new_plan(
    desk: DeskClerk, rosa: Client, thirty: Plan, monthly: Plan, week: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    waiting = await desk.renew(rosa, monthly)
    await desk.pay(waiting)
    clock.advance(10 * DAY)
    shown = await quote(desk, old, week)
    assert shown.renewal_starts_on == date(2026, 8, 20)
    new = await change(desk, old, week)
    moved = await desk.see(waiting)
    assert (moved.starts_on, moved.ends_on) == (date(2026, 8, 20), date(2026, 9, 19))
    assert (moved.status, moved.renews_id) == (SubscriptionStatus.SCHEDULED, new.id)
    clock.advance(7 * DAY)
    found = await desk.current(rosa)
    assert found is not None
    assert (found.id, found.status) == (waiting.id, SubscriptionStatus.ACTIVE)


async def test_frozen_days_to_come_are_not_worth_money_twice(
    boss: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await boss.sell(rosa, thirty)
    await boss.pay(old, Decimal(100000))
    clock.advance(10 * DAY)
    today = TODAY + 10 * DAY
    await freeze(boss, old, today, today + 9 * DAY)
    clock.advance(5 * DAY)
    shown = await quote(boss, old, year)
    assert shown.unused_days == 20
    await change(boss, old, year, shown.mark)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        [left] = await FreezeService(uow).freezes(old.id)
    assert (left.starts_on, left.ends_on) == (today, today + 4 * DAY)
    closed = await boss.see(old)
    assert (closed.frozen_days, closed.status) == (5, SubscriptionStatus.CANCELED)


async def test_an_open_freeze_keeps_the_days_that_were_left_when_it_began(
    boss: DeskClerk, rosa: Client, thirty: Plan, monthly: Plan, week: Plan, clock: FrozenClock
) -> None:
    old = await boss.sell(rosa, thirty)
    await boss.pay(old, Decimal(100000))
    clock.advance(21 * DAY)
    await freeze(boss, old, TODAY + 21 * DAY, None)
    waiting = await boss.renew(rosa, monthly)
    assert waiting.held
    clock.advance(60 * DAY)
    shown = await quote(boss, old, week)
    assert (shown.unused_days, shown.value) == (9, Decimal(30000))
    new = await change(boss, old, week, shown.mark)
    assert new.account.balance == 0
    moved = await boss.see(waiting)
    assert (moved.held, moved.starts_on) == (False, new.ends_on + DAY)
    assert moved.status is SubscriptionStatus.SCHEDULED


async def test_of_a_visit_pack_the_smaller_share_counts(
    desk: DeskClerk, rosa: Client, week: Plan, clock: FrozenClock
) -> None:
    pack = await desk.plan(Decimal(100000), DurationUnit.DAY, 30, visits=10, name="Pack")
    old = await desk.sell(rosa, pack)
    await desk.pay(old, Decimal(100000))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        (await uow.session.get_one(Subscription, old.id)).visits_used = 9
    assert (await quote(desk, old, week)).value == Decimal(10000)


async def test_a_change_says_why_it_is_refused(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    waiting = await desk.renew(rosa)
    with pytest.raises(SamePlan):
        await change(desk, old, thirty)
    with pytest.raises(NotRunning):
        await change(desk, waiting, year)
    with pytest.raises(SubscriptionNotFound):
        await change(desk, Subscription(id=rosa.id), year)
    trial = await desk.plan(once=True, name="Trial")
    before = await desk.sell(await desk.client("Otto"), trial)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        (await uow.session.get_one(Plan, year.id)).active = False
    with pytest.raises(PlanInactive):
        await change(desk, old, year)
    again = await change(desk, before, thirty)
    with pytest.raises(TrialUsed):
        await change(desk, again, trial)
    clock.advance(90 * DAY)
    with pytest.raises(AlreadyClosed):
        await change(desk, old, thirty)


async def test_another_price_or_day_than_was_shown_is_refused(
    desk: DeskClerk, rosa: Client, thirty: Plan, year: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    shown = await quote(desk, old, year)
    clock.advance(DAY)
    with pytest.raises(JustChanged):
        await change(desk, old, year, shown.mark)
    assert (await desk.see(old)).status is SubscriptionStatus.PENDING_PAYMENT


async def test_the_same_tap_changes_once(desk: DeskClerk, rosa: Client, thirty: Plan, year: Plan) -> None:
    old, key = await desk.sell(rosa, thirty), new_id()
    first = await change(desk, old, year, key=key)
    assert (await change(desk, old, year, key=key)).id == first.id
    assert len(await told(desk.gym, NotificationKind.PLAN_CHANGED)) == 1


async def test_thirty_two_changes_at_once_are_one(
    desk: DeskClerk, rosa: Client, thirty: Plan, week: Plan, clock: FrozenClock
) -> None:
    old = await desk.sell(rosa, thirty)
    await desk.pay(old, Decimal(100000))
    clock.advance(15 * DAY)
    results = await asyncio.gather(*(change(desk, old, week) for _ in range(RIVALS)), return_exceptions=True)
    assert sum(isinstance(one, Subscription) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == RIVALS - 1
    assert await kept(desk, rosa) == Decimal(20000)


async def test_a_visit_of_today_goes_along(
    desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    """Who has trained has used one visit of a pack, whichever plan comes first; undone, it is there again."""
    pack = await desk.plan(Decimal(50000), DurationUnit.DAY, 30, name="Pack", visits=10)
    other = await desk.plan(Decimal(90000), DurationUnit.DAY, 30, name="Twenty", visits=20)
    one = await desk.sell(rosa, thirty)
    await desk.pay(one, Decimal(100000))
    entries_of_today = [await checked_in(desk, rosa), await checked_in(desk, rosa)]
    assert (await quote(desk, one, pack)).visits_moved == 1
    for plan, worth, left in ((pack, 100000, 9), (other, 50000, 19)):
        assert (await quote(desk, one, plan)).value == worth, "the day and the visit are the new plan's"
        old, one = one, await change(desk, one, plan)
        assert ((await desk.see(old)).visits_used, await visits_left(desk, one)) == (0, left)
    clock.advance(DAY)
    assert (await quote(desk, one, thirty)).visits_moved == 0
    clock.advance(-DAY)
    for entry in entries_of_today:
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await AttendanceService(uow).undo(entry)
    assert await visits_left(desk, one) == 20


async def checked_in(desk: DeskClerk, client: Client) -> UUID:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        verdict = await AttendanceService(uow).check_in_client(client.id)
    assert verdict.admitted
    return verdict.id


async def visits_left(desk: DeskClerk, one: Subscription) -> int:
    seen = await desk.see(one)
    assert seen.visits is not None
    return seen.visits - seen.visits_used
