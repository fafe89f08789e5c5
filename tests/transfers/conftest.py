"""Fixtures of transfers: a payment key, a member with an ended plan, the desk and an admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.plans.models import Plan
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from gym.transfers.models import PaymentKey, PaymentKeyKind, PaymentProof, ProofKind, TransferQuote
from gym.transfers.payment_keys import PaymentKeys
from gym.transfers.quotes import TransferQuotes
from gym.transfers.schemas import SentProof
from gym.transfers.service import ProofService
from tests.support.memberships import DeskClerk

MONTH: Final = timedelta(days=40)
"""Until a monthly plan is over."""
PAID: Final = Decimal(120000)
"""Of the plan's price: 30,000 less."""


def picture(name: str) -> SentProof:
    """A picture whose bytes have this digest."""
    return SentProof(ProofKind.PICTURE, file_id=f"file-{name}", digest=name.rjust(64, "0"))


def number(text: str) -> SentProof:
    return SentProof(ProofKind.NUMBER, number=text)


@dataclass(frozen=True)
class Transfers:
    """Somebody who quotes, sends or decides, one thing per transaction."""

    gym: Gym
    actor: Actor

    async def does(self, operation: str, *arguments: Any, **more: Any) -> Any:
        """One operation of `ProofService`, again when it lost a deadlock."""
        return await self.gym.run(
            self.actor, lambda uow: getattr(ProofService(uow), operation)(*arguments, **more)
        )

    async def quotes(self, client: Client, plan: Plan | None, key: PaymentKey, **more: Any) -> TransferQuote:
        async with self.gym.unit_of_work(self.actor) as uow:
            plan_id = plan.id if plan else None
            return await TransferQuotes(uow).quote(client.id, plan_id, key.id, **more)

    async def sends(self, quote: TransferQuote, sent: SentProof) -> PaymentProof:
        return await self.does("send", quote.id, sent)


@pytest.fixture
def desk(gym: Gym, employee: Actor) -> DeskClerk:
    return DeskClerk(gym, employee)


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa", telegram_id=7001)


@pytest.fixture
async def monthly(desk: DeskClerk) -> Plan:
    return await desk.plan()


@pytest.fixture
def member(gym: Gym, rosa: Client) -> Transfers:
    return Transfers(gym, Actor.member(rosa.id, rosa.full_name))


@pytest.fixture
def bruno(gym: Gym, employee: Actor) -> Transfers:
    return Transfers(gym, employee)


@pytest.fixture
def ana(gym: Gym, admin: Actor) -> Transfers:
    return Transfers(gym, admin)


@pytest.fixture
async def nequi(gym: Gym, admin: Actor) -> PaymentKey:
    async with gym.unit_of_work(admin) as uow:
        return await PaymentKeys(uow).add(PaymentKeyKind.NEQUI, " Nequi ", "300 123 4567")


@dataclass(frozen=True)
class TransferCase:
    """Rosa pays for the monthly plan by transfer; Bruno at the desk and Ana, an admin, answer."""

    gym: Gym
    clock: FrozenClock
    desk: DeskClerk
    member: Transfers
    bruno: Transfers
    ana: Transfers
    rosa: Client
    monthly: Plan
    nequi: PaymentKey

    async def quotes(self, **more: Any) -> TransferQuote:
        """What Rosa is to send for her plan, and for what she owes."""
        return await self.member.quotes(self.rosa, self.monthly, self.nequi, **more)

    async def ended_with_debt(self) -> Subscription:
        """Her plan, which is over and has 30,000 to be paid."""
        old = await self.desk.sell(self.rosa, self.monthly)
        await self.desk.pay(old, PAID)
        self.clock.advance(MONTH)
        return old


@pytest.fixture
def case(
    gym: Gym,
    clock: FrozenClock,
    desk: DeskClerk,
    member: Transfers,
    bruno: Transfers,
    ana: Transfers,
    rosa: Client,
    monthly: Plan,
    nequi: PaymentKey,
) -> TransferCase:
    return TransferCase(gym, clock, desk, member, bruno, ana, rosa, monthly, nequi)
