"""Refunds, credits with a surplus, and refunded money that comes in again.

Of no account more is handed back than was paid (`net_paid` is never below zero): what is void cannot be
handed back, and what was handed back cannot be void. A trigger in the database refuses the same.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.core.money import to_cents
from gym.payments.credit import ClientCredit
from gym.payments.errors import (
    NothingToReturn,
    RefundNeedsAdmin,
    RefundTooLarge,
    parse_reason,
)
from gym.payments.ledger import Ledger, positive
from gym.payments.locking import client_of, lock_account, same_entry
from gym.payments.models import Account, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import GivenBack
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

ZERO: Final = Decimal(0)


class MoneyBack:
    """The caller has checked the permission to credit; that to hand out money is checked here."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._ledger = Ledger(uow)
        self._entries = EntryRepository(uow.session)

    async def refund(
        self, account_id: UUID, amount: Decimal, method: Method, reason: str, *, key: UUID | None = None
    ) -> LedgerEntry:
        """Hand money back, together with the credit that justifies it: the balance stays as it is.

        `Method.CREDIT` keeps it as the client's credit; the room that asks has checked who may do that.
        Raises `RefundTooLarge` above what was paid, `RefundNeedsAdmin`, `KeyReused`.
        """
        account = await lock_account(self.uow, account_id, method)
        done = await self._entries.by_key(key)
        if done is not None:
            return same_entry(done, account_id, EntryKind.REFUND)
        limit = await self.refundable(account_id)
        if positive(amount) > limit:
            raise RefundTooLarge(limit)
        entry = await self._hand_out(account, to_cents(amount), method, parse_reason(reason), key)
        await self._ledger.write(
            account, EntryKind.CREDIT, entry.amount, cause=EntryCause.REFUNDED, reason=entry.reason
        )
        return entry

    async def give_back(
        self, account_id: UUID, amount: Decimal, reason: str, method: Method, cause: EntryCause
    ) -> GivenBack:
        """Credit an amount: first against the debt, and what exceeds it is handed out by `method`.

        `Method.CREDIT` keeps what exceeds it for the client. Raises `RefundNeedsAdmin` when money would leave
        without the permission, `RefundTooLarge` above what is owed and was paid together.
        """
        account = await lock_account(self.uow, account_id, method)
        amount, reason = positive(amount), parse_reason(reason)
        limit = await self.reversible(account_id)
        if amount > limit:
            raise RefundTooLarge(limit)
        surplus = max(ZERO, amount - account.balance)
        if surplus:
            # The refund goes first, because the balance may at no moment be negative.
            await self._hand_out(account, surplus, method, reason)
        await self._ledger.write(account, EntryKind.CREDIT, amount, cause=cause, reason=reason)
        if method is Method.CREDIT:
            return GivenBack(credited=amount - surplus, kept=surplus)
        return GivenBack(credited=amount - surplus, refunded=surplus)

    async def take_back(
        self, account_id: UUID, method: Method, reason: str, *, key: UUID | None = None
    ) -> LedgerEntry:
        """Money that was handed back came in again: all of it, by whatever method. What is owed stays.

        `Method.CREDIT` takes it out of the client's credit. A charge stands for the refund, and a payment
        with a receipt of its own pays it; after that the payment before it can be voided. Voiding this one
        ends the charge as well, so the money can come in again.
        Raises `NothingToReturn`, `NotEnoughCredit`, `KeyReused`.
        """
        self.uow.actor.require(Permission.REFUND)
        account = await lock_account(self.uow, account_id, method)
        done = await self._entries.by_key(key)
        if done is not None:
            return same_entry(done, account_id, EntryKind.PAYMENT, EntryCause.RETURNED)
        amount = await self.given_back(account_id)
        if not amount:
            raise NothingToReturn
        await self._ledger.write(
            account, EntryKind.CHARGE, amount, cause=EntryCause.RETURNED, reason=parse_reason(reason)
        )
        return await PaymentService(self.uow).take(
            account_id, amount, method, key=key, cause=EntryCause.RETURNED
        )

    async def reversible(self, account_id: UUID) -> Decimal:
        """The most that can be given back: what is still owed and what was paid."""
        account = await AccountRepository(self.uow.session).require(account_id)
        # Below zero in a gym of before, where a payment could be voided whose money had been handed back.
        return max(ZERO, account.balance + await self._entries.net_paid(account_id))

    async def given_back(self, account_id: UUID) -> Decimal:
        """What was handed back, or kept as credit, and has not come in again."""
        return max(ZERO, await self._entries.given_back(account_id))

    async def refundable(self, account_id: UUID) -> Decimal:
        """The most that can be handed back: of what was paid, what is still here."""
        return max(ZERO, await self._entries.net_paid(account_id))

    async def paid_before(self, account_id: UUID) -> Decimal:
        """Of a plan that came with a list: what the list said was paid. It counts like a payment."""
        return await self._entries.paid_before(account_id)

    async def net_paid(self, account_id: UUID) -> Decimal:
        """Payments, and what was paid before an import, less voids and refunds; below zero where an earlier
        release let money leave twice.
        """
        return await self._entries.net_paid(account_id)

    async def _hand_out(
        self, account: Account, amount: Decimal, method: Method, reason: str, key: UUID | None = None
    ) -> LedgerEntry:
        if method is not Method.CREDIT and not self.uow.actor.may(Permission.REFUND):
            raise RefundNeedsAdmin(amount)
        entry = await self._ledger.write(
            account, EntryKind.REFUND, amount, method=method, reason=reason, key=key
        )
        if method is Method.CREDIT:
            await ClientCredit(self.uow).put(client_of(account), amount, reason)
        return entry
