"""Tills, one for each of the staff and day: expected and counted amounts by method, and other acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from gym.core.database.repository import Repository
from gym.payments.models import TILL, CashCount, EntryCause, EntryKind, LedgerEntry, Method
from gym.payments.repository import paid
from gym.staff.errors import StaffNotFound
from gym.staff.models import Staff

ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class TillMethod:
    """One method of one till on one day; `count` is the last time it was counted."""

    method: Method
    expected: Decimal
    count: CashCount | None = None


@dataclass(frozen=True, slots=True)
class OtherActs:
    """What one of the staff did on a day that moves no money of the till.

    Shown beside the till, because cash that was taken and not entered leaves its traces here.
    """

    by_credit: Decimal = ZERO
    """Sold or paid with clients' credit."""
    voided: Decimal = ZERO
    """Payments of theirs that were voided, of any method and by whomever."""
    kept: Decimal = ZERO
    """Given back as clients' credit."""
    written_off: Decimal = ZERO
    """Debts that nobody pays any more."""

    @property
    def any(self) -> bool:
        return bool(self.by_credit or self.voided or self.kept or self.written_off)


@dataclass(frozen=True, slots=True)
class Till:
    """What one of the staff has taken on a day, and what was counted of it."""

    staff_id: UUID
    staff_name: str
    day: date
    methods: Sequence[TillMethod]
    besides: OtherActs = OtherActs()

    @property
    def expected(self) -> Decimal:
        return sum((one.expected for one in self.methods), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """Of everything that was counted; None while nothing was."""
        counts = [one.count.difference for one in self.methods if one.count]
        return sum(counts, ZERO) if counts else None


class CashRepository(Repository[CashCount, UUID]):
    model = CashCount

    async def by_keys(self, keys: Sequence[UUID]) -> Sequence[CashCount]:
        query = select(CashCount).where(CashCount.idempotency_key.in_(keys))
        return (await self.session.scalars(query.order_by(CashCount.id))).all()

    async def of_day(self, day: date, staff_id: UUID | None) -> Sequence[CashCount]:
        """Every count of a gym day, the latest first."""
        query = select(CashCount).where(CashCount.gym_day == day)
        if staff_id is not None:
            query = query.where(CashCount.staff_id == staff_id)
        return (await self.session.scalars(query.order_by(CashCount.at.desc(), CashCount.id.desc()))).all()

    async def expected(self, day: date, staff_id: UUID | None) -> dict[UUID, dict[Method, Decimal]]:
        """Payments less voids and refunds by till; a void counts for the till that took the payment."""
        voided = aliased(LedgerEntry)
        till = func.coalesce(voided.staff_id, LedgerEntry.staff_id)
        query = (
            select(till, LedgerEntry.method, func.sum(paid(LedgerEntry)))
            .outerjoin(voided, voided.id == LedgerEntry.voids_id)
            .where(LedgerEntry.gym_day == day, LedgerEntry.method.in_(TILL), till.is_not(None))
            .group_by(till, LedgerEntry.method)
        )
        if staff_id is not None:
            query = query.where(till == staff_id)
        found: dict[UUID, dict[Method, Decimal]] = {}
        for owner, method, amount in (await self.session.execute(query)).all():
            if method is not None:
                found.setdefault(owner, {})[method] = amount
        return found

    async def besides(self, day: date, staff_id: UUID | None) -> dict[UUID, OtherActs]:
        """What moved no till, by till; like money, a void counts for who took the payment."""
        voided = aliased(LedgerEntry)
        till = func.coalesce(voided.staff_id, LedgerEntry.staff_id)
        by_credit = LedgerEntry.method == Method.CREDIT
        query = (
            select(
                till,
                _sum_where(and_(LedgerEntry.kind == EntryKind.PAYMENT, by_credit)),
                _sum_where(LedgerEntry.kind == EntryKind.VOID),
                _sum_where(and_(LedgerEntry.kind == EntryKind.REFUND, by_credit)),
                _sum_where(LedgerEntry.cause == EntryCause.WRITTEN_OFF),
            )
            .outerjoin(voided, voided.id == LedgerEntry.voids_id)
            .where(LedgerEntry.gym_day == day, till.is_not(None))
            .group_by(till)
        )
        if staff_id is not None:
            query = query.where(till == staff_id)
        rows = (await self.session.execute(query)).all()
        found = {owner: OtherActs(*sums) for owner, *sums in rows}
        return {owner: one for owner, one in found.items() if one.any}

    async def names(self, staff_ids: Sequence[UUID]) -> dict[UUID, str]:
        staff = await self.session.scalars(select(Staff).where(Staff.id.in_(staff_ids)))
        return {one.id: one.name for one in staff}

    async def lock_till(self, staff_id: UUID) -> Staff:
        """One count at a time; payments, whose rows point at the staff, go on. Raises `StaffNotFound`."""
        query = select(Staff).where(Staff.id == staff_id).with_for_update(key_share=True)
        staff = await self.session.scalar(query)
        if staff is None:
            raise StaffNotFound
        return staff


def _sum_where(condition: ColumnElement[bool]) -> ColumnElement[Decimal]:
    return func.coalesce(func.sum(LedgerEntry.amount).filter(condition), ZERO)
