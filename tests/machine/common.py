"""Parts that all rules of the machine share: trying an act, expected statuses, and picking clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from tests.machine import selling
from tests.machine.book import Client, Membership, Row
from tests.machine.tally import Tally
from tests.machine.watching import Watch
from tests.machine.world import Refused, World


class Common(RuleBasedStateMachine):
    """A gym, its book, and the counts of the run."""

    world: ClassVar[World]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.watch = Watch()
        self.touched: set[Membership] = set()
        self.step = 0

    def tried(self, name: str, reasons: set[str], attempt: Callable[[], Any]) -> Any:
        """The result, or None for a refusal; it is refused if and only if the book knows why."""
        self.tally.rules[name] += 1
        result = attempt()
        if isinstance(result, Refused):
            assert result.code in reasons, f"{name}: {result.code} where {reasons or 'nothing'} is due"
            self.tally.refusals[result.code] += 1
            return None
        assert not reasons, f"{name} went through where {reasons} is due"
        self.tally.done[name] += 1
        return True if result is None else result

    def changed(self, client: Client | None, one: Membership | None = None, way: str = "") -> None:
        """Whose statuses must be the ones due, and how a balance came to zero."""
        if client is not None:
            self.touched |= set(client.open_on(self.book.today))
        if one is not None:
            self.touched.add(one)
            if way and not one.balance:
                self.tally.zero[way] += 1

    def sold(self, client: Client, one: Membership, way: str = "") -> None:
        """As `changed`; sales over closings that were announced before are counted."""
        if self.book.closed_during(one):
            self.tally.saw("sale over an announced closing", done=True)
        self.changed(client, one, way)

    def to(self, moment: datetime) -> None:
        self.world.clock.at = self.book.now = moment

    def to_local(self, day: date, hour: int) -> None:
        there = datetime.combine(day, time(hour, 30), self.book.gym_rules.zone).astimezone(UTC)
        self.to(max(there, self.book.now))

    def name(self, admin: bool) -> str:
        return self.world.actors[admin].name

    def pick(self, which: int) -> tuple[Client, Membership]:
        return nth(self.memberships(), which)

    def memberships(self) -> list[tuple[Client, Membership]]:
        """Newest first."""
        return sorted(self.book.everybody(), key=lambda pair: pair[1].sold, reverse=True)

    def owing(self) -> list[tuple[Client, Membership]]:
        """Newest first, those that owe before the others."""
        return sorted(self.memberships(), key=lambda pair: not pair[1].balance)

    def resters(self) -> list[tuple[Client, Membership]]:
        """Those that may rest before the others."""
        today = self.book.today
        return sorted(self.memberships(), key=lambda pair: pair[1].due(today) not in ("active", "scheduled"))

    def packs(self) -> list[tuple[Client, Membership]]:
        running = ("active", "pending_payment")
        found = (pair for pair in self.memberships() if pair[1].plan.visits)
        return [pair for pair in found if pair[1].due(self.book.today) in running]

    def trained(self) -> list[tuple[Client, Membership]]:
        """What holds today's day, of clients who have been let in on it."""
        return [pair for pair in self.running() if pair[0].visited_on(self.book.today)]

    def running(self) -> list[tuple[Client, Membership]]:
        """What holds today's day."""
        today, open_now = self.book.today, ("active", "pending_payment")
        return [pair for pair in self.memberships() if pair[1].due(today) in open_now]

    def at_times(self, every: int) -> bool:
        """Now and then: what ends or empties everything would otherwise happen all the time."""
        return self.step % every == every - 1

    def waiting(self) -> list[tuple[Client, Membership]]:
        found = [(client, selling.waiting_of(self.book, client)) for client in self.book.clients]
        return [(client, one) for client, one in found if one is not None]

    def frozen(self) -> list[tuple[Client, Membership]]:
        """Those that rest, or will, before those that have rested."""
        today, found = self.book.today, self.memberships()
        rested = [pair for pair in found if pair[1].rests or pair[1].closed_days]
        return sorted(rested, key=lambda pair: pair[1].due(today) not in ("frozen", "active", "scheduled"))

    def paid(self) -> list[tuple[Client, Membership]]:
        return [pair for pair in self.memberships() if pair[1].net_paid > 0]

    def payments(self) -> list[tuple[Client, Membership, Row]]:
        """Newest first; those that the gym made itself, by a change of plan, are nobody's to void here."""
        return [
            (client, one, row)
            for client, one in self.memberships()
            for row in reversed(one.rows)
            if row.kind == "payment" and row.key is not None
        ]


def nth(found: list[Any], which: int) -> Any:
    return found[which % len(found)]
