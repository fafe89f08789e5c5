"""An insider's evening: nobody who plays with every button ends with money that looks honest."""

from __future__ import annotations

import pytest

from gym.app import Gym
from tests.findings.insider.evening import evening
from tests.findings.insider.search import honest_evenings, search

SEQUENCES = 5000


@pytest.mark.parametrize("count", [25, pytest.param(SEQUENCES, marks=[pytest.mark.soak, pytest.mark.long])])
async def test_no_sequence_of_taps_ends_with_money_that_looks_honest(gym: Gym, count: int) -> None:
    async with evening(gym) as e:
        honest = await honest_evenings(e, 1, 40)
        assert honest.voids, "honest evenings have mistakes"
        assert honest.credits, "honest evenings have changes of mind"
        frauds = await search(e, 2, count, honest, enough=20)
        assert not e.surprises, e.surprises[:3]
    assert not frauds, "\n".join(map(str, frauds))
