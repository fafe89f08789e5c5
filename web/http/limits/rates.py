"""The rates of the API's limits, by device, person, address and name, and secrets that may be guessed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from gym.app import Gym
from gym.security.rate_limits import Buckets, DatabaseBuckets, MemoryBuckets, Rate, TokenBucket
from gym.security.rate_limits import TooManyRequests as TooManyRequests

DEVICE: Final = Rate("device", 240, 240)
"""Requests of one device, four a second: more than a door with a queue needs."""
FACES: Final = Rate("faces", 90, 90)
"""Photos with a face, of one device: trying many pictures tells little about who is enrolled. Those of an
offline queue cost one only where they show nobody."""
REPLAY: Final = Rate("replay", 3000, 90)
"""An offline queue of three busy days at once. The capture time is the caller's word, so wrong faces and
documents in it are counted like live ones."""
STAFF: Final = Rate("staff", 120, 120)
"""Requests of one person, two a second: more than a program that shows lists needs."""
ADDRESS: Final = Rate("address", 5, 5)
"""Wrong codes and sign-ins; right ones cost nothing, so several kiosks may share an address."""
PAGE: Final = Rate("page", 5, 5)
"""Wrong links of the password page, apart from codes and sign-ins: any website can make a browser open a page
(`<img src=http://127.0.0.1:8080/password?start=x>`), and that must shut no kiosk out of its sign-in."""
NAME_HERE: Final = Rate("name_here", 10, 1)
"""Wrong passwords for one name from one address; then one try a minute."""
NAME: Final = Rate("name", 30, 1)
"""Wrong passwords for one name from addresses where it has not signed in lately: an attack from everywhere is
slowed, and the owner at the usual place gets in."""
DOCUMENT: Final = Rate("document", 5, 0.1)
"""Wrong digits behind one document, by whichever kiosk: five, then one in ten minutes, so that ten thousand
take ten weeks and not forty minutes."""
DOCUMENTS: Final = Rate("documents", 5, 1)
"""Wrong documents and digits of one caller: nobody tries the whole membership with one guess each."""
EXIT: Final = Rate("exit", 5, 1)
"""Wrong exit PINs of one device: four digits too."""
OFFLINE_AFTER: Final = timedelta(minutes=1)
"""A capture older than this comes from an offline queue."""


@dataclass(slots=True)
class PendingGuesses:
    """Guesses of this process that are taken and not judged yet."""

    counts: Counter[str] = field(default_factory=Counter[str])
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def has(self, buckets: Iterable[TokenBucket]) -> bool:
        return any(self.counts[bucket.key] for bucket in buckets)

    def begin(self, buckets: Iterable[TokenBucket]) -> None:
        self.counts.update(bucket.key for bucket in buckets)

    def end(self, buckets: Iterable[TokenBucket]) -> None:
        for bucket in buckets:
            self.counts[bucket.key] -= 1
            if not self.counts[bucket.key]:
                del self.counts[bucket.key]
        self.ended.set()
        self.ended = asyncio.Event()

    async def one_to_end(self) -> None:
        await self.ended.wait()


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of the API, over the buckets that count it."""

    buckets: Buckets
    device: Rate = DEVICE
    faces: Rate = FACES
    replay: Rate = REPLAY
    staff: Rate = STAFF
    address: Rate = ADDRESS
    page: Rate = PAGE
    name: Rate = NAME
    name_here: Rate = NAME_HERE
    exit: Rate = EXIT
    document: Rate = DOCUMENT
    documents: Rate = DOCUMENTS
    pending: PendingGuesses = field(default_factory=PendingGuesses)

    @classmethod
    def of(cls, gym: Gym) -> Limits:
        """Limits in memory, or in PostgreSQL where replicas count together (RATE_LIMITS)."""
        if gym.config.rate_limits == "memory":
            return cls(MemoryBuckets())
        return cls(DatabaseBuckets(gym.database, gym.secrets.jwt.derive("rate-buckets")))

    async def take(self, now: datetime, *buckets: TokenBucket) -> None:
        """Take one token from each. Raises `TooManyRequests`."""
        await self.buckets.take(buckets, now)


LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)


@dataclass(slots=True)
class SecretGuess:
    """A guess of a secret, taken before it is judged, so that many at once are as many; a right one is given
    back."""

    limits: Limits
    now: datetime
    bucket: TokenBucket
    name: TokenBucket | None = None
    """The bucket of a name at one address; emptied of wrong guesses by a right one."""
    everywhere: TokenBucket | None = None
    """The bucket of a name at unknown addresses, once a token of it was taken."""

    async def allow(self) -> None:
        """Take the address and the name. Raises `TooManyRequests`; a locked name costs its address
        nothing."""
        buckets = self.limits.buckets
        if self.name is not None:
            await buckets.require(self.bucket, self.now)
            await buckets.take([self.name], self.now)
        if isinstance(buckets, DatabaseBuckets):
            await buckets.sweep(self.now)
        await buckets.take([self.bucket], self.now)

    async def allow_from_anywhere(self, everywhere: TokenBucket) -> None:
        """Take the name at unknown addresses, after `allow`. Raises `TooManyRequests`, and gives the address
        back."""
        try:
            await self.limits.buckets.take([everywhere], self.now)
        except TooManyRequests:
            await self.limits.buckets.give_back(self.bucket)
            raise
        self.everywhere = everywhere

    async def was_right(self) -> None:
        """Give the guess back. What others have tried from elsewhere stays counted."""
        if self.name is not None:
            await self.limits.buckets.forget(self.name)
        right = [one for one in (self.bucket, self.everywhere) if one is not None]
        await self.limits.buckets.give_back(*right)
