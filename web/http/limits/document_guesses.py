"""Guesses of the digits behind a document: wrong ones are counted by document and by caller."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from gym.clients.fields.documents import bare_number
from gym.core.language import N_
from gym.security.rate_limits import TokenBucket, TooManyRequests
from gym.security.signed_links import SignedLinks
from web.http.limits.rates import Limits

SHORTEST: Final = 4
"""Digits that name a document; with fewer its letters count too."""


class TooManyWrongDocuments(TooManyRequests):
    """Too many wrong documents or digits, by one caller or behind one document; which of the two is not
    said."""

    code = "too_many_wrong_documents"
    message = N_(
        "Too many documents did not fit. Wait {minutes} min before the next one; a face or a QR goes on."
    )

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.context["minutes"] = math.ceil(retry_after / 60)


@dataclass(slots=True)
class DocumentGuess:
    """One guess, taken before it is judged, so that many at once are as many guesses; a right one is given
    back.

    Where too many are under way to tell, it waits for them.
    """

    limits: Limits
    buckets: tuple[TokenBucket, ...]
    is_taken: bool = False

    @classmethod
    def of(cls, limits: Limits, links: SignedLinks, caller: UUID, document: str) -> Self:
        """The guess of a request. Unknown documents are counted like known ones; the bucket's key is
        hashed."""
        digest = links.digest(f"document:{folded(document)}").hex()
        return cls(limits, (limits.document.of(digest), limits.documents.of(caller)))

    async def begin(self, now: datetime, rates: Sequence[TokenBucket]) -> None:
        """Take the guess with what the request costs anyway, in one statement.

        Raises `TooManyRequests` and `TooManyWrongDocuments`.
        """
        wanted, pending = [*rates, *self.buckets], self.limits.pending
        refused_at: asyncio.Event | None = None
        while not self.is_taken:
            try:
                await self.limits.take(now, *wanted)
            except TooManyRequests as error:
                await self._put_back(error)
                if error.rate not in (self.limits.document, self.limits.documents):
                    raise
                if pending.has(self.buckets):
                    await pending.one_to_end()
                elif refused_at is pending.ended:
                    raise TooManyWrongDocuments(error.retry_after) from None
                # Other guesses may have begun or ended during the query: only two equal answers in a row
                # count.
                refused_at, wanted = pending.ended, [*self.buckets]
            else:
                self.is_taken = True
                pending.begin(self.buckets)

    async def end(self, *, was_wrong: bool) -> None:
        if not self.is_taken:
            return
        try:
            if not was_wrong:
                await self.limits.buckets.give_back(*self.buckets)
        finally:
            self.limits.pending.end(self.buckets)

    async def _put_back(self, error: TooManyRequests) -> None:
        """Give back what the other bucket gave for a guess that was not made."""
        taken = [one for one in error.taken if one in self.buckets]
        if taken:
            await self.limits.buckets.give_back(*taken)


def folded(number: str) -> str:
    """The document's bucket, however it is written: by its digits, where they are enough to name it."""
    letters = "".join(one for one in bare_number(number) if one.isalnum()).upper()
    digits = "".join(one for one in letters if one.isdecimal()).lstrip("0")
    return digits if len(digits) >= SHORTEST else letters
