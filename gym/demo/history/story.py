"""The whole history of a demo gym: lives, the acts in the order of time, till counts and visits. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from gym.attendance.checkin.access import Rules
from gym.demo.history.acts import Act, TillCount
from gym.demo.history.bar import bar_acts
from gym.demo.history.books import DAY, DemoWorld, MemberBooks, chance
from gym.demo.history.catalogue import catalogue
from gym.demo.history.life import live
from gym.demo.history.people import member
from gym.demo.history.team import Fraud, Roster
from gym.demo.history.tills import till_counts
from gym.demo.history.visits import DemoAttempt, MemberVisits, friends, strangers


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """Which demo gym: the same order on the same day gives the same gym."""

    clients: int = 200
    years: int = 3
    seed: int = 1
    frauds: frozenset[Fraud] = frozenset()
    copied: bool | None = None
    """Whether all money is copied, or all of it written by the services; None: what is old is copied."""


@dataclass(frozen=True, slots=True)
class DemoStory:
    """Made once; its visits are told month by month, and only once, as they count the plans' visits."""

    order: DemoOrder
    world: DemoWorld
    everybody: Sequence[MemberBooks]
    acts: Sequence[Act]
    """In the order of time."""
    counts: Sequence[TillCount]

    @classmethod
    def tell(cls, order: DemoOrder, now: datetime, smallest: Decimal) -> DemoStory:
        """Up to now, which is in gym time; `smallest` is the gym's smallest amount."""
        first = now.date() - relativedelta(years=order.years)
        roster = Roster.plant(chance(order.seed, "frauds"), order.frauds, now.date())
        world = DemoWorld(first, now, catalogue(first, now.date()), roster, smallest)
        everybody = _lives(order, world)
        sold = bar_acts(world, chance(order.seed, "bar"), order.clients)
        acts = sorted([*(act for one in everybody for act in one.acts), *sold], key=lambda act: act.at)
        counts = list(till_counts(chance(order.seed, "tills"), world, acts))
        return cls(order, world, everybody, acts, counts)

    def attempts(self, rules: Rules) -> Iterator[tuple[date, Sequence[DemoAttempt]]]:
        """The last day of each month and its attempts at the door, in the order of time."""
        world, seed = self.world, self.order.seed
        dear = {id(one) for one in friends(world, self.everybody)}
        cheat = world.roster.cheats.get(Fraud.FRIENDS)
        comings = [
            MemberVisits(
                world,
                rules,
                one,
                chance(seed, "visits", one.member.number),
                cheat if id(one) in dear else None,
            )
            for one in self.everybody
        ]
        random = chance(seed, "door")
        for first, last in _months(world.first, world.last):
            attempts = [found for one in comings for found in one.between(first, last)]
            attempts += strangers(random, world, attempts)
            attempts.sort(key=lambda one: one.at)
            yield last, attempts


def _lives(order: DemoOrder, world: DemoWorld) -> list[MemberBooks]:
    """Those who have come by now; each by a generator of their own."""
    lives: list[MemberBooks] = []
    for number in range(order.clients):
        random = chance(order.seed, number)
        books = live(world, member(number, random, world.first, world.last), random)
        if books.client_id is not None:
            lives.append(books)
    return lives


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        following = first.replace(day=1) + relativedelta(months=1)
        yield first, min(last, following - DAY)
        first = following
