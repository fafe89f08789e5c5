"""Statements of account: a client's payments, voids and refunds; an account's entries with its balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from gym.core.database.repository import PAGE_SIZE, Page, Repository
from gym.payments.models import Account, EntryKind, LedgerEntry
from gym.payments.repository import RAISES
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

MONEY: Final = (EntryKind.PAYMENT, EntryKind.VOID, EntryKind.REFUND)


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A payment, a void or a refund of a client."""

    entry: LedgerEntry
    receipt_number: int | None
    """The payment's own, or of the payment that a void undoes."""
    voided: bool = False
    """A payment that does not count any more."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry, and what was owed after it."""

    entry: LedgerEntry
    change: Decimal
    """Above zero: more is owed."""
    balance: Decimal


class StatementRepository(Repository[LedgerEntry, UUID]):
    model = LedgerEntry

    async def money(self, client_id: UUID, number: int) -> Page[MoneyRow]:
        """The latest first."""
        mine = _money_of(client_id)
        total = await self.count(mine)
        number = max(0, min(number, (total - 1) // PAGE_SIZE if total else 0))
        voided, void = aliased(LedgerEntry), aliased(LedgerEntry)
        query = (
            mine.outerjoin(voided, voided.id == LedgerEntry.voids_id)
            .outerjoin(void, void.voids_id == LedgerEntry.id)
            .add_columns(func.coalesce(LedgerEntry.receipt_number, voided.receipt_number), void.id)
            .order_by(LedgerEntry.at.desc(), LedgerEntry.id.desc())
        )
        rows = await self.session.execute(query.limit(PAGE_SIZE).offset(number * PAGE_SIZE))
        found = [MoneyRow(entry, receipt, undone is not None) for entry, receipt, undone in rows.all()]
        return Page(found, number, total)


class StatementService:
    """For the desk, and for the client in person."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def money(self, client_id: UUID, page: int = 0) -> Page[MoneyRow]:
        """Every payment, void and refund of a client."""
        self.uow.actor.require_own_or(Permission.TAKE_PAYMENT, client_id)
        return await StatementRepository(self.uow.session).money(client_id, page)


def running(entries: Iterable[LedgerEntry]) -> list[StatementLine]:
    """An account's entries, oldest first, each with the balance after it."""
    lines: list[StatementLine] = []
    balance = Decimal(0)
    for entry in entries:
        change = entry.amount if entry.kind in RAISES else -entry.amount
        balance += change
        lines.append(StatementLine(entry, change, balance))
    return lines


def _money_of(client_id: UUID) -> Select[LedgerEntry]:
    query: Select[LedgerEntry] = select(LedgerEntry).join(Account, Account.id == LedgerEntry.account_id)
    return query.where(Account.client_id == client_id, LedgerEntry.kind.in_(MONEY))
