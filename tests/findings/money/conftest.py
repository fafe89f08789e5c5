"""An admin's and an employee's desk, a client with a monthly plan, and the admin's chat in both languages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from uuid import UUID

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.payments.credit import ClientCredit
from gym.payments.models import Method
from gym.payments.money_back import MoneyBack
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram
from tests.findings.reading.conftest import Chat, chat
from tests.support.memberships import PRICE, DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

__all__ = [
    "Chat",
    "api",
    "chat",
    "desk_bot",
    "make_member",
    "make_staff",
    "open_bot",
    "routers",
    "sandbox",
    "telegram",
]


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
def boss(gym: Gym, admin: Actor) -> DeskClerk:
    return DeskClerk(gym, admin)


@pytest.fixture
async def rosa(boss: DeskClerk) -> Client:
    return await boss.client("Rosa")


@pytest.fixture
async def monthly(boss: DeskClerk) -> Plan:
    return await boss.plan()


@pytest.fixture
async def bruno(
    desk_bot: object, telegram: SandboxClient, make_staff: Callable[[Person, Role], Awaitable[Actor]]
) -> Person:
    """An employee's chat."""
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


async def refund(
    desk: DeskClerk, sold: Subscription, amount: Decimal = PRICE, method: Method = Method.CASH
) -> object:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).refund(sold.id, amount, method, "was ill")


async def cancel(
    desk: DeskClerk,
    sold: Subscription,
    mode: RefundMode = RefundMode.NONE,
    method: Method = Method.CREDIT,
    amount: Decimal | None = None,
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        return await service.cancel(sold.id, "moves away", refund=mode, method=method, amount=amount)


async def net_paid(desk: DeskClerk, account_id: UUID) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await MoneyBack(uow).net_paid(account_id)


async def credit_of(desk: DeskClerk, client: Client) -> Decimal:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await ClientCredit(uow).balance(client.id)
