"""What may happen in the middle of a paid membership: a freeze, money back, the end, goodwill. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from gym.demo.history.acts import DemoFreeze, DemoTerm, FreezeStart, TermEnd
from gym.demo.history.books import DAY, MemberBooks
from gym.demo.history.team import OWNER

FROZEN, RETURNED, CANCELED, GOODWILL = 0.05, 0.004, 0.009, 0.006
"""Shares of memberships to which it happens."""
FEWEST_FROZEN: Final = 5
"""Days of a freeze; as many are left of the plan before it begins."""


@dataclass(frozen=True, slots=True)
class MemberIncidents:
    """Of one member; at most one thing a membership."""

    books: MemberBooks

    def happen(self, term: DemoTerm) -> None:
        books = self.books
        length = term.ends_on - term.starts_on
        day = books.open_day(term.starts_on + length * books.random.uniform(0.2, 0.6))
        settled = not term.balance and term.owed_since[-1][0].date() < day
        if not (term.plan.lasting and settled and term.sold_at.date() < day < books.world.last):
            return
        draw = books.random.random()
        for share, happens in (
            (FROZEN * bool(term.plan.freeze_days), self._freeze),
            (RETURNED, self._return),
            (CANCELED, self._cancel),
            (GOODWILL, self._goodwill),
        ):
            if draw < share:
                happens(term, day)
                return
            draw -= share

    def _freeze(self, term: DemoTerm, day: date) -> None:
        books = self.books
        starts_on = day + DAY * books.random.randrange(1, 4)
        days = books.random.randrange(FEWEST_FROZEN, term.plan.freeze_days + 1)
        if starts_on + DAY * FEWEST_FROZEN > term.ends_on:
            return
        at = books.at(day)
        reason = books.random.choice(("viaje", "incapacidad médica", "exámenes", "vacaciones"))
        freeze = DemoFreeze(
            books.new_id(at), starts_on, starts_on + DAY * (days - 1), reason, books.desk(at), at
        )
        books.acts.append(FreezeStart(at, freeze.staff, term, freeze))
        term.freezes.append(freeze)
        term.frozen_days += days
        term.ends_on += DAY * days

    def _return(self, term: DemoTerm, day: date) -> None:
        part = term.paid * 3 // 10 // 1000 * 1000
        self.books.hand_back(term, self.books.office(day), part, "clases suspendidas")

    def _cancel(self, term: DemoTerm, day: date) -> None:
        at = self.books.office(day)
        if self.books.random.random() < 0.6:
            self.books.hand_back(term, at, term.paid // 2 // 1000 * 1000, "se muda de ciudad")
        ended = at + timedelta(minutes=1)
        self.books.acts.append(TermEnd(ended, OWNER, term, "se muda de ciudad"))
        term.canceled_at, term.cancel_reason = ended, "se muda de ciudad"

    def _goodwill(self, term: DemoTerm, day: date) -> None:
        amount = self.books.random.choice((10_000, 15_000, 20_000))
        self.books.keep(term, self.books.office(day), amount, "disculpa por el ruido de la obra")
