"""Queries of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from gym.core.database.ids import new_id
from gym.core.database.repository import Page, Repository
from gym.payments.errors import AccountNotFound, PaymentNotFound
from gym.payments.models import TILL, Account, AccountKind, EntryCause, EntryKind, LedgerEntry
from gym.payments.schemas import MethodTotal
from gym.settings.models import Counter

RAISES = (EntryKind.CHARGE, EntryKind.OPENING, EntryKind.REFUND, EntryKind.VOID)
"""Entries that raise the balance; the others lower it."""
RECEIPTS = "receipt"
_NO_KEY = UUID(int=0)


def signed(entry: type[LedgerEntry]) -> ColumnElement[Decimal]:
    """What an entry does to its account's balance."""
    return case((entry.kind.in_(RAISES), entry.amount), else_=-entry.amount)


def paid(entry: type[LedgerEntry]) -> ColumnElement[Decimal]:
    """What an entry does to the money that came in here and has not left again."""
    money = (EntryKind.PAYMENT, EntryKind.VOID, EntryKind.REFUND)
    return case((entry.kind.in_(money), -signed(entry)), else_=Decimal(0))


def held(entry: type[LedgerEntry]) -> ColumnElement[Decimal]:
    """What an entry does to the money that can be handed back: `paid`, and what was paid before an import."""
    return case((entry.cause == EntryCause.PAID_BEFORE, -signed(entry)), else_=paid(entry))


class AccountRepository(Repository[Account, UUID]):
    model = Account
    missing = AccountNotFound

    async def lock(self, key: UUID) -> Account:
        """Locked against other movements, not against foreign keys that point at it."""
        query = select(Account).where(Account.id == key).with_for_update(key_share=True)
        account = await self.session.scalar(query, execution_options={"populate_existing": True})
        if account is None:
            raise self.missing
        return account

    async def lock_all(self, *keys: UUID) -> None:
        """Several at once, in the order of their ids, so that two people never wait for each other."""
        query = select(Account).where(Account.id.in_(keys)).order_by(Account.id)
        query = query.with_for_update(key_share=True)
        (await self.session.scalars(query, execution_options={"populate_existing": True})).all()

    async def credit_of(self, client_id: UUID) -> Account | None:
        """What the gym keeps for a client."""
        mine = Account.client_id == client_id, Account.kind == AccountKind.CREDIT
        return await self.session.scalar(select(Account).where(*mine))

    async def open_credit(self, client_id: UUID, now: datetime) -> Account:
        """The one account a client has for it; of two who open it at once one makes it."""
        found = await self.credit_of(client_id)
        if found is not None:
            return found
        row = {"id": new_id(), "client_id": client_id, "kind": AccountKind.CREDIT, "created_at": now}
        making = insert(Account).values(**row, balance=Decimal(0))
        one = making.on_conflict_do_nothing(
            index_elements=[Account.client_id], index_where=sql("kind = 'credit'")
        )
        await self.session.execute(one)
        found = await self.credit_of(client_id)
        assert found is not None, "it was just made"
        return found


class EntryRepository(Repository[LedgerEntry, UUID]):
    model = LedgerEntry
    missing = PaymentNotFound

    async def require_payment(self, key: UUID) -> LedgerEntry:
        entry = await self.require(key)
        if entry.kind is not EntryKind.PAYMENT:
            raise self.missing
        return entry

    async def by_key(self, key: UUID | None) -> LedgerEntry | None:
        """The entry an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(select(LedgerEntry).where(LedgerEntry.idempotency_key == key))

    async def paid_together(self, payment: LedgerEntry, namespace: UUID) -> list[LedgerEntry]:
        """The payments of one charge in order: each one's key follows from the key before it."""
        at_once = await self.session.scalars(
            select(LedgerEntry)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(
                LedgerEntry.kind == EntryKind.PAYMENT,
                LedgerEntry.at == payment.at,
                LedgerEntry.idempotency_key.is_not(None),
                Account.client_id.in_(select(Account.client_id).where(Account.id == payment.account_id)),
            )
        )
        by_key = {one.idempotency_key: one for one in at_once}
        following = {uuid5(namespace, str(key)): one for key, one in by_key.items()}
        first = payment
        while (before := following.get(first.idempotency_key or _NO_KEY)) is not None:
            first = before
        parts = [first]
        while (after := by_key.get(uuid5(namespace, str(parts[-1].idempotency_key)))) is not None:
            parts.append(after)
        return parts

    async def next_receipt_number(self) -> int:
        """Locks the counter until the transaction ends, which is what leaves no gap."""
        counting = update(Counter).where(Counter.name == RECEIPTS).values(value=Counter.value + 1)
        number = await self.session.scalar(counting.returning(Counter.value))
        assert number is not None, "the migration made the counter"
        return number

    async def of_account(self, account_id: UUID) -> Sequence[LedgerEntry]:
        query = select(LedgerEntry).where(LedgerEntry.account_id == account_id)
        return (await self.session.scalars(query.order_by(LedgerEntry.at, LedgerEntry.id))).all()

    async def voided(self, payment_ids: Iterable[UUID]) -> set[UUID]:
        """Those of the payments that were voided."""
        query = select(LedgerEntry.voids_id).where(LedgerEntry.voids_id.in_(list(payment_ids)))
        return {key for key in await self.session.scalars(query) if key is not None}

    async def net_paid(self, account_id: UUID) -> Decimal:
        """Payments, and what was paid before an import, less voids and refunds."""
        query = select(func.coalesce(func.sum(held(LedgerEntry)), 0))
        found = await self.session.scalar(query.where(LedgerEntry.account_id == account_id))
        return Decimal(found or 0)

    async def paid_before(self, account_id: UUID) -> Decimal:
        """What had been paid for a plan before it was imported; zero for what was sold here."""
        query = select(func.coalesce(func.sum(-signed(LedgerEntry)), 0))
        brought = LedgerEntry.account_id == account_id, LedgerEntry.cause == EntryCause.PAID_BEFORE
        return Decimal(await self.session.scalar(query.where(*brought)) or 0)

    async def given_back(self, account_id: UUID) -> Decimal:
        """Refunds, kept as credit or handed out, less what came in again and stayed; a surplus is none."""
        returned = LedgerEntry.cause == EntryCause.RETURNED
        refunded = LedgerEntry.cause.is_distinct_from(EntryCause.SURPLUS)
        out = case(
            (and_(refunded, LedgerEntry.kind == EntryKind.REFUND), LedgerEntry.amount),
            (and_(returned, LedgerEntry.kind == EntryKind.CHARGE), -LedgerEntry.amount),
            (and_(returned, LedgerEntry.kind == EntryKind.CREDIT), LedgerEntry.amount),
            else_=Decimal(0),
        )
        query = select(func.coalesce(func.sum(out), 0))
        found = await self.session.scalar(query.where(LedgerEntry.account_id == account_id))
        return Decimal(found or 0)

    async def balance_after(self, payment: LedgerEntry) -> Decimal:
        """What was owed right after a payment: charges, and whatever else was written before it."""
        earlier = or_(
            and_(
                LedgerEntry.kind == EntryKind.CHARGE,
                LedgerEntry.cause.is_distinct_from(EntryCause.RETURNED),
            ),
            LedgerEntry.receipt_number <= payment.receipt_number,
            # What a payment left that is too small to be asked for was credited in the same moment.
            and_(LedgerEntry.cause == EntryCause.ROUNDING, LedgerEntry.at == payment.at),
            and_(LedgerEntry.kind != EntryKind.PAYMENT, _before(payment)),
        )
        query = select(func.coalesce(func.sum(signed(LedgerEntry)), 0))
        found = await self.session.scalar(query.where(LedgerEntry.account_id == payment.account_id, earlier))
        return Decimal(found or 0)

    async def client_payments(self, client_id: UUID, number: int) -> Page[LedgerEntry]:
        """A client's payments, newest first."""
        query: Select[LedgerEntry] = (
            select(LedgerEntry)
            .join(Account, Account.id == LedgerEntry.account_id)
            .where(Account.client_id == client_id, LedgerEntry.kind == EntryKind.PAYMENT)
            .order_by(LedgerEntry.receipt_number.desc())
        )
        return await self.page(query, number)

    async def payments_of(self, day: date, staff_id: UUID | None, number: int) -> Page[LedgerEntry]:
        """The payments taken on a gym day, newest first."""
        query: Select[LedgerEntry] = select(LedgerEntry).where(
            LedgerEntry.gym_day == day, LedgerEntry.kind == EntryKind.PAYMENT
        )
        if staff_id is not None:
            query = query.where(LedgerEntry.staff_id == staff_id)
        return await self.page(query.order_by(LedgerEntry.receipt_number.desc()), number)

    async def totals(self, day: date, staff_id: UUID | None) -> list[MethodTotal]:
        """A gym day's money by method; credit moves none.

        A void counts for whoever took the payment: it was that till the money was missing from.
        """
        voided = aliased(LedgerEntry)
        till = func.coalesce(voided.staff_id, LedgerEntry.staff_id)
        query = (
            select(
                LedgerEntry.method,
                func.count().filter(LedgerEntry.kind == EntryKind.PAYMENT),
                _sum_of(EntryKind.PAYMENT),
                _sum_of(EntryKind.VOID),
                _sum_of(EntryKind.REFUND),
            )
            .outerjoin(voided, voided.id == LedgerEntry.voids_id)
            .where(LedgerEntry.gym_day == day, LedgerEntry.method.in_(TILL))
            .group_by(LedgerEntry.method)
            .order_by(LedgerEntry.method)
        )
        if staff_id is not None:
            query = query.where(till == staff_id)
        rows = (await self.session.execute(query)).all()
        return [
            MethodTotal(method, count, received, voids, refunds)
            for method, count, received, voids, refunds in rows
            if method is not None
        ]


def _before(payment: LedgerEntry) -> ColumnElement[bool]:
    same_instant = and_(LedgerEntry.at == payment.at, LedgerEntry.id < payment.id)
    return or_(LedgerEntry.at < payment.at, same_instant)


def _sum_of(kind: EntryKind) -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(LedgerEntry.amount).filter(LedgerEntry.kind == kind), Decimal(0))
