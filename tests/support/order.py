"""The order of tests on several workers: what waits beside what computes, the longest first.

`--dist worksteal` gives each worker as many tests of the list as the others, in one piece, and whoever has
done its own takes the last half of the longest rest. In the order of files all pages and started programs
stood together at the end, where they left the cores idle for half of the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.support.live import ROOT

TABLE: Final = Path(__file__).with_name("seconds.txt")
"""Measured: `.venv/bin/pytest -n 2 --dist worksteal --keep-seconds` writes it anew."""
WAITS: Final = 0.5
"""A file that spends more than this share of its seconds waiting stands among those that wait."""


class Cost(NamedTuple):
    """What a test of a file takes on the average: seconds, and how many of them it waits for others."""

    seconds: float
    waited: float

    @property
    def waits(self) -> bool:
        return self.waited > WAITS * self.seconds


UNKNOWN: Final = Cost(0.1, 0.0)
"""A file that is not in the table: new, or of less than a second in all."""


@dataclass
class Lane:
    """What one worker is given: so many tests, in this order."""

    room: int
    tests: list[pytest.Item] = field(default_factory=list[pytest.Item])
    seconds: float = 0.0

    @property
    def is_full(self) -> bool:
        return len(self.tests) >= self.room


@dataclass(frozen=True)
class Unit:
    """Tests of one file that stay together: those that are begun first, or the others."""

    tests: Sequence[pytest.Item]
    cost: Cost
    long: bool

    @property
    def rank(self) -> tuple[bool, float]:
        return not self.long, -self.cost.seconds


@cache
def costs() -> Mapping[str, Cost]:
    """Path → what a test in it takes."""
    found: dict[str, Cost] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else ():
        seconds, waited, path = line.split(maxsplit=2)
        found[path] = Cost(float(seconds), float(waited))
    return found


def arranged(items: Sequence[pytest.Item], workers: int, known: Mapping[str, Cost]) -> list[pytest.Item]:
    """The same tests, in as many pieces as there are workers: half of them begin with what waits.

    Behind that, and at the end of every piece, are the shortest tests, for whoever has nothing left to do.
    """
    lanes = [Lane(room) for room in rooms(len(items), workers)]
    units = sorted(_units(items, known), key=lambda unit: unit.rank)
    waiting = lanes[: max(1, workers // 2)]
    _deal((unit for unit in units if unit.cost.waits), waiting, lanes)
    _deal((unit for unit in units if not unit.cost.waits), lanes[len(waiting) :], lanes)
    return [test for lane in lanes for test in lane.tests]


def rooms(tests: int, workers: int) -> list[int]:
    """How many tests `worksteal` gives to each worker at the beginning."""
    found: list[int] = []
    for left in range(workers, 0, -1):
        found.append((tests - sum(found)) // left)
    return found


def _units(items: Iterable[pytest.Item], known: Mapping[str, Cost]) -> list[Unit]:
    tests: dict[tuple[Path, bool], list[pytest.Item]] = {}
    for item in items:
        long = item.get_closest_marker("long") is not None
        tests.setdefault((item.path, long), []).append(item)
    return [
        Unit(found, known.get(path.relative_to(ROOT).as_posix(), UNKNOWN), long)
        for (path, long), found in tests.items()
    ]


def _deal(units: Iterable[Unit], wanted: Sequence[Lane], lanes: Sequence[Lane]) -> None:
    """Each unit to the lane with the fewest seconds; what has no room there goes to any that has."""
    for unit in units:
        rest = list(unit.tests)
        while rest:
            free = [lane for lane in wanted if not lane.is_full] or [one for one in lanes if not one.is_full]
            lane = min(free, key=lambda one: one.seconds)
            room = lane.room - len(lane.tests)
            lane.tests += rest[:room]
            lane.seconds += len(rest[:room]) * unit.cost.seconds
            rest = rest[room:]
