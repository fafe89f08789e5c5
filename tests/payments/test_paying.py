"""Payments and voids: receipts, limits, and permissions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.language import Translator
from gym.debts.service import DebtService
from gym.notifications.models import NotificationKind
from gym.payments.errors import (
    AlreadyVoided,
    AmountNotPositive,
    NoteTooLong,
    NothingOwed,
    OverPayment,
    PaymentKeyReused,
    PaymentNotFound,
    ReasonNeeded,
    VoidNeedsAdmin,
)
from gym.payments.models import EntryKind, Method
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed, Role
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.conftest import hire
from tests.support.memberships import PRICE, DeskClerk, entries, told


async def test_paying_the_balance_makes_it_active(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    first = await desk.pay(sold, Decimal(50000))
    assert (first.number, first.balance_after) == (1, Decimal(100000))
    assert (await desk.see(sold)).status is SubscriptionStatus.PENDING_PAYMENT
    second = await desk.pay(sold, Decimal(100000))
    assert (second.number, second.balance_after) == (2, Decimal(0))
    assert (await desk.see(sold)).status is SubscriptionStatus.ACTIVE


async def test_a_receipt_says_who_what_and_how_much(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    assert (receipt.client_name, receipt.plan_name, receipt.staff_name) == (
        "Rosa Vargas",
        "Monthly",
        "Bruno Employee",
    )
    [client] = await told(desk.gym, NotificationKind.RECEIPT)
    [at_desk] = await told(desk.gym, NotificationKind.DESK_PAYMENT)
    assert (client["receipt_number"], client["amount"], client["balance"]) == (1, PRICE, Decimal(0))
    assert (at_desk["method"], at_desk["staff_name"]) == ("cash", "Bruno Employee")


async def test_an_old_receipt_still_says_what_was_owed_then(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    first = await desk.pay(sold, Decimal(50000))
    clock.advance(timedelta(days=1))
    await desk.pay(sold, Decimal(30000))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        again = await SubscriptionService(uow).receipt(first.entry_id)
    assert again == first


async def test_nobody_pays_more_than_is_owed(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(OverPayment) as refused:
        await desk.pay(sold, PRICE + 1)
    sentence = Translator("en")(refused.value.message, **refused.value.context)
    assert sentence == "Only $150,000 is owed. Take that much or less."
    await desk.pay(sold)
    with pytest.raises(NothingOwed):
        await desk.pay(sold, Decimal(1))


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-5), Decimal("0.004")])
async def test_an_amount_is_more_than_zero(
    desk: DeskClerk, rosa: Client, monthly: Plan, amount: Decimal
) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(AmountNotPositive):
        await desk.pay(sold, amount)


async def test_the_same_tap_twice_pays_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    key = new_id()
    first = await desk.pay(sold, Decimal(50000), key)
    assert await desk.pay(sold, Decimal(50000), key) == first
    assert (await desk.see(sold)).account.balance == Decimal(100000)
    assert len(await told(desk.gym, NotificationKind.RECEIPT)) == 1
    otto = await desk.sell(await desk.client("Otto"), monthly)
    with pytest.raises(PaymentKeyReused):
        await desk.pay(otto, Decimal(50000), key)


async def pay_and_stumble(desk: DeskClerk, sold: Subscription) -> None:
    """A payment whose transaction fails after it."""
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).take_payment(sold.id, Decimal(1000), Method.CARD)
        raise ZeroDivisionError


async def test_a_payment_that_was_rolled_back_takes_no_receipt_number(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(ZeroDivisionError):
        await pay_and_stumble(desk, sold)
    assert (await desk.pay(sold)).number == 1


async def test_a_long_note_is_refused(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NoteTooLong):
            await SubscriptionService(uow).take_payment(sold.id, Decimal(1000), Method.CARD, note="x" * 301)


async def test_a_voided_payment_is_owed_again(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    voided = await desk.void(receipt.entry_id)
    assert (voided.status, voided.account.balance) == (SubscriptionStatus.PENDING_PAYMENT, PRICE)
    assert (await entries(desk.gym))[-1].kind is EntryKind.VOID
    [notice] = await told(desk.gym, NotificationKind.DESK_VOID)
    assert (notice["receipt_number"], notice["reason"], notice["balance"]) == (1, "wrong person", PRICE)
    with pytest.raises(AlreadyVoided):
        await desk.void(receipt.entry_id)


async def test_a_prepaid_period_whose_payment_is_voided_goes_on_waiting(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    later = clock.now().date() + timedelta(days=3)
    receipt = await desk.pay(await desk.sell(rosa, monthly, later))
    assert (await desk.void(receipt.entry_id)).status is SubscriptionStatus.SCHEDULED
    clock.advance(timedelta(days=3))
    found = await desk.current(rosa)
    assert found is not None
    assert found.status is SubscriptionStatus.PENDING_PAYMENT


async def test_a_colleagues_payment_or_yesterdays_is_voided_by_an_admin(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    receipt = await desk.pay(sold)
    colleague = DeskClerk(gym, await hire(gym, "Carla", Role.EMPLOYEE))
    with pytest.raises(VoidNeedsAdmin):
        await colleague.void(receipt.entry_id)
    clock.advance(timedelta(hours=14))
    with pytest.raises(VoidNeedsAdmin):
        await desk.void(receipt.entry_id)
    assert (await boss.void(receipt.entry_id)).account.balance == PRICE


async def test_a_void_wants_a_reason_and_a_payment(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    with pytest.raises(ReasonNeeded):
        await desk.void(receipt.entry_id, "no")
    charge = (await entries(desk.gym))[0]
    for wrong in (charge.id, new_id()):
        with pytest.raises(PaymentNotFound):
            await desk.void(wrong)


async def test_the_day_is_counted_by_method_and_person(
    gym: Gym, desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    wrong = await desk.pay(sold, Decimal(10000))
    await desk.pay(sold, Decimal(20000))
    await boss.void(wrong.entry_id)
    await boss.pay(sold, Decimal(5000))
    async with gym.unit_of_work(desk.actor) as uow:
        [own] = await PaymentService(uow).money_by_method(uow.today, desk.actor.id)
        with pytest.raises(NotAllowed):
            await PaymentService(uow).money_by_method(uow.today)
    assert (own.payments, own.received, own.voided, own.net) == (2, 30000, 10000, Decimal(20000))
    async with gym.unit_of_work(boss.actor) as uow:
        [everybody] = await PaymentService(uow).money_by_method(uow.today)
        page = await PaymentService(uow).payments_of(uow.today)
    assert (everybody.net, page.total) == (Decimal(25000), 3)


async def test_a_clients_payments_are_listed_newest_first(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    first, second = await desk.pay(sold, Decimal(1000)), await desk.pay(sold, Decimal(2000))
    await desk.void(first.entry_id)
    async with desk.gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        page = await PaymentService(uow).client_payments(rosa.id)
        voided = await PaymentService(uow).voided(one.id for one in page.items)
    assert [one.id for one in page.items] == [second.entry_id, first.entry_id]
    assert voided == {first.entry_id}


async def test_a_lapsed_membership_keeps_its_debt_until_it_is_paid(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=40))
    assert await desk.current(rosa) is None
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        [owed] = await service.owed(rosa.id)
        assert (owed.subscription.id, owed.balance) == (sold.id, PRICE)
        assert (await DebtService(uow).overview()).total.count == 1
    await desk.pay(sold)
    assert (await desk.see(sold)).status is SubscriptionStatus.EXPIRED
    async with desk.gym.unit_of_work(desk.actor) as uow:
        assert await SubscriptionService(uow).owed(rosa.id) == []
