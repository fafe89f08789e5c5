"""What makes a report: its name, its definition in words, and the functions that compute it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gym.core.errors import NotFound
from gym.core.language import N_
from gym.reports.results import Asked, Figure, ReportResult, RowsBehind, RowsPlace, Sentence
from gym.unit_of_work import UnitOfWork

LONGEST_NAME: Final = 8
"""Letters of a report's name: a button carries it beside a range, a table and a row."""
Compute = Callable[[UnitOfWork, Asked], Awaitable[ReportResult]]
Figures = Callable[[UnitOfWork, Asked], Awaitable[Sequence[Figure]]]
Behind = Callable[[UnitOfWork, Asked, RowsPlace, int], Awaitable[RowsBehind | None]]
"""A page of the rows behind a figure; None for a place that the report does not have."""
Headline = Callable[[UnitOfWork], Awaitable[Sequence[Sentence]]]


class ReportNotFound(NotFound):
    """No report, or no rows, of this name."""

    code = "report_not_found"
    message = N_("There is no such report.")


@dataclass(frozen=True, slots=True)
class ReportDefinition:
    """One row of the registry."""

    name: str
    """`python -m gym report NAME`; it stays."""
    title: str
    definition: str
    """What it counts, in words that stand under it."""
    compute: Compute
    behind: Behind | None = None
    figures: Figures | None = None
    """The figures alone, for the ranges it is compared with; without it `compute` is asked."""
    headline: Headline | None = None
    """What the home of reports says of it; all of them together ask the database five times at most."""
    course: str = ""
    """The key of its table of days, which a picture draws with that of the range before."""
    is_compared: bool = True
    """Whether its figures stand beside those of earlier ranges."""
    is_own_day: bool = False
    """Whether employees see it, of today and of what they did themselves."""
