"""Right documents typed at the same moment are never counted as wrong ones, wherever guesses are counted."""

from __future__ import annotations

import asyncio

import pytest

from gym.app import Gym
from gym.core.database.ids import new_id
from gym.security.rate_limits import DatabaseBuckets
from gym.security.signed_links import SignedLinks
from web.http.limits.document_guesses import DocumentGuess, TooManyWrongDocuments
from web.http.limits.rates import Limits


async def test_six_right_documents_at_once_are_all_judged(gym: Gym) -> None:
    limits = Limits(DatabaseBuckets(gym.database, b"x"))
    links, caller = SignedLinks(gym.secrets.jwt), new_id()

    async def right(number: int) -> None:
        guess = DocumentGuess.of(limits, links, caller, f"10203{number:04d}")
        await guess.begin(gym.clock.now(), ())
        await asyncio.sleep(0.001)
        await guess.end(was_wrong=False)

    for turn in range(50):
        await asyncio.gather(*(right(turn * 100 + number) for number in range(6)))


async def test_wrong_ones_at_once_are_refused_after_five(gym: Gym) -> None:
    limits = Limits(DatabaseBuckets(gym.database, b"x"))
    links, caller = SignedLinks(gym.secrets.jwt), new_id()

    async def wrong(number: int) -> None:
        guess = DocumentGuess.of(limits, links, caller, f"10203{number:04d}")
        await guess.begin(gym.clock.now(), ())
        await guess.end(was_wrong=True)

    answers = await asyncio.gather(*map(wrong, range(20)), return_exceptions=True)
    assert [type(one) for one in answers if one is not None] == [TooManyWrongDocuments] * 15
    with pytest.raises(TooManyWrongDocuments):
        await wrong(20)
