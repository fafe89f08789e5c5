"""Figures of a broadcast: how many it would reach, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gym.notifications.models import BroadcastState


@dataclass(frozen=True, slots=True)
class BroadcastReach:
    """How many belong to a segment, and how many of them can be told."""

    members: int
    told: int
    waits_until: datetime | None = None
    """The end of the gym's quiet hours, while they last: nothing of it leaves before."""
    others: int = 0
    """Broadcasts that are on their way already."""


@dataclass(frozen=True, slots=True)
class BroadcastProgress:
    """How far a broadcast is; the numbers are messages."""

    state: BroadcastState
    total: int
    sent: int
    missed: int
    """Could not be reached, or said meanwhile that they want no news."""
    failed: int
    waits_until: datetime | None = None
    """The end of the gym's quiet hours, while they last."""

    @property
    def left(self) -> int:
        return self.total - self.sent - self.missed - self.failed
