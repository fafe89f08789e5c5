"""Of no account more is handed back than was paid: not by the desk, not by plain SQL, not by 32 at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from typing import Final
from unittest.mock import AsyncMock, patch

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from gym.approvals.service import ApprovalService
from gym.audit.models import AuditDetail, AuditEntry
from gym.clients.models import Client
from gym.core.database.engine import violated_constraint
from gym.core.errors import GymError
from gym.payments.errors import MoneyGivenBack, NotEnoughCredit, NothingToReturn, RefundTooLarge
from gym.payments.models import LedgerEntry, Method
from gym.payments.money_back import MoneyBack
from gym.payments.schemas import Receipt
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.reports.person_facts import PersonFactsService
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.errors import AlreadyClosed
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.money.excess_refunds import ExcessRefund, ExcessRefundService
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.findings.money.conftest import cancel, credit_of, net_paid, refund
from tests.support.memberships import PRICE, DeskClerk

HALF: Final = PRICE / 2
RIVALS: Final = 32
ONCE: Final = "ledger_entries_money_leaves_once"


async def change(desk: DeskClerk, sold: Subscription, plan: Plan) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await PlanChangeService(uow).change(sold.id, plan.id)


async def take_back(desk: DeskClerk, sold: Subscription, method: Method = Method.CASH) -> Receipt:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).take_back(sold.id, method, "it was a mistake")


async def paid(desk: DeskClerk, client: Client, plan: Plan) -> tuple[Subscription, Receipt]:
    sold = await desk.sell(client, plan)
    return sold, await desk.pay(sold)


# One after the other


async def test_cash_that_was_kept_as_credit_cannot_be_voided_as_well(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """The employee's way to keep 150,000: cash taken, canceled as credit, the receipt voided."""
    sold, receipt = await paid(desk, rosa, monthly)
    await cancel(desk, sold, RefundMode.PRO_RATA)
    with pytest.raises(MoneyGivenBack) as refused:
        await desk.void(receipt.entry_id)
    assert refused.value.given_back == PRICE
    assert await net_paid(desk, sold.account_id) == 0


@pytest.mark.parametrize("method", [Method.CASH, Method.CREDIT])
async def test_a_refunded_payment_cannot_be_voided(
    boss: DeskClerk, rosa: Client, monthly: Plan, method: Method
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    await refund(boss, sold, Decimal(1), method)
    with pytest.raises(MoneyGivenBack):
        await boss.void(receipt.entry_id)
    assert await net_paid(boss, sold.account_id) == PRICE - 1


async def test_a_voided_payment_cannot_be_refunded(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    await boss.void(receipt.entry_id)
    with pytest.raises(RefundTooLarge) as refused:
        await refund(boss, sold, Decimal(1))
    assert refused.value.limit == 0


async def test_a_payment_whose_worth_went_into_another_plan_cannot_be_voided(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, receipt = await paid(desk, rosa, monthly)
    new = await change(desk, sold, await desk.plan(Decimal(400000), count=3, name="Quarter"))
    with pytest.raises(MoneyGivenBack):
        await desk.void(receipt.entry_id)
    assert (await desk.see(new)).account.balance == Decimal(400000) - PRICE


async def test_what_is_still_here_can_be_voided(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    """Half was handed back: the half that is left may be void, the whole may not."""
    sold = await boss.sell(rosa, monthly)
    first, second = await boss.pay(sold, PRICE - 30000), await boss.pay(sold, Decimal(30000))
    await refund(boss, sold, Decimal(60000))
    with pytest.raises(MoneyGivenBack) as refused:
        await boss.void(first.entry_id)
    assert refused.value.given_back == Decimal(30000)
    await boss.void(second.entry_id)
    assert await net_paid(boss, sold.account_id) == Decimal(60000)


async def test_nobody_is_asked_to_void_what_was_given_back(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        asked = await ApprovalService(uow).ask_void(receipt.entry_id, "wrong person")
    await refund(boss, sold)
    with pytest.raises(MoneyGivenBack):
        async with boss.gym.unit_of_work(boss.actor) as uow:
            await ApprovalService(uow).approve(asked.id)
    with pytest.raises(MoneyGivenBack):
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await ApprovalService(uow).ask_void(receipt.entry_id, "wrong person")


# The way back


async def test_a_refund_is_taken_back_before_its_payment_is_voided(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    await refund(boss, sold, HALF)
    back = await take_back(boss, sold)
    assert (back.amount, back.number, back.balance_after) == (HALF, 2, 0)
    assert await net_paid(boss, sold.account_id) == PRICE
    voided = await boss.void(receipt.entry_id)
    assert voided.account.balance == PRICE
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert (await SubscriptionService(uow).receipt(receipt.entry_id)).balance_after == 0


@pytest.mark.parametrize("method", [Method.CASH, Method.CREDIT])
async def test_a_refund_said_to_have_come_in_by_mistake_is_handed_back_as_before(
    boss: DeskClerk, rosa: Client, monthly: Plan, method: Method
) -> None:
    """Nothing is owed for it, and it can come in once more."""
    sold, _ = await paid(boss, rosa, monthly)
    await refund(boss, sold, PRICE, method)
    before = await credit_of(boss, rosa)
    mistaken = await take_back(boss, sold, method)
    voided = await boss.void(mistaken.entry_id)
    assert (voided.account.balance, voided.status) == (0, SubscriptionStatus.ACTIVE)
    assert await net_paid(boss, sold.account_id) == 0
    assert await credit_of(boss, rosa) == before
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert await MoneyBack(uow).given_back(sold.account_id) == PRICE
    again = await take_back(boss, sold, method)
    assert (again.amount, again.balance_after) == (PRICE, 0)
    assert await net_paid(boss, sold.account_id) == PRICE


async def test_what_was_owed_before_a_mistaken_return_is_owed_after_it(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).take_payment(sold.id, HALF, Method.CASH)
    await refund(boss, sold, HALF)
    mistaken = await take_back(boss, sold)
    voided = await boss.void(mistaken.entry_id)
    assert voided.account.balance == HALF
    async with boss.gym.unit_of_work(boss.actor) as uow:
        assert await MoneyBack(uow).given_back(sold.account_id) == HALF


async def test_the_first_receipt_voided_leaves_the_price_owed_and_the_return_in_place(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    await refund(boss, sold)
    back = await take_back(boss, sold)
    assert (await boss.void(receipt.entry_id)).account.balance == PRICE
    with pytest.raises(MoneyGivenBack):
        await boss.void(back.entry_id)


async def test_credit_is_taken_back_only_while_the_client_has_it(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, _ = await paid(boss, rosa, monthly)
    await cancel(boss, sold, RefundMode.PRO_RATA)
    again = await boss.sell(rosa, monthly)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        await SubscriptionService(uow).take_payment(again.id, Decimal(1), Method.CREDIT)
    with pytest.raises(NotEnoughCredit):
        await take_back(boss, sold, Method.CREDIT)
    await take_back(boss, sold)
    assert await credit_of(boss, rosa) == PRICE - 1
    with pytest.raises(NothingToReturn):
        await take_back(boss, sold)


async def test_only_an_admin_takes_a_refund_back(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, _ = await paid(boss, rosa, monthly)
    await refund(boss, sold)
    with pytest.raises(NotAllowed):
        await take_back(desk, sold)


@pytest.mark.parametrize("rank", ["boss", "desk"])
async def test_of_a_plan_whose_money_left_twice_nothing_more_is_offered(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan, rank: str
) -> None:
    """As an earlier release has left some: 150,000 less is here than was handed back."""
    sold, receipt = await paid(boss, rosa, monthly)
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER paid_out_once"))
    await refund(boss, sold)
    with patch.object(PaymentService, "given_back", AsyncMock(return_value=Decimal(0))):
        await boss.void(receipt.entry_id)
    assert await net_paid(boss, sold.account_id) == -PRICE
    asking = {"boss": boss, "desk": desk}[rank]
    async with asking.gym.unit_of_work(asking.actor) as uow:
        with pytest.raises(RefundTooLarge) as refused:
            await ApprovalService(uow).ask_refund(sold.id, Decimal(1), Method.CASH, "was ill")
    assert refused.value.limit == 0


async def test_money_that_will_not_come_back_is_accepted_as_lost_and_changes_no_figure(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("ALTER TABLE ledger_entries DISABLE TRIGGER paid_out_once"))
    await refund(boss, sold, PRICE - 1000)
    with patch.object(PaymentService, "given_back", AsyncMock(return_value=Decimal(0))):
        await boss.void(receipt.entry_id)

    async def seen() -> tuple[int, Decimal, list[object], int]:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            listed = (await ExcessRefundService(uow).listed()).total
            facts = await PersonFactsService(uow).of_days(uow.today, uow.today)
            rows = len(list(await uow.session.scalars(select(LedgerEntry))))
        return listed, await net_paid(boss, sold.account_id), list(facts), rows

    async def accept(clerk: DeskClerk) -> ExcessRefund:
        async with clerk.gym.unit_of_work(clerk.actor) as uow:
            return await ExcessRefundService(uow).accept(sold.id, "has left the country")

    before = await seen()
    with pytest.raises(NotAllowed):
        await accept(desk)
    for _ in range(2):
        assert (await accept(boss)).missing == PRICE - 1000
    assert (before[0], await seen()) == (1, (0, *before[1:]))
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        words = select(AuditDetail.after).join(AuditEntry, AuditEntry.id == AuditDetail.entry_id)
        [told] = await uow.session.scalars(words.where(AuditEntry.action == "loss.accepted"))
    assert told == {"reason": "has left the country"}
    await refund_by_hand(boss, sold)
    assert (await seen())[0] == 1, "more is missing than was accepted"


async def refund_by_hand(boss: DeskClerk, sold: Subscription) -> None:
    values = {"account": sold.account_id}
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(statement(REFUND.format(amount=500))), values)


# Plain SQL

ENTRY: Final = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, reason, receipt_number, voids_id,
    staff_name, at, gym_day)
SELECT gen_random_uuid(), account_id, kind, amount, 'cash', 'by hand', number, voids, 'nobody', now(), now()
FROM (VALUES {rows}) AS row (account_id, kind, amount, number, voids)
"""
VOID: Final = "(CAST(:account AS uuid), 'void', 150000, CAST(NULL AS bigint), CAST(:payment AS uuid))"
REFUND: Final = "(CAST(:account AS uuid), 'refund', {amount}, CAST(NULL AS bigint), CAST(NULL AS uuid))"
PAYMENT: Final = "(CAST(:account AS uuid), 'payment', {amount}, {number}, CAST(NULL AS uuid))"


def statement(*rows: str) -> str:
    return ENTRY.format(rows=", ".join(rows))


async def executed(desk: DeskClerk, statements: tuple[str, ...], **values: object) -> str | None:
    """The constraint that refuses plain statements of one transaction, if one does."""
    try:
        async with desk.gym.unit_of_work(Actor.system()) as uow:
            for one in statements:
                used = {name: value for name, value in values.items() if f":{name}" in one}
                await uow.session.execute(text(one), used)
    except IntegrityError as error:
        return violated_constraint(error)
    return None


@pytest.mark.parametrize(
    ("statements", "refused"),
    [
        ((statement(REFUND.format(amount=150001)),), ONCE),
        ((statement(VOID, REFUND.format(amount=1)),), ONCE),
        ((statement(REFUND.format(amount=1), VOID),), ONCE),
        ((statement(REFUND.format(amount=1)), statement(VOID)), ONCE),
        ((statement(VOID), statement(REFUND.format(amount=1))), ONCE),
        ((statement(VOID),), None),
        ((statement(REFUND.format(amount=150000)),), None),
        ((statement(REFUND.format(amount=100)), statement(PAYMENT.format(amount=100, number=99))), None),
        (
            (
                statement(REFUND.format(amount=150000)),
                statement(PAYMENT.format(amount=150000, number=99)),
                statement(VOID),
            ),
            None,
        ),
    ],
)
async def test_no_plain_statement_lets_money_leave_twice(
    boss: DeskClerk, rosa: Client, monthly: Plan, statements: tuple[str, ...], refused: str | None
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    values = {"account": sold.account_id, "payment": receipt.entry_id}
    assert await executed(boss, statements, **values) == refused


SWITCH: Final = "ALTER TABLE ledger_entries {} TRIGGER paid_out_once"


async def test_where_it_has_happened_only_what_makes_it_worse_is_refused(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """A gym of before: this account stays as it is, and nobody else's is held up by it."""
    sold, receipt = await paid(boss, rosa, monthly)
    await refund(boss, sold)
    values = {"account": sold.account_id, "payment": receipt.entry_id}
    planted = SWITCH.format("DISABLE"), statement(VOID), SWITCH.format("ENABLE")
    assert await executed(boss, planted, **values) is None
    assert await net_paid(boss, sold.account_id) == -PRICE
    worse = (statement(REFUND.format(amount=1)),)
    assert await executed(boss, worse, account=sold.account_id) == ONCE
    otto, otto_receipt = await paid(boss, await boss.client("Otto"), monthly)
    await boss.void(otto_receipt.entry_id)
    assert (await boss.see(otto)).account.balance == PRICE
    part = await boss.pay(sold, HALF)
    with pytest.raises(MoneyGivenBack):
        await boss.void(part.entry_id)
    await boss.pay(sold, HALF)
    assert await net_paid(boss, sold.account_id) == 0


# At once

Act = Callable[[], Awaitable[object]]


def two_ways(boss: DeskClerk, sold: Subscription, receipt: Receipt, other: Plan) -> Iterator[Act]:
    """Each of the ways by which all of the money leaves the account."""
    yield lambda: refund(boss, sold)
    yield lambda: refund(boss, sold, PRICE, Method.CREDIT)
    yield lambda: cancel(boss, sold, RefundMode.PRO_RATA, Method.CASH)
    yield lambda: cancel(boss, sold, RefundMode.PRO_RATA)
    yield lambda: change(boss, sold, other)


@pytest.mark.parametrize("way", range(5))
async def test_sixteen_voids_and_sixteen_others_take_the_money_out_once(
    boss: DeskClerk, rosa: Client, monthly: Plan, way: int
) -> None:
    sold, receipt = await paid(boss, rosa, monthly)
    other = await boss.plan(Decimal(400000), count=3, name="Quarter")
    act = list(two_ways(boss, sold, receipt, other))[way]
    await boss.gym.database.warm(RIVALS)
    tries = [act() if number % 2 else boss.void(receipt.entry_id) for number in range(RIVALS)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    faults = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, GymError) for one in faults), faults
    assert {one.code for one in faults if isinstance(one, GymError)} <= {
        MoneyGivenBack.code,
        RefundTooLarge.code,
        AlreadyClosed.code,
        "already_voided",
    }
    assert await net_paid(boss, sold.account_id) == 0


async def test_plain_statements_at_once_take_the_money_out_once(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, _ = await paid(boss, rosa, monthly)
    await boss.gym.database.warm(RIVALS)
    rows = statement(REFUND.format(amount=100000))
    results = await asyncio.gather(*(executed(boss, (rows,), account=sold.account_id) for _ in range(RIVALS)))
    assert sorted(results, key=str) == [None, *[ONCE] * (RIVALS - 1)]
