"""Members, their periods and their rewards, as the gym's rules describe them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from tests.simulation.days import DAY, Freeze, add_months, days_between, last_day, months_since

OPEN = ("scheduled", "pending_payment", "active", "frozen")
COMES_BACK_AFTER = 30


@dataclass
class Plan:
    name: str
    months: int
    days: int
    price: int
    coming: tuple[int, date] | None = None

    def price_on(self, day: date) -> int:
        return self.coming[0] if self.coming and day >= self.coming[1] else self.price

    def bought_days(self, anchor: date, start: date) -> int:
        """Of one period that starts a whole number of months after its anchor."""
        if not self.months:
            return self.days
        return (add_months(anchor, months_since(anchor, start) + self.months) - start).days

    def keeps(self, anchor: date, start: date) -> bool:
        """Whether a start lies on the chain that began with the anchor."""
        return not self.months or add_months(anchor, months_since(anchor, start)) == start


@dataclass
class Reward:
    granted: date
    expires: date
    used: bool = False


@dataclass
class Term:
    """One period, both days inclusive."""

    plan: str
    starts: date
    ends: date
    anchor: date
    usable: int
    """Days on which the member may come: what was bought."""
    base: int
    price: int
    owed: int
    status: str
    held: bool = False
    """It waits behind a freeze without an end."""
    paid: int = 0
    visits: int = 0
    rewarded: bool = False
    freezes: list[Freeze] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @property
    def lasting(self) -> Freeze | None:
        """The freeze that has no end yet."""
        return next((one for one in self.freezes if one.ends is None), None)

    def covers(self, day: date) -> bool:
        """On its own days, and as long as a freeze without an end holds them."""
        kept = self.lasting is not None and self.lasting.holds(day)
        return not self.held and self.starts <= day and (day <= self.ends or kept)

    def rests(self, day: date, closed: Collection[date]) -> bool:
        return self.covers(day) and (day in closed or any(one.holds(day) for one in self.freezes))

    def returns_after(self, day: date, closed: Collection[date]) -> bool:
        """Whether somebody whose rest ends on a day comes back: no rest without an end follows it."""
        day += DAY
        while any(one.holds(day) for one in self.freezes) or day in closed:
            if self.lasting is not None and self.lasting.holds(day):
                return False
            day += DAY
        return True

    def freeze_from(self, day: date) -> Freeze | None:
        """The freeze that runs or is planned."""
        return next((one for one in self.freezes if one.ends is None or one.ends >= day), None)

    def due_status(self, day: date, closed: Collection[date]) -> str:
        if self.status == "canceled":
            return "canceled"
        if self.status in OPEN:
            if self.held or day < self.starts:
                return "scheduled"
            if self.rests(day, closed):
                return "frozen"
            if day <= self.ends:
                return "pending_payment" if self.owed else "active"
        return "lapsed" if self.owed else "expired"


@dataclass
class Member:
    number: int
    linked: bool
    born: date
    terms: list[Term] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    visits: int = 0
    last_visit: date | None = None
    blocked_until: date | None = None
    active: bool = True
    credit: int = 0
    """What the gym keeps for them."""

    @property
    def counting(self) -> list[Term]:
        """Whatever was not canceled."""
        return [one for one in self.terms if one.status != "canceled"]

    @property
    def latest(self) -> Term | None:
        return self.counting[-1] if self.counting else None

    def running(self, day: date) -> Term | None:
        return next((one for one in self.terms if one.open and one.covers(day)), None)

    def waiting(self, day: date) -> Term | None:
        later = (one for one in self.terms if one.open and (one.held or one.starts > day))
        return next(later, None)

    def is_blocked(self, day: date) -> bool:
        return self.blocked_until is not None and day <= self.blocked_until

    def missed_since(self) -> date:
        """The last visit, or the first start; one after a long time without a plan is a first start, too."""
        terms = self.counting
        first = terms[0].starts
        for before, term in pairwise(terms):
            if (term.starts - before.ends - DAY).days > COMES_BACK_AFTER:
                first = term.starts
        return max(first, self.last_visit or first)

    def frozen_days(self, until: date) -> set[date]:
        rests = [rest for term in self.terms for rest in term.freezes if rest.starts <= until]
        return {day for rest in rests for day in days_between(rest.starts, min(rest.ends or until, until))}

    def reward_on(self, day: date) -> Reward | None:
        usable = (one for one in self.rewards if not one.used and one.granted <= day <= one.expires)
        return min(usable, key=lambda one: one.expires, default=None)

    def lay_out(self, closed: Collection[date]) -> None:
        """Every open period around its freezes and the closings; what waits follows what it waits for."""
        before: Term | None = None
        for term in (one for one in self.terms if one.open):
            if before is not None:
                term.starts = before.ends + DAY
            term.anchor = min(term.anchor, term.starts)
            term.held = before is not None and before.lasting is not None
            term.ends = last_day(term.starts, term.usable, term.freezes, () if term.held else closed)
            term.freezes = [one for one in term.freezes if one.starts <= term.ends]
            before = term
