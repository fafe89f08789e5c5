"""The start: `python -m bot` over existing data, until it is ready."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.figures import Figure, Spread, figure

WANTED_SECONDS = 3.0


def started(seconds: Sequence[float]) -> Figure:
    """Seconds from the start of the process until /readyz is ok, the embedded PostgreSQL included."""
    spread = Spread.of(seconds)
    return figure(
        "start of python -m bot → /readyz",
        spread.p50 / 1000,
        "s",
        p95=spread.p95 / 1000,
        wanted=f"≤ {WANTED_SECONDS:g} s",
        ok=spread.p50 <= WANTED_SECONDS * 1000,
    )
