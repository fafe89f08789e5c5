"""Sales, renewals, payments and everything else that moves money."""

from __future__ import annotations

from decimal import Decimal

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind, Method
from gym.plans.models import Plan
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.races.conftest import RIVALS, race
from tests.support.memberships import PRICE, DeskClerk, entries

ONE = (1, RIVALS - 1)


async def test_one_sells(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    outcome = await race(desk.gym, lambda: desk.sell(rosa, monthly))
    assert outcome.counts == ONE
    assert outcome.codes <= {"period_taken", "subscription_just_changed"}
    assert [row.kind for row in await entries(desk.gym)] == [EntryKind.CHARGE]


async def test_one_renews(desk: DeskClerk, rosa: Client, paid: Subscription) -> None:
    outcome = await race(desk.gym, lambda: desk.renew(rosa, renews_id=paid.id))
    assert outcome.counts == ONE
    assert outcome.codes <= {"already_waiting", "subscription_just_changed"}


async def test_one_takes_the_balance(desk: DeskClerk, sold: Subscription) -> None:
    outcome = await race(desk.gym, lambda: desk.pay(sold, key=new_id()))
    assert (outcome.counts, outcome.codes) == (ONE, {"nothing_owed"})
    seen = await desk.see(sold)
    assert (seen.status, seen.account.balance) == (SubscriptionStatus.ACTIVE, 0)
    assert [row.receipt_number for row in await entries(desk.gym)] == [None, 1]


async def test_a_double_tap_pays_once_and_shows_the_same_receipt(desk: DeskClerk, sold: Subscription) -> None:
    key = new_id()
    outcome = await race(desk.gym, lambda: desk.pay(sold, Decimal(1000), key))
    assert outcome.counts == (RIVALS, 0)
    assert (await desk.see(sold)).account.balance == PRICE - 1000


async def test_one_voids(desk: DeskClerk, sold: Subscription) -> None:
    receipt = await desk.pay(sold)
    outcome = await race(desk.gym, lambda: desk.void(receipt.entry_id))
    assert (outcome.counts, outcome.codes) == (ONE, {"already_voided"})


async def cancels(boss: DeskClerk, sold: Subscription) -> Subscription:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        service = SubscriptionService(uow)
        return await service.cancel(sold.id, "moves away", refund=RefundMode.PRO_RATA)


async def test_one_cancels_and_the_money_goes_back_once(boss: DeskClerk, paid: Subscription) -> None:
    outcome = await race(boss.gym, lambda: cancels(boss, paid))
    assert (outcome.counts, outcome.codes) == (ONE, {"already_closed"})
    refunds = [row.amount for row in await entries(boss.gym) if row.kind is EntryKind.REFUND]
    assert refunds == [PRICE]


async def changes(desk: DeskClerk, paid: Subscription, plan: Plan) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await PlanChangeService(uow).change(paid.id, plan.id)


async def test_one_changes_the_plan(desk: DeskClerk, rosa: Client, paid: Subscription) -> None:
    quarter = await desk.plan(Decimal(400000), count=3, name="Quarter")
    outcome = await race(desk.gym, lambda: changes(desk, paid, quarter))
    assert (outcome.counts, outcome.codes) == (ONE, {"already_closed"})
    now = await desk.current(rosa)
    assert now is not None
    assert now.account.balance == Decimal(400000) - PRICE


async def test_credit_is_spent_once(boss: DeskClerk, gym: Gym, rosa: Client, sold: Subscription) -> None:
    """Enough for one of thirty-two payments."""
    async with gym.unit_of_work(boss.actor) as uow:
        await ClientCredit(uow).put(rosa.id, Decimal(5000), "goodwill")

    async def spends() -> object:
        async with gym.unit_of_work(boss.actor) as uow:
            return await SubscriptionService(uow).take_payment(sold.id, Decimal(5000), Method.CREDIT)

    outcome = await race(gym, spends)
    assert (outcome.counts, outcome.codes) == (ONE, {"not_enough_credit"})
    assert (await boss.see(sold)).account.balance == PRICE - 5000
    async with gym.unit_of_work(boss.actor) as uow:
        assert await ClientCredit(uow).balance(rosa.id) == 0


async def test_money_is_refunded_once(boss: DeskClerk, paid: Subscription) -> None:
    async def gives_back() -> object:
        async with boss.gym.unit_of_work(boss.actor) as uow:
            return await SubscriptionService(uow).refund(paid.id, PRICE, Method.CASH, "was ill")

    outcome = await race(boss.gym, gives_back)
    assert (outcome.counts, outcome.codes) == (ONE, {"refund_too_large"})
