"""Life of one member of the demo gym: which plans are bought when, until the member leaves. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from gym.demo.history.acts import DemoTerm
from gym.demo.history.books import DAY, DemoWorld, MemberBooks
from gym.demo.history.catalogue import DemoPlan
from gym.demo.history.incidents import MemberIncidents
from gym.demo.history.paying import MemberPayments
from gym.demo.history.people import STAYS, Character, DemoMember
from gym.subscriptions.periods import Period


def live(world: DemoWorld, member: DemoMember, random: Random) -> MemberBooks:
    """From the first day to now, or until the member leaves for good."""
    life = MemberLife(MemberBooks(world, member, random))
    life.live()
    return life.books


@dataclass(frozen=True, slots=True)
class MemberLife:
    """Decides; the books write it down."""

    books: MemberBooks

    @property
    def member(self) -> DemoMember:
        return self.books.member

    def live(self) -> None:
        day: date | None = self.books.open_day(self.member.joined)
        at = self.books.at(day)
        if self.books.is_over(at):
            return
        self.books.register(at)
        visitor = self.member.character is Character.VISITOR
        while day is not None and day <= self.books.world.last:
            day = self._visit(day) if visitor else self._stay(day)

    def _visit(self, day: date) -> date | None:
        """A day or a week, and perhaps another one later."""
        plans, random = self.books.world.plans, self.books.random
        term = self._buy(plans.week if random.random() < 0.3 else plans.day, day)
        if term is None or random.random() < 0.3:
            return None
        return self.books.open_day(term.ends_on + DAY * random.randrange(1, 70))

    def _stay(self, day: date) -> date | None:
        """A chain of memberships until the member leaves; a few come back later."""
        term = following = self._buy(self._plan(), day)
        while following is not None:
            term, following = following, self._next(following)
        if term is None:
            return None
        tried = self.member.character is Character.TRIER
        back = self.books.random.random() < (0.05 if tried else 0.12)
        gap = DAY * self.books.random.randrange(35, 260)
        return self.books.open_day(term.ends_on + gap) if back else None

    def _plan(self) -> DemoPlan:
        plans, random = self.books.world.plans, self.books.random
        if self.member.rhythm.per_week < 1.9 and random.random() < 0.4:
            return plans.pack
        if 9.5 <= self.member.rhythm.hour <= 14:
            return plans.mornings
        if self.member.character is Character.TRIER:
            return plans.month
        faithful = self.member.character is Character.FAITHFUL
        chances = (0.48, 0.3, 0.22) if faithful else (0.72, 0.23, 0.05)
        return random.choices((plans.month, plans.quarter, plans.year), chances)[0]

    def _next(self, term: DemoTerm) -> DemoTerm | None:
        """What follows a membership: a renewal ahead of its end or some days late, or nothing."""
        random = self.books.random
        if term.canceled_at is not None or term.balance or not self._goes_on(term):
            return None
        plan = term.plan if random.random() < 0.9 else self._plan()
        if term.plan.visits is None and random.random() < 0.55:
            day = self.books.open_day(term.ends_on - DAY * random.randrange(0, 4))
            if day <= term.ends_on:
                return self._buy(plan, day, term, ahead=True)
        late = random.randrange(1, 9) if random.random() < 0.4 else 0
        return self._buy(plan, self.books.open_day(term.ends_on + DAY * (1 + late)), term)

    def _goes_on(self, term: DemoTerm) -> bool:
        months = max(0.7, (term.ends_on - term.starts_on).days / 30.4)
        stays = STAYS[self.member.character] ** months
        return self.books.random.random() < stays * (0.86 if term.ends_on.month == 12 else 1)

    def _buy(
        self, plan: DemoPlan, day: date, renews: DemoTerm | None = None, *, ahead: bool = False
    ) -> DemoTerm | None:
        """A term with its payments, or nothing where that would be later than now."""
        books, payments = self.books, MemberPayments(self.books)
        at, method = books.at(day), books.method()
        if books.is_over(at) or (renews and at <= renews.owed_since[-1][0]):
            return None
        period = self._period(plan, day, renews if ahead else None)
        off = payments.discount(plan, plan.price_on(period.starts_on), at, method)
        term = books.sell(plan, period, at, off, renews)
        payments.pay(term, method)
        MemberIncidents(books).happen(term)
        return term

    def _period(self, plan: DemoPlan, day: date, before: DemoTerm | None) -> Period:
        return plan.first(day) if before is None else plan.following(before.anchor, before.ends_on)
