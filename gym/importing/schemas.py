"""Value types of imports: choices, sheets that were read, previewed rows and their outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from gym.clients.schemas import ClientChanges, ClientInput
from gym.core.errors import GymError
from gym.importing.reading.columns import ColumnMap
from gym.importing.reading.day_orders import DayOrder
from gym.importing.reading.formats.sheets import NotRead
from gym.importing.reading.people import PersonRow
from gym.subscriptions.sales.imported_plans import RunningPlan


class RowOutcome(StrEnum):
    """What becomes of a row."""

    MADE = "made"
    CHANGED = "changed"
    """The client is registered; fields that were empty are filled."""
    KNOWN = "known"
    """Registered, and nothing to fill."""
    REPEATED = "repeated"
    """The same person as in a row above."""
    FAULTY = "faulty"
    """To be mended in the sheet."""


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """The answers to what a sheet leaves open."""

    sheet: str = ""
    """Empty: the one with most people."""
    order: DayOrder | None = None
    """Of days that may be read in two orders; None: as the country writes."""
    keep_unknown: bool = True
    """Columns that nobody knows go into the notes."""


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """A sheet as it was read with certain choices; `others` are the file's further sheets with people."""

    columns: ColumnMap
    people: Sequence[PersonRow]
    others: Sequence[str] = ()
    not_read: Mapping[NotRead, Sequence[str]] = field(default_factory=dict[NotRead, Sequence[str]])
    """Names of sheets that nobody is read from, and why."""


@dataclass(frozen=True, slots=True)
class PreviewedRow:
    """One row: what becomes of it, and why."""

    row: PersonRow
    outcome: RowOutcome
    client_id: UUID | None = None
    """Of whoever is registered already."""
    fills: ClientChanges | None = None
    """Of CHANGED: what is filled."""
    differs: tuple[str, ...] = ()
    """Fields in which the gym knows something else, which stays."""
    same_as: int | None = None
    """Of REPEATED: the row above."""
    fault: GymError | None = None
    """Of FAULTY, where no single cell is to blame."""
    plan: RunningPlan | None = None
    """What is brought forward."""
    agrees: bool = False
    """A consent to face check-in is recorded."""
    plan_over: bool = False
    """The plan in the row has ended and is paid, so that there is nothing to bring forward."""

    @property
    def person(self) -> ClientInput:
        """Of a row that is not faulty."""
        assert self.row.person is not None, "a faulty row is nobody"
        return self.row.person

    @property
    def faults(self) -> Sequence[tuple[str, GymError]]:
        """Each with the heading of its column, empty for the row as such."""
        own = [(problem.heading, problem.fault) for problem in self.row.problems]
        return [*own, ("", self.fault)] if self.fault else own


@dataclass(frozen=True)
class ImportPreview:
    """Every row of a sheet."""

    rows: Sequence[PreviewedRow]

    @cached_property
    def _counts(self) -> Counter[RowOutcome]:
        return Counter(row.outcome for row in self.rows)

    def count(self, outcome: RowOutcome) -> int:
        return self._counts[outcome]

    @property
    def is_hopeless(self) -> bool:
        """Whether every row has a problem."""
        return bool(self.rows) and self.count(RowOutcome.FAULTY) == len(self.rows)

    @property
    def plans(self) -> Sequence[RunningPlan]:
        """All that are brought forward."""
        return [row.plan for row in self.rows if row.plan is not None]

    @property
    def owing(self) -> Sequence[Decimal]:
        """The opening balances above zero."""
        return [plan.owing for plan in self.plans if plan.owing]

    @property
    def over(self) -> int:
        """Plans that have ended and are paid."""
        return sum(row.plan_over and row.outcome is not RowOutcome.FAULTY for row in self.rows)

    @property
    def differing(self) -> Sequence[PreviewedRow]:
        """Rows in which the gym knows something else, which stays."""
        return [row for row in self.rows if row.differs]

    def of(self, outcome: RowOutcome) -> Sequence[PreviewedRow]:
        return [row for row in self.rows if row.outcome is outcome]
