"""Locks of accounts: the one that is moved, and the client's credit when that moves too."""

from __future__ import annotations

from uuid import UUID

from gym.payments.credit import ClientCredit
from gym.payments.errors import CreditNeedsClient, PaymentKeyReused
from gym.payments.models import Account, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository
from gym.unit_of_work import UnitOfWork


async def lock_account(uow: UnitOfWork, account_id: UUID, method: Method | None) -> Account:
    """The account, and before it, in the order of their ids, both when `method` is the client's credit."""
    accounts = AccountRepository(uow.session)
    if method is Method.CREDIT:
        account = await accounts.require(account_id)
        credit = await ClientCredit(uow).open(client_of(account))
        await accounts.lock_all(account_id, credit.id)
    return await accounts.lock(account_id)


def client_of(account: Account) -> UUID:
    """Whose account it is. Raises `CreditNeedsClient`."""
    if account.client_id is None:
        raise CreditNeedsClient
    return account.client_id


def same_entry(
    done: LedgerEntry, account_id: UUID, kind: EntryKind, cause: EntryCause | None = None
) -> LedgerEntry:
    """What an idempotency key has written already. Raises `PaymentKeyReused` when that was something else."""
    if done.account_id != account_id or done.kind is not kind or cause not in (None, done.cause):
        raise PaymentKeyReused
    return done
