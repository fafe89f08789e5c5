"""Acts of the demo gym's history, as the desk does them, and the plans and entries they are about.

Amounts are whole pesos. The life of a member (`gym.demo.history.life`) makes them; they are carried out by
the services (`gym.demo.desk`) or written as rows (`gym.demo.rows`).
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from gym.demo.history.catalogue import DemoPlan
from gym.demo.history.people import DemoMember
from gym.demo.history.team import DemoStaff
from gym.payments.models import Method


@dataclass(frozen=True, slots=True)
class DemoFreeze:
    """Days on which a plan rests, both inclusive."""

    id: UUID
    starts_on: date
    ends_on: date
    reason: str
    staff: DemoStaff
    made_at: datetime

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


@dataclass(eq=False, slots=True)
class DemoTerm:
    """One period of a member; what happens to it later is written into it."""

    id: UUID
    account_id: UUID
    member: DemoMember
    plan: DemoPlan
    starts_on: date
    ends_on: date
    anchor: date
    price: int
    discount: int
    sold_at: datetime
    sold_by: DemoStaff
    renews: DemoTerm | None
    balance: int = 0
    paid: int = 0
    """Payments less voids and refunds."""
    used: int = 0
    """Visits that count."""
    frozen_days: int = 0
    freezes: list[DemoFreeze] = field(default_factory=list[DemoFreeze])
    canceled_at: datetime | None = None
    cancel_reason: str | None = None
    owed_since: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    """The balance as it was from each moment on."""

    @property
    def final_price(self) -> int:
        return self.price - self.discount

    def owe(self, at: datetime, change: int) -> None:
        self.balance += change
        self.owed_since.append((at, self.balance))

    def owed_at(self, moment: datetime) -> int:
        """The balance at a moment."""
        place = bisect_right(self.owed_since, moment, key=lambda one: one[0])
        return self.owed_since[place - 1][1] if place else 0

    def frozen_on(self, day: date) -> DemoFreeze | None:
        return next((one for one in self.freezes if one.starts_on <= day <= one.ends_on), None)

    def is_canceled(self, moment: datetime) -> bool:
        return self.canceled_at is not None and self.canceled_at <= moment


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something at a moment, in gym time."""

    at: datetime
    staff: DemoStaff


@dataclass(frozen=True, slots=True)
class MemberRegistration(Act):
    member: DemoMember
    client_id: UUID


@dataclass(frozen=True, slots=True)
class Sale(Act):
    term: DemoTerm


@dataclass(frozen=True, slots=True)
class Payment(Act):
    id: UUID
    term: DemoTerm
    amount: int
    method: Method


@dataclass(frozen=True, slots=True)
class PaymentVoid(Act):
    payment: Payment
    reason: str


@dataclass(frozen=True, slots=True)
class MoneyReturn(Act):
    """Money handed back, with the credit that justifies it."""

    term: DemoTerm
    amount: int
    method: Method
    reason: str


@dataclass(frozen=True, slots=True)
class DebtWriteOff(Act):
    term: DemoTerm
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class DebtRelief(Act):
    """Goodwill that lowers what is owed for a plan that runs."""

    term: DemoTerm
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Goodwill(Act):
    """Kept as the client's credit: nothing is owed at that moment."""

    term: DemoTerm
    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class TermEnd(Act):
    """A cancellation, without money."""

    term: DemoTerm
    reason: str


@dataclass(frozen=True, slots=True)
class FreezeStart(Act):
    term: DemoTerm
    freeze: DemoFreeze


@dataclass(frozen=True, slots=True)
class TillCount(Act):
    """The cash of a day: what should be in the till, and what was counted."""

    day: date
    expected: int
    counted: int


Moved = Payment | PaymentVoid | MoneyReturn
"""What moves a till."""
