"""Imported plans: subscriptions that ran before the gym kept its books here, with their opening balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.database.ids import new_id
from gym.payments.models import Account, AccountKind
from gym.payments.schemas import OpeningBalance
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus
from gym.subscriptions.sales.sales import ONE_AT_A_TIME
from gym.subscriptions.status.statuses import status_on
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RunningPlan:
    """A client's plan as it stood; `owing` is the opening balance, what is left of the price was paid."""

    plan_id: UUID
    starts_on: date
    ends_on: date
    price: Decimal
    owing: Decimal
    visits: int | None = None

    @property
    def paid(self) -> Decimal:
        """Before the import: nothing where more is owed than the price, as of several months."""
        return max(Decimal(0), self.price - self.owing)


class ImportedPlans:
    """Tells nobody: members know their plan, and a list of hundreds would be hundreds of messages."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def open(self, plans: Sequence[tuple[UUID, RunningPlan]]) -> list[Subscription]:
        """One for each client; what has ended is closed at once, with its debt.

        Raises `JustChanged`, and `OwnMembershipRefused` where one of them is the actor's own.
        """
        self.uow.actor.require(Permission.IMPORT)
        whose = [client_id for client_id, _ in plans]
        await FourEyes(self.uow).require_another_of_each(whose, Permission.SELL)
        accounts = [self._account(client_id) for client_id, _ in plans]
        self.uow.session.add_all(accounts)
        await self.uow.session.flush()
        openings = [self._opening(one, plan) for one, (_, plan) in zip(accounts, plans, strict=True)]
        await PaymentService(self.uow).bring_forward(openings)
        opened = [
            self._subscription(client_id, plan, account)
            for account, (client_id, plan) in zip(accounts, plans, strict=True)
        ]
        await self._insert(opened)
        for subscription in opened:
            self.uow.audit("subscription.brought_forward", subscription, after=_facts(subscription))
        return opened

    async def take_back(self, subscription: Subscription, account: Account, reason: str) -> None:
        """As if it had never been brought forward: canceled, and nothing is owed. Both rows are locked."""
        self.uow.actor.require(Permission.IMPORT)
        await FourEyes(self.uow).require_another(subscription.client_id, Permission.SELL)
        if subscription.frozen_days and subscription.status in OPEN:
            await FreezeService(self.uow).release(subscription.id)
        await PaymentService(self.uow).take_back_opening(account, reason)
        subscription.status = SubscriptionStatus.CANCELED
        subscription.closed_at, subscription.cancel_reason = self.uow.now, reason
        self.uow.audit_changes("subscription.canceled", subscription)

    def _account(self, client_id: UUID) -> Account:
        return Account(
            id=new_id(),
            client_id=client_id,
            kind=AccountKind.SUBSCRIPTION,
            balance=Decimal(0),
            created_at=self.uow.now,
        )

    def _opening(self, account: Account, plan: RunningPlan) -> OpeningBalance:
        """Of a plan that has ended only the debt comes along: nothing of it can be handed back."""
        paid = plan.paid if plan.ends_on >= self.uow.today else Decimal(0)
        return OpeningBalance(account, plan.owing, paid)

    def _subscription(self, client_id: UUID, plan: RunningPlan, account: Account) -> Subscription:
        status = status_on(
            self.uow.today,
            status=SubscriptionStatus.SCHEDULED,
            starts_on=plan.starts_on,
            ends_on=plan.ends_on,
            balance=account.balance,
        )
        actor = self.uow.actor
        return Subscription(
            client_id=client_id,
            plan_id=plan.plan_id,
            account_id=account.id,
            status=status,
            starts_on=plan.starts_on,
            ends_on=plan.ends_on,
            anchor=plan.starts_on,
            held=False,
            base_price=plan.price,
            discount=Decimal(0),
            final_price=plan.price,
            visits=plan.visits,
            visits_used=0,
            gift_days=0,
            frozen_days=0,
            sold_by=actor.staff_id,
            sold_at=self.uow.now,
            closed_at=None if status in OPEN else self.uow.now,
        )

    async def _insert(self, subscriptions: Sequence[Subscription]) -> None:
        try:
            async with self.uow.session.begin_nested():
                self.uow.session.add_all(subscriptions)
                await self.uow.session.flush()
        except IntegrityError as error:
            if violated_constraint(error) in ONE_AT_A_TIME:
                raise JustChanged from None
            raise


def _facts(subscription: Subscription) -> dict[str, object]:
    return {
        "client_id": subscription.client_id,
        "plan_id": subscription.plan_id,
        "status": subscription.status,
        "starts_on": subscription.starts_on,
        "ends_on": subscription.ends_on,
        "price": subscription.final_price,
    }
