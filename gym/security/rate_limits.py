"""Rate limits: token buckets in this process's memory, or in PostgreSQL, shared by all replicas.

A bucket is one instant: when it will be full again. What takes from it moves the instant on by the time one
takes to flow back (GCRA); it may not lie further ahead than a whole bucket takes to fill. A bucket that is
full needs no row and no memory.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final, Protocol

from sqlalchemy import text

from gym.core.database.engine import Database
from gym.core.errors import GymError
from gym.core.language import N_

MOST_KEPT: Final = 10_000
"""Buckets in memory: a bound however many names or addresses somebody makes up."""
_SWEPT_AT_ONCE: Final = 200


class TooManyRequests(GymError):
    """A bucket is empty."""

    code = "too_many_requests"
    status = 429
    message = N_("Too many tries. Wait {retry_after} seconds and try again.")

    def __init__(self, retry_after: int, rate: Rate | None = None) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after
        self.rate = rate
        """The kind of bucket that is empty."""
        self.taken: Sequence[TokenBucket] = ()
        """The buckets that gave, for what was then not done."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A kind of bucket: how many at once, and how many flow back a minute."""

    name: str
    size: int
    per_minute: float

    @property
    def step(self) -> timedelta:
        """What one costs."""
        return timedelta(minutes=1) / self.per_minute

    @property
    def fills_in(self) -> timedelta:
        return self.step * self.size

    def of(self, key: object) -> TokenBucket:
        """The bucket of one device, person or address."""
        return TokenBucket(self, f"{self.name}:{key}")


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """One bucket by its name."""

    rate: Rate
    key: str


class Buckets(Protocol):
    """Interface of a store of buckets."""

    async def take(self, buckets: Sequence[TokenBucket], now: datetime) -> None:
        """One from each. Raises `TooManyRequests`; what the others gave is not put back."""
        ...

    async def give_back(self, *buckets: TokenBucket) -> None:
        """Undo one `take`."""
        ...

    async def require(self, bucket: TokenBucket, now: datetime) -> None:
        """Raise `TooManyRequests` when nothing is left; takes nothing."""
        ...

    async def forget(self, bucket: TokenBucket) -> None:
        """Full again."""
        ...


@dataclass(slots=True)
class MemoryBuckets:
    """Kept in the process: each replica counts for itself."""

    full_at: dict[str, datetime] = field(default_factory=dict[str, datetime])

    async def take(self, buckets: Sequence[TokenBucket], now: datetime) -> None:
        for number, bucket in enumerate(buckets):
            self._make_room(bucket.key, now)
            after = max(self.full_at.get(bucket.key, now), now) + bucket.rate.step
            try:
                _require(after, bucket.rate, now)
            except TooManyRequests as error:
                error.taken = buckets[:number]
                raise
            self.full_at[bucket.key] = after

    async def give_back(self, *buckets: TokenBucket) -> None:
        for bucket in buckets:
            if bucket.key in self.full_at:
                self.full_at[bucket.key] -= bucket.rate.step

    async def require(self, bucket: TokenBucket, now: datetime) -> None:
        _require(max(self.full_at.get(bucket.key, now), now) + bucket.rate.step, bucket.rate, now)

    async def forget(self, bucket: TokenBucket) -> None:
        self.full_at.pop(bucket.key, None)

    def _make_room(self, key: str, now: datetime) -> None:
        """Full buckets say nothing; if that is not enough, the one that is full next goes: what was emptied
        by many wrong tries stays, however many names somebody makes up."""
        if key in self.full_at or len(self.full_at) < MOST_KEPT:
            return
        full = [key for key, moment in self.full_at.items() if moment <= now]
        for one in full or [min(self.full_at, key=self.full_at.__getitem__)]:
            del self.full_at[one]


# All that a request takes is taken in one statement. A bucket that gives nothing returns no row. The keys are
# sorted, so that two requests of one device never wait for each other in a circle.
_TAKE: Final = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:steps AS interval[]), CAST(:fills AS interval[]))
        AS w (key, step, fills)
)
INSERT INTO rate_buckets AS b (key, full_at)
SELECT key, CAST(:now AS timestamptz) + step FROM wanted ORDER BY key
ON CONFLICT (key) DO UPDATE
SET full_at = GREATEST(b.full_at, CAST(:now AS timestamptz)) + (EXCLUDED.full_at - CAST(:now AS timestamptz))
WHERE GREATEST(b.full_at, CAST(:now AS timestamptz)) + (EXCLUDED.full_at - CAST(:now AS timestamptz))
    <= CAST(:now AS timestamptz) + (SELECT w.fills FROM wanted w WHERE w.key = EXCLUDED.key)
RETURNING b.key
""")
_LOOK: Final = text("SELECT full_at FROM rate_buckets WHERE key = :key")
_GIVE_BACK: Final = text("""
WITH given AS (
    SELECT b.key, w.step
    FROM unnest(CAST(:keys AS text[]), CAST(:steps AS interval[])) AS w (key, step)
    JOIN rate_buckets b ON b.key = w.key ORDER BY b.key FOR UPDATE OF b
)
UPDATE rate_buckets b SET full_at = b.full_at - given.step FROM given WHERE b.key = given.key
""")
_FORGET: Final = text("DELETE FROM rate_buckets WHERE key = :key")
_SWEEP: Final = text("""
DELETE FROM rate_buckets WHERE key IN (
    SELECT key FROM rate_buckets WHERE full_at < :now ORDER BY full_at LIMIT :most FOR UPDATE SKIP LOCKED
)
""")


class DatabaseBuckets:
    """Kept in PostgreSQL, in an unlogged table: shared by replicas, forgotten after a crash.

    Only a keyed digest of whose bucket it is lies there: in the field of a name people type passwords.
    """

    def __init__(self, database: Database, secret: bytes = b"") -> None:
        self._engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._secret = secret

    async def take(self, buckets: Sequence[TokenBucket], now: datetime) -> None:
        wanted = sorted(buckets, key=self._key)
        values = {
            "now": now,
            "keys": [self._key(bucket) for bucket in wanted],
            "steps": [bucket.rate.step for bucket in wanted],
            "fills": [bucket.rate.fills_in for bucket in wanted],
        }
        async with self._engine.connect() as connection:
            gave = set(await connection.scalars(_TAKE, values))
        for bucket in wanted:
            if self._key(bucket) not in gave:
                error = await self._refusal(bucket, now)
                error.taken = [one for one in wanted if self._key(one) in gave]
                raise error

    async def give_back(self, *buckets: TokenBucket) -> None:
        keys, steps = [self._key(bucket) for bucket in buckets], [bucket.rate.step for bucket in buckets]
        async with self._engine.connect() as connection:
            await connection.execute(_GIVE_BACK, {"keys": keys, "steps": steps})

    async def require(self, bucket: TokenBucket, now: datetime) -> None:
        async with self._engine.connect() as connection:
            full_at: datetime | None = await connection.scalar(_LOOK, {"key": self._key(bucket)})
        _require(max(full_at or now, now) + bucket.rate.step, bucket.rate, now)

    async def forget(self, bucket: TokenBucket) -> None:
        async with self._engine.connect() as connection:
            await connection.execute(_FORGET, {"key": self._key(bucket)})

    def _key(self, bucket: TokenBucket) -> str:
        whose = blake2b(bucket.key.encode("utf-8", "surrogatepass"), key=self._secret, digest_size=16)
        return f"{bucket.rate.name}:{whose.hexdigest()}"

    async def _refusal(self, bucket: TokenBucket, now: datetime) -> TooManyRequests:
        try:
            await self.require(bucket, now)
        except TooManyRequests as error:
            return error
        return TooManyRequests(1, bucket.rate)  # it has filled a little since

    async def sweep(self, now: datetime) -> None:
        """Full buckets say nothing and may go."""
        async with self._engine.connect() as connection:
            await connection.execute(_SWEEP, {"now": now, "most": _SWEPT_AT_ONCE})


def _require(after: datetime, rate: Rate, now: datetime) -> None:
    """Raise `TooManyRequests` when a bucket cannot have given what would leave it full only `after`."""
    excess = after - now - rate.fills_in
    if excess > timedelta(milliseconds=1):  # steps are rounded to microseconds
        raise TooManyRequests(max(1, math.ceil(excess.total_seconds())), rate)
