"""The book: what the gym should know after every step, kept in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.machine.rules import Hours, Length, last_usable

OPEN: Final = frozenset({"scheduled", "pending_payment", "active", "frozen"})
RAISES: Final = frozenset({"charge", "opening", "refund", "void"})
ADMITTED: Final = frozenset({"admitted", "reentry"})
FOR_EVER: Final = date.max


@dataclass
class Plan:
    """What is sold; `prices` are cents from a day on, the last one perhaps still to come."""

    key: UUID
    length: Length
    prices: list[tuple[date, int]]
    visits: int | None = None
    hours: Hours | None = None
    freeze_days: int = 0
    once: bool = False

    def price(self, day: date) -> int:
        return next(cents for since, cents in reversed(self.prices) if since <= day)


@dataclass
class Rest:
    """Days a client asked not to be counted; open until the client returns."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day <= (self.last or FOR_EVER)

    @property
    def days(self) -> int:
        return 0 if self.last is None else (self.last - self.first).days + 1

    def meets(self, other: Rest) -> bool:
        return self.first <= (other.last or FOR_EVER) and other.first <= (self.last or FOR_EVER)


@dataclass
class Closing:
    """Days on which the gym is closed, announced at a moment."""

    first: date
    last: date
    announced: datetime


@dataclass
class Row:
    """One movement of money, in cents."""

    kind: str
    cents: int
    method: str | None = None
    key: UUID | None = None
    taken_by: str = ""
    """Whose till moved: of a void it is the one that had taken the payment."""
    day: date = date.min
    cause: str = ""
    """Why a credit or a charge was written, in a word."""
    voided: bool = False


def balance(rows: list[Row]) -> int:
    return sum(row.cents if row.kind in RAISES else -row.cents for row in rows)


@dataclass(eq=False, kw_only=True)
class Account:
    """What is owed and paid for one thing that was sold."""

    key: UUID
    rows: list[Row]

    @property
    def balance(self) -> int:
        return balance(self.rows)

    @property
    def net_paid(self) -> int:
        signs = {"payment": 1, "void": -1, "refund": -1}
        return sum(signs.get(row.kind, 0) * row.cents for row in self.rows)

    @property
    def reversible(self) -> int:
        """What may be given back at most: what is still owed and what was paid."""
        return self.balance + self.net_paid

    def lower(self, row: Row, smallest: int) -> None:
        """A payment or a credit; what it leaves is not owed when nobody can pay so little."""
        self.rows.append(row)
        self.round_off(smallest)

    def round_off(self, smallest: int) -> None:
        """At once when something is paid, overnight however it came about."""
        if 0 < self.balance < smallest:
            self.rows.append(Row("credit", self.balance, cause="rounding"))


@dataclass(eq=False, kw_only=True)
class Membership(Account):
    """One period that was sold. `usable` days are bought and given ones; rests lie between them."""

    plan: Plan
    first: date
    last: date
    anchor: date
    bought: int
    usable: int
    price: int
    sold: datetime
    held: bool = False
    used: int = 0
    rests: list[Rest] = field(default_factory=list[Rest])
    closed_days: set[date] = field(default_factory=set[date])
    status: str = ""
    """As the gym's column last said."""
    closed_at: datetime | None = None
    """Of what was ended before its last day."""

    @property
    def given_back(self) -> int:
        """Handed back or kept as the client's credit, and not come in again; a surplus is none."""
        refunds = sum(row.cents for row in self.rows if row.kind == "refund" and row.cause != "surplus")
        signs = {"charge": 1, "credit": -1}
        came = sum(signs.get(row.kind, 0) * row.cents for row in self.rows if row.cause == "returned")
        return refunds - came

    @property
    def open_rest(self) -> Rest | None:
        return next((rest for rest in self.rests if rest.last is None), None)

    @property
    def used_up(self) -> bool:
        return self.plan.visits is not None and self.used >= self.plan.visits

    def rests_on(self, day: date) -> bool:
        return day in self.closed_days or any(rest.holds(day) for rest in self.rests)

    def counts_not(self, day: date) -> bool:
        """A day that pushes the end; under an open rest nobody knows yet."""
        lasting = self.open_rest
        if lasting is not None and day >= lasting.first:
            return False
        return self.rests_on(day)

    def lay_out(self) -> None:
        """The last day that follows from the usable days and the rests among them."""
        self.last = last_usable(self.first, self.usable, self.counts_not)
        self.rests = [rest for rest in self.rests if rest.first <= self.last]
        self.closed_days = {day for day in self.closed_days if self.first <= day <= self.last}

    def is_over(self, day: date) -> bool:
        return self.due(day) not in OPEN

    def waits(self, day: date) -> bool:
        """Not begun, and not closed."""
        return self.due(day) in OPEN and (self.held or day < self.first)

    def due(self, day: date) -> str:
        """The status that dates and balance want; what is canceled stays so."""
        if self.status == "canceled":
            return self.status
        ended = "lapsed" if self.balance else "expired"
        if self.status and self.status not in OPEN:
            return ended
        if self.held or day < self.first:
            return "scheduled"
        if self.rests_on(day):
            return "frozen"
        if self.last < day:
            return ended
        return "pending_payment" if self.balance else "active"


@dataclass
class Visit:
    """An entry that was admitted."""

    key: UUID
    at: datetime
    day: date
    counted: bool
    membership: Membership | None
    by: str
    undone: bool = False


@dataclass(eq=False)
class Client:
    """Somebody with a history."""

    key: UUID
    active: bool = True
    blocked_until: date | None = None
    memberships: list[Membership] = field(default_factory=list[Membership])
    visits: list[Visit] = field(default_factory=list[Visit])
    denials: list[UUID] = field(default_factory=list[UUID])
    credit: list[Row] = field(default_factory=list[Row])

    @property
    def credit_balance(self) -> int:
        return balance(self.credit)

    def open_on(self, day: date) -> list[Membership]:
        """What holds its days, first day first."""
        found = (one for one in self.memberships if one.due(day) in OPEN)
        return sorted(found, key=lambda one: one.first)

    def latest(self) -> Membership | None:
        found = [one for one in self.memberships if one.status != "canceled"]
        return max(found, key=lambda one: (one.first, one.sold), default=None)

    def visited_on(self, day: date) -> bool:
        return any(visit.counted and visit.day == day for visit in self.entries())

    def entries(self) -> Iterator[Visit]:
        return (visit for visit in self.visits if not visit.undone)


@dataclass(frozen=True)
class GymRules:
    """The gym's settings that matter here; money in cents."""

    zone: ZoneInfo
    grace_days: int = 0
    grace_cents: int = 0
    smallest_cents: int = 1
    """What is computed is a multiple of it, and what is less is not asked for."""
    closed_debt_denies: bool = False
    deny_reentry: bool = False
    employee_percent: int = 10
    passback: timedelta = timedelta(minutes=10)
    undo: timedelta = timedelta(minutes=10)


@dataclass
class Book:
    """Everything, at a moment."""

    gym_rules: GymRules
    now: datetime
    plans: list[Plan]
    clients: list[Client]
    closings: list[Closing] = field(default_factory=list[Closing])

    @property
    def local(self) -> datetime:
        return self.now.astimezone(self.gym_rules.zone)

    @property
    def today(self) -> date:
        return self.local.date()

    def closed_during(self, one: Membership) -> bool:
        """Some day of it is an announced closing's."""
        return any(shut.first <= one.last and one.first <= shut.last for shut in self.closings)

    def everybody(self) -> Iterator[tuple[Client, Membership]]:
        return ((client, one) for client in self.clients for one in client.memberships)
