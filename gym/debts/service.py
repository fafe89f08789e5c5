"""Debts: balances that are due, by age; of one client; snoozed until a day, or reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from gym.core.database.repository import Page
from gym.debts.errors import DebtSnoozed, NoChatToRemind, NotDueYet, RemindedToday, SnoozeInvalid
from gym.debts.reminders import tell_products_due
from gym.debts.repository import DebtRepository
from gym.debts.schemas import NOTHING, AgeBand, Debt, DebtKind, DebtOverview
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import is_told
from gym.payments.errors import owed_only
from gym.payments.repository import AccountRepository
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions import notices
from gym.subscriptions.errors import SubscriptionNotFound
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

LONGEST_SNOOZE: Final = timedelta(days=180)


class DebtService:
    """For everybody who takes payments; a member sees what is the member's own."""

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
        return await self._debts.aged(self.uow.today, page, band)

    async def snoozed(self, page: int = 0) -> Page[Debt]:
        """What nobody is reminded of for now, in the order in which it comes back."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        return await self._debts.snoozed(self.uow.today, page)

    async def of_client(self, client_id: UUID) -> Sequence[Debt]:
        """All that one client owes, what begins later and what has ended included; the oldest first."""
        self.uow.actor.require_own_or(Permission.CHECK_IN, client_id)
        return await self._debts.of_client(client_id, self.uow.today)

    async def get(self, debt_id: UUID) -> Debt:
        """One debt, by the id of its subscription or sale.

        Raises `SubscriptionNotFound`, `NothingOwed`, `NotDueYet`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        found = await self.owing(debt_id)
        if not found.begun:
            raise NotDueYet(found.since)
        return found

    async def owing(self, debt_id: UUID) -> Debt:
        """As `get`, also of what begins later. Raises `SubscriptionNotFound`, `NothingOwed`."""
        found = await self.find(debt_id)
        if not found.balance:
            raise owed_only(found.balance)
        return found

    async def find(self, debt_id: UUID) -> Debt:
        """As `get`, also when nothing is owed any more. Raises `SubscriptionNotFound`."""
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        found = await self._debts.find(debt_id, self.uow.today)
        if found is None:
            raise SubscriptionNotFound
        return found

    async def snooze(self, debt_id: UUID, until: date | None) -> Debt:
        """Nobody is reminded before `until`, which is the first day to ask again; None ends it now.

        Raises `SnoozeInvalid` and what `get` raises.
        """
        debt = await self.get(debt_id)
        await FourEyes(self.uow).require_another(debt.client_id, Permission.TAKE_PAYMENT)
        latest = self.uow.today + LONGEST_SNOOZE
        if until is not None and not self.uow.today < until <= latest:
            raise SnoozeInvalid(latest)
        account = await AccountRepository(self.uow.session).lock(debt.account_id)
        account.snoozed_until = until
        self.uow.audit_changes("debt.snoozed" if until else "debt.woken", account)
        return replace(debt, snoozed_until=until)

    async def remind(self, debt_id: UUID) -> Debt:
        """Tell the client what is to pay: once a day and debt, whoever asks for it, the nightly job too.

        Raises `DebtSnoozed`, `NoChatToRemind`, `RemindedToday` and what `get` raises.
        """
        debt = await self.get(debt_id)
        if debt.snoozed_until and debt.snoozed_until > self.uow.today:
            raise DebtSnoozed(debt.snoozed_until)
        if not debt.has_chat:
            raise NoChatToRemind(debt.client_name, debt.phone or "—")
        # The nightly reminder's own key, so that the two are one message on the same day.
        key = f"{_kind(debt)}:{debt.id}:{debt.since.isoformat()}:{debt.days}"
        if await is_told(self.uow.session, key):
            raise RemindedToday(debt.client_name)
        await self._tell(debt, key)
        told = {"balance": debt.balance, "days": debt.days}
        self.uow.audit("debt.reminded", (_TABLES[debt.kind], debt.id), None, told, person_id=debt.client_id)
        return debt

    async def _tell(self, debt: Debt, key: str) -> None:
        if debt.kind is DebtKind.PRODUCTS:
            tell_products_due(self.uow, debt, key)
            return
        subscription = await SubscriptionRepository(self.uow.session).require_loaded(debt.id)
        notices.tell_due(self.uow, subscription, debt.days, key)


_TABLES: Final = {DebtKind.PLAN: "subscriptions", DebtKind.PRODUCTS: "sales"}
"""Where the trail finds what a debt is for."""


def _kind(debt: Debt) -> NotificationKind:
    plan = debt.kind is DebtKind.PLAN
    return NotificationKind.PAYMENT_DUE if plan else NotificationKind.PRODUCTS_DUE
