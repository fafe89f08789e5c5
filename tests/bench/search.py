"""Search: who is it among so many templates, through the service, one transaction each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import UUID

import numpy as np

from gym.app import Gym
from gym.faces.schemas import Identification, MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.bench.figures import Figure, Spread, figure
from tests.bench.people import Vectors

LIKENESS = 0.6
"""Cosine between two photos of one person: the median of LFW's pairs."""


async def search(gym: Gym, vectors: Vectors, clients: Sequence[UUID], samples: int) -> list[Figure]:
    """Somebody of the crowd at a likeness of 0.6; recall is the share that is found."""
    seconds: list[float] = []
    found = 0
    draw = np.random.default_rng(7)
    for place in draw.integers(0, len(clients), samples):
        probe = Probe(_alike(vectors[place], draw), gym.faces.model_id)
        known, took = await _identify(gym, probe)
        seconds.append(took)
        found += known.outcome is MatchOutcome.FOUND and known.client_id == clients[place]
    return _figures(Spread.of(seconds), found / samples, len(clients))


def _figures(spread: Spread, recall: float, templates: int) -> list[Figure]:
    size = f"{templates:,} templates"
    return [
        figure(f"search, {size}", spread.p50, "ms", p95=spread.p95, wanted="p50 ≤ 5 ms", ok=spread.p50 <= 5),
        figure(f"search, {size}: recall", recall, "", wanted="1.000", ok=recall == 1),
    ]


async def _identify(gym: Gym, probe: Probe) -> tuple[Identification, float]:
    """The call itself; opening and ending the transaction belong to the check-in."""

    async def work(uow: UnitOfWork) -> tuple[Identification, float]:
        began = time.perf_counter()
        known = await FaceRecognitionService(uow).identify(probe, gym.match_rule)
        return known, time.perf_counter() - began

    return await gym.run(Actor.system(), work)


def _alike(vector: Vectors, draw: np.random.Generator) -> Vectors:
    noise = draw.standard_normal(len(vector)).astype(np.float32)
    noise -= (noise @ vector) * vector
    noise /= np.linalg.norm(noise)
    return (LIKENESS * vector + (1 - LIKENESS**2) ** 0.5 * noise).astype(np.float32)
