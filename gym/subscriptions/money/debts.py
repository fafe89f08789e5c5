"""Debts: balances that are due, by age; snoozed until a day, or reminded of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import selectinload

from gym.core.database.repository import Page, Repository
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import is_told
from gym.payments.errors import owed_only
from gym.payments.models import Account
from gym.payments.repository import AccountRepository
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions import notices
from gym.subscriptions.errors import SubscriptionNotFound
from gym.subscriptions.models import Subscription
from gym.subscriptions.money.errors import (
    DebtSnoozed,
    NoChatToRemind,
    NotDueYet,
    RemindedToday,
    SnoozeInvalid,
)
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

LONGEST_SNOOZE: Final = timedelta(days=180)


class AgeBand(StrEnum):
    """How long something has been owed: up to 7 days, 8 to 30, more."""

    FRESH = "fresh"
    OLDER = "older"
    OLD = "old"


LAST_DAY: Final = {AgeBand.FRESH: 7, AgeBand.OLDER: 30}
"""The highest age in days that belongs to a band."""


@dataclass(frozen=True, slots=True)
class Debt:
    """What is owed for a subscription that has begun, whether or not it has ended since."""

    subscription: Subscription
    days: int
    """Since its first day."""

    @property
    def balance(self) -> Decimal:
        return self.subscription.account.balance

    @property
    def snoozed_until(self) -> date | None:
        return self.subscription.account.snoozed_until

    @property
    def band(self) -> AgeBand:
        return next((band for band, last in LAST_DAY.items() if self.days <= last), AgeBand.OLD)


@dataclass(frozen=True, slots=True)
class DebtSum:
    """How many debts, and how much."""

    count: int
    amount: Decimal


NOTHING: Final = DebtSum(0, Decimal(0))


@dataclass(frozen=True, slots=True)
class DebtOverview:
    """What everybody owes together; snoozed debts are in no band."""

    bands: Mapping[AgeBand, DebtSum]
    snoozed: DebtSum

    @property
    def total(self) -> DebtSum:
        parts = [*self.bands.values(), self.snoozed]
        return DebtSum(sum(part.count for part in parts), sum((part.amount for part in parts), Decimal(0)))


class DebtRepository(Repository[Subscription, UUID]):
    model = Subscription
    missing = SubscriptionNotFound

    async def aged(self, today: date, number: int, band: AgeBand | None) -> Page[Subscription]:
        """Debts that are not snoozed, the oldest first."""
        query = _due(today).where(~_snoozed(today))
        if band is not None:
            query = query.where(_band(today) == band)
        return await self.page(query.order_by(Subscription.starts_on, Subscription.id), number)

    async def snoozed(self, today: date, number: int) -> Page[Subscription]:
        """Those that come back first stand first."""
        query = _due(today).where(_snoozed(today))
        return await self.page(query.order_by(Account.snoozed_until, Subscription.id), number)

    async def sums(self, today: date) -> dict[AgeBand | None, DebtSum]:
        """By band; None for what is snoozed."""
        band = case((_snoozed(today), None), else_=_band(today)).label("band")
        query = (
            select(band, func.count(), func.sum(Account.balance))
            .select_from(Subscription)
            .join(Subscription.account)
            .where(*_conditions(today))
            .group_by(band)
        )
        rows = (await self.session.execute(query)).all()
        return {AgeBand(name) if name else None: DebtSum(count, amount) for name, count, amount in rows}


class DebtService:
    """For everybody who takes payments."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._debts = DebtRepository(uow.session)

    async def overview(self) -> DebtOverview:
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        sums = await self._debts.sums(self.uow.today)
        return DebtOverview({band: sums.get(band, NOTHING) for band in AgeBand}, sums.get(None, NOTHING))

    async def by_age(self, page: int = 0, band: AgeBand | None = None) -> Page[Debt]:
        """What is due and not snoozed, the oldest first."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return self._aged(await self._debts.aged(self.uow.today, page, band))

    async def snoozed(self, page: int = 0) -> Page[Debt]:
        """What nobody is reminded of for now, in the order in which it comes back."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return self._aged(await self._debts.snoozed(self.uow.today, page))

    async def get(self, subscription_id: UUID) -> Debt:
        """One debt. Raises `SubscriptionNotFound`, `NothingOwed`, `NotDueYet`."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return self._debt(await SubscriptionRepository(self.uow.session).require_loaded(subscription_id))

    async def snooze(self, subscription_id: UUID, until: date | None) -> Debt:
        """Nobody is reminded before `until`, which is the first day to ask again; None ends it now.

        Raises `SnoozeInvalid` and what `get` raises.
        """
        debt = await self.get(subscription_id)
        await FourEyes(self.uow).require_another(debt.subscription.client_id, Permission.TAKE_PAYMENT)
        latest = self.uow.today + LONGEST_SNOOZE
        if until is not None and not self.uow.today < until <= latest:
            raise SnoozeInvalid(latest)
        account = await AccountRepository(self.uow.session).lock(debt.subscription.account_id)
        account.snoozed_until = until
        self.uow.audit_changes("debt.snoozed" if until else "debt.woken", account)
        return debt

    async def remind(self, subscription_id: UUID) -> Debt:
        """Tell the client what is to pay: once a day and debt, whoever asks for it, the nightly job too.

        Raises `DebtSnoozed`, `NoChatToRemind`, `RemindedToday` and what `get` raises.
        """
        debt = await self.get(subscription_id)
        subscription = debt.subscription
        if debt.snoozed_until and debt.snoozed_until > self.uow.today:
            raise DebtSnoozed(debt.snoozed_until)
        client = subscription.client
        if client.telegram_id is None:
            raise NoChatToRemind(client.full_name, client.phone or "—")
        kind = NotificationKind.PAYMENT_DUE
        # The nightly reminder's own key, so that the two are one message on the same day.
        key = f"{kind}:{subscription.id}:{subscription.starts_on.isoformat()}:{debt.days}"
        if await is_told(self.uow.session, key):
            raise RemindedToday(client.full_name)
        notices.tell_due(self.uow, subscription, debt.days, key)
        self.uow.audit("debt.reminded", subscription, after={"balance": debt.balance, "days": debt.days})
        return debt

    def _aged(self, found: Page[Subscription]) -> Page[Debt]:
        return Page([self._debt(one) for one in found.items], found.number, found.total, found.size)

    def _debt(self, subscription: Subscription) -> Debt:
        if not subscription.account.balance:
            raise owed_only(subscription.account.balance)
        if subscription.held or subscription.starts_on > self.uow.today:
            raise NotDueYet(subscription.starts_on)
        return Debt(subscription, (self.uow.today - subscription.starts_on).days)


def _conditions(today: date) -> tuple[ColumnElement[bool], ...]:
    return Account.balance > 0, Subscription.starts_on <= today, ~Subscription.held


def _due(today: date) -> Select[Subscription]:
    parts = (
        selectinload(Subscription.plan),
        selectinload(Subscription.account),
        selectinload(Subscription.client),
    )
    query: Select[Subscription] = select(Subscription).options(*parts).join(Subscription.account)
    return query.where(*_conditions(today))


def _snoozed(today: date) -> ColumnElement[bool]:
    return and_(Account.snoozed_until.is_not(None), Account.snoozed_until > today)


def _band(today: date) -> ColumnElement[str]:
    limits = [
        (Subscription.starts_on >= today - timedelta(days=last), band.value)
        for band, last in LAST_DAY.items()
    ]
    return case(*limits, else_=AgeBand.OLD.value)
