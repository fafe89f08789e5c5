"""Visits of the demo gym's members, month by month: each attempt is judged by the door's own rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from gym.attendance.checkin.access import AccessFacts, Rules, SubscriptionFacts, verdict_code
from gym.attendance.checkin.windows import AccessWindow
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.demo.history.acts import DemoTerm
from gym.demo.history.books import DAY, DemoWorld, MemberBooks
from gym.demo.history.habits import moment
from gym.demo.history.team import DemoStaff, Fraud
from gym.faces.schemas import MatchOutcome

METHODS: Final = (CheckInMethod.FACE, CheckInMethod.QR, CheckInMethod.DOCUMENT, CheckInMethod.STAFF)
SHARES: Final = (0.84, 0.94, 0.97, 1.0)
"""Of the methods, each with those before it."""
TIRED_DAYS: Final = 45
"""Before somebody leaves for good they come less and less."""
TRIED_AGAIN, LET_IN, TAKEN_BACK, TWICE, UNKNOWN = 0.25, 0.06, 0.0006, 0.012, 0.008
"""Shares: of people who come once more after their plan has ended; of denials that the desk overrides; of
visits taken back; of visits with a second entry; of attempts that name nobody."""
FRIENDS, FRIENDS_COME, PACKS_TAKEN_BACK = 4, 0.35, 0.5
"""A cheat's friends, how often they come when the cheat is there, and visits of packs taken back."""
REASONS: Final = ("paga mañana", "autorizado por administración", "acompañante", "olvidó renovar")


@dataclass(frozen=True, slots=True)
class DemoAttempt:
    """One row of the door."""

    at: datetime
    books: MemberBooks | None
    """None: nobody was recognised."""
    code: VerdictCode
    method: CheckInMethod
    term: DemoTerm | None = None
    number: int | None = None
    """Which visit of the term it is."""
    counted: bool = False
    balance: int | None = None
    staff: DemoStaff | None = None
    reason: str | None = None
    undone_at: datetime | None = None
    undone_by: DemoStaff | None = None

    @property
    def admitted(self) -> bool:
        return self.code in (VerdictCode.ADMITTED, VerdictCode.REENTRY)


@dataclass(slots=True)
class MemberVisits:
    """The attempts of one member, in the order of days."""

    world: DemoWorld
    rules: Rules
    books: MemberBooks
    random: Random
    friend_of: DemoStaff | None = None
    windows: dict[str, AccessWindow | None] = field(default_factory=dict[str, AccessWindow | None])

    def between(self, first: date, last: date) -> Iterator[DemoAttempt]:
        """Those of some days, both included, but none later than now."""
        for term in self.books.terms:
            day = max(first, term.starts_on)
            while day <= min(last, term.ends_on):
                if self.random.random() < self._chance(term, day):
                    yield from self._come(term, day)
                day += DAY
            after = term.ends_on + DAY * 2
            if first <= after <= last and self._is_last(term) and self.random.random() < TRIED_AGAIN:
                yield from self._come(term, after)
        if self.friend_of is not None and self.books.terms:
            yield from self._favours(max(first, self.world.roster.since), last)

    def _chance(self, term: DemoTerm, day: date) -> float:
        often = 0.0 if term.frozen_on(day) else self.books.member.rhythm.chance(day)
        left = (term.ends_on - day).days
        leaves = left < TIRED_DAYS and self._is_last(term) and term.ends_on < self.world.last
        return often * (0.25 + 0.75 * left / TIRED_DAYS) if leaves else often

    def _is_last(self, term: DemoTerm) -> bool:
        return term is self.books.terms[-1]

    def _come(self, term: DemoTerm, day: date) -> Iterator[DemoAttempt]:
        rhythm = self.books.member.rhythm
        at = moment(day, rhythm.hour + self.random.gauss(0, rhythm.spread), self.world.zone)
        if day == term.sold_at.date():
            at = max(at, term.sold_at + timedelta(minutes=5))
        if at > self.world.now or term.is_canceled(at):
            return
        attempt = self._attempt(term, at)
        if not attempt.admitted:
            yield from self._denied(attempt)
            return
        attempt = self._maybe_taken_back(replace(attempt, number=term.used + 1, counted=True))
        term.used += attempt.undone_at is None
        yield attempt
        if attempt.undone_at is None and self.random.random() < TWICE:
            yield from self._again(attempt)

    def _attempt(self, term: DemoTerm, at: datetime, visited: bool = False) -> DemoAttempt:
        method = self.random.choices(METHODS, cum_weights=SHARES)[0]
        owed, day = term.owed_at(at), at.date()
        frozen = term.frozen_on(day)
        plan = SubscriptionFacts(
            term.starts_on,
            term.ends_on,
            Decimal(owed),
            term.plan.visits,
            term.used,
            frozen=frozen is not None,
            frozen_until=frozen.ends_on if frozen else None,
            window=self._window(term),
        )
        facts = AccessFacts(at, method, self.rules, subscription=plan, visited_today=visited)
        staff = self.world.roster.on_duty(at) if method is CheckInMethod.STAFF else None
        held = term if plan.covers(day) else None
        return DemoAttempt(at, self.books, verdict_code(facts), method, held, balance=owed, staff=staff)

    def _window(self, term: DemoTerm) -> AccessWindow | None:
        name = term.plan.name
        if name not in self.windows:
            self.windows[name] = term.plan.access
        return self.windows[name]

    def _again(self, first: DemoAttempt) -> Iterator[DemoAttempt]:
        """Out to the car and back; on the same day, and not counted."""
        at = first.at + timedelta(minutes=self.random.randrange(15, 50))
        if first.term is not None and at <= self.world.now and at.date() == first.at.date():
            yield replace(self._attempt(first.term, at, visited=True), number=None)

    def _denied(self, attempt: DemoAttempt) -> Iterator[DemoAttempt]:
        if self.random.random() < LET_IN:
            yield from self._let_in(attempt, self.world.roster.on_duty(attempt.at))
        else:
            yield attempt

    def _let_in(self, denied: DemoAttempt, staff: DemoStaff) -> Iterator[DemoAttempt]:
        """The denial with its reason, and the entry against it, which counts for the day."""
        reason = self.random.choice(REASONS)
        yield replace(denied, reason=reason)
        number = denied.term.used + 1 if denied.term and self._has_visits(denied.term) else None
        if denied.term and number:
            denied.term.used += 1
        yield DemoAttempt(
            denied.at + timedelta(seconds=40),
            self.books,
            VerdictCode.ADMITTED,
            CheckInMethod.STAFF,
            denied.term if number else None,
            number,
            counted=True,
            balance=denied.balance,
            staff=staff,
            reason=reason,
        )

    def _has_visits(self, term: DemoTerm) -> bool:
        return term.plan.visits is None or term.used < term.plan.visits

    def _maybe_taken_back(self, visit: DemoAttempt) -> DemoAttempt:
        """Rarely by mistake; of packs by a cheat, who then has checked the friend in by hand."""
        on_duty = self.world.roster.on_duty(visit.at)
        cheats = self.world.roster.cheat(Fraud.FRIENDS, on_duty, visit.at.date())
        favour = cheats and visit.term is not None and visit.term.plan.visits is not None
        if self.random.random() >= (PACKS_TAKEN_BACK if favour else TAKEN_BACK):
            return visit
        undone = visit.at + timedelta(minutes=3)
        if undone > self.world.now:
            return visit
        return replace(visit, method=CheckInMethod.STAFF, staff=on_duty, undone_at=undone, undone_by=on_duty)

    def _favours(self, first: date, last: date) -> Iterator[DemoAttempt]:
        """A friend whose plan has ended long ago comes when the cheat is at the desk."""
        term = self.books.terms[-1]
        day = max(first, term.ends_on + DAY * 3)
        while day <= last:
            at = moment(day, self.random.choice((7.5, 18.5)) + self.random.gauss(0, 0.7), self.world.zone)
            here = self.world.roster.on_duty(at) is self.friend_of and at <= self.world.now
            if here and self.random.random() < FRIENDS_COME and self.books.member.rhythm.chance(day):
                assert self.friend_of is not None
                yield from self._let_in(self._attempt(term, at), self.friend_of)
            day += DAY


def friends(world: DemoWorld, everybody: Sequence[MemberBooks]) -> Sequence[MemberBooks]:
    """Whose plans had ended when the cheat began, and who never came back."""
    if Fraud.FRIENDS not in world.roster.cheats:
        return []
    left = [one for one in everybody if one.terms and one.terms[-1].ends_on < world.roster.since]
    return left[-FRIENDS:]


def strangers(random: Random, world: DemoWorld, attempts: Sequence[DemoAttempt]) -> list[DemoAttempt]:
    """Faces that nobody knows, about as many a day as are to be expected."""
    return [
        DemoAttempt(
            one.at + timedelta(seconds=random.randrange(20, 300)),
            None,
            verdict_code(AccessFacts(one.at, CheckInMethod.FACE, match=MatchOutcome.UNKNOWN)),
            CheckInMethod.FACE,
        )
        for one in attempts
        if random.random() < UNKNOWN and one.at + timedelta(minutes=5) <= world.now
    ]
