"""Search: who is it among so many templates, in the process and in PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from uuid import UUID

import numpy as np

from gym.app import Gym
from gym.faces.gallery.matching import identification_of
from gym.faces.gallery.memory_gallery import MemoryGallery
from gym.faces.schemas import Identification, MatchOutcome, MatchRule, Probe
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.bench.figures import Figure, Spread, figure
from tests.bench.people import Vectors

SMALL = 10_000
LIKENESS = 0.6
"""Cosine between two photos of one person: the median of LFW's pairs."""


async def search(gym: Gym, vectors: Vectors, clients: Sequence[UUID], samples: int) -> list[Figure]:
    """Somebody of the crowd at a likeness of 0.6, in both galleries; recall is the share that is found."""
    assert gym.gallery is not None
    async with gym.unit_of_work(Actor.system()) as uow:
        await gym.gallery.fresh(uow.session)
    size = f"{len(clients):,} templates"
    within = 1.0 if len(clients) <= SMALL else 10.0
    here = await _measure(partial(_in_process, gym.gallery), gym, vectors, clients, samples)
    there = await _measure(partial(_in_postgres, gym), gym, vectors, clients, samples)
    whole = 5.0 if len(clients) <= SMALL else 10.0
    return [*_figures(f"search in process, {size}", here, within), *_figures(f"search, {size}", there, whole)]


Search = Callable[[Probe], Awaitable[tuple[Identification, float]]]
Found = tuple[Spread, float]


async def _measure(look: Search, gym: Gym, vectors: Vectors, clients: Sequence[UUID], samples: int) -> Found:
    seconds: list[float] = []
    found = 0
    draw = np.random.default_rng(7)
    for place in draw.integers(0, len(clients), samples):
        known, took = await look(Probe(_alike(vectors[place], draw), gym.faces.model_id))
        seconds.append(took)
        found += known.outcome is MatchOutcome.FOUND and known.client_id == clients[place]
    return Spread.of(seconds), found / samples


def _figures(name: str, found: Found, within: float) -> list[Figure]:
    spread, recall = found
    return [
        figure(
            name, spread.p50, "ms", p95=spread.p95, wanted=f"p50 ≤ {within:g} ms", ok=spread.p50 <= within
        ),
        figure(f"{name}: recall", recall, "", wanted="1.000", ok=recall == 1),
    ]


async def _in_process(gallery: MemoryGallery, probe: Probe) -> tuple[Identification, float]:
    """The search alone; that the gallery is fresh is known from the query for the facts."""
    began = time.perf_counter()
    known = identification_of(await gallery.search(probe), MatchRule())
    return known, time.perf_counter() - began


async def _in_postgres(gym: Gym, probe: Probe) -> tuple[Identification, float]:
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
