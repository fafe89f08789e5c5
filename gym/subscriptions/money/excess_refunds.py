"""Refunds above what was paid for a plan, which an earlier release allowed; listed until corrected."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select

from gym.core.database.repository import Page, Repository
from gym.payments.models import LedgerEntry
from gym.payments.money_back import MoneyBack
from gym.payments.repository import held
from gym.security.permissions import Permission
from gym.subscriptions.errors import SubscriptionNotFound
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import WHOLE, SubscriptionRepository
from gym.unit_of_work import UnitOfWork

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class ExcessRefund:
    """One plan, and how much more was handed back for it than was paid: zero once it is mended."""

    subscription: Subscription
    missing: Decimal
    given_back: Decimal
    """What was handed back and has not come in again."""


class ExcessRefundRepository(Repository[Subscription, UUID]):
    model = Subscription
    missing = SubscriptionNotFound

    async def below_zero(self, number: int) -> Page[Subscription]:
        return await self.page(_below_zero().order_by(Subscription.sold_at, Subscription.id), number)


class ExcessRefundService:
    """For admins: each is mended when the money comes in again, and leaves the list by itself."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def listed(self, page: int = 0) -> Page[ExcessRefund]:
        """The oldest sale first."""
        self.uow.actor.require(Permission.REFUND)
        found = await ExcessRefundRepository(self.uow.session).below_zero(page)
        doubts = [await self._doubt(one) for one in found.items]
        return Page(doubts, found.number, found.total, found.size)

    async def get(self, subscription_id: UUID) -> ExcessRefund:
        """One plan, also when nothing is missing any more. Raises `SubscriptionNotFound`."""
        self.uow.actor.require(Permission.REFUND)
        return await self._doubt(
            await SubscriptionRepository(self.uow.session).require_loaded(subscription_id)
        )

    async def _doubt(self, subscription: Subscription) -> ExcessRefund:
        money = MoneyBack(self.uow)
        net = await money.net_paid(subscription.account_id)
        return ExcessRefund(subscription, max(ZERO, -net), await money.given_back(subscription.account_id))


def _below_zero() -> Select[Subscription]:
    # Only an account with a refund can be below zero: a void undoes a payment that was there.
    refunded = select(LedgerEntry.account_id).where(LedgerEntry.kind == "refund").scalar_subquery()
    accounts = (
        select(LedgerEntry.account_id)
        .where(LedgerEntry.account_id.in_(refunded))
        .group_by(LedgerEntry.account_id)
        .having(func.sum(held(LedgerEntry)) < 0)
    )
    query: Select[Subscription] = select(Subscription).options(*WHOLE)
    return query.where(Subscription.account_id.in_(accounts))
