"""An insider's evening: no sequence of buttons ends with stolen money and books that look honest."""

from __future__ import annotations

import os

import pytest

from gym.app import Gym
from tests.findings.insider.evening import evening
from tests.findings.insider.search import honest_evenings, search

SEQUENCES = 5000
A_SECOND = 3
"""Evenings on two busy cores; five on quiet ones."""


def as_many_as_fit(count: int) -> int:
    """All of them, or what about SOAK_SECONDS are enough for."""
    return int(min(count, float(os.environ.get("SOAK_SECONDS", "inf")) * A_SECOND))


@pytest.mark.parametrize("count", [25, pytest.param(SEQUENCES, marks=[pytest.mark.soak, pytest.mark.long])])
async def test_no_sequence_of_taps_ends_with_money_that_looks_honest(gym: Gym, count: int) -> None:
    async with evening(gym) as e:
        honest = await honest_evenings(e, 1, 40)
        assert honest.voids, "honest evenings have mistakes"
        assert honest.credits, "honest evenings have changes of mind"
        assert not honest.unconfirmed, "what honest members have sent stands on the statement"
        frauds = await search(e, 2, as_many_as_fit(count), honest, enough=20)
        assert not e.surprises, e.surprises[:3]
    assert not frauds, "\n".join(map(str, frauds))
