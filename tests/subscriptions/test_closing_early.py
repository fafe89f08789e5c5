"""A cancellation's surplus and its frozen days, and renewals behind packs and open freezes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind, Method
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import NotAllowed
from gym.subscriptions.changes.unused_days import unused_days
from gym.subscriptions.errors import (
    AlreadyClosed,
    AlreadyWaiting,
    FrozenOpenEnd,
    NotWaiting,
    PackNotUsedUp,
)
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.subscriptions.test_changing import DAY, TODAY, freeze, kept
from tests.subscriptions.test_renewing import use_up
from tests.support.memberships import DeskClerk, entries, frozen, told


async def cancel(
    desk: DeskClerk, one: Subscription, refund: RefundMode, amount: Decimal | None = None
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).cancel(
            one.id, "moves away", refund=refund, amount=amount, method=Method.CREDIT
        )


async def start_now(desk: DeskClerk, one: Subscription) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).start_now(one.id)


@pytest.fixture
async def thirty(desk: DeskClerk) -> Plan:
    return await desk.plan(Decimal(100000), DurationUnit.DAY, 30, name="Thirty days")


# Surplus kept as credit ───────────────────────────────────────────────────────────────────────────────────


async def test_staff_keep_the_surplus_as_the_clients_credit_without_an_admin(
    desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, thirty)
    await desk.pay(sold, Decimal(60000))
    clock.advance(15 * DAY)
    canceled = await cancel(desk, sold, RefundMode.PRO_RATA)
    assert canceled.account.balance == 0
    assert await kept(desk, rosa) == Decimal(10000)
    [notice] = await told(desk.gym, NotificationKind.SUBSCRIPTION_CANCELED)
    assert (notice["credited"], notice["refunded"], notice["kept"]) == (40000, 0, 10000)
    kinds = [(one.kind, one.method) for one in await entries(desk.gym)]
    assert (EntryKind.REFUND, Method.CREDIT) in kinds
    assert (EntryKind.REFUND, Method.CASH) not in kinds
    again = await desk.sell(rosa, thirty)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).take_payment(again.id, Decimal(10000), Method.CREDIT)
    assert await kept(desk, rosa) == 0


async def test_above_pro_rata_even_credit_is_an_admins(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, thirty)
    await desk.pay(sold, Decimal(100000))
    clock.advance(15 * DAY)
    with pytest.raises(NotAllowed):
        await cancel(desk, sold, RefundMode.AMOUNT, Decimal("50000.01"))
    assert await kept(desk, rosa) == 0
    await cancel(boss, sold, RefundMode.AMOUNT, Decimal(80000))
    assert await kept(desk, rosa) == Decimal(80000)


# Frozen and given days ────────────────────────────────────────────────────────────────────────────────────


def month(**more: object) -> Subscription:
    """30 days from today, nobody's."""
    values: dict[str, object] = {
        "starts_on": TODAY,
        "ends_on": TODAY + 29 * DAY,
        "frozen_days": 0,
        "gift_days": 0,
        "freezes": [],
        "sold_at": None,
    }
    return Subscription(**values | more)


@pytest.mark.parametrize(
    ("after", "left"), [(0, 30), (10, 20), (12, 18), (15, 18), (21, 18), (22, 18), (23, 17), (39, 1), (40, 0)]
)
def test_frozen_days_to_come_are_not_unused_ones(after: int, left: int) -> None:
    one = month(ends_on=TODAY + 39 * DAY, frozen_days=10)
    one.freezes.append(frozen(one, TODAY + 12 * DAY, TODAY + 21 * DAY))
    assert unused_days(one, TODAY + after * DAY) == left


@pytest.mark.parametrize(("after", "left"), [(0, 30), (11, 19), (12, 18), (30, 18), (400, 18)])
def test_an_open_freeze_keeps_what_was_left_when_it_began(after: int, left: int) -> None:
    one = month()
    one.freezes.append(frozen(one, TODAY + 12 * DAY, None))
    assert unused_days(one, TODAY + after * DAY) == left


@pytest.mark.parametrize(("after", "left"), [(0, 30), (10, 20), (29, 1), (30, 0), (34, 0)])
def test_gift_days_come_last_and_are_worth_nothing(after: int, left: int) -> None:
    assert unused_days(month(ends_on=TODAY + 34 * DAY, gift_days=5), TODAY + after * DAY) == left


async def test_canceling_ends_the_freeze_and_frees_the_renewal_that_was_held(
    boss: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, thirty)
    await boss.pay(sold, Decimal(100000))
    clock.advance(20 * DAY)
    await freeze(boss, sold, TODAY + 20 * DAY, None)
    waiting = await boss.renew(rosa)
    await boss.pay(waiting, Decimal(100000))
    clock.advance(100 * DAY)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        quote = await SubscriptionService(uow).quote_cancellation(sold.id)
    assert (quote.unused_days, quote.value) == (10, 33350)
    await cancel(boss, sold, RefundMode.PRO_RATA)
    assert await kept(boss, rosa) == 33350
    freed = await boss.see(waiting)
    assert (freed.held, freed.status) == (False, SubscriptionStatus.SCHEDULED)
    assert freed.starts_on == TODAY + 130 * DAY, "right after the days that were left"
    assert (freed.ends_on - freed.starts_on).days == 29


async def test_what_is_over_has_no_cancellation_quote(
    desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, thirty)
    clock.advance(40 * DAY)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(AlreadyClosed):
            await SubscriptionService(uow).quote_cancellation(sold.id)


# Open freezes and sales ───────────────────────────────────────────────────────────────────────────────────


async def test_behind_an_open_freeze_nothing_is_sold_and_a_renewal_is_held(
    boss: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, thirty)
    await boss.pay(sold, Decimal(100000))
    await freeze(boss, sold, TODAY + DAY, None)
    clock.advance(50 * DAY)
    for later in (None, TODAY + 80 * DAY):
        with pytest.raises(FrozenOpenEnd):
            await boss.sell(rosa, thirty, later)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await SubscriptionService(uow).quote_renewal(rosa.id)).held
    renewed = await boss.renew(rosa)
    assert (renewed.held, renewed.status) == (True, SubscriptionStatus.SCHEDULED)
    await boss.pay(renewed, Decimal(100000))
    assert (await boss.see(renewed)).status is SubscriptionStatus.SCHEDULED
    with pytest.raises(AlreadyWaiting):
        await boss.renew(rosa)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        back = await FreezeService(uow).end(sold.id)
    assert (await boss.see(renewed)).starts_on == back.ends_on + DAY


async def test_days_before_a_planned_open_freeze_can_be_sold(
    boss: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    later = await boss.sell(rosa, thirty, TODAY + 10 * DAY)
    await boss.pay(later, Decimal(100000))
    await freeze(boss, later, TODAY + 12 * DAY, None)
    day = await boss.plan(Decimal(10000), DurationUnit.DAY, 1, name="Day")
    assert (await boss.sell(rosa, day)).starts_on == TODAY


# A used-up pack ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_waiting_renewal_is_brought_forward_when_the_pack_is_used_up(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    pack = await desk.plan(Decimal(90000), visits=10, name="Pack")
    first = await desk.sell(rosa, pack)
    waiting = await desk.renew(rosa, monthly)
    await desk.pay(waiting)
    clock.advance(5 * DAY)
    with pytest.raises(PackNotUsedUp):
        await start_now(desk, waiting)
    await use_up(desk.gym, first)
    started = await start_now(desk, waiting)
    assert (started.status, started.starts_on, started.ends_on) == (
        SubscriptionStatus.ACTIVE,
        date(2026, 8, 8),
        date(2026, 9, 7),
    )
    closed = await desk.see(first)
    assert (closed.status, closed.account.balance) == (SubscriptionStatus.LAPSED, Decimal(90000))
    assert len(await told(desk.gym, NotificationKind.SUBSCRIPTION_ACTIVATED)) == 1
    with pytest.raises(NotWaiting):
        await start_now(desk, waiting)


async def test_gift_days_come_along_when_it_is_brought_forward(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    pack = await boss.plan(Decimal(90000), visits=10, name="Pack")
    first = await boss.sell(rosa, pack)
    waiting = await boss.renew(rosa, monthly)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await FreezeService(uow).gift(waiting.id, 3, "the sauna broke")
    await use_up(boss.gym, first)
    started = await start_now(boss, waiting)
    assert (started.starts_on, started.ends_on) == (TODAY, date(2026, 9, 5))
    assert started.status is SubscriptionStatus.PENDING_PAYMENT


async def test_only_a_pack_gives_its_place_away(desk: DeskClerk, rosa: Client, thirty: Plan) -> None:
    first = await desk.sell(rosa, thirty)
    waiting = await desk.renew(rosa)
    with pytest.raises(PackNotUsedUp):
        await start_now(desk, waiting)
    await cancel(desk, first, RefundMode.NONE)
    with pytest.raises(PackNotUsedUp):
        await start_now(desk, waiting)


async def test_credit_is_nothing_before_there_was_any(desk: DeskClerk, rosa: Client) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        assert await ClientCredit(uow).balance(rosa.id) == 0
        assert await ClientCredit(uow).movements(rosa.id) == []
