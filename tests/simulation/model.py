"""The gym as its rules describe it, in plain Python: what people do, and what it does to days and money.

A day has a tick just after midnight (`nights.py`); then the gym may close or open, people buy, pay, rest
and come; at closing the desk is told of the day. What is told is counted as `(kind, member, day)`, where the
day is the gym day on which it was due. Nothing of the gym's own code is imported here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.simulation.books import Books
from tests.simulation.days import DAY, Closing, Freeze, last_day
from tests.simulation.members import Member, Plan, Reward, Term

VISITS_FOR_REWARD, REWARD_PERCENT, REWARD_DAYS = 20, 20, 7
MILESTONES = (50, 100, 365)
AT_RISK_AFTER = 10
GYM = -1
"""Stands for nobody in particular."""


@dataclass
class Model:
    members: list[Member]
    plans: dict[str, Plan]
    books: Books = field(default_factory=Books)
    closings: list[Closing] = field(default_factory=list)
    """In the order in which they were announced."""
    told: Counter[tuple[str, int, date]] = field(default_factory=Counter)
    last_seen: dict[tuple[int, date], date | None] = field(default_factory=dict)
    """What a message about an absence names: the last visit, or that there was none."""
    busy: set[date] = field(default_factory=set)
    _once: set[tuple[object, ...]] = field(default_factory=set)

    @property
    def closed(self) -> set[date]:
        return {day for one in self.closings for day in one.days}

    def may_come(self, member: Member, day: date) -> bool:
        """What the door says: a plan that runs, is paid and does not rest; nobody has sent them away."""
        term = member.running(day)
        if term is None or term.owed or term.rests(day, self.closed):
            return False
        return member.active and not member.is_blocked(day)

    def days_away(self, member: Member, day: date) -> int:
        """Since the last visit or the first start, without closed and frozen days."""
        since = member.missed_since()
        rested = {one for one in self.closed | member.frozen_days(day) if since < one <= day}
        return (day - since).days - len(rested)

    def at_risk(self, day: date) -> dict[int, int]:
        """Who may come and has not for long: days by member."""
        away = {one.number: self.days_away(one, day) for one in self.members if self.may_come(one, day)}
        return {number: days for number, days in away.items() if days >= AT_RISK_AFTER}

    # What people do

    def buy(self, member: Member, plan: str, day: date) -> Term:
        self._tell_both("subscription_sold", "desk_sold", member, day)
        return self._open(member, plan, day, day, day)

    def renew(self, member: Member, day: date, *, use_reward: bool) -> Term:
        """From the day after the last one ends, on its chain; from today when that is past."""
        latest = member.latest
        assert latest is not None
        self._tell_both("subscription_renewed", "desk_renewed", member, day)
        reward = member.reward_on(day) if use_reward else None
        if not latest.open:
            return self._open(member, latest.plan, day, day, day, reward)
        start = latest.ends + DAY
        anchor = latest.anchor if self.plans[latest.plan].keeps(latest.anchor, start) else start
        return self._open(member, latest.plan, start, anchor, day, reward)

    def pay(self, member: Member, term: Term, amount: int, day: date, *, by_credit: bool = False) -> None:
        self.books.pay(member, term, amount, day, by_credit=by_credit)
        term.status = term.due_status(day, self.closed)
        if not by_credit:
            self.busy.add(day)
        self._tell_both("receipt", "desk_payment", member, day)

    def write_off(self, member: Member, term: Term, day: date) -> None:
        self.books.write_off(term, day)
        term.status = term.due_status(day, self.closed)
        self._tell_both("refunded", "desk_refund", member, day)

    def cancel(self, member: Member, term: Term, day: date, *, back: bool, as_credit: bool) -> None:
        """Before it begins: nothing is owed for it; what was paid stays, or all of it goes back."""
        if term.owed:
            self.books.write_off(term, day)
        if back:
            self.busy |= {day} if term.paid and not as_credit else set()
            self.books.give_back_all(member, term, day, as_credit=as_credit)
        term.status = "canceled"
        self._tell_both("subscription_canceled", "desk_canceled", member, day)

    def freeze(self, member: Member, term: Term, starts: date, ends: date | None, day: date) -> None:
        term.freezes.append(Freeze(starts, ends))
        self._rearrange(member, day)
        self._tell_both("frozen", "desk_frozen", member, day)

    def end_freeze(self, member: Member, term: Term, day: date) -> None:
        """The member is back today; what has not begun is called off."""
        freeze = term.freeze_from(day)
        assert freeze is not None
        if freeze.starts < day:
            freeze.ends = day - DAY
        else:
            term.freezes.remove(freeze)
        self._rearrange(member, day)
        self._tell_both("freeze_ended", "desk_freeze_ended", member, day)

    def block(self, member: Member, until: date) -> None:
        member.blocked_until = until

    def leave(self, member: Member, day: date) -> None:
        member.active = False
        self.tell("desk_client_deactivated", member, day)

    def come_back(self, member: Member) -> None:
        member.active = True

    def comes(self, member: Member, day: date) -> bool:
        """Whether the door lets the member in; the visit counts then."""
        self.busy.add(day)
        term = member.running(day)
        if term is None or not self.may_come(member, day):
            if member.active:
                self.tell("denied", member, day)
            return False
        term.visits += 1
        member.visits += 1
        member.last_visit = day
        if term.plan == "Monthly" and not term.rewarded and term.visits >= VISITS_FOR_REWARD:
            term.rewarded = True
            member.rewards.append(Reward(day, day + (REWARD_DAYS - 1) * DAY))
            self._tell_both("reward_earned", "desk_reward_earned", member, day)
        if member.visits in MILESTONES:
            self.tell("milestone", member, day)
        return True

    # What the gym does

    def close(self, starts: date, ends: date, day: date) -> Closing:
        """Every plan that covers the days rests; who rests because of it is told."""
        others, closing = self.closed, Closing(starts, ends)
        self.closings.append(closing)
        for member in self.members:
            self._rearrange(member, day)
            if any(self._rests_for(term, closing.days - others) for term in member.terms):
                self.tell("gym_closed", member, day)
        self.told["desk_frozen", GYM, day] += 1
        return closing

    def reopen(self, closing: Closing, day: date) -> None:
        """From today on, or not closed at all; whose days have moved is told."""
        closing.called_off, closing.ends = closing.starts >= day, day - DAY
        for member in self.members:
            if self._rearrange(member, day):
                self.tell("gym_opened", member, day)
        self.told["desk_freeze_ended", GYM, day] += 1

    def new_price(self, plan: str, amount: int, valid_from: date) -> None:
        one = self.plans[plan]
        if one.coming:
            one.price = one.coming[0]
        one.coming = (amount, valid_from)

    # What is told

    def tell(self, kind: str, member: Member, day: date) -> None:
        self.told[kind, member.number, day] += 1

    def tell_once(self, kind: str, member: Member, day: date, *about: object) -> None:
        key = (kind, member.number, *about)
        if key not in self._once:
            self._once.add(key)
            self.tell(kind, member, day)

    def _tell_both(self, kind: str, desk: str, member: Member, day: date) -> None:
        self.tell(kind, member, day)
        self.tell(desk, member, day)

    def _rearrange(self, member: Member, day: date) -> bool:
        """Whether any of a member's periods has other days now."""
        before = [(one.starts, one.ends) for one in member.terms]
        member.lay_out(self.closed)
        for term in member.terms:
            term.status = term.due_status(day, self.closed)
        return before != [(one.starts, one.ends) for one in member.terms]

    def _rests_for(self, term: Term, days: set[date]) -> bool:
        """Whether some of these days push a period that no freeze of its own rests on them."""
        mine = (one for one in days if not any(freeze.holds(one) for freeze in term.freezes))
        return term.open and not term.held and any(term.starts <= one <= term.ends for one in mine)

    def _open(
        self, member: Member, plan: str, start: date, anchor: date, today: date, reward: Reward | None = None
    ) -> Term:
        base = price = self.plans[plan].price_on(max(start, today))
        if reward is not None:
            reward.used = True
            exact = Fraction(base * (100 - REWARD_PERCENT), 100)
            assert exact.denominator == 1, "choose prices that a reward divides"
            price = int(exact)
            self.tell("desk_reward_applied", member, today)
        before = member.latest
        held = before is not None and before.open and before.lasting is not None
        usable = self.plans[plan].bought_days(anchor, start)
        ends = last_day(start, usable, (), () if held else self.closed)
        term = Term(plan, start, ends, anchor, usable, base, price, price, "scheduled", held)
        term.status = term.due_status(today, self.closed)
        member.terms.append(term)
        self.books.charge(term, today)
        return term
