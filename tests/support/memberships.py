"""People, plans and shortcuts for tests that need somebody with a membership."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select

from gym.app import Gym
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.core.database.json_values import decode
from gym.notifications.models import Notification, NotificationKind
from gym.payments.models import LedgerEntry, Method
from gym.payments.schemas import Receipt
from gym.plans.models import DurationUnit, Plan, PlanPrice
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount
from gym.subscriptions.models import Freeze, FreezeKind, Subscription
from gym.subscriptions.service import SubscriptionService

Row = TypeVar("Row", Client, Plan)
PRICE = Decimal(150000)
LONG_AGO = date(2020, 1, 1)


@dataclass(frozen=True)
class DeskClerk:
    """Somebody at the desk who does one thing per transaction, as a chat does."""

    gym: Gym
    actor: Actor

    async def client(self, name: str = "Rosa", telegram_id: int | None = None) -> Client:
        """A client, straight into the table."""
        now = self.gym.clock.now()
        row = Client(
            first_name=name,
            last_name="Vargas",
            telegram_id=telegram_id,
            language="en",
            created_at=now,
            updated_at=now,
        )
        return await self._add(row)

    async def plan(
        self,
        price: Decimal = PRICE,
        unit: DurationUnit = DurationUnit.MONTH,
        count: int = 1,
        *,
        name: str = "Monthly",
        visits: int | None = None,
        once: bool = False,
    ) -> Plan:
        """A plan at one price for ever, straight into the tables."""
        row = Plan(
            name=name,
            slug=str(new_id()),
            duration_unit=unit,
            duration_count=count,
            visits=visits,
            once_per_client=once,
            created_at=self.gym.clock.now(),
            prices=[PlanPrice(amount=price, valid_from=LONG_AGO)],
        )
        return await self._add(row)

    async def sell(
        self,
        client: Client,
        plan: Plan,
        starts_on: date | None = None,
        discount: Discount | Decimal = Decimal(0),
        key: UUID | None = None,
    ) -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            service = SubscriptionService(uow)
            return await service.sell(client.id, plan.id, starts_on=starts_on, discount=discount, key=key)

    async def renew(
        self,
        client: Client,
        plan: Plan | None = None,
        discount: Discount | Decimal = Decimal(0),
        renews_id: UUID | None = None,
    ) -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            service = SubscriptionService(uow)
            plan_id = plan.id if plan else None
            return await service.renew(client.id, plan_id, discount=discount, renews_id=renews_id)

    async def pay(
        self, subscription: Subscription, amount: Decimal = PRICE, key: UUID | None = None
    ) -> Receipt:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await SubscriptionService(uow).take_payment(subscription.id, amount, Method.CASH, key=key)

    async def void(self, entry_id: UUID, reason: str = "wrong person") -> Subscription:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await SubscriptionService(uow).void_payment(entry_id, reason)

    async def current(self, client: Client) -> Subscription | None:
        async with self.gym.unit_of_work(self.actor) as uow:
            return await SubscriptionService(uow).current(client.id)

    async def see(self, subscription: Subscription) -> Subscription:
        """The subscription as the database has it now."""
        async with self.gym.unit_of_work(self.actor) as uow:
            return await SubscriptionService(uow).get(subscription.id)

    async def _add(self, row: Row) -> Row:
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(row)
            await uow.session.flush()
        return row


async def entries(gym: Gym) -> Sequence[LedgerEntry]:
    """The whole ledger, as it was written."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))).all()


async def told(gym: Gym, kind: NotificationKind) -> list[dict[str, object]]:
    """The payloads of a kind that wait in the outbox."""
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification).where(Notification.kind == kind).order_by(Notification.id)
        return [decode(row.payload) for row in await uow.session.scalars(query)]


async def run_nightly(gym: Gym) -> tuple[int, int]:
    """How many the activation and the expiry moved."""
    async with gym.unit_of_work(Actor.system()) as uow:
        service = SubscriptionService(uow)
        activated = await service.activate_due()
        return len(activated), len(await service.expire_due())


def frozen(subscription: Subscription, first: date, last: date | None) -> Freeze:
    """A freeze as it stands in the table; the subscription's end is not moved."""
    return Freeze(
        subscription_id=subscription.id,
        kind=FreezeKind.CLIENT,
        starts_on=first,
        ends_on=last,
        reason="travels",
        staff_name="Ana",
        created_at=subscription.sold_at,
    )
