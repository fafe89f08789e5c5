"""Writer of ledger entries: inserts one, reads the balance that the trigger has moved, and audits it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.core.database.engine import violated_constraint
from gym.core.language import N_
from gym.core.money import to_cents
from gym.payments.errors import AmountNotPositive, PaymentKeyReused
from gym.payments.models import Account, AccountKind, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import EntryRepository
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
        actor = self.uow.actor
        await FourEyes(self.uow).require_another(account.client_id, Permission.TAKE_PAYMENT)
        entry = LedgerEntry(
            account_id=account.id,
            kind=kind,
            amount=amount,
            method=method,
            voids_id=voids_id,
            cause=cause,
            receipt_number=receipt_number,
            reason=reason,
            note=note,
            destination=destination,
            staff_id=actor.staff_id,
            staff_name=actor.name,
            at=self.uow.now,
            gym_day=day or self.uow.today,
            idempotency_key=key,
        )
        await self._insert(entry)
        await self.uow.session.refresh(account, ["balance"])
        self._record(entry, account)
        if kind in LOWERS and 0 < account.balance < self.uow.settings.smallest_amount:
            await self._forgive_rest(account)
        return entry

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
