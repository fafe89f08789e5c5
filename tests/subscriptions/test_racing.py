"""Thirty-two people at the desk do the same thing at once: it is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import Conflict
from gym.payments.errors import OverPayment
from gym.payments.models import EntryKind
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.models import OPEN, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk, entries

RIVALS = 32


async def race(attempt: Callable[[], Awaitable[object]]) -> tuple[list[object], list[Conflict]]:
    """What won and what was refused; any other fault fails the test."""
    results = await asyncio.gather(*(attempt() for _ in range(RIVALS)), return_exceptions=True)
    refused = [one for one in results if isinstance(one, Conflict)]
    faults = [one for one in results if isinstance(one, BaseException) and not isinstance(one, Conflict)]
    assert not faults
    return [one for one in results if not isinstance(one, BaseException)], refused


async def test_one_of_many_sales_wins(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    won, refused = await race(lambda: desk.sell(rosa, monthly))
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    assert len(await entries(desk.gym)) == 1


async def test_the_balance_is_paid_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    won, refused = await race(lambda: desk.pay(sold, key=new_id()))
    assert (len(won), len(refused)) == (1, RIVALS - 1)
    assert all(isinstance(error, OverPayment) and error.balance == 0 for error in refused)
    seen = await desk.see(sold)
    assert (seen.status, seen.account.balance) == (SubscriptionStatus.ACTIVE, 0)


async def test_one_double_tapped_payment_is_one_payment(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    key = new_id()
    won, refused = await race(lambda: desk.pay(sold, Decimal(1000), key))
    assert (len(won), len(refused)) == (RIVALS, 0)
    assert (await desk.see(sold)).account.balance == PRICE - 1000


async def test_instalments_at_once_leave_no_gap_in_the_receipts(desk: DeskClerk, monthly: Plan) -> None:
    people = [await desk.client(f"P{number}") for number in range(4)]
    sold = [await desk.sell(person, monthly) for person in people]
    turns = iter(range(RIVALS))
    won, _ = await race(lambda: desk.pay(sold[next(turns) % 4], Decimal(20000)))
    numbers = [entry.receipt_number for entry in await entries(desk.gym) if entry.kind is EntryKind.PAYMENT]
    assert sorted(number or 0 for number in numbers) == list(range(1, len(won) + 1))
    assert len(won) == 4 * 7
    balances = [(await desk.see(one)).account.balance for one in sold]
    assert balances == [Decimal(10000)] * 4


async def test_one_of_many_renewals_wins(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    won, refused = await race(lambda: desk.renew(rosa))
    assert (len(won), len(refused)) == (1, RIVALS - 1)


async def test_one_of_many_renewals_of_an_ended_membership_wins(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    ended = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=90))
    won, refused = await race(lambda: desk.renew(rosa, renews_id=ended.id))
    assert (len(won), len(refused)) == (1, RIVALS - 1)


async def test_a_payment_is_voided_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    won, refused = await race(lambda: desk.void(receipt.entry_id))
    assert (len(won), len(refused)) == (1, RIVALS - 1)


async def test_status_agrees_with_the_balance_after_a_storm(
    desk: DeskClerk, monthly: Plan, clock: FrozenClock
) -> None:
    """Payments, cancellations, jobs and looks at the same memberships, all at once, around a last day."""
    people = [await desk.client(f"P{number}") for number in range(8)]
    sold = [await desk.sell(person, monthly, clock.now().date() + timedelta(days=1)) for person in people]
    clock.advance(timedelta(days=1))

    async def nightly() -> None:
        async with desk.gym.unit_of_work(Actor.system()) as uow:
            await SubscriptionService(uow).activate_due()

    async def stop(number: int) -> None:
        async with desk.gym.unit_of_work(desk.actor) as uow:
            await SubscriptionService(uow).cancel(sold[number].id, "storm")

    work: list[Awaitable[object]] = [nightly() for _ in range(4)]
    for number, person in enumerate(people):
        work += [desk.pay(sold[number], PRICE), desk.pay(sold[number], PRICE / 2), desk.current(person)]
    work += [stop(0), stop(1)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert all(isinstance(one, Conflict) for one in results if isinstance(one, BaseException))
    await nightly()
    for one in [await desk.see(one) for one in sold]:
        if one.status in OPEN:
            paid = one.account.balance == 0
            assert one.status is (SubscriptionStatus.ACTIVE if paid else SubscriptionStatus.PENDING_PAYMENT)


@pytest.mark.parametrize("again", range(3))
async def test_who_sells_and_who_renews_at_once_do_not_both_win(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock, again: int
) -> None:
    ended = await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=40 + again))
    turns = iter(range(RIVALS))
    won, _ = await race(
        lambda: desk.sell(rosa, monthly) if next(turns) % 2 else desk.renew(rosa, renews_id=ended.id)
    )
    assert len(won) == 1
