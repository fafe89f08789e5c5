"""How often: token buckets per device and person, and for every address that guesses wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gym.core.errors import GymError
from gym.core.language import N_

PER_KIOSK: Final = 240
PER_STAFF: Final = 120
WRONG_PER_ADDRESS: Final = 5
"""Wrong codes and sign-ins a minute; right ones cost nothing, so several kiosks may share an address."""
WRONG_PER_NAME: Final = 10
"""Wrong passwords in a row for one name, wherever they come from; then one try a minute."""
MOST_KEPT: Final = 10_000


class TooManyRequests(GymError):
    code = "too_many_requests"
    status = 429
    message = N_("Too many tries. Wait {retry_after} seconds and try again.")

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(slots=True)
class Bucket:
    """What is left, and when it was counted."""

    left: float
    at: datetime


@dataclass(slots=True)
class Buckets:
    """A bucket for each key, filled over a minute. Kept in memory: each replica counts for itself."""

    size: int
    per_minute: float
    kept: dict[str, Bucket] = field(default_factory=dict[str, Bucket])

    def require(self, key: str, now: datetime) -> None:
        """Raise `TooManyRequests` when nothing is left; takes nothing."""
        left = self._bucket(key, now).left
        if left < 1:
            raise TooManyRequests(max(1, round((1 - left) * 60 / self.per_minute + 0.5)))

    def take(self, key: str, now: datetime) -> None:
        """Take one. Raises `TooManyRequests`."""
        self.require(key, now)
        self.kept[key].left -= 1

    def spend(self, key: str, now: datetime) -> None:
        """Take one that happened already, for what is known only afterwards."""
        bucket = self._bucket(key, now)
        bucket.left = max(0.0, bucket.left - 1)

    def give_back(self, key: str, now: datetime) -> None:
        """Undo one `take`."""
        bucket = self._bucket(key, now)
        bucket.left = min(float(self.size), bucket.left + 1)

    def forget(self, key: str) -> None:
        self.kept.pop(key, None)

    def _bucket(self, key: str, now: datetime) -> Bucket:
        bucket = self.kept.get(key)
        if bucket is None:
            self._make_room(now)
            bucket = self.kept[key] = Bucket(float(self.size), now)
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(float(self.size), bucket.left + passed * self.per_minute / 60)
        bucket.at = now
        return bucket

    def _make_room(self, now: datetime) -> None:
        """Full buckets say nothing; if that is not enough, the oldest goes."""
        if len(self.kept) < MOST_KEPT:
            return
        minutes = self.size / self.per_minute
        old = [key for key, one in self.kept.items() if (now - one.at).total_seconds() > minutes * 60]
        for key in old or [next(iter(self.kept))]:
            del self.kept[key]


def _kiosks() -> Buckets:
    return Buckets(PER_KIOSK, PER_KIOSK)


def _staff() -> Buckets:
    return Buckets(PER_STAFF, PER_STAFF)


def _addresses() -> Buckets:
    return Buckets(WRONG_PER_ADDRESS, WRONG_PER_ADDRESS)


def _names() -> Buckets:
    return Buckets(WRONG_PER_NAME, 1)


@dataclass(slots=True)
class Limits:
    """Every limit of the API."""

    kiosks: Buckets = field(default_factory=_kiosks)
    staff: Buckets = field(default_factory=_staff)
    addresses: Buckets = field(default_factory=_addresses)
    names: Buckets = field(default_factory=_names)
