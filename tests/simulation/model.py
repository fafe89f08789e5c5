"""The gym as its rules describe it, in plain Python: who is told what on which day.

A day has a tick just after midnight; then people buy, pay and come; at closing the desk is told of the day.
What is told is counted as `(kind, member, day)`, where the day is the gym day on which it was due. Nothing of
the gym's own code is imported here.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

DAY = timedelta(days=1)
ENDS_IN, ENDED_AGO, DUE_AGO, ABSENT_FOR = (7, 3, 1, 0), (3, 10), (1, 3, 7), (10, 20)
VISITS_FOR_REWARD, REWARD_PERCENT, REWARD_DAYS = 20, 20, 7
MILESTONES = (50, 100, 365)
COMES_BACK_AFTER = 30
OPEN = ("scheduled", "pending_payment", "active")
GYM = -1
"""Stands for nobody in particular."""


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
    base: int
    price: int
    owed: int
    status: str
    visits: int = 0
    rewarded: bool = False


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

    @property
    def latest(self) -> Term | None:
        return self.terms[-1] if self.terms else None

    def running(self, day: date) -> Term | None:
        return next((one for one in self.terms if one.status in OPEN and one.starts <= day <= one.ends), None)

    def waiting(self, day: date) -> Term | None:
        return next((one for one in self.terms if one.status == "scheduled" and one.starts > day), None)

    def may_come(self, day: date) -> bool:
        """What the door says: a running plan that is paid, and nobody has been sent away."""
        term = self.running(day)
        blocked = self.blocked_until is not None and day <= self.blocked_until
        return term is not None and not term.owed and not blocked

    def missed_since(self) -> date:
        """The last visit, or the first start; one after a long time without a plan is a first start, too."""
        first = self.terms[0].starts
        for before, term in pairwise(self.terms):
            if (term.starts - before.ends - DAY).days > COMES_BACK_AFTER:
                first = term.starts
        return max(first, self.last_visit or first)

    def reward_on(self, day: date) -> Reward | None:
        usable = (one for one in self.rewards if not one.used and one.granted <= day <= one.expires)
        return min(usable, key=lambda one: one.expires, default=None)


@dataclass
class Plan:
    name: str
    months: int
    days: int
    price: int
    coming: tuple[int, date] | None = None

    def price_on(self, day: date) -> int:
        return self.coming[0] if self.coming and day >= self.coming[1] else self.price


def add_months(day: date, months: int) -> date:
    """In a month too short for the day, that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass
class Model:
    members: list[Member]
    plans: dict[str, Plan]
    told: Counter[tuple[str, int, date]] = field(default_factory=Counter)
    receipts: list[tuple[int, int]] = field(default_factory=list)
    """Member and amount, in the order of their numbers."""
    last_seen: dict[tuple[int, date], date | None] = field(default_factory=dict)
    """What a message about an absence names: the last visit, or that there was none."""
    busy: set[date] = field(default_factory=set)
    _once: set[tuple[object, ...]] = field(default_factory=set)

    # What people do

    def buy(self, member: Member, plan: str, day: date) -> Term:
        return self._open(member, plan, day, day, self._end(plan, day, day), member_reward=None)

    def renew(self, member: Member, day: date, *, use_reward: bool) -> Term:
        """From the day after the last one ends, on its chain; from today when that is past."""
        latest = member.latest
        assert latest is not None
        reward = member.reward_on(day) if use_reward else None
        if latest.ends < day:
            ends = self._end(latest.plan, day, day)
            return self._open(member, latest.plan, day, day, ends, member_reward=reward, today=day)
        start = latest.ends + DAY
        anchor = latest.anchor if self._is_on_chain(latest, start) else start
        ends = self._end(latest.plan, anchor, start)
        return self._open(member, latest.plan, start, anchor, ends, member_reward=reward, today=day)

    def pay(self, member: Member, term: Term, amount: int, day: date) -> None:
        assert 0 < amount <= term.owed
        term.owed -= amount
        if term.status == "pending_payment" and not term.owed:
            term.status = "active"
        elif term.status == "lapsed" and not term.owed:
            term.status = "expired"
        self.receipts.append((member.number, amount))
        self.busy.add(day)
        self._tell("receipt", member, day)

    def comes(self, member: Member, day: date) -> bool:
        """Whether the door lets the member in; the visit counts then."""
        self.busy.add(day)
        term = member.running(day)
        if term is None or not member.may_come(day) or member.last_visit == day:
            return False
        term.visits += 1
        member.visits += 1
        member.last_visit = day
        if term.plan == "Monthly" and not term.rewarded and term.visits >= VISITS_FOR_REWARD:
            term.rewarded = True
            member.rewards.append(Reward(day, day + (REWARD_DAYS - 1) * DAY))
            self._tell("reward_earned", member, day)
        if member.visits in MILESTONES:
            self._tell("milestone", member, day)
        return True

    def block(self, member: Member, until: date) -> None:
        member.blocked_until = until

    def new_price(self, plan: str, amount: int, valid_from: date) -> None:
        one = self.plans[plan]
        if one.coming:
            one.price = one.coming[0]
        one.coming = (amount, valid_from)

    # What happens by itself

    def night(self, day: date, *, missed: bool = False) -> None:
        """Just after midnight; on a day that was `missed`, without what is told of the present only.

        First the day before is looked at once more: who has paid in the course of it may be asked to come.
        """
        for member in self.members:
            self._absence(member, day - DAY)
        for member in self.members:
            self._expire(member, day)
        for member in self.members:
            self._activate(member, day)
        for member in self.members:
            self._remind(member, day)
            self._occasions(member, day)
            if not missed:
                self._rewards(member, day)
                self._prices(member, day)

    def evening(self, day: date, *, missed: bool = False, last_missed: bool = False) -> None:
        """At closing. A missed day on which nothing happened is told only when it was yesterday."""
        if not missed or last_missed or day in self.busy:
            self.told["desk_digest", GYM, day] += 1

    def _expire(self, member: Member, day: date) -> None:
        ended = [one for one in member.terms if one.status in OPEN and one.ends < day]
        for term in ended:
            term.status = "lapsed" if term.owed else "expired"
        stays = any(one.status in OPEN and one.ends >= day for one in member.terms)
        for _ in ended:
            self._tell("desk_expired", member, day)
            if not stays:
                self._tell("subscription_expired", member, day)

    def _activate(self, member: Member, day: date) -> None:
        for term in member.terms:
            if term.status == "scheduled" and term.starts <= day:
                term.status = "pending_payment" if term.owed else "active"
                self._tell("subscription_activated", member, day)
                self._tell("desk_activated", member, day)

    def _remind(self, member: Member, day: date) -> None:
        for place, term in enumerate(member.terms):
            last = place == len(member.terms) - 1
            left, gone, since = (term.ends - day).days, (day - term.ends).days, (day - term.starts).days
            ends = last and term.status in OPEN and term.starts < day
            if member.linked and ends and left in ENDS_IN:
                self._tell_once("ends_soon", member, day, term.ends, left)
            if member.linked and last and gone in ENDED_AGO:
                self._tell_once("ended", member, day, term.ends, gone)
            if member.linked and term.owed and since in DUE_AGO:
                self._tell_once("payment_due", member, day, term.starts, since)
            if term.owed and since == DUE_AGO[-1]:
                self._tell_once("desk_overdue", member, day, term.starts)

    def _occasions(self, member: Member, day: date) -> None:
        if not member.linked:
            return
        if birthday(member.born, day.year) == day:
            self._tell_once("birthday", member, day, day.year)
        self._absence(member, day)

    def _absence(self, member: Member, day: date) -> None:
        if not member.linked or not member.may_come(day):
            return
        since = member.missed_since()
        if (day - since).days in ABSENT_FOR:
            self._tell_once("absent", member, day, since, (day - since).days)
            self.last_seen[member.number, day] = member.last_visit

    def _rewards(self, member: Member, day: date) -> None:
        for reward in member.rewards:
            soon = reward.granted < day <= reward.expires <= day + 2 * DAY
            if member.linked and soon and not reward.used:
                self._tell_once("reward_expires", member, day, reward.granted, reward.expires)

    def _prices(self, member: Member, day: date) -> None:
        for term in member.terms:
            coming = self.plans[term.plan].coming
            if coming is None or not member.linked or term.status not in OPEN:
                continue
            amount, valid_from = coming
            if valid_from > day and term.starts < valid_from and term.base != amount:
                self._tell_once("price_changed", member, day, term.plan, valid_from)

    def _open(
        self,
        member: Member,
        plan: str,
        start: date,
        anchor: date,
        ends: date,
        *,
        member_reward: Reward | None,
        today: date | None = None,
    ) -> Term:
        base = self.plans[plan].price_on(start)
        price = base
        if member_reward is not None:
            member_reward.used = True
            exact = Fraction(base * (100 - REWARD_PERCENT), 100)
            assert exact.denominator == 1, "choose prices that a reward divides"
            price = int(exact)
        waits = today is not None and start > today
        term = Term(
            plan, start, ends, anchor, base, price, price, "scheduled" if waits else "pending_payment"
        )
        member.terms.append(term)
        return term

    def _end(self, plan: str, anchor: date, start: date) -> date:
        one = self.plans[plan]
        if not one.months:
            return start + one.days * DAY - DAY
        gone = (start.year - anchor.year) * 12 + start.month - anchor.month
        return add_months(anchor, gone + one.months) - DAY

    def _is_on_chain(self, latest: Term, start: date) -> bool:
        if not self.plans[latest.plan].months:
            return True
        gone = (start.year - latest.anchor.year) * 12 + start.month - latest.anchor.month
        return add_months(latest.anchor, gone) == start

    def _tell(self, kind: str, member: Member, day: date) -> None:
        self.told[kind, member.number, day] += 1

    def _tell_once(self, kind: str, member: Member, day: date, *about: object) -> None:
        key = (kind, member.number, *about)
        if key not in self._once:
            self._once.add(key)
            self._tell(kind, member, day)


def birthday(born: date, year: int) -> date:
    """Who was born on 29 February has it on the 28th in other years."""
    if (born.month, born.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return born.replace(year=year)
