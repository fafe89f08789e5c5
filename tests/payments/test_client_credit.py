"""The client's credit: kept, used for what is bought, put back, and never spent twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import Conflict, GymError
from gym.notifications.models import NotificationKind
from gym.payments.credit import ClientCredit
from gym.payments.errors import (
    CreditNeedsClient,
    NotEnoughCredit,
    OverPayment,
    PaymentKeyReused,
    ReasonNeeded,
    RefundTooLarge,
)
from gym.payments.models import AccountKind, EntryKind, Method
from gym.payments.schemas import GivenBack, Receipt
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.payments.test_ledger import INSERT, refusal
from tests.support.memberships import PRICE, DeskClerk, entries, told

RIVALS = 32


async def keep(desk: DeskClerk, client: Client, amount: int) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await ClientCredit(uow).put(client.id, Decimal(amount), "from before")


async def kept(desk: DeskClerk, client: Client) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await ClientCredit(uow).balance(client.id)


async def use(desk: DeskClerk, sold: Subscription, amount: int, key: UUID | None = None) -> Receipt:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).take_payment(sold.id, Decimal(amount), Method.CREDIT, key=key)


async def goodwill(
    boss: DeskClerk, sold: Subscription, amount: int, key: UUID | None = None, reason: str = "the sauna broke"
) -> GivenBack:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await SubscriptionService(uow).credit(sold.id, Decimal(amount), reason, key=key)


async def refund(
    boss: DeskClerk, sold: Subscription, amount: int, method: Method = Method.CASH, key: UUID | None = None
) -> UUID:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        entry = await SubscriptionService(uow).refund(sold.id, Decimal(amount), method, "was ill", key=key)
        return entry.id


async def test_credit_pays_with_a_receipt_and_is_gone(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await keep(desk, rosa, 200000)
    sold = await desk.sell(rosa, monthly)
    receipt = await use(desk, sold, 150000)
    assert (receipt.number, receipt.method, receipt.balance_after) == (1, Method.CREDIT, 0)
    assert (await desk.see(sold)).status is SubscriptionStatus.ACTIVE
    assert await kept(desk, rosa) == Decimal(50000)
    [client] = await told(desk.gym, NotificationKind.RECEIPT)
    assert client["method"] == "credit"


async def test_credit_moves_no_till(desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await keep(desk, rosa, 100000)
    sold = await desk.sell(rosa, monthly)
    await use(desk, sold, 100000)
    await desk.pay(sold, Decimal(50000))
    async with desk.gym.unit_of_work(boss.actor) as uow:
        [cash] = await PaymentService(uow).money_by_method(uow.today)
    assert (cash.method, cash.net) == (Method.CASH, Decimal(50000))


async def test_nobody_uses_more_credit_than_there_is(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(NotEnoughCredit):
        await use(desk, sold, 1)
    await keep(desk, rosa, 60000)
    with pytest.raises(NotEnoughCredit) as refused:
        await use(desk, sold, 60001)
    assert refused.value.balance == Decimal(60000)
    with pytest.raises(OverPayment):
        await use(desk, sold, 150001)
    receipt = await use(desk, sold, 60000)
    assert receipt.number == 1, "what was refused took no number"


async def test_credit_is_not_anothers(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    otto = await desk.client("Otto")
    await keep(desk, otto, 150000)
    with pytest.raises(NotEnoughCredit):
        await use(desk, await desk.sell(rosa, monthly), 150000)
    assert await kept(desk, otto) == PRICE


async def test_a_voided_credit_payment_puts_the_credit_back(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await keep(desk, rosa, 150000)
    sold = await desk.sell(rosa, monthly)
    receipt = await use(desk, sold, 150000)
    voided = await desk.void(receipt.entry_id)
    assert (voided.status, voided.account.balance) == (SubscriptionStatus.PENDING_PAYMENT, PRICE)
    assert await kept(desk, rosa) == PRICE
    async with desk.gym.unit_of_work(desk.actor) as uow:
        moved = await ClientCredit(uow).movements(rosa.id)
    assert [(one.kind, one.amount) for one in moved] == [
        (EntryKind.CHARGE, PRICE),
        (EntryKind.CREDIT, PRICE),
        (EntryKind.CHARGE, PRICE),
    ]


async def test_the_same_tap_spends_credit_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await keep(desk, rosa, 100000)
    sold, key = await desk.sell(rosa, monthly), new_id()
    assert await use(desk, sold, 50000, key) == await use(desk, sold, 50000, key)
    assert await kept(desk, rosa) == Decimal(50000)


async def test_a_member_sees_the_own_credit_only(desk: DeskClerk, gym: Gym, rosa: Client) -> None:
    otto = await desk.client("Otto")
    await keep(desk, rosa, 7000)
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        assert await ClientCredit(uow).balance(rosa.id) == Decimal(7000)
        with pytest.raises(NotAllowed):
            await ClientCredit(uow).balance(otto.id)


async def test_what_was_sold_to_nobody_is_not_paid_with_credit(gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        payments = PaymentService(uow)
        account = await payments.open_account(None, AccountKind.SALE)
        await payments.charge(account, Decimal(1000))
        with pytest.raises(CreditNeedsClient):
            await payments.take(account.id, Decimal(1000), Method.CREDIT)
        await payments.take(account.id, Decimal(1000), Method.CASH)


@pytest.mark.parametrize(
    ("kind", "amount", "refused"),
    [
        ("credit", 7001, "ck_accounts_balance"),
        ("payment", 10, "ledger_entries_credit_rows"),
        ("refund", 10, "ledger_entries_credit_rows"),
    ],
)
async def test_no_plain_statement_overdraws_or_misuses_credit(
    desk: DeskClerk, rosa: Client, kind: str, amount: int, refused: str
) -> None:
    await keep(desk, rosa, 7000)
    [entry] = await entries(desk.gym)
    number = 99 if kind == "payment" else None
    values = {"id": new_id(), "account": entry.account_id, "kind": kind, "amount": amount}
    assert await refusal(desk.gym, INSERT, **values, number=number, voids=None) == refused


async def test_a_client_has_one_credit_account_however_many_open_it(desk: DeskClerk, rosa: Client) -> None:
    await asyncio.gather(*(keep(desk, rosa, 1000) for _ in range(RIVALS)))
    assert await kept(desk, rosa) == Decimal(32000)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        query = text("SELECT count(*) FROM accounts WHERE kind = 'credit'")
        assert await uow.session.scalar(query) == 1


async def test_thirty_two_who_spend_the_same_credit_spend_it_once(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await keep(desk, rosa, 30000)
    sold = await desk.sell(rosa, monthly)
    tries = (use(desk, sold, 30000, new_id()) for _ in range(RIVALS))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Receipt) for one in results) == 1
    assert sum(isinstance(one, NotEnoughCredit) for one in results) == RIVALS - 1
    assert await kept(desk, rosa) == 0
    assert (await desk.see(sold)).account.balance == Decimal(120000)


async def test_credit_cash_voids_and_goodwill_at_once_stay_in_step(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """Whatever wins, the sum of what is owed and kept adds up, and nobody waits for each other for ever."""
    await keep(desk, rosa, 100000)
    first = await desk.sell(rosa, monthly)
    second = await desk.renew(rosa)
    paid = await use(desk, first, 10000)
    work = [desk.void(paid.entry_id)]
    for number in range(8):
        sold = first if number % 2 else second
        work += [use(desk, sold, 20000), desk.pay(sold, Decimal(30000)), goodwill(boss, sold, 5000)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(one, GymError) for one in results if isinstance(one, BaseException))
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        wrong = await uow.session.scalar(text(OUT_OF_STEP))
    assert wrong == 0
    assert await kept(desk, rosa) >= 0


OUT_OF_STEP = """
SELECT count(*) FROM accounts a WHERE balance < 0 OR balance <> (
    SELECT coalesce(sum(
        CASE WHEN kind IN ('charge', 'opening', 'refund', 'void') THEN amount ELSE -amount END), 0)
    FROM ledger_entries e WHERE e.account_id = a.id)
"""


# Goodwill and refunds ─────────────────────────────────────────────────────────────────────────────────────


async def test_goodwill_lowers_the_debt_and_the_rest_is_credit(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold, Decimal(120000))
    given = await goodwill(boss, sold, 50000)
    assert given == GivenBack(credited=Decimal(30000), kept=Decimal(20000))
    assert (await boss.see(sold)).status is SubscriptionStatus.ACTIVE
    assert await kept(boss, rosa) == Decimal(20000)
    [notice] = await told(boss.gym, NotificationKind.REFUNDED)
    assert (notice["credited"], notice["kept"], notice["reason"]) == (30000, 20000, "the sauna broke")


@pytest.mark.parametrize("owed", [0, 30000, 150000])
async def test_goodwill_is_given_once_for_a_key(
    boss: DeskClerk, rosa: Client, monthly: Plan, owed: int
) -> None:
    sold, key = await boss.sell(rosa, monthly), new_id()
    if owed < PRICE:
        await boss.pay(sold, PRICE - owed)
    first = await goodwill(boss, sold, 50000, key)
    assert await goodwill(boss, sold, 50000, key) == first
    seen = await boss.see(sold)
    assert owed - seen.account.balance + await kept(boss, rosa) == Decimal(50000)
    otto = await boss.sell(await boss.client("Otto"), monthly)
    with pytest.raises(PaymentKeyReused):
        await goodwill(boss, otto, 50000, key)


async def test_goodwill_and_refunds_are_an_admins_and_want_a_reason(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    for forbidden in (goodwill(desk, sold, 1), refund(desk, sold, 1), refund(desk, sold, 1, Method.CREDIT)):
        with pytest.raises(NotAllowed):
            await forbidden
    with pytest.raises(ReasonNeeded):
        await goodwill(boss, sold, 1, reason="no")


async def test_a_refund_hands_money_back_once_and_leaves_no_debt(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, key = await boss.sell(rosa, monthly), new_id()
    await boss.pay(sold)
    assert await refund(boss, sold, 40000, key=key) == await refund(boss, sold, 40000, key=key)
    seen = await boss.see(sold)
    assert (seen.status, seen.account.balance) == (SubscriptionStatus.ACTIVE, 0)
    with pytest.raises(RefundTooLarge) as refused:
        await refund(boss, sold, 110001)
    assert refused.value.limit == Decimal(110000)
    [notice] = await told(boss.gym, NotificationKind.DESK_REFUND)
    assert (notice["refunded"], notice["method"], notice["kept"]) == (Decimal(40000), "cash", 0)


async def test_a_refund_can_be_kept_as_credit(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    await refund(boss, sold, 40000, Method.CREDIT)
    assert await kept(boss, rosa) == Decimal(40000)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        [cash] = await PaymentService(uow).money_by_method(uow.today)
    assert (cash.method, cash.refunded) == (Method.CASH, 0)


async def test_thirty_two_refunds_of_everything_are_one(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    clock.advance(timedelta(days=1))
    results = await asyncio.gather(
        *(refund(boss, sold, 150000) for _ in range(RIVALS)), return_exceptions=True
    )
    refused = [one for one in results if isinstance(one, RefundTooLarge | Conflict)]
    assert len(refused) == RIVALS - 1
