"""Joint payments: all debts of a client paid at once, one payment an account, one receipt for all.

The parts are payments like any other: each has its own number, and can be voided alone. What belongs together
is told by the idempotency keys: each part's key follows from the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from gym.payments.credit import ClientCredit
from gym.payments.errors import NotEnoughCredit, PaymentKeyReused, owed_only
from gym.payments.models import EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import Receipt
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.money import notices
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import OwedSubscription
from gym.unit_of_work import UnitOfWork

NEXT: Final = UUID("5d0f4c57-0d6c-4d0b-9a1c-6f2f5c3b8e21")
"""Namespace in which a part's key follows from the key of the part before it."""
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class JointReceipt:
    """Receipts of one charge, in the order of their numbers; a payment taken alone is one part."""

    parts: Sequence[Receipt]

    @property
    def first(self) -> Receipt:
        return self.parts[0]

    @property
    def total(self) -> Decimal:
        """What counts: voided parts are left out."""
        return sum((one.amount for one in self.parts if not one.voided), ZERO)


class JointPayments:
    """Locks the client, then every subscription that owes, first day first, then the accounts."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._receipts = SubscriptionReceipts(uow)
        self._settlement = PaymentSettlement(uow)

    async def take_everything(
        self, client_id: UUID, expected: Decimal, method: Method, *, key: UUID, destination: str | None = None
    ) -> JointReceipt:
        """Take all that the client owes, what begins later included; the same key gives the same receipts.

        `expected` is the sum that was on the screen: with another one by now `JustChanged` is raised and
        nothing is taken. `Method.CREDIT` takes all of it out of the client's credit. Raises also
        `NothingOwed`, `NotEnoughCredit`, `DestinationUnknown`, `PaymentKeyReused`, `OwnMembershipRefused`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        await FourEyes(self.uow).require_another(client_id, Permission.TAKE_PAYMENT)
        await self._subscriptions.lock_client(client_id)
        done = await EntryRepository(self.uow.session).by_key(key)
        if done is not None:
            return await self._again(done, client_id)
        owed = await self._lock_owed(client_id)
        if not owed:
            raise owed_only(ZERO)
        if sum((one.balance for one in owed), ZERO) != expected:
            raise JustChanged
        await self._lock_accounts(client_id, owed, method)
        parts: list[Receipt] = []
        for one, part_key in zip(owed, _keys(key, len(owed)), strict=True):
            parts.append(await self._take(one, method, part_key, destination))
        notices.tell_paid_together(self.uow, parts, [one.subscription for one in owed])
        return JointReceipt(parts)

    async def receipts(self, entry_id: UUID) -> JointReceipt:
        """The receipt of a payment with whatever was paid together with it. Raises `PaymentNotFound`."""
        entry = await PaymentService(self.uow).payment(entry_id)
        return await self._whole(entry)

    async def _take(
        self, one: OwedSubscription, method: Method, key: UUID, destination: str | None
    ) -> Receipt:
        subscription = one.subscription
        entry = await PaymentService(self.uow).take(
            subscription.account_id, one.balance, method, key=key, destination=destination
        )
        await self._settlement.settle(subscription, one.balance)
        return await self._receipts.of(entry, subscription)

    async def _lock_accounts(self, client_id: UUID, owed: Sequence[OwedSubscription], method: Method) -> None:
        """All at once, the credit among them where it pays. Raises `NotEnoughCredit`."""
        keys = [one.subscription.account_id for one in owed]
        credit = await ClientCredit(self.uow).open(client_id) if method is Method.CREDIT else None
        accounts = AccountRepository(self.uow.session)
        await accounts.lock_all(*keys, *([credit.id] if credit else []))
        if credit is not None and credit.balance < sum((one.balance for one in owed), ZERO):
            raise NotEnoughCredit(credit.balance)

    async def _lock_owed(self, client_id: UUID) -> list[OwedSubscription]:
        """Read before and after the lock: what was paid meanwhile owes nothing any more."""
        found = await self._subscriptions.owed(client_id)
        locked = [await self._subscriptions.lock_loaded(one.id) for one in found]
        return [OwedSubscription(one, one.account.balance) for one in locked if one.account.balance]

    async def _again(self, done: LedgerEntry, client_id: UUID) -> JointReceipt:
        account = await AccountRepository(self.uow.session).require(done.account_id)
        if account.client_id != client_id or done.kind is not EntryKind.PAYMENT:
            raise PaymentKeyReused
        return await self._whole(done)

    async def _whole(self, entry: LedgerEntry) -> JointReceipt:
        entries = await EntryRepository(self.uow.session).paid_together(entry, NEXT)
        return JointReceipt([await self._receipts.seen(one) for one in entries])


def _keys(first: UUID, count: int) -> list[UUID]:
    """The key of the tap, and one after the other what follows from it."""
    keys = [first]
    while len(keys) < count:
        keys.append(uuid5(NEXT, str(keys[-1])))
    return keys
