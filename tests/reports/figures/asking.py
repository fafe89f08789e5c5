"""Ranges of the tests, and a figure's question inside a transaction."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta

from gym.app import Gym
from gym.reports.figures.terms import FigureTerms
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.reports.figures.raw_rows import RawGym

RANGES = (
    (date(2026, 8, 3), date(2026, 8, 3)),
    (date(2026, 7, 1), date(2026, 7, 31)),
    (date(2026, 8, 1), date(2026, 8, 31)),
    (date(2025, 12, 20), date(2026, 1, 10)),
    (date(2026, 3, 28), date(2026, 4, 12)),
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2023, 1, 1), date(2026, 8, 3)),
)
"""A day, a month, one that is not over, a new year, the hour that came twice, a leap year, all of it."""


@asynccontextmanager
async def asked(gym: Gym, first: date, last: date) -> AsyncGenerator[tuple[UnitOfWork, FigureTerms]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        yield uow, FigureTerms.of(first, last, uow.today, uow.settings)


def inside(raw: RawGym, first: date, last: date) -> list[date]:
    """The days of a range that have come."""
    return [first + timedelta(days=n) for n in range((min(last, raw.today) - first).days + 1)]
