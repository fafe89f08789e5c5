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

from gym.debts.notices import tell_paid_together
from gym.debts.repository import DebtRepository
from gym.debts.schemas import Debt, DebtKind, total_of
from gym.payments.credit import ClientCredit
from gym.payments.errors import NotEnoughCredit, PaymentKeyReused, owed_only
from gym.payments.models import EntryKind, LedgerEntry, Method
from gym.payments.repository import AccountRepository, EntryRepository
from gym.payments.schemas import JointPart
from gym.payments.service import PaymentService
from gym.products.sales.receipts import ProductReceipts
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.models import Subscription
from gym.subscriptions.money.receipts import SubscriptionReceipts
from gym.subscriptions.money.settlement import PaymentSettlement
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

NEXT: Final = UUID("5d0f4c57-0d6c-4d0b-9a1c-6f2f5c3b8e21")
"""Namespace in which a part's key follows from the key of the part before it."""
ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class JointReceipt:
    """Receipts of one charge, in the order of their numbers; a payment taken alone is one part."""

    parts: Sequence[JointPart]

    @property
    def first(self) -> JointPart:
        return self.parts[0]

    @property
    def total(self) -> Decimal:
        """What counts: voided parts are left out."""
        return sum((one.amount for one in self.parts if not one.voided), ZERO)


class JointPayments:
    """Locks the client, then every subscription that owes, first day first, then the accounts.

    Nobody sells to a client, or takes a sale back, without the client's lock: a sale needs none of its own.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._debts = DebtRepository(uow.session)
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
        owed = await self._debts.of_client(client_id, self.uow.today)
        if not owed:
            raise owed_only(ZERO)
        plans = await self._lock(client_id, owed, method)
        if await self._debts.of_client(client_id, self.uow.today) != owed or total_of(owed) != expected:
            raise JustChanged
        parts: list[JointPart] = []
        for one, part_key in zip(owed, part_keys(key, len(owed)), strict=True):
            parts.append(await self._take(one, plans.get(one.id), method, part_key, destination))
        tell_paid_together(self.uow, parts, plans)
        return JointReceipt(parts)

    async def receipts(self, entry_id: UUID) -> JointReceipt:
        """The receipt of a payment with whatever was paid together with it. Raises `PaymentNotFound`."""
        entry = await PaymentService(self.uow).payment(entry_id)
        return await self._whole(entry)

    async def _take(
        self, one: Debt, plan: Subscription | None, method: Method, key: UUID, destination: str | None
    ) -> JointPart:
        entry = await PaymentService(self.uow).take(
            one.account_id, one.balance, method, key=key, destination=destination
        )
        if plan is None:
            return await ProductReceipts(self.uow).of(entry)
        await self._settlement.settle(plan, one.balance)
        return await self._receipts.of(entry, plan)

    async def _lock(self, client_id: UUID, owed: Sequence[Debt], method: Method) -> dict[UUID, Subscription]:
        """The plans, then all accounts at once, the credit among them where it pays; the plans by their id.

        Raises `NotEnoughCredit`.
        """
        plans = {
            one.id: await self._subscriptions.lock_loaded(one.id) for one in owed if one.kind is DebtKind.PLAN
        }
        keys = [one.account_id for one in owed]
        credit = await ClientCredit(self.uow).open(client_id) if method is Method.CREDIT else None
        accounts = AccountRepository(self.uow.session)
        await accounts.lock_all(*keys, *([credit.id] if credit else []))
        if credit is not None and credit.balance < total_of(owed):
            raise NotEnoughCredit(credit.balance)
        return plans

    async def _again(self, done: LedgerEntry, client_id: UUID) -> JointReceipt:
        account = await AccountRepository(self.uow.session).require(done.account_id)
        if account.client_id != client_id or done.kind is not EntryKind.PAYMENT:
            raise PaymentKeyReused
        return await self._whole(done)

    async def _whole(self, entry: LedgerEntry) -> JointReceipt:
        entries = await EntryRepository(self.uow.session).paid_together(entry, NEXT)
        return JointReceipt([await self._part(one) for one in entries])

    async def _part(self, entry: LedgerEntry) -> JointPart:
        of_products = await ProductReceipts(self.uow).seen(entry)
        return of_products or await self._receipts.seen(entry)


def part_keys(first: UUID, count: int) -> list[UUID]:
    """The key of the tap, and one after the other what follows from it."""
    keys = [first]
    while len(keys) < count:
        keys.append(uuid5(NEXT, str(keys[-1])))
    return keys
