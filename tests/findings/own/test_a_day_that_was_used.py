"""Cancelling after training: the day that was used is not given back with the unused ones."""

from __future__ import annotations

from decimal import Decimal

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.payments.credit import ClientCredit
from gym.payments.models import Method
from gym.security.permissions import Actor
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk

DAYS = 31
"""From 3 August to 2 September."""


async def credit_after(gym: Gym, employee: Actor, *, trains: bool) -> Decimal:
    """What a member is left with who buys a month, perhaps trains, and cancels it on the same day."""
    desk = DeskClerk(gym, employee)
    client = await desk.client()
    sold = await desk.sell(client, await desk.plan())
    await desk.pay(sold)
    async with gym.unit_of_work(employee) as uow:
        if trains:
            await AttendanceService(uow).check_in_client(client.id)
    async with gym.unit_of_work(employee) as uow:
        service, pro_rata = SubscriptionService(uow), RefundMode.PRO_RATA
        quote = await service.quote_cancellation(sold.id)
        assert quote.unused_days == DAYS - trains
        await service.cancel(sold.id, "changes his mind", refund=pro_rata, method=Method.CREDIT)
        return await ClientCredit(uow).balance(client.id)


async def test_who_has_not_trained_gets_everything(gym: Gym, employee: Actor) -> None:
    assert await credit_after(gym, employee, trains=False) == PRICE


async def test_who_has_trained_pays_for_that_day(gym: Gym, employee: Actor) -> None:
    """150,000 less a thirty-first, up to the next 50."""
    assert await credit_after(gym, employee, trains=True) == Decimal(145200)
