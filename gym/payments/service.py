"""The cashier: moves money between clients and the gym, on paper that cannot be rewritten.

An account's balance is kept by the database as entries are inserted; whoever writes one holds the account's
lock, so what was checked against the balance is still true when the entry lands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database import violated_constraint
from gym.core.money import to_cents
from gym.core.repository import Page
from gym.payments.errors import (
    AlreadyVoided,
    AmountNotPositive,
    KeyReused,
    RefundNeedsAdmin,
    RefundTooLarge,
    VoidNeedsAdmin,
    owed_only,
    parse_note,
    parse_reason,
)
from gym.payments.models import Account, AccountKind, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import GivenBack, MethodTotal
from gym.security.permissions import ActorKind, Permission
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class PaymentService:
    """The ledger's operations. Knows accounts, not what they are for."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    @property
    def _accounts(self) -> AccountRepository:
        return AccountRepository(self.uow.session)

    @property
    def _entries(self) -> EntryRepository:
        return EntryRepository(self.uow.session)

    async def open_account(self, client_id: UUID | None, kind: AccountKind) -> Account:
        """A new account with nothing owed. The room that sells has checked who may."""
        account = Account(client_id=client_id, kind=kind, balance=ZERO, created_at=self.uow.now)
        return await self._accounts.add(account)

    async def charge(self, account: Account, amount: Decimal, note: str | None = None) -> LedgerEntry:
        """Put a price on an account. The room that sells has checked who may."""
        await self._accounts.lock(account.id)
        return await self._write(account, EntryKind.CHARGE, positive(amount), note=note)

    async def take(
        self,
        account_id: UUID,
        amount: Decimal,
        method: Method,
        note: str | None = None,
        key: UUID | None = None,
    ) -> LedgerEntry:
        """Take a payment and number its receipt; the same key gives the same payment again.

        Raises `OverPayment` above the balance, `KeyReused` when the key paid something else.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        account = await self._accounts.lock(account_id)
        done = await self._entries.by_key(key)
        if done is not None:
            return _same(done, account_id)
        amount, note = positive(amount), parse_note(note)
        if amount > account.balance:
            raise owed_only(account.balance)
        number = await self._entries.next_receipt_number()
        return await self._write(
            account,
            EntryKind.PAYMENT,
            amount,
            method=method,
            note=note,
            receipt_number=number,
            idempotency_key=key,
        )

    async def void(self, entry_id: UUID, reason: str) -> LedgerEntry:
        """Undo a payment taken by mistake: on the same gym day by who took it, later by an admin.

        Raises `PaymentNotFound`, `ReasonNeeded`, `VoidNeedsAdmin`, `AlreadyVoided`.
        """
        reason = parse_reason(reason)
        payment = await self._entries.require_payment(entry_id)
        self._require_void(payment)
        account = await self._accounts.lock(payment.account_id)
        if await self._entries.voided([payment.id]):
            raise AlreadyVoided
        return await self._write(
            account,
            EntryKind.VOID,
            payment.amount,
            method=payment.method,
            voids_id=payment.id,
            reason=reason,
        )

    async def credit(self, account_id: UUID, amount: Decimal, reason: str) -> LedgerEntry:
        """Lower what is owed, out of goodwill. Raises `RefundTooLarge` above the balance."""
        self.uow.actor.require(Permission.CREDIT)
        account = await self._accounts.lock(account_id)
        amount = positive(amount)
        if amount > account.balance:
            raise RefundTooLarge(account.balance)
        return await self._write(account, EntryKind.CREDIT, amount, reason=parse_reason(reason))

    async def refund(self, account_id: UUID, amount: Decimal, method: Method, reason: str) -> LedgerEntry:
        """Hand money back, together with the credit that justifies it: the balance stays as it is.

        Raises `RefundTooLarge` above what was paid.
        """
        account = await self._accounts.lock(account_id)
        limit = await self._entries.net_paid(account_id)
        if positive(amount) > limit:
            raise RefundTooLarge(limit)
        entry = await self._refund(account, to_cents(amount), method, parse_reason(reason))
        await self._write(account, EntryKind.CREDIT, entry.amount, reason=entry.reason)
        return entry

    async def give_back(self, account_id: UUID, amount: Decimal, reason: str, method: Method) -> GivenBack:
        """Credit an amount: first against the debt, and what exceeds it is refunded as money.

        Raises `RefundNeedsAdmin` when money would leave without the permission, `RefundTooLarge` above what
        is owed and was paid together. The caller has checked who may credit.
        """
        account = await self._accounts.lock(account_id)
        amount = positive(amount)
        limit = await self.reversible(account_id)
        if amount > limit:
            raise RefundTooLarge(limit)
        money = max(ZERO, amount - account.balance)
        if money:
            # The refund goes first, because the balance may at no moment be negative.
            await self._refund(account, money, method, parse_reason(reason))
        await self._write(account, EntryKind.CREDIT, amount, reason=parse_reason(reason))
        return GivenBack(credited=amount - money, refunded=money)

    async def reversible(self, account_id: UUID) -> Decimal:
        """The most that can be given back: what is still owed and what was paid."""
        account = await self._accounts.require(account_id)
        return account.balance + await self._entries.net_paid(account_id)

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

    async def _refund(self, account: Account, amount: Decimal, method: Method, reason: str) -> LedgerEntry:
        if not self.uow.actor.may(Permission.REFUND):
            raise RefundNeedsAdmin(amount)
        return await self._write(account, EntryKind.REFUND, amount, method=method, reason=reason)

    async def _write(
        self,
        account: Account,
        kind: EntryKind,
        amount: Decimal,
        *,
        method: Method | None = None,
        voids_id: UUID | None = None,
        receipt_number: int | None = None,
        reason: str | None = None,
        note: str | None = None,
        idempotency_key: UUID | None = None,
    ) -> LedgerEntry:
        actor = self.uow.actor
        entry = LedgerEntry(
            account_id=account.id,
            kind=kind,
            amount=amount,
            method=method,
            voids_id=voids_id,
            receipt_number=receipt_number,
            reason=reason,
            note=note,
            staff_id=actor.id if actor.kind is ActorKind.STAFF else None,
            staff_name=actor.name,
            at=self.uow.now,
            gym_day=self.uow.today,
            idempotency_key=idempotency_key,
        )
        await self._insert(entry)
        await self.uow.session.refresh(account, ["balance"])
        self._record(entry, account)
        return entry

    async def _insert(self, entry: LedgerEntry) -> None:
        try:
            async with self.uow.session.begin_nested():
                await self._entries.add(entry)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_ledger_entries_idempotency_key":
                raise KeyReused from None
            raise

    def _record(self, entry: LedgerEntry, account: Account) -> None:
        after: dict[str, object] = {"amount": entry.amount, "balance": account.balance}
        for name in ("method", "reason", "receipt_number", "voids_id", "note"):
            value = getattr(entry, name)
            if value is not None:
                after[name] = value
        self.uow.audit(f"ledger.{entry.kind}", account, after=after)

    def _require_void(self, payment: LedgerEntry) -> None:
        actor = self.uow.actor
        own = actor.id is not None and payment.staff_id == actor.id and payment.gym_day == self.uow.today
        if not actor.may(Permission.VOID_ANY) and not (own and actor.may(Permission.VOID_OWN_TODAY)):
            raise VoidNeedsAdmin

    def _require_day(self, day: date, staff_id: UUID | None) -> None:
        actor = self.uow.actor
        own = staff_id is not None and staff_id == actor.id and day == self.uow.today
        actor.require(Permission.REPORT_OWN_DAY if own else Permission.REPORT_ALL)

    def _require_sight(self, client_id: UUID | None) -> None:
        actor = self.uow.actor
        own = actor.kind is ActorKind.MEMBER and client_id is not None and actor.id == client_id
        if not own:
            actor.require(Permission.TAKE_PAYMENT)


def positive(amount: Decimal) -> Decimal:
    """The amount in cents. Raises `AmountNotPositive`."""
    amount = to_cents(amount)
    if amount <= 0:
        raise AmountNotPositive
    return amount


def _same(done: LedgerEntry, account_id: UUID) -> LedgerEntry:
    if done.account_id != account_id or done.kind is not EntryKind.PAYMENT:
        raise KeyReused
    return done
