"""Staff of the demo gym, their rota, and the frauds that can be planted, each with one employee. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from gym.security.permissions import Role

FRAUD_DAYS: Final = 183
"""A fraud begins half a year before the end: before that the same person was honest."""
CHANGE_OF_SHIFT: Final = 13.5


class Fraud(StrEnum):
    """Ways to cheat that the services let an employee try; none of them breaks an invariant."""

    VOIDS = "voids"
    """Keeps cash and voids the payment later the same day."""
    DISCOUNTS = "discounts"
    """Sells at the list price, books a discount within the limit and keeps the difference."""
    FRIENDS = "friends"
    """Lets friends in against the verdict and takes visits of packs back."""
    CASH = "cash"
    """Takes cash out of the till, so that counts are short."""


@dataclass(frozen=True, slots=True)
class DemoStaff:
    """One of the staff; `number` is the place in the team."""

    number: int
    name: str
    role: Role


OWNER: Final = DemoStaff(0, "Patricia Londoño", Role.ADMIN)
DESK: Final = (
    DemoStaff(1, "Andrés Mejía", Role.EMPLOYEE),
    DemoStaff(2, "Luisa Fernanda Cano", Role.EMPLOYEE),
    DemoStaff(3, "Jhon Jairo Perea", Role.EMPLOYEE),
    DemoStaff(4, "Catalina Ossa", Role.EMPLOYEE),
)
TEAM: Final = (OWNER, *DESK)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is at the desk when, and who cheats how since when."""

    cheats: dict[Fraud, DemoStaff]
    since: date

    @classmethod
    def plant(cls, random: Random, frauds: Collection[Fraud], last: date) -> Roster:
        """Each fraud with an employee of its own."""
        chosen = random.sample(DESK, len(DESK))
        cheats = {fraud: chosen[number] for number, fraud in enumerate(Fraud) if fraud in frauds}
        return cls(cheats, last - timedelta(days=FRAUD_DAYS))

    def on_duty(self, local: datetime) -> DemoStaff:
        """Each of the desk works every other day, mornings and evenings in turn."""
        morning = local.hour + local.minute / 60 < CHANGE_OF_SHIFT
        return DESK[(local.toordinal() + (0 if morning else 2)) % len(DESK)]

    def cheat(self, fraud: Fraud, staff: DemoStaff, day: date) -> bool:
        """Whether that person cheats in that way on that day."""
        return self.cheats.get(fraud) is staff and day >= self.since
