"""Ending a subscription early: what stays, what is given back and by whom."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.payments.errors import ReasonNeeded, RefundNeedsAdmin, RefundTooLarge
from gym.payments.models import EntryKind, Method
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import NotAllowed
from gym.subscriptions.errors import AlreadyClosed, SubscriptionNotFound
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.subscriptions.test_renewing import use_up
from tests.support.memberships import PRICE, DeskClerk, entries, told


async def cancel(
    desk: DeskClerk,
    subscription: Subscription,
    refund: RefundMode = RefundMode.NONE,
    amount: Decimal | None = None,
    reason: str = "moves to another city",
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).cancel(
            subscription.id, reason, refund=refund, amount=amount, method=Method.TRANSFER
        )


@pytest.fixture
async def thirty(desk: DeskClerk) -> Plan:
    """30 days for 100,000: a day does not come out even."""
    return await desk.plan(Decimal(100000), DurationUnit.DAY, 30, name="Thirty days")


async def test_a_canceled_membership_opens_no_door(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    canceled = await cancel(desk, sold)
    assert canceled.status is SubscriptionStatus.CANCELED
    assert canceled.cancel_reason == "moves to another city"
    assert await desk.current(rosa) is None
    [notice] = await told(desk.gym, NotificationKind.SUBSCRIPTION_CANCELED)
    assert (notice["reason"], notice["refunded"]) == ("moves to another city", Decimal(0))
    assert len(await told(desk.gym, NotificationKind.DESK_CANCELED)) == 1


async def test_without_a_refund_the_ledger_is_left_alone(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold, Decimal(50000))
    canceled = await cancel(desk, sold)
    assert canceled.account.balance == Decimal(100000)
    assert [entry.kind for entry in await entries(desk.gym)] == [EntryKind.CHARGE, EntryKind.PAYMENT]


async def test_a_prepaid_renewal_survives_with_its_dates(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    first = await desk.sell(rosa, monthly)
    await desk.pay(first)
    second = await desk.renew(rosa)
    await desk.pay(second)
    await cancel(desk, first)
    kept = await desk.see(second)
    assert (kept.status, kept.starts_on, kept.ends_on) == (
        SubscriptionStatus.SCHEDULED,
        second.starts_on,
        second.ends_on,
    )
    clock.advance(timedelta(days=31))
    found = await desk.current(rosa)
    assert found is not None
    assert (found.id, found.status) == (second.id, SubscriptionStatus.ACTIVE)


async def test_after_a_cancellation_the_days_can_be_sold_again(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await cancel(desk, await desk.sell(rosa, monthly))
    assert (await desk.sell(rosa, monthly)).status is SubscriptionStatus.PENDING_PAYMENT


async def test_pro_rata_gives_the_unused_days_back_in_favour_of_the_client(
    boss: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, thirty)
    await boss.pay(sold, Decimal(100000))
    clock.advance(timedelta(days=10))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        quote = await SubscriptionService(uow).quote_cancellation(sold.id)
    assert (quote.unused_days, quote.value, quote.credit) == (20, 66700, 0)
    canceled = await cancel(boss, sold, RefundMode.PRO_RATA)
    assert canceled.account.balance == 0
    refund, credit = (await entries(boss.gym))[-2:]
    assert (refund.kind, refund.amount, refund.method) == (EntryKind.REFUND, quote.money, Method.TRANSFER)
    assert (credit.kind, credit.amount) == (EntryKind.CREDIT, quote.value)


async def test_a_credit_lowers_the_debt_before_money_is_handed_out(
    boss: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, thirty)
    await boss.pay(sold, Decimal(60000))
    clock.advance(timedelta(days=15))
    canceled = await cancel(boss, sold, RefundMode.PRO_RATA)
    assert canceled.account.balance == 0
    [notice] = await told(boss.gym, NotificationKind.DESK_CANCELED)
    assert (notice["credited"], notice["refunded"]) == (Decimal(40000), Decimal(10000))


async def test_an_employee_credits_unused_days_but_hands_no_money_out(
    desk: DeskClerk, rosa: Client, thirty: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, thirty)
    clock.advance(timedelta(days=15))
    await desk.pay(sold, Decimal(60000))
    with pytest.raises(RefundNeedsAdmin) as refused:
        await cancel(desk, sold, RefundMode.PRO_RATA)
    assert refused.value.amount == Decimal(10000)
    assert (await desk.see(sold)).status is SubscriptionStatus.PENDING_PAYMENT
    with pytest.raises(NotAllowed):
        await cancel(desk, sold, RefundMode.AMOUNT, Decimal("50000.01"))
    canceled = await cancel(desk, sold, RefundMode.AMOUNT, Decimal(40000))
    assert canceled.account.balance == 0


async def test_a_sale_by_mistake_is_taken_back_whole(desk: DeskClerk, rosa: Client, thirty: Plan) -> None:
    canceled = await cancel(desk, await desk.sell(rosa, thirty), RefundMode.PRO_RATA)
    assert canceled.account.balance == 0


async def test_nobody_gets_more_back_than_was_paid_and_owed(
    boss: DeskClerk, rosa: Client, thirty: Plan
) -> None:
    sold = await boss.sell(rosa, thirty)
    with pytest.raises(RefundTooLarge) as refused:
        await cancel(boss, sold, RefundMode.AMOUNT, Decimal(100001))
    assert refused.value.limit == Decimal(100000)


async def test_a_used_up_pack_has_nothing_left_to_give_back(boss: DeskClerk, rosa: Client) -> None:
    pack = await boss.plan(visits=10)
    sold = await boss.sell(rosa, pack)
    await boss.pay(sold)
    await use_up(boss.gym, sold)
    await cancel(boss, sold, RefundMode.PRO_RATA)
    assert [entry.kind for entry in await entries(boss.gym)] == [EntryKind.CHARGE, EntryKind.PAYMENT]


async def test_what_is_closed_is_not_canceled(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=31))
    with pytest.raises(AlreadyClosed):
        await cancel(desk, sold)
    with pytest.raises(SubscriptionNotFound):
        await cancel(desk, Subscription(id=rosa.id))


@pytest.mark.parametrize("reason", ["", "  ab ", "x" * 301])
async def test_a_cancellation_wants_a_reason(
    desk: DeskClerk, rosa: Client, monthly: Plan, reason: str
) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(ReasonNeeded):
        await cancel(desk, sold, reason=reason)


async def test_a_canceled_membership_is_not_renewed_but_the_one_before_is(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    first = await desk.sell(rosa, monthly)
    await desk.pay(first, PRICE)
    second = await desk.renew(rosa)
    await cancel(desk, second)
    third = await desk.renew(rosa)
    assert (third.starts_on, third.renews_id) == (date(2026, 9, 3), first.id)
