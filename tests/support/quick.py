"""Which tests a developer runs all day (`make fast`): rules, and rooms over a real database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.support.live import ROOT, is_live
from tests.support.order import costs

MARK: Final = "quick"
SLOW_MARKS: Final = ("soak", "live", "browser", "long")
SLOW_FIXTURES: Final = frozenset({"face_pool", "sandbox"})
"""The models (a second to load and 30 ms a face) and the local Bot API server (a second for a chat)."""
DATABASE: Final = "database_url"
PROGRAMS: Final = "subprocess"
"""A file that names it starts programs."""
FINDINGS: Final = ROOT / "tests" / "findings"
"""Regression tests of every room: without a database they are quick, the 500 with one are half of what the
rooms' own take."""
DEAR: Final = 0.2
"""Seconds of a test, on the average of its file. Races, whole evenings and demo gyms lie above.

With 0.3, 4,347 tests took 125 seconds on two cores; with 0.2, 4,245 take 117."""


def is_quick(item: pytest.Item) -> bool:
    """Whether a test needs neither browser, program, model nor chat, and is no regression over a database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if any(item.get_closest_marker(mark) for mark in SLOW_MARKS) or fixtures & SLOW_FIXTURES:
        return False
    if item.path.is_relative_to(FINDINGS) and DATABASE in fixtures:
        return False
    return not (_is_dear(item.path) or _starts_programs(item.path))


def may_hold_quick(path: Path) -> bool:
    """Whether a file is worth collecting for the quick tests, by its path and its text."""
    return not (is_live(path) or _is_dear(path) or _starts_programs(path))


@cache
def _starts_programs(path: Path) -> bool:
    return PROGRAMS in path.read_text(encoding="utf-8")


@cache
def _is_dear(path: Path) -> bool:
    """Of a file that was measured; a new one counts as quick."""
    cost = costs().get(path.relative_to(ROOT).as_posix())
    return cost is not None and cost.seconds > DEAR
