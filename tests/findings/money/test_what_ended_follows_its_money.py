"""A plan that has ended is expired while nothing is owed for it, else lapsed; canceled stays canceled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind
from gym.payments.schemas import Receipt
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription, SubscriptionStatus
from tests.findings.money.conftest import Chat, cancel
from tests.support.memberships import DeskClerk, run_nightly, told


async def ended(
    boss: DeskClerk, rosa: Client, plan: Plan, clock: FrozenClock, *, paid: bool
) -> tuple[Subscription, Receipt | None]:
    sold = await boss.sell(rosa, plan)
    receipt = await boss.pay(sold) if paid else None
    clock.advance(timedelta(days=40))
    await run_nightly(boss.gym)
    return sold, receipt


async def test_a_debt_that_is_paid_late_leaves_an_expired_plan(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold, _ = await ended(boss, rosa, monthly, clock, paid=False)
    before = await boss.see(sold)
    assert before.status is SubscriptionStatus.LAPSED
    clock.advance(timedelta(days=1))
    await boss.pay(sold)
    after = await boss.see(sold)
    assert (after.status, after.closed_at) == (SubscriptionStatus.EXPIRED, before.closed_at)
    assert len(await told(boss.gym, NotificationKind.DESK_EXPIRED)) == 1, "it ended once"


async def test_a_receipt_voided_after_the_end_leaves_a_lapsed_plan(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold, receipt = await ended(boss, rosa, monthly, clock, paid=True)
    assert (await boss.see(sold)).status is SubscriptionStatus.EXPIRED
    assert receipt is not None
    voided = await boss.void(receipt.entry_id)
    assert (voided.status, voided.account.balance) == (SubscriptionStatus.LAPSED, receipt.amount)
    await boss.pay(sold)
    assert (await boss.see(sold)).status is SubscriptionStatus.EXPIRED


async def test_what_was_canceled_stays_so_whatever_is_paid(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await cancel(boss, await boss.sell(rosa, monthly))
    await boss.pay(sold)
    assert (await boss.see(sold)).status is SubscriptionStatus.CANCELED


@pytest.mark.parametrize(("paid", "wrong"), [(True, "lapsed"), (False, "expired")])
async def test_what_an_earlier_release_has_left_is_corrected_overnight(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock, paid: bool, wrong: str
) -> None:
    sold, _ = await ended(boss, rosa, monthly, clock, paid=paid)
    right = (await boss.see(sold)).status
    async with boss.gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE subscriptions SET status = :wrong"), {"wrong": wrong})
    await run_nightly(boss.gym)
    assert (await boss.see(sold)).status is right


async def test_the_card_says_ended_and_nothing_to_pay(
    chat: Chat, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    desk = chat.clerk
    sold, _ = await ended(desk, rosa, monthly, clock, paid=False)
    await desk.pay(sold)
    await chat.sends("Rosa")
    await chat.sees("🏷 {plan} ⚪ ended on {ends_on}", plan="Monthly", ends_on=sold.ends_on)
    await chat.sees("💵 Nothing to pay")
