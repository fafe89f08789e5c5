"""Payments and entries read: for the desk, and for the client they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.core.database.repository import Page
from gym.payments.models import Account, LedgerEntry
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import MethodTotal
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork


class PaymentHistory:
    """Reads only. A day's money is shown to admins, and to employees of their own till of today."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    @property
    def _accounts(self) -> AccountRepository:
        return AccountRepository(self.uow.session)

    @property
    def _entries(self) -> EntryRepository:
        return EntryRepository(self.uow.session)

    async def balance(self, account_id: UUID) -> Decimal:
        account = await self._accounts.require(account_id)
        self._require_sight(account.client_id)
        return account.balance

    async def account(self, account_id: UUID) -> Account:
        account = await self._accounts.require(account_id)
        self._require_sight(account.client_id)
        return account

    async def payment(self, entry_id: UUID) -> LedgerEntry:
        """One payment. Raises `PaymentNotFound`."""
        payment = await self._entries.require_payment(entry_id)
        self._require_sight((await self._accounts.require(payment.account_id)).client_id)
        return payment

    async def entries(self, account_id: UUID) -> Sequence[LedgerEntry]:
        """Everything that moved an account, oldest first."""
        self._require_sight((await self._accounts.require(account_id)).client_id)
        return await self._entries.of_account(account_id)

    async def client_payments(self, client_id: UUID, number: int = 0) -> Page[LedgerEntry]:
        """A client's payments, newest first; `voided` tells which do not count."""
        self._require_sight(client_id)
        return await self._entries.client_payments(client_id, number)

    async def payments_of(
        self, day: date, staff_id: UUID | None = None, number: int = 0
    ) -> Page[LedgerEntry]:
        """A gym day's payments; employees see their own of today."""
        self._require_day(day, staff_id)
        return await self._entries.payments_of(day, staff_id, number)

    async def voided(self, payment_ids: Iterable[UUID]) -> set[UUID]:
        """Which of the payments were voided."""
        return await self._entries.voided(payment_ids)

    async def balance_after(self, payment: LedgerEntry) -> Decimal:
        """What was still owed right after a payment."""
        return await self._entries.balance_after(payment)

    async def money_by_method(self, day: date, staff_id: UUID | None = None) -> list[MethodTotal]:
        """A gym day's money; employees see their own of today."""
        self._require_day(day, staff_id)
        return await self._entries.totals(day, staff_id)

    def _require_day(self, day: date, staff_id: UUID | None) -> None:
        actor = self.uow.actor
        own = staff_id is not None and staff_id == actor.id and day == self.uow.today
        actor.require(Permission.REPORT_OWN_DAY if own else Permission.REPORT_ALL)

    def _require_sight(self, client_id: UUID | None) -> None:
        self.uow.actor.require_own_or(Permission.TAKE_PAYMENT, client_id)
