"""Cash counts: each till's expected amounts by method on a day, compared with what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from gym.core.errors import Invalid
from gym.core.language import N_
from gym.core.money import to_cents
from gym.notifications.outbox import DESK
from gym.notifications.payloads.money import DeskCashCountedPayload, TillDifference
from gym.payments.errors import PaymentKeyReused, parse_note
from gym.payments.models import TILL, CashCount, Method
from gym.payments.tills.tills import ZERO, CashRepository, OtherActs, Till, TillMethod
from gym.security.permissions import Permission
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork


class NotCounted(Invalid):
    """No method, or one that moves no till."""

    code = "nothing_counted"
    message = N_("Count at least one of cash, card, transfer and QR.")


class CountNegative(Invalid):
    code = "count_negative"
    message = N_("A till cannot hold less than nothing. Write 0 or more.")


class DayNotBegun(Invalid):
    """A day that is still to come."""

    code = "day_not_begun"
    message = N_("{day} is still to come. Choose today or an earlier day.")

    def __init__(self, day: date) -> None:
        super().__init__(day=day)


class CashService:
    """Employees count their own till of today, admins everybody's of any day. A recount is one more row."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._cash = CashRepository(uow.session)

    async def expected(self, day: date, staff_id: UUID) -> Till:
        """What should be in a till: cash always, other methods where something moved or was counted.

        Raises `StaffNotFound`.
        """
        self._require(day, staff_id)
        staff = await StaffRepository(self.uow.session).require(staff_id)
        moved = await self._cash.expected(day, staff_id)
        counts = await self._cash.of_day(day, staff_id)
        besides = await self._cash.besides(day, staff_id)
        return _till(staff_id, staff.name, day, moved.get(staff_id, {}), counts, besides)

    async def tills(self, day: date) -> list[Till]:
        """Every till of a day on which something moved, was done beside it or was counted, by name."""
        self.uow.actor.require(Permission.COUNT_ALL_CASH)
        moved = await self._cash.expected(day, None)
        counts = await self._cash.of_day(day, None)
        besides = await self._cash.besides(day, None)
        names = await self._cash.names([*moved, *besides, *(one.staff_id for one in counts)])
        return [
            _till(key, name, day, moved.get(key, {}), [one for one in counts if one.staff_id == key], besides)
            for key, name in sorted(names.items(), key=lambda item: item[1].casefold())
        ]

    async def counts(self, day: date, staff_id: UUID | None = None) -> Sequence[CashCount]:
        """Every count of a day, recounts too, the latest first; without `staff_id` everybody's."""
        if staff_id is None:
            self.uow.actor.require(Permission.COUNT_ALL_CASH)
        else:
            self._require(day, staff_id)
        return await self._cash.of_day(day, staff_id)

    async def count(
        self,
        day: date,
        staff_id: UUID,
        counted: Mapping[Method, Decimal],
        note: str | None = None,
        key: UUID | None = None,
    ) -> list[CashCount]:
        """Write down what was in a till against what is expected now; the same key counts once.

        Admins are told of a difference. Raises `NotCounted`, `CountNegative`, `DayNotBegun`, `NoteTooLong`,
        `StaffNotFound`.
        """
        self._require(day, staff_id)
        if day > self.uow.today:
            raise DayNotBegun(day)
        amounts, note = _amounts(counted), parse_note(note)
        staff = await self._cash.lock_till(staff_id)
        done = await self._done(key, day, staff_id)
        if done:
            return done
        moved = (await self._cash.expected(day, staff_id)).get(staff_id, {})
        rows = [
            await self._write(day, staff_id, method, amount, moved.get(method, ZERO), note, key)
            for method, amount in amounts.items()
        ]
        self._tell(staff.name, day, rows, note)
        return rows

    async def _done(self, key: UUID | None, day: date, staff_id: UUID) -> list[CashCount]:
        """What the same key has counted before. Raises `PaymentKeyReused` when that was another till."""
        if key is None:
            return []
        done = await self._cash.by_keys([uuid5(key, method) for method in TILL])
        if any((one.gym_day, one.staff_id) != (day, staff_id) for one in done):
            raise PaymentKeyReused
        return list(done)

    async def _write(
        self,
        day: date,
        staff_id: UUID,
        method: Method,
        counted: Decimal,
        expected: Decimal,
        note: str | None,
        key: UUID | None,
    ) -> CashCount:
        row = CashCount(
            gym_day=day,
            staff_id=staff_id,
            method=method,
            expected=expected,
            counted=counted,
            difference=counted - expected,
            note=note,
            counted_by=self.uow.actor.id,
            counted_by_name=self.uow.actor.name,
            at=self.uow.now,
            idempotency_key=uuid5(key, method) if key else None,
        )
        await self._cash.add(row)
        facts = {"day": day, "method": method, "expected": expected, "counted": counted, "note": note}
        self.uow.audit("cash.counted", row, after={"till": staff_id, **facts})
        return row

    def _tell(self, till: str, day: date, rows: Sequence[CashCount], note: str | None) -> None:
        wrong = [row for row in rows if row.difference]
        if not wrong:
            return
        methods = tuple(
            TillDifference(method=row.method, expected=row.expected, counted=row.counted, off=row.difference)
            for row in wrong
        )
        payload = DeskCashCountedPayload(
            till=till,
            day=day,
            methods=methods,
            note=note,
            staff_id=wrong[0].staff_id,
            staff_name=self.uow.actor.name,
        )
        self.uow.notify(DESK, payload, dedup_key=f"cash:{rows[0].id}")

    def _require(self, day: date, staff_id: UUID) -> None:
        actor = self.uow.actor
        own = staff_id == actor.id and day == self.uow.today
        actor.require(Permission.COUNT_OWN_CASH if own else Permission.COUNT_ALL_CASH)


def _till(
    staff_id: UUID,
    name: str,
    day: date,
    moved: Mapping[Method, Decimal],
    counts: Sequence[CashCount],
    besides: Mapping[UUID, OtherActs],
) -> Till:
    latest: dict[Method, CashCount] = {}
    for count in counts:
        latest.setdefault(count.method, count)
    shown = [method for method in TILL if method is Method.CASH or method in moved or method in latest]
    methods = [TillMethod(method, moved.get(method, ZERO), latest.get(method)) for method in shown]
    return Till(staff_id, name, day, methods, besides.get(staff_id, OtherActs()))


def _amounts(counted: Mapping[Method, Decimal]) -> dict[Method, Decimal]:
    """The counted amounts in cents, in the order of the methods."""
    if not counted or any(method not in TILL for method in counted):
        raise NotCounted
    amounts = {method: to_cents(counted[method]) for method in TILL if method in counted}
    if any(amount < 0 for amount in amounts.values()):
        raise CountNegative
    return amounts
