"""Photos at a door: each is a guess at whose face it is, live and replayed alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.verdict_builder import NOBODY
from gym.attendance.models import CheckInMethod
from gym.security.rate_limits import TokenBucket, TooManyRequests
from gym.security.tokens import Claims, Scope
from web.http.limits.rates import Limits


@dataclass(frozen=True, slots=True)
class FaceTry:
    """One guess by a photo.

    The capture time is the caller's word, so a photo of an offline queue that shows nobody costs what a live
    one does. Those that are recognised come in a burst by nature and are given back.
    """

    limits: Limits
    bucket: TokenBucket
    is_replay: bool

    @classmethod
    def of(cls, limits: Limits, claims: Claims, *, is_replay: bool) -> Self | None:
        """The guess of a request; None for staff at work, who are counted as staff whatever they ask."""
        bucket = _bucket(limits, claims.scope, claims.subject, is_replay=is_replay)
        return None if bucket is None else cls(limits, bucket, is_replay)

    async def take(self, now: datetime, rates: tuple[TokenBucket, ...]) -> None:
        """Take it with what the request costs anyway. Raises `TooManyRequests`.

        A replay, which will come again, has then cost nothing.
        """
        try:
            await self.limits.take(now, *rates, self.bucket)
        except TooManyRequests as error:
            if self.is_replay and error.taken:
                await self.limits.buckets.give_back(*error.taken)
            raise

    async def end(self, said: Verdict | None) -> None:
        """End it after the answer; None for a stored answer, which says nothing new."""
        if not self._counts(said):
            await self.give_back()

    async def give_back(self) -> None:
        await self.limits.buckets.give_back(self.bucket)

    def _counts(self, said: Verdict | None) -> bool:
        if said is None:
            return not self.is_replay
        return said.method is CheckInMethod.FACE and (not self.is_replay or said.code in NOBODY)


def _bucket(limits: Limits, scope: Scope, subject: UUID, *, is_replay: bool) -> TokenBucket | None:
    if scope is Scope.KIOSK:
        return limits.faces.of(subject)
    return limits.staff.of(subject) if is_replay else None
