"""The ledger adds up, whoever writes to it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.payments.errors import RefundTooLarge
from gym.payments.models import AccountKind, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.money_back import MoneyBack
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from tests.support.memberships import PRICE, DeskClerk


async def refusal(gym: Gym, statement: str, **values: object) -> str | None:
    """The constraint that refuses a plain statement."""
    with pytest.raises(DBAPIError) as refused:
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(text(statement), values)
    assert isinstance(refused.value, IntegrityError)
    return violated_constraint(refused.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET amount = 1",
        "UPDATE ledger_entries SET note = 'x'",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries CASCADE",
    ],
)
async def test_nothing_in_the_ledger_is_changed_or_deleted(
    desk: DeskClerk, rosa: Client, monthly: Plan, statement: str
) -> None:
    await desk.pay(await desk.sell(rosa, monthly), Decimal(5000))
    assert await refusal(desk.gym, statement) == "ledger_entries_append_only"


async def test_a_balance_is_written_by_nobody(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    assert await refusal(desk.gym, "UPDATE accounts SET balance = 0") == "accounts_balance_is_derived"


INSERT = """
INSERT INTO ledger_entries (id, account_id, kind, amount, method, reason, receipt_number, voids_id,
                            staff_name, at, gym_day)
VALUES (:id, :account, :kind, :amount, 'cash', 'by hand', :number, :voids, 'nobody', now(), now())
"""


async def by_hand(desk: DeskClerk, account: object, kind: str, amount: int, **more: object) -> str | None:
    values: dict[str, object] = {"number": None, "voids": None} | more
    return await refusal(desk.gym, INSERT, id=new_id(), account=account, kind=kind, amount=amount, **values)


async def test_no_plain_statement_makes_a_balance_negative(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    account = (await desk.sell(rosa, monthly)).account_id
    assert await by_hand(desk, account, "payment", 150001, number=99) == "ck_accounts_balance"
    assert await by_hand(desk, account, "credit", 150001) == "ck_accounts_balance"
    assert await by_hand(desk, account, "charge", -5) == "ck_ledger_entries_amount"


async def test_a_void_undoes_exactly_one_payment(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    paid = (await desk.pay(sold, Decimal(5000))).entry_id
    otto = await desk.sell(await desk.client("Otto"), monthly)
    matches = "ledger_entries_void_matches"
    assert await by_hand(desk, sold.account_id, "void", 4000, voids=paid) == matches
    assert await by_hand(desk, otto.account_id, "void", 5000, voids=paid) == matches
    await desk.void(paid)
    assert await by_hand(desk, sold.account_id, "void", 5000, voids=paid) == "uq_ledger_entries_voids_id"


async def test_goodwill_is_an_admins(desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    account = (await desk.sell(rosa, monthly)).account_id
    async with desk.gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(NotAllowed):
            await PaymentService(uow).credit(account, Decimal(1), "a gift")
    async with boss.gym.unit_of_work(boss.actor) as uow:
        with pytest.raises(RefundTooLarge):
            await PaymentService(uow).credit(account, PRICE + 1, "a gift")
        await PaymentService(uow).credit(account, Decimal(50000), "a gift")
        assert await PaymentService(uow).balance(account) == Decimal(100000)


async def test_a_refund_creates_no_debt(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        payments, back = PaymentService(uow), MoneyBack(uow)
        await back.refund(sold.account_id, Decimal(20000), Method.CASH, "was ill")
        assert await payments.balance(sold.account_id) == 0
        with pytest.raises(RefundTooLarge) as refused:
            await back.refund(sold.account_id, Decimal(130001), Method.CASH, "was ill")
        assert refused.value.limit == Decimal(130000)


KINDS = st.sampled_from(["charge", "take", "void", "credit", "refund", "give_back", "take_back"])
STEPS = st.lists(st.tuples(KINDS, st.integers(1, 400)), max_size=25)
RAISES = {EntryKind.CHARGE, EntryKind.REFUND, EntryKind.VOID}


async def step(payments: PaymentService, account_id: object, kind: str, amount: Decimal) -> None:
    """One movement, refused or not."""
    account = await payments.account(account_id)  # type: ignore[arg-type]
    match kind:
        case "charge":
            await payments.charge(account, amount)
        case "take":
            await payments.take(account.id, amount, Method.CARD)
        case "credit":
            await payments.credit(account.id, amount, "goodwill")
        case "refund":
            await MoneyBack(payments.uow).refund(account.id, amount, Method.CARD, "goodwill")
        case "give_back":
            back = MoneyBack(payments.uow)
            await back.give_back(account.id, amount, "goodwill", Method.CARD, EntryCause.CANCELED)
        case "take_back":
            await MoneyBack(payments.uow).take_back(account.id, Method.CARD, "a mistake")
        case _:
            paid = [one for one in await payments.entries(account.id) if one.kind is EntryKind.PAYMENT]
            if paid:
                await payments.void(paid[int(amount) % len(paid)].id, "a mistake")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
async def test_neither_what_is_owed_nor_what_was_paid_is_ever_negative(
    gym: Gym, admin: Actor, rosa: Client, steps: list[tuple[str, int]]
) -> None:
    async with gym.unit_of_work(admin) as uow:
        payments = PaymentService(uow)
        account = await payments.open_account(rosa.id, AccountKind.SALE)
        for kind, amount in steps:
            try:
                await step(payments, account.id, kind, Decimal(amount))
            except GymError:
                continue
            rows: list[LedgerEntry] = list(await payments.entries(account.id))
            total = sum((row.amount if row.kind in RAISES else -row.amount for row in rows), Decimal(0))
            assert await payments.balance(account.id) == total >= 0
            assert await MoneyBack(uow).net_paid(account.id) >= 0
