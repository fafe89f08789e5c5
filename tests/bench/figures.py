"""Figures: samples become a row with its limit, what was wanted, and whether it was met."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table; `limit` is the bare figure of the same run, `wanted` what `ok` was checked by."""

    name: str
    value: float
    unit: str
    p95: float | None
    limit: float | None
    ratio: float | None
    wanted: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 95th percentile of samples, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        p50, p95 = np.percentile(np.asarray(seconds) * 1000, [50, 95])
        return cls(float(p50), float(p95))


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    wanted: str,
    ok: bool,
    p95: float | None = None,
    limit: float | None = None,
) -> Figure:
    """A row with its numbers rounded to what was measured."""
    ratio = round(value / limit, 3) if limit else None
    return Figure(name, round(value, 3), unit, _rounded(p95), _rounded(limit), ratio, wanted, bool(ok))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def write(figures: Sequence[Figure], path: Path) -> None:
    """The list that other programs read."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps([asdict(one) for one in figures], indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
