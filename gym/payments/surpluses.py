"""Surpluses: money that came above what was owed, kept as the client's credit by a payment of its own.

Nothing is charged for it: a refund by `Method.CREDIT` makes room on the account for the payment, and both
together change neither what is owed nor what is held there. A void takes the money out of the credit again.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.core.language import N_
from gym.payments.credit import ClientCredit
from gym.payments.errors import AlreadyVoided, SurplusSpent
from gym.payments.ledger import Ledger, positive
from gym.payments.locking import client_of, lock_account
from gym.payments.models import EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class Surpluses:
    """The caller has locked the client; the accounts are locked here."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._ledger = Ledger(uow)
        self._entries = EntryRepository(uow.session)

    def is_one(self, payment: LedgerEntry) -> bool:
        """Whether a payment came above what was owed, or took such money out of the credit again."""
        return payment.cause is EntryCause.SURPLUS

    async def take(
        self,
        account_id: UUID,
        amount: Decimal,
        method: Method,
        note: str | None,
        key: UUID,
        *,
        destination: str | None = None,
    ) -> tuple[LedgerEntry, LedgerEntry]:
        """The payment with a receipt of its own, and the refund that keeps it as credit.

        The caller has checked who may give credit, and the method, which is none of `CREDIT`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        amount, cause = positive(amount), EntryCause.SURPLUS
        account = await lock_account(self.uow, account_id, Method.CREDIT)
        reason = self.uow.settings.translator()(N_("more was sent than was owed"))
        # The refund goes first, because the balance may at no moment be negative.
        kept = await self._ledger.write(
            account, EntryKind.REFUND, amount, method=Method.CREDIT, cause=cause, reason=reason
        )
        payment = await self._ledger.write(
            account,
            EntryKind.PAYMENT,
            amount,
            method=method,
            cause=cause,
            note=note,
            receipt_number=await self._entries.next_receipt_number(),
            destination=destination,
            key=key,
        )
        await ClientCredit(self.uow).put(client_of(account), amount, reason)
        return payment, kept

    async def spent(self, payment: LedgerEntry) -> Decimal:
        """How much of it is not in the client's credit any more."""
        if payment.method is Method.CREDIT:
            return payment.amount
        accounts = AccountRepository(self.uow.session)
        credit = await accounts.credit_of(client_of(await accounts.require(payment.account_id)))
        return max(ZERO, payment.amount - (credit.balance if credit else ZERO))

    async def void(self, payment: LedgerEntry, reason: str) -> LedgerEntry:
        """Undo one, and take its money out of the credit. Raises `AlreadyVoided`, `SurplusSpent`."""
        account = await lock_account(self.uow, payment.account_id, Method.CREDIT)
        # What a void has taken out of the credit cannot be put back: that would be the voided money again.
        if payment.method is Method.CREDIT or await self._entries.voided([payment.id]):
            raise AlreadyVoided
        spent = await self.spent(payment)
        if spent:
            raise SurplusSpent(spent)
        cause, amount = EntryCause.SURPLUS, payment.amount
        void = await self._ledger.write(
            account,
            EntryKind.VOID,
            amount,
            method=payment.method,
            cause=cause,
            voids_id=payment.id,
            reason=reason,
        )
        await self._ledger.write(
            account,
            EntryKind.PAYMENT,
            amount,
            method=Method.CREDIT,
            cause=cause,
            note=reason,
            receipt_number=await self._entries.next_receipt_number(),
        )
        await ClientCredit(self.uow).spend(client_of(account), amount, reason)
        return void
