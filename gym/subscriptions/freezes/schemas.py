"""Value types of freezes: the quote of a freeze, and the outcome of a closing of the gym."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gym.subscriptions.models import Subscription


@dataclass(frozen=True, slots=True)
class FreezeQuote:
    """Effects of a freeze if it were confirmed now."""

    subscription: Subscription
    starts_on: date
    ends_on: date | None
    """None: until the client returns."""
    days: int | None
    new_ends_on: date | None
    """None while nobody knows when the client returns."""
    allowance_left: int
    """Frozen days that the plan has left before this freeze."""
    renewal: Subscription | None
    renewal_starts_on: date | None

    @property
    def exceeds_plan(self) -> bool:
        """Whether only an admin may grant it; a freeze without an end always."""
        return self.days is None or self.days > self.allowance_left


class Closure(NamedTuple):
    """Subscriptions that rest while the gym is closed, and those whose days moved (renewals too)."""

    frozen: int
    extended: int
