"""What never began costs nothing: its charge comes off by itself; nobody reads that another plan is gone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gym.clients.models import Client
from gym.notifications.models import NotificationKind
from gym.payments.errors import AmountNotPositive, RefundTooLarge
from gym.payments.models import EntryCause, Method
from gym.plans.models import Plan
from gym.subscriptions.models import SubscriptionStatus
from gym.subscriptions.schemas import RefundMode
from tests.findings.money.conftest import Chat, cancel, credit_of, net_paid
from tests.support.memberships import PRICE, DeskClerk, entries, told

HALF = PRICE / 2


async def test_an_unpaid_renewal_leaves_no_debt(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    running = await desk.sell(rosa, monthly)
    await desk.pay(running)
    waiting = await desk.renew(rosa)
    canceled = await cancel(desk, waiting)
    assert (canceled.status, canceled.account.balance) == (SubscriptionStatus.CANCELED, 0)
    credit = (await entries(desk.gym))[-1]
    assert (credit.cause, credit.amount) == (EntryCause.NOT_BEGUN, PRICE)
    assert (await desk.see(running)).status is SubscriptionStatus.ACTIVE
    [notice] = await told(desk.gym, NotificationKind.SUBSCRIPTION_CANCELED)
    assert (notice["begun"], notice["balance"], notice["running_plan"]) == (False, 0, "Monthly")


@pytest.mark.parametrize(
    ("mode", "amount", "given"),
    [
        (RefundMode.NONE, None, 0),
        (RefundMode.PRO_RATA, None, HALF),
        (RefundMode.AMOUNT, Decimal(20000), Decimal(20000)),
    ],
)
async def test_of_what_was_paid_goes_back_what_was_asked_for(
    desk: DeskClerk, rosa: Client, monthly: Plan, mode: RefundMode, amount: Decimal | None, given: Decimal
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    waiting = await desk.renew(rosa)
    await desk.pay(waiting, HALF)
    canceled = await cancel(desk, waiting, mode, Method.CREDIT, amount)
    assert canceled.account.balance == 0
    assert await credit_of(desk, rosa) == given
    assert await net_paid(desk, waiting.account_id) == HALF - given


@pytest.mark.parametrize("amount", [None, Decimal(0), Decimal(-5)])
async def test_an_amount_is_more_than_nothing_and_no_debt_stays(
    desk: DeskClerk, rosa: Client, monthly: Plan, amount: Decimal | None
) -> None:
    """Five less than nothing would have left five to pay for what never began."""
    await desk.pay(await desk.sell(rosa, monthly))
    waiting = await desk.renew(rosa)
    with pytest.raises(AmountNotPositive):
        await cancel(desk, waiting, RefundMode.AMOUNT, Method.CREDIT, amount)
    assert (await desk.see(waiting)).status is SubscriptionStatus.SCHEDULED


async def test_more_than_was_paid_is_not_given_back(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    waiting = await desk.renew(rosa)
    await desk.pay(waiting, HALF)
    with pytest.raises(RefundTooLarge) as refused:
        await cancel(desk, waiting, RefundMode.AMOUNT, Method.CREDIT, HALF + 1)
    assert refused.value.limit == HALF


async def test_a_running_plan_that_is_canceled_keeps_its_debt(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    canceled = await cancel(desk, await desk.sell(rosa, monthly))
    assert canceled.account.balance == PRICE
    [notice] = await told(desk.gym, NotificationKind.SUBSCRIPTION_CANCELED)
    assert (notice["begun"], notice["running_plan"]) == (True, None)


async def test_the_desk_reads_which_period_goes_and_which_stays(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    running = await desk.sell(rosa, monthly)
    await desk.pay(running)
    waiting = await desk.renew(rosa)
    await chat.sends("Rosa")
    await chat.taps("⏭ Next plan", "✖️ Cancel plan")
    await chat.sends("moves to another city")
    await chat.sees(
        "<b>{plan}</b> of {client} has not begun and is taken off.", plan="Monthly", client="Rosa Vargas"
    )
    await chat.sees("− {amount} off the debt", amount=PRICE)
    await chat.taps("Cancel the plan")
    await chat.sees("🏷 {plan} stays until {ends_on}.", plan="Monthly", ends_on=running.ends_on)
    assert (await desk.see(waiting)).account.balance == 0
