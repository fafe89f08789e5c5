"""Report of the team as tables: who is worth a look and why, everybody's marks, work and amounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.results import (
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    RowsBehind,
    RowsPlace,
    Sentence,
    Table,
    Term,
    Value,
    id_of,
    row_key,
)
from gym.reports.team.acts import LETTER_OF, LETTERS, acts_of
from gym.reports.team.rating import Comparison, RatedStaff, StaffRecord, TeamFigure
from gym.reports.team.service import TeamReportService
from gym.unit_of_work import UnitOfWork

DEFINITION: Final = N_(
    "Each person beside the median of those with the same role. Somebody is worth a look when a figure "
    "comes by chance less than once in ten thousand times, at least four times and two and a half times "
    "as often as usual. It is a reason to ask, not a proof: each of these acts is allowed and has honest "
    "reasons."
)
LOOK: Final = N_("People with at least one figure that is far from usual.")
MARKS: Final = N_(
    "A void counts for who voided, a short till for whose till it is, an override for who let somebody in. "
    "What an admin wrote because somebody asked counts for the admin. The last row is the median."
)
FIGURES: Final[Mapping[TeamFigure, Term]] = {
    TeamFigure.VOIDS: Term("voids", N_("Voids")),
    TeamFigure.DISCOUNTS: Term("discounts", N_("Discounts")),
    TeamFigure.OVERRIDES: Term("overrides", N_("Let in against the verdict")),
    TeamFigure.UNDONE: Term("undone", N_("Visits taken back")),
    TeamFigure.SHORT_TILLS: Term("short_tills", N_("Short tills")),
    TeamFigure.REFUNDS: Term("refunds", N_("Refunds")),
    TeamFigure.WRITE_OFFS: Term("write_offs", N_("Debts written off")),
    TeamFigure.CREDITS: Term("credits", N_("Credits given")),
}
REASONS: Final[Mapping[TeamFigure, str]] = {
    TeamFigure.VOIDS: N_("{staff} voided {events} times in {work} payments; {usual} would be usual here."),
    TeamFigure.DISCOUNTS: N_("{staff} gave {events} discounts in {work} sales; {usual} would be usual here."),
    TeamFigure.OVERRIDES: N_(
        "{staff} let {events} people in against the verdict in {work} days; {usual} would be usual here."
    ),
    TeamFigure.UNDONE: N_("{staff} took {events} visits back in {work} days; {usual} would be usual here."),
    TeamFigure.SHORT_TILLS: N_(
        "{staff}'s till was short {events} times in {work} counts; {usual} would be usual here."
    ),
    TeamFigure.REFUNDS: N_(
        "{staff} refunded {events} times in {work} payments; {usual} would be usual here."
    ),
    TeamFigure.WRITE_OFFS: N_(
        "{staff} wrote {events} debts off in {work} payments; {usual} would be usual here."
    ),
    TeamFigure.CREDITS: N_("{staff} gave {events} credits in {work} payments; {usual} would be usual here."),
}
QUIET: Final = N_("Nobody's figures stand out from the others'.")
MEDIAN: Final = Term("median", N_("Median"))
TABLES: Final = frozenset({"look", "marks", "work", "sums"})
STAFF: Final = ReportColumn("staff", N_("Staff"))
OF_LOOKS: Final = (
    STAFF,
    ReportColumn("figure", N_("What")),
    ReportColumn("events", N_("Times"), ColumnKind.COUNT),
    ReportColumn("usual", N_("Usual"), ColumnKind.COUNT),
    ReportColumn("work", N_("Out of"), ColumnKind.COUNT),
    ReportColumn("amount", N_("Amount"), ColumnKind.MONEY),
)
OF_WORK: Final = (
    STAFF,
    ReportColumn("days", N_("Days"), ColumnKind.COUNT),
    ReportColumn("sales", N_("Sales"), ColumnKind.COUNT, summed=True),
    ReportColumn("sold", N_("Sold"), ColumnKind.MONEY, summed=True),
    ReportColumn("payments", N_("Payments"), ColumnKind.COUNT, summed=True),
    ReportColumn("taken", N_("Taken"), ColumnKind.MONEY, summed=True),
    ReportColumn("counts", N_("Counts"), ColumnKind.COUNT, summed=True),
    ReportColumn("difference", N_("Difference"), ColumnKind.MONEY, summed=True),
    ReportColumn("returned", N_("Sales taken back"), ColumnKind.COUNT, summed=True),
)
OF_MARKS: Final = (
    STAFF,
    *(ReportColumn(figure.value, term.message, ColumnKind.COUNT) for figure, term in FIGURES.items()),
)
OF_AMOUNTS: Final = (
    STAFF,
    ReportColumn("discounts", N_("Discounts"), ColumnKind.MONEY, summed=True),
    ReportColumn("voids", N_("Voided"), ColumnKind.MONEY, summed=True),
    ReportColumn("refunds", N_("Refunded"), ColumnKind.MONEY, summed=True),
    ReportColumn("credits", N_("Credits given"), ColumnKind.MONEY, summed=True),
    ReportColumn("write_offs", N_("Written off"), ColumnKind.MONEY, summed=True),
    ReportColumn("short", N_("Missing in tills"), ColumnKind.MONEY, summed=True),
)


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Two statements."""
    found = await TeamReportService(uow).of_days(asked.days.first, asked.days.last)
    records = [one.record for one in found.people]
    look = Figure("look", N_("Worth a look"), ColumnKind.COUNT, len(found.flagged), LOOK)
    tables = [
        Table("marks", N_("Marks"), OF_MARKS, _marks(records), MARKS, "voids", is_previewed=False),
        Table("work", N_("Work"), OF_WORK, [_work(one) for one in records], main="taken"),
        Table("sums", N_("Amounts"), OF_AMOUNTS, [_amounts(one) for one in records], "", "discounts", False),
    ]
    if found.flagged:
        looks = [_look(one, reason) for one in found.flagged for reason in one.reasons]
        tables.insert(0, Table("look", N_("Worth a look"), OF_LOOKS, looks, DEFINITION, main="events"))
    return ReportResult([look], tables, _sentences(found.flagged))


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """The acts behind a person's marks, whichever table was tapped; of what is worth a look those alone."""
    figure = LETTERS.get(place.row[:1]) if place.table == "look" else None
    staff_id = id_of(place.row[1:] if figure else place.row)
    if place.table not in TABLES or staff_id is None:
        return None
    found = await acts_of(uow, asked, staff_id, page, figure)
    return found if found.total or page else None


def _sentences(flagged: Sequence[RatedStaff]) -> list[Sentence]:
    """The reasons in words; those of whom an owner wants to look at first stand first."""
    reasons = [_sentence(one, reason) for one in flagged for reason in one.reasons]
    return reasons or [Sentence(QUIET)]


def _sentence(one: RatedStaff, reason: Comparison) -> Sentence:
    values: dict[str, Value] = {
        "staff": one.record.work.staff_name,
        "events": reason.events,
        "work": reason.work,
        "usual": round(reason.expected),
    }
    return Sentence(REASONS[reason.figure], values)


def _look(one: RatedStaff, reason: Comparison) -> Row:
    return Row(
        (
            one.record.work.staff_name,
            FIGURES[reason.figure],
            reason.events,
            round(reason.expected),
            reason.work,
            reason.amount,
        ),
        f"{LETTER_OF[reason.figure]}{_key(one.record)}",
    )


def _marks(records: Sequence[StaffRecord]) -> list[Row]:
    counted = [_counts(one) for one in records]
    rows = [
        Row((one.work.staff_name, *counts), _key(one) if any(counts) else "")
        for one, counts in zip(records, counted, strict=True)
    ]
    if counted:
        rows.append(Row((MEDIAN, *(round(median(column)) for column in zip(*counted, strict=True)))))
    return rows


def _key(one: StaffRecord) -> str:
    """By which the acts behind somebody's marks are asked for."""
    return row_key(one.staff_id)


def _counts(one: StaffRecord) -> tuple[int, ...]:
    """In the order of `FIGURES`."""
    facts = one.facts
    return (
        facts.voids,
        facts.discounts,
        facts.overrides,
        facts.undone,
        one.work.short_counts,
        facts.refunds,
        facts.write_offs,
        facts.credits,
    )


def _work(one: StaffRecord) -> Row:
    work = one.work
    return Row(
        (
            work.staff_name,
            work.days,
            work.sales,
            work.sold,
            work.payments,
            work.taken,
            work.counts,
            work.difference,
            work.returned,
        ),
        _key(one) if any(_counts(one)) else "",
    )


def _amounts(one: StaffRecord) -> Row:
    facts = one.facts
    return Row(
        (
            one.work.staff_name,
            facts.discount_amount,
            facts.void_amount,
            facts.refund_amount,
            facts.credit_amount,
            facts.write_off_amount,
            one.work.short,
        ),
        _key(one) if any(_counts(one)) else "",
    )


TEAM: Final = ReportDefinition(
    name="team",
    title=N_("👔 Team"),
    definition=DEFINITION,
    compute=compute,
    behind=behind,
    is_compared=False,
)
