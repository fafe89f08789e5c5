"""Refunds above what was paid for a plan, which an earlier release allowed; listed until corrected."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select

from gym.core.database.repository import Page, Repository
from gym.core.errors import Conflict
from gym.core.language import N_
from gym.payments.errors import parse_reason
from gym.payments.models import Account, LedgerEntry
from gym.payments.money_back import MoneyBack
from gym.payments.repository import AccountRepository, held
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
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

    @property
    def accepted(self) -> bool:
        """Whether an admin has accepted all that is missing as lost."""
        return 0 < self.missing <= (self.subscription.account.loss_accepted or ZERO)


class NothingMissing(Conflict):
    """The account adds up, so there is no loss to accept."""

    code = "nothing_missing"
    message = N_("Nothing is missing here any more. Open the list again.")


class ExcessRefundRepository(Repository[Subscription, UUID]):
    model = Subscription
    missing = SubscriptionNotFound

    async def below_zero(self, number: int) -> Page[Subscription]:
        return await self.page(_below_zero().order_by(Subscription.sold_at, Subscription.id), number)


class ExcessRefundService:
    """For admins: each is mended when the money comes in again, and leaves the list by itself.

    What will not come back can be accepted as lost: it leaves the list, and no figure of the books or of the
    team changes.
    """

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

    async def accept(self, subscription_id: UUID, reason: str) -> ExcessRefund:
        """Accept as lost what is missing now; again when more is missing later, and a second time nothing.

        Raises `NothingMissing`, `ReasonNeeded`, `OwnMembershipRefused`, `SubscriptionNotFound`.
        """
        self.uow.actor.require(Permission.REFUND)
        one = await SubscriptionRepository(self.uow.session).require_loaded(subscription_id)
        await FourEyes(self.uow).require_another(one.client_id, Permission.REFUND)
        reason = parse_reason(reason)
        account = await AccountRepository(self.uow.session).lock(one.account_id)
        doubt = await self._doubt(one)
        if not doubt.missing:
            raise NothingMissing
        if not doubt.accepted:
            before, account.loss_accepted = account.loss_accepted, doubt.missing
            self.uow.audit(
                "loss.accepted",
                one,
                {"amount": before},
                {"amount": doubt.missing, "reason": reason},
                person_id=one.client_id,
            )
        return doubt

    async def _doubt(self, subscription: Subscription) -> ExcessRefund:
        money = MoneyBack(self.uow)
        net = await money.net_paid(subscription.account_id)
        return ExcessRefund(subscription, max(ZERO, -net), await money.given_back(subscription.account_id))


def _below_zero() -> Select[Subscription]:
    # Only an account with a refund can be below zero: a void undoes a payment that was there.
    refunded = select(LedgerEntry.account_id).where(LedgerEntry.kind == "refund").scalar_subquery()
    accounts = (
        select(LedgerEntry.account_id)
        .join(Account, Account.id == LedgerEntry.account_id)
        .where(LedgerEntry.account_id.in_(refunded))
        .group_by(LedgerEntry.account_id, Account.loss_accepted)
        .having(func.sum(held(LedgerEntry)) + func.coalesce(Account.loss_accepted, 0) < 0)
    )
    query: Select[Subscription] = select(Subscription).options(*WHOLE)
    return query.where(Subscription.account_id.in_(accounts))
