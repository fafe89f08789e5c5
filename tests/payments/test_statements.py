"""A client's payments by page, and the statement of an account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.payments.models import EntryKind, Method
from gym.payments.service import PaymentService
from gym.payments.statements import StatementService, running
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.service import SubscriptionService
from tests.support.front_desk import statements
from tests.support.memberships import PRICE, DeskClerk


async def test_payments_voids_and_refunds_are_listed_newest_first(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, monthly)
    first = await boss.pay(sold, Decimal(1000))
    clock.advance(timedelta(minutes=1))
    await boss.pay(sold, Decimal(2000))
    clock.advance(timedelta(minutes=1))
    await boss.void(first.entry_id)
    clock.advance(timedelta(minutes=1))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, Decimal(500), Method.CASH, "broken locker")
    async with boss.gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        page = await StatementService(uow).money(rosa.id)
    facts = [(row.entry.kind, row.entry.amount, row.receipt_number, row.voided) for row in page.items]
    assert facts == [
        (EntryKind.REFUND, 500, None, False),
        (EntryKind.VOID, 1000, 1, False),
        (EntryKind.PAYMENT, 2000, 2, False),
        (EntryKind.PAYMENT, 1000, 1, True),
    ]


async def test_a_page_of_money_is_one_query_and_a_count(
    gym: Gym, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    for amount in range(1, 11):
        await desk.pay(sold, Decimal(amount))
    async with gym.unit_of_work(desk.actor) as uow:
        with statements(gym) as seen:
            page = await StatementService(uow).money(rosa.id, 7)
    assert len(seen) == 2
    assert (page.number, page.total, [row.entry.amount for row in page.items]) == (1, 10, [2, 1])


async def test_nobody_sees_somebody_elses_money(gym: Gym, desk: DeskClerk, rosa: Client) -> None:
    otto = await desk.client("Otto")
    async with gym.unit_of_work(Actor.member(otto.id, "Otto")) as uow:
        with pytest.raises(NotAllowed):
            await StatementService(uow).money(rosa.id)


async def test_a_running_balance_ends_at_the_accounts(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await boss.sell(rosa, monthly)
    wrong = await boss.pay(sold, Decimal(50000))
    await boss.void(wrong.entry_id)
    await boss.pay(sold, Decimal(40000))
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, Decimal(10000), Method.CASH, "broken locker")
    async with boss.gym.unit_of_work(boss.actor) as uow:
        lines = running(await PaymentService(uow).entries(sold.account_id))
        balance = await PaymentService(uow).balance(sold.account_id)
    after = [line.balance for line in lines]
    assert after[:4] == [PRICE, PRICE - 50000, PRICE, PRICE - 40000]
    assert after[-1] == balance == sum(line.change for line in lines)
    assert min(after) >= 0
