"""The client's credit: money that the gym holds for a client, from a surplus to the next sale.

It lies on an account of its own, where it is the gym that owes: a charge puts money in, a credit takes it
out. `CHECK (balance >= 0)` keeps anybody from spending what is not there, and a trigger admits no other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from gym.payments.errors import NotEnoughCredit, parse_reason
from gym.payments.ledger import Ledger, positive
from gym.payments.models import Account, EntryKind, LedgerEntry
from gym.payments.repository import AccountRepository, EntryRepository
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

ZERO = Decimal(0)


class ClientCredit:
    """The caller holds the client's row locked and has checked the actor's permission."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def balance(self, client_id: UUID) -> Decimal:
        """What the client may spend; zero for those who never had credit."""
        self._require_sight(client_id)
        account = await self._accounts.credit_of(client_id)
        return account.balance if account else ZERO

    async def put(
        self, client_id: UUID, amount: Decimal, reason: str, *, key: UUID | None = None
    ) -> LedgerEntry:
        """Keep money for the client."""
        account = await self._locked(client_id)
        reason = parse_reason(reason)
        return await Ledger(self.uow).write(
            account, EntryKind.CHARGE, positive(amount), reason=reason, key=key
        )

    async def spend(self, client_id: UUID, amount: Decimal, reason: str) -> LedgerEntry:
        """Take credit out for what the client buys. Raises `NotEnoughCredit`."""
        account = await self._locked(client_id)
        amount = positive(amount)
        if amount > account.balance:
            raise NotEnoughCredit(account.balance)
        return await Ledger(self.uow).write(account, EntryKind.CREDIT, amount, reason=parse_reason(reason))

    async def movements(self, client_id: UUID) -> Sequence[LedgerEntry]:
        """What came in (charge) and went out (credit), oldest first."""
        self._require_sight(client_id)
        account = await self._accounts.credit_of(client_id)
        return await EntryRepository(self.uow.session).of_account(account.id) if account else []

    async def open(self, client_id: UUID) -> Account:
        """The client's account, made when there is none yet; not locked."""
        return await self._accounts.open_credit(client_id, self.uow.now)

    @property
    def _accounts(self) -> AccountRepository:
        return AccountRepository(self.uow.session)

    async def _locked(self, client_id: UUID) -> Account:
        return await self._accounts.lock((await self.open(client_id)).id)

    def _require_sight(self, client_id: UUID) -> None:
        self.uow.actor.require_own_or(Permission.TAKE_PAYMENT, client_id)
