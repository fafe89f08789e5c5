"""Sixteen void a payment while sixteen others take the same money out by another way: it leaves once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pytest
from sqlalchemy import text

from gym.clients.models import Client
from gym.core.errors import GymError
from gym.payments.credit import ClientCredit
from gym.payments.models import Method
from gym.payments.schemas import Receipt
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.races.conftest import RIVALS
from tests.support.memberships import PRICE, DeskClerk

QUARTER: Final = Decimal(400000)
ZERO: Final = Decimal(0)
BROKEN: Final = """
SELECT id, kind, balance, owed, held FROM (
    SELECT a.id, a.kind, a.balance,
        coalesce(sum(CASE WHEN e.kind IN ('charge', 'opening', 'refund', 'void') THEN e.amount
            WHEN e.kind IN ('payment', 'credit') THEN -e.amount END), 0) AS owed,
        coalesce(sum(CASE e.kind WHEN 'payment' THEN e.amount WHEN 'void' THEN -e.amount
            WHEN 'refund' THEN -e.amount END), 0) AS held
    FROM accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id GROUP BY a.id
) AS account WHERE balance <> owed OR balance < 0 OR held < 0
"""
"""Accounts on which what is owed, or what was paid and not handed back, is below zero or does not add up."""


@dataclass(frozen=True)
class Case:
    """Rosa's month, paid once, and what can be done with the money."""

    boss: DeskClerk
    rosa: Client
    sold: Subscription
    receipt: Receipt
    other: Plan

    async def void(self) -> object:
        return await self.boss.void(self.receipt.entry_id)

    async def refund(self) -> object:
        return await self._refund(Method.CASH)

    async def keep(self) -> object:
        return await self._refund(Method.CREDIT)

    async def cancel(self) -> object:
        return await self._cancel(RefundMode.NONE, Method.CASH)

    async def cancel_and_refund(self) -> object:
        return await self._cancel(RefundMode.PRO_RATA, Method.CASH)

    async def cancel_and_keep(self) -> object:
        return await self._cancel(RefundMode.PRO_RATA, Method.CREDIT)

    async def change(self) -> object:
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            return await PlanChangeService(uow).change(self.sold.id, self.other.id)

    async def take_back(self) -> object:
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            return await SubscriptionService(uow).take_back(self.sold.id, Method.CASH, "it came back")

    async def pay(self) -> object:
        return await self.boss.pay(self.sold)

    async def write_off(self) -> object:
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            return await SubscriptionService(uow).write_off(self.sold.id, "moved away")

    async def _refund(self, method: Method) -> object:
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            return await SubscriptionService(uow).refund(self.sold.id, PRICE, method, "was ill")

    async def _cancel(self, mode: RefundMode, method: Method) -> object:
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            service = SubscriptionService(uow)
            return await service.cancel(self.sold.id, "moves away", refund=mode, method=method)

    async def debts(self) -> tuple[Decimal, Decimal]:
        """What is owed altogether, and the client's credit."""
        async with self.boss.gym.unit_of_work(self.boss.actor) as uow:
            owed = await SubscriptionService(uow).owed(self.rosa.id)
            return sum((one.balance for one in owed), ZERO), await ClientCredit(uow).balance(self.rosa.id)


Act = Callable[[], Awaitable[object]]


@pytest.fixture
async def case(boss: DeskClerk, rosa: Client, sold: Subscription) -> Case:
    receipt = await boss.pay(sold)
    return Case(boss, rosa, sold, receipt, await boss.plan(QUARTER, count=3, name="Quarter"))


async def at_once(case: Case, ways: Mapping[str, Act]) -> tuple[Counter[str], dict[str, set[str]]]:
    """Who got through how often, and what the others were told; nothing but a sentence refuses anybody."""
    names = list(ways)
    turns = [names[number % len(names)] for number in range(RIVALS)]
    await case.boss.gym.database.warm(RIVALS)
    results = await asyncio.gather(*(ways[name]() for name in turns), return_exceptions=True)
    won, told = Counter[str](), dict[str, set[str]]()
    for name, result in zip(turns, results, strict=True):
        if isinstance(result, BaseException):
            assert isinstance(result, GymError), result
            told.setdefault(name, set()).add(result.code)
        else:
            won[name] += 1
    assert await broken(case) == []
    return won, told


async def broken(case: Case) -> list[object]:
    async with case.boss.gym.unit_of_work(Actor.system()) as uow:
        return list((await uow.session.execute(text(BROKEN))).all())


Outcome = tuple[Counter[str], tuple[Decimal, Decimal]]
"""Who got through, and what is owed and kept as credit then."""


def void_first(other: str | None, owed: Decimal) -> Outcome:
    """The payment is void, and the other act finds nothing that was paid."""
    return Counter(["void", *([other] if other else [])]), (owed, ZERO)


def only(other: str, owed: Decimal, kept: Decimal) -> Outcome:
    return Counter([other]), (owed, kept)


OUTCOMES: Final[dict[str, tuple[Outcome, ...]]] = {
    "refund": (void_first(None, PRICE), only("refund", ZERO, ZERO)),
    "keep": (void_first(None, PRICE), only("keep", ZERO, PRICE)),
    "cancel_and_refund": (void_first("cancel_and_refund", ZERO), only("cancel_and_refund", ZERO, ZERO)),
    "cancel_and_keep": (void_first("cancel_and_keep", ZERO), only("cancel_and_keep", ZERO, PRICE)),
    "cancel": (void_first("cancel", PRICE),),
    "change": (void_first("change", QUARTER), only("change", QUARTER - PRICE, ZERO)),
}
CODES: Final = {"already_voided", "money_given_back", "refund_too_large", "already_closed"}


@pytest.mark.parametrize("other", OUTCOMES)
async def test_a_void_and_another_way_out_of_the_same_money(case: Case, other: str) -> None:
    ways: dict[str, Act] = {"void": case.void, other: getattr(case, other)}
    won, told = await at_once(case, ways)
    assert (won, await case.debts()) in OUTCOMES[other], (won, told)
    assert set().union(*told.values()) <= CODES


async def test_all_ways_at_once_take_the_money_out_once(case: Case) -> None:
    """Of a void, a refund, a cancellation and a change those that come later find nothing to hand back."""
    names = ("void", "refund", "keep", "cancel_and_keep", "change")
    won, told = await at_once(case, {name: getattr(case, name) for name in names})
    assert won.total() in (1, 2), (won, told)
    assert won["cancel_and_keep"] + won["change"] == 1
    assert sum(won[name] for name in ("void", "refund", "keep")) <= 1
    assert set().union(*told.values()) <= CODES


async def test_money_that_came_in_again_is_void_or_handed_back_once(case: Case) -> None:
    """First the refund is taken back, by one of sixteen; then the first payment can be void, by one."""
    await case.refund()
    won, told = await at_once(case, {"take_back": case.take_back, "void": case.void})
    assert won["take_back"] == 1
    assert told["take_back"] == {"nothing_to_return"}
    assert told["void"] <= {"money_given_back", "already_voided"}
    owed = PRICE if won["void"] else ZERO
    assert await case.debts() == (owed, ZERO)


async def test_a_debt_is_paid_or_written_off_or_canceled_with_its_plan(case: Case) -> None:
    """It is settled once, and nothing is handed back for money that nobody paid."""
    await case.void()
    names = ("pay", "write_off", "cancel_and_keep")
    won, told = await at_once(case, {name: getattr(case, name) for name in names})
    paid = won["pay"]
    assert (won["cancel_and_keep"], paid + won["write_off"]) in ((1, 0), (1, 1)), (won, told)
    assert await case.debts() == (ZERO, PRICE if paid else ZERO)
    codes = {"nothing_owed", "already_closed", "plan_still_open"}
    assert set().union(*told.values()) <= codes


async def test_the_debt_of_a_closed_plan_is_paid_or_written_off(case: Case) -> None:
    await case.void()
    await case.cancel()
    won, told = await at_once(case, {"pay": case.pay, "write_off": case.write_off})
    assert won.total() == 1, (won, told)
    assert await case.debts() == (ZERO, ZERO)
    assert set().union(*told.values()) == {"nothing_owed"}
