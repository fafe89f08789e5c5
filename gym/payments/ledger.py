"""Writer of ledger entries: inserts them, reads the balances that the trigger has moved, and audits each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.language import N_
from gym.core.money import to_cents
from gym.payments.errors import AmountNotPositive, PaymentKeyReused
from gym.payments.models import Account, AccountKind, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.unit_of_work import UnitOfWork

LOWERS = (EntryKind.PAYMENT, EntryKind.CREDIT)
RECORDED = ("method", "cause", "reason", "receipt_number", "voids_id", "note", "destination")


class Ledger:
    """The caller holds the account's lock and has checked the rules."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def write(
        self,
        account: Account,
        kind: EntryKind,
        amount: Decimal,
        *,
        method: Method | None = None,
        voids_id: UUID | None = None,
        cause: EntryCause | None = None,
        receipt_number: int | None = None,
        reason: str | None = None,
        note: str | None = None,
        destination: str | None = None,
        day: date | None = None,
        key: UUID | None = None,
    ) -> LedgerEntry:
        """`day` is the gym day on which the money moved, today unless given.

        Raises `PaymentKeyReused`, and `OwnMembershipRefused` for an account of the actor's own.
        """
        await FourEyes(self.uow).require_another(account.client_id, Permission.TAKE_PAYMENT)
        entry = self._entry(account, kind, amount, cause, reason, day)
        entry.method, entry.destination, entry.note = method, destination, note
        entry.voids_id, entry.receipt_number, entry.idempotency_key = voids_id, receipt_number, key
        await self._insert(entry)
        await self.uow.session.refresh(account, ["balance"])
        self._record(entry, account)
        if self._leaves_rest(kind, account):
            await self._forgive_rest(account)
        return entry

    async def write_each(
        self,
        kind: EntryKind,
        amounts: Mapping[Account, Decimal],
        *,
        cause: EntryCause | None = None,
        reason: str | None = None,
    ) -> None:
        """One entry on each of several accounts with the same words, for thousands at once.

        One by one they take 14 statements each: a list of 5,000 people waited two minutes for them.
        Raises `OwnMembershipRefused` for an account of the actor's own.
        """
        whose = [account.client_id for account in amounts]
        await FourEyes(self.uow).require_another_of_each(whose, Permission.TAKE_PAYMENT)
        entries = {one: self._entry(one, kind, amount, cause, reason) for one, amount in amounts.items()}
        self.uow.session.add_all(entries.values())
        await self.uow.session.flush()
        await AccountRepository(self.uow.session).lock_all(*(one.id for one in amounts))  # reads them anew
        for account, entry in entries.items():
            self._record(entry, account)
            if self._leaves_rest(kind, account):
                await self._forgive_rest(account)

    def _entry(
        self,
        account: Account,
        kind: EntryKind,
        amount: Decimal,
        cause: EntryCause | None,
        reason: str | None,
        day: date | None = None,
    ) -> LedgerEntry:
        actor = self.uow.actor
        return LedgerEntry(
            account_id=account.id,
            kind=kind,
            amount=amount,
            cause=cause,
            reason=reason,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            at=self.uow.now,
            gym_day=day or self.uow.today,
        )

    def _leaves_rest(self, kind: EntryKind, account: Account) -> bool:
        return kind in LOWERS and 0 < account.balance < self.uow.settings.smallest_amount

    async def round_off(self, account: Account, amount: Decimal) -> None:
        """Credit what a computed amount to pay was rounded down by."""
        reason = self.uow.settings.translator()(N_("rounding"))
        await self.write(account, EntryKind.CREDIT, amount, cause=EntryCause.ROUNDING, reason=reason)

    async def _forgive_rest(self, account: Account) -> None:
        """Credit a rest below the smallest amount at once, as nobody can pay it: status and balance agree."""
        if account.kind is not AccountKind.CREDIT:  # there it is the gym that owes
            await self.round_off(account, account.balance)

    async def _insert(self, entry: LedgerEntry) -> None:
        try:
            async with self.uow.session.begin_nested():
                await EntryRepository(self.uow.session).add(entry)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_ledger_entries_idempotency_key":
                raise PaymentKeyReused from None
            raise

    def _record(self, entry: LedgerEntry, account: Account) -> None:
        after: dict[str, object] = {"amount": entry.amount, "balance": account.balance}
        if entry.gym_day != self.uow.today:
            after["day"] = entry.gym_day
        for name in RECORDED:
            value = getattr(entry, name)
            if value is not None:
                after[name] = value
        self.uow.audit(f"ledger.{entry.kind}", account, after=after)


def positive(amount: Decimal) -> Decimal:
    """The amount in cents. Raises `AmountNotPositive`."""
    amount = to_cents(amount)
    if amount <= 0:
        raise AmountNotPositive
    return amount
