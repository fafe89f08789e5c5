"""Payments of an earlier day, and the bank account they went to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.payments.errors import DestinationUnknown, PaidOnInvalid
from gym.payments.models import Method
from gym.payments.schemas import Receipt
from gym.payments.service import PaymentService
from gym.plans.models import Plan
from gym.security.permissions import NotAllowed
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.attendance.conftest import settle
from tests.payments.test_client_credit import keep
from tests.support.memberships import DeskClerk

DAY = timedelta(days=1)
SOLD = date(2026, 8, 3)


async def pay(
    desk: DeskClerk,
    sold: Subscription,
    *,
    method: Method = Method.TRANSFER,
    paid_on: date | None = None,
    destination: str | None = None,
) -> Receipt:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).take_payment(
            sold.id, Decimal(1000), method, paid_on=paid_on, destination=destination
        )


async def test_an_admin_writes_down_what_came_earlier(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, monthly)
    clock.advance(5 * DAY)
    receipt = await pay(boss, sold, paid_on=SOLD + DAY)
    assert (receipt.paid_on, receipt.at) == (SOLD + DAY, clock.now())
    async with boss.gym.unit_of_work(boss.actor) as uow:
        [then] = await PaymentService(uow).money_by_method(SOLD + DAY)
        assert await PaymentService(uow).money_by_method(uow.today) == []
    assert then.net == Decimal(1000)


async def test_an_employee_takes_money_of_today_only(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await desk.sell(rosa, monthly)
    clock.advance(DAY)
    with pytest.raises(NotAllowed):
        await pay(desk, sold, paid_on=SOLD)
    assert (await pay(desk, sold, paid_on=SOLD + DAY)).paid_on == SOLD + DAY


async def test_money_came_neither_before_the_sale_nor_tomorrow(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    clock.advance(5 * DAY)
    sold = await boss.sell(rosa, monthly)
    clock.advance(2 * DAY)
    for wrong in (SOLD + 4 * DAY, SOLD + 8 * DAY):
        with pytest.raises(PaidOnInvalid) as refused:
            await pay(boss, sold, paid_on=wrong)
        assert (refused.value.earliest, refused.value.latest) == (SOLD + 5 * DAY, SOLD + 7 * DAY)


async def test_a_back_dated_sale_was_paid_on_its_first_day_at_the_earliest(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly, SOLD - 10 * DAY)
    assert (await pay(boss, sold, paid_on=SOLD - 10 * DAY)).paid_on == SOLD - 10 * DAY
    with pytest.raises(PaidOnInvalid):
        await pay(boss, sold, paid_on=SOLD - 11 * DAY)


async def test_credit_is_used_today(boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock) -> None:
    sold = await boss.sell(rosa, monthly)
    await keep(boss, rosa, 5000)
    clock.advance(DAY)
    with pytest.raises(PaidOnInvalid):
        await pay(boss, sold, method=Method.CREDIT, paid_on=SOLD)


async def test_a_transfer_goes_to_an_account_of_the_settings(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await settle(desk.gym, bank_accounts=["Bancolombia 123", "Nequi"])
    sold = await desk.sell(rosa, monthly)
    assert (await pay(desk, sold, destination="Nequi")).destination == "Nequi"
    assert (await pay(desk, sold)).destination is None
    with pytest.raises(DestinationUnknown):
        await pay(desk, sold, destination="Davivienda")
    with pytest.raises(DestinationUnknown):
        await pay(desk, sold, method=Method.CASH, destination="Nequi")
