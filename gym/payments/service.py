"""Payments: accounts opened and charged, payments taken and voided, credits; and by name their history.

A trigger keeps an account's balance as entries are inserted; whoever writes one holds the account's lock, so
what was checked against the balance is still true when the entry is inserted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from gym.core.language import N_
from gym.payments.credit import ClientCredit
from gym.payments.errors import (
    AlreadyVoided,
    DestinationUnknown,
    MoneyGivenBack,
    NotEnoughCredit,
    PaidOnInvalid,
    RefundTooLarge,
    VoidNeedsAdmin,
    owed_only,
    parse_note,
    parse_reason,
)
from gym.payments.history import PaymentHistory
from gym.payments.ledger import Ledger, positive
from gym.payments.locking import client_of, lock_account, same_entry
from gym.payments.models import Account, AccountKind, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import OpeningBalance
from gym.payments.surpluses import Surpluses
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class PaymentService:
    """The ledger's operations. Knows accounts, not what they are for.

    Reading is a service of its own, and its operations are called by this one's name.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

        history = PaymentHistory(uow)
        self.balance, self.account, self.payment = history.balance, history.account, history.payment
        self.entries, self.client_payments = history.entries, history.client_payments
        self.payments_of, self.money_by_method = history.payments_of, history.money_by_method
        self.voided, self.balance_after = history.voided, history.balance_after

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
        return await self._ledger.write(account, EntryKind.CHARGE, positive(amount), note=note)

    async def bring_forward(self, openings: Sequence[OpeningBalance]) -> None:
        """What was owed and paid before the gym kept its books here: no sale, no receipt, no till.

        The opening is both together, and a credit of cause `PAID_BEFORE` leaves what is owed as the balance.
        """
        self.uow.actor.require(Permission.IMPORT)
        await self._accounts.lock_all(*(one.account.id for one in openings))
        both = {one.account: positive(one.owing + one.paid) for one in openings if one.owing + one.paid}
        await self._ledger.write_each(EntryKind.OPENING, both)
        before = {one.account: positive(one.paid) for one in openings if one.paid}
        reason = self.uow.settings.translator()(N_("paid before the import"))
        await self._ledger.write_each(EntryKind.CREDIT, before, cause=EntryCause.PAID_BEFORE, reason=reason)

    async def take_back_opening(self, account: Account, reason: str) -> None:
        """As if nothing had been brought forward: nothing is owed, and nothing counts as paid."""
        self.uow.actor.require(Permission.IMPORT)
        await self._accounts.lock(account.id)
        paid = await self._entries.paid_before(account.id)
        if paid:
            await self._ledger.write(account, EntryKind.OPENING, paid, cause=EntryCause.PAID_BEFORE)
        if account.balance:
            await self.credit(account.id, account.balance, reason, cause=EntryCause.CANCELED)

    async def take(
        self,
        account_id: UUID,
        amount: Decimal,
        method: Method,
        note: str | None = None,
        key: UUID | None = None,
        *,
        paid_on: date | None = None,
        since: date | None = None,
        destination: str | None = None,
        cause: EntryCause | None = None,
    ) -> LedgerEntry:
        """Take a payment and number its receipt; the same key gives the same payment again.

        `Method.CREDIT` takes it out of the client's credit. `paid_on` is an earlier day on which the money
        moved, at most as early as the account or `since`; `destination` is the bank account of a transfer.
        Raises `OverPayment` above the balance, `NotEnoughCredit`, `PaidOnInvalid`, `DestinationUnknown`,
        `KeyReused` when the key paid something else.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        account = await lock_account(self.uow, account_id, method)
        done = await self._entries.by_key(key)
        if done is not None:
            return same_entry(done, account_id, EntryKind.PAYMENT)
        amount, note = positive(amount), parse_note(note)
        self._require_paid_on(paid_on, since, account, method)
        self._require_destination(destination, method)
        if amount > account.balance:
            raise owed_only(account.balance)
        if method is Method.CREDIT:
            await self._require_credit(account, amount)
        number = await self._entries.next_receipt_number()
        payment = await self._ledger.write(
            account,
            EntryKind.PAYMENT,
            amount,
            method=method,
            cause=cause,
            note=note,
            receipt_number=number,
            destination=destination,
            day=paid_on,
            key=key,
        )
        if method is Method.CREDIT:
            await self._credit.spend(client_of(account), amount, f"receipt {number}")
        return payment

    async def void(self, entry_id: UUID, reason: str) -> LedgerEntry:
        """Undo a payment taken by mistake: on the same gym day by who took it, later by an admin.

        One that was made with credit gives the credit back. One by which handed-back money came in again
        takes its charge with it: what is owed stays, and the money counts as handed back as before. One of
        more than was owed takes the credit back that it became.
        Raises `PaymentNotFound`, `ReasonNeeded`, `VoidNeedsAdmin`, `AlreadyVoided`, `MoneyGivenBack`,
        `SurplusSpent`.
        """
        reason = parse_reason(reason)
        payment = await self._entries.require_payment(entry_id)
        self._require_void(payment)
        surplus = Surpluses(self.uow)
        if surplus.is_one(payment):
            return await surplus.void(payment, reason)
        account = await lock_account(self.uow, payment.account_id, payment.method)
        if await self._entries.voided([payment.id]):
            raise AlreadyVoided
        given_back = await self.given_back(payment)
        if given_back:
            raise MoneyGivenBack(given_back)
        void = await self._ledger.write(
            account,
            EntryKind.VOID,
            payment.amount,
            method=payment.method,
            voids_id=payment.id,
            reason=reason,
        )
        if payment.cause is EntryCause.RETURNED:
            await self._ledger.write(
                account, EntryKind.CREDIT, payment.amount, cause=EntryCause.RETURNED, reason=reason
            )
        if payment.method is Method.CREDIT:
            await self._credit.put(client_of(account), payment.amount, reason)
        return void

    async def credit(
        self,
        account_id: UUID,
        amount: Decimal,
        reason: str,
        cause: EntryCause = EntryCause.GOODWILL,
        *,
        key: UUID | None = None,
    ) -> LedgerEntry:
        """Lower what is owed. Raises `RefundTooLarge` above the balance."""
        self.uow.actor.require(Permission.CREDIT)
        account = await self._accounts.lock(account_id)
        amount = positive(amount)
        if amount > account.balance:
            raise RefundTooLarge(account.balance)
        reason = parse_reason(reason)
        return await self._ledger.write(
            account, EntryKind.CREDIT, amount, cause=cause, reason=reason, key=key
        )

    async def given_back(self, payment: LedgerEntry) -> Decimal:
        """How much of it a void would hand out a second time; zero while all of the money is here.

        Of a surplus, how much of the credit that it became is used.
        """
        surplus = Surpluses(self.uow)
        if surplus.is_one(payment):
            return await surplus.spent(payment)
        held = max(ZERO, await self._entries.net_paid(payment.account_id))
        return max(ZERO, payment.amount - held)

    def may_void(self, payment: LedgerEntry) -> bool:
        """Whether the actor may void it now; others ask an admin."""
        actor = self.uow.actor
        own = actor.id is not None and payment.staff_id == actor.id and payment.gym_day == self.uow.today
        return actor.may(Permission.VOID_ANY) or (own and actor.may(Permission.VOID_OWN_TODAY))

    @property
    def _ledger(self) -> Ledger:
        return Ledger(self.uow)

    @property
    def _credit(self) -> ClientCredit:
        return ClientCredit(self.uow)

    async def _require_credit(self, account: Account, amount: Decimal) -> None:
        """Before the receipt takes its number: a refusal is shown, not a broken transaction."""
        held = await self._credit.balance(client_of(account))
        if amount > held:
            raise NotEnoughCredit(held)

    def earliest_day(self, account: Account, since: date | None) -> date:
        """From when on money may have come for an account, whose period may have begun at `since`."""
        opened = account.created_at.astimezone(self.uow.settings.zone).date()
        return min(opened, since or opened)

    def _require_paid_on(
        self, paid_on: date | None, since: date | None, account: Account, method: Method
    ) -> None:
        """Money that came earlier is an admin's to write; credit moves when it is used."""
        today = self.uow.today
        if paid_on is None or paid_on == today:
            return
        self.uow.actor.require(Permission.BACKDATE_PAYMENT)
        earliest = today if method is Method.CREDIT else self.earliest_day(account, since)
        if not earliest <= paid_on <= today:
            raise PaidOnInvalid(earliest, today)

    def _require_destination(self, destination: str | None, method: Method) -> None:
        if destination is None:
            return
        if method is not Method.TRANSFER or destination not in self.uow.settings.bank_accounts:
            raise DestinationUnknown

    def _require_void(self, payment: LedgerEntry) -> None:
        if not self.may_void(payment):
            raise VoidNeedsAdmin
