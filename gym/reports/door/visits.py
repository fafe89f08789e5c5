"""Report of visits: by day, hour of the week and plan; people, no-shows, refusals, overrides by staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import text

from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.reports.definition import ReportDefinition
from gym.reports.door.terms import METHODS, REASONS, WEEKDAYS
from gym.reports.figures.pages import GYM_ITSELF, NOBODY_KEY, Narrowing, key_of, terms_of, to_card
from gym.reports.figures.terms import FigureTerms
from gym.reports.figures.visits import (
    HourVisits,
    NoShow,
    OverrideCount,
    PlanVisits,
    RefusalCount,
    VisitCounts,
    VisitRepository,
)
from gym.reports.results import (
    Asked,
    ColumnKind,
    Figure,
    ReportColumn,
    ReportResult,
    Row,
    RowsBehind,
    RowsPlace,
    Table,
    Term,
    id_of,
)
from gym.unit_of_work import UnitOfWork

VISITS: Final = N_("Entries that count: one a client and day, not undone, on the day of the door's clock.")
VISITORS: Final = N_("Clients who came at least once.")
NO_SHOWS: Final = N_(
    "Clients with a paid or graced plan on one of the days or more, not resting all the while, who never "
    "came."
)
REFUSED: Final = N_("Attempts that were refused, by the reason that was said, let in afterwards or not.")
LET_IN: Final = N_("People let in by staff against the verdict; undone entries are not counted.")
WITHOUT: Final = Term("none", N_("Without a plan"))
UNKNOWN: Final = Term("unknown", N_("Nobody known"))
COUNT: Final = ColumnKind.COUNT
SEEN: Final = (
    ReportColumn("client", N_("Client")),
    ReportColumn("at", N_("When"), ColumnKind.MOMENT),
    ReportColumn("plan", N_("Plan")),
    ReportColumn("method", N_("How")),
    ReportColumn("reason", N_("Reason")),
)
# The page first, by the index of days, and the names of its rows alone.
ROWS: Final = """
SELECT i.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name, i.at, p.name AS plan_name,
    i.method, i.outcome, i.code, i.override_reason
FROM (
    SELECT i.* FROM {source} WHERE i.gym_day BETWEEN :first AND :last AND {where}
    ORDER BY i.gym_day DESC, i.at DESC, i.id DESC LIMIT :size OFFSET :skip
) i
LEFT JOIN clients c ON c.id = i.client_id
LEFT JOIN subscriptions s ON s.id = i.subscription_id LEFT JOIN plans p ON p.id = s.plan_id
ORDER BY i.gym_day DESC, i.at DESC, i.id DESC
"""
TOTAL: Final = "SELECT count(*) FROM {source} WHERE i.gym_day BETWEEN :first AND :last AND {where}"
_PLAIN: Final = "check_ins i"
_BY_PLAN: Final = "check_ins i LEFT JOIN subscriptions s ON s.id = i.subscription_id"
_COUNTED: Final = "i.counted AND i.undone_at IS NULL"
_OVERRIDDEN: Final = "i.outcome = 'admitted' AND i.override_reason IS NOT NULL AND i.undone_at IS NULL"
FIGURE_WHERE: Final[Mapping[str, str]] = {
    "visits": _COUNTED,
    "refused": "i.outcome = 'denied'",
    "let_in": _OVERRIDDEN,
}
WHERE: Final[Mapping[str, str]] = {
    "days": f"{_COUNTED} AND to_char(i.gym_day, 'YYYYMMDD') = :row",
    "hours": f"""{_COUNTED} AND to_char(extract(isodow FROM i.gym_day) - 1, 'FM0')
        || to_char(timezone(:zone, i.at), 'HH24') = :row""",
    "plan": f"{_COUNTED} AND s.plan_id IS NOT DISTINCT FROM CAST(:id AS uuid)",
    "reason": "i.outcome = 'denied' AND i.code = :row",
    "staff": f"{_OVERRIDDEN} AND i.staff_id IS NOT DISTINCT FROM CAST(:id AS uuid)",
}
BY_ID: Final = ("plan", "staff")
ROLLED_UP: Final = ("days", "hours", "plan")
"""Tables of visits: how many stand behind a row is read with the figure, not counted among millions."""


async def compute(uow: UnitOfWork, asked: Asked) -> ReportResult:
    """Four statements."""
    door, terms = VisitRepository(uow.session), terms_of(uow, asked)
    counts = await door.counts(terms)
    refusals, overrides = await door.refusals(terms), await door.overrides(terms)
    figures = await _figures(door, terms, counts.total, refusals, overrides)
    tables = [_days(counts), _hours(counts), _plans(counts.plans), _reasons(refusals), _staff(overrides)]
    return ReportResult(figures, tables)


async def figures(uow: UnitOfWork, asked: Asked) -> Sequence[Figure]:
    """Four statements, for the ranges that a range is compared with."""
    door, terms = VisitRepository(uow.session), terms_of(uow, asked)
    refusals, overrides = await door.refusals(terms), await door.overrides(terms)
    return await _figures(door, terms, await door.total(terms), refusals, overrides)


async def _figures(
    door: VisitRepository,
    terms: FigureTerms,
    visits: int,
    refusals: Sequence[RefusalCount],
    overrides: Sequence[OverrideCount],
) -> list[Figure]:
    people = await door.people(terms)
    refused = sum(one.refusals for one in refusals)
    let_in = sum(one.overrides for one in overrides)
    return [
        Figure("visits", N_("Visits"), COUNT, visits, VISITS, behind="visits"),
        Figure("visitors", N_("People"), COUNT, people.visitors, VISITORS),
        Figure("no_shows", N_("Never came"), COUNT, people.absent, NO_SHOWS, behind="no_shows"),
        Figure("refused", N_("Refused"), COUNT, refused, REFUSED, "refused"),
        Figure("let_in", N_("Let in anyway"), COUNT, let_in, LET_IN, "let_in"),
    ]


async def behind(uow: UnitOfWork, asked: Asked, place: RowsPlace, page: int) -> RowsBehind | None:
    """Attempts, the latest first; of no-shows the clients by name."""
    terms = terms_of(uow, asked)
    if place == RowsPlace("", "no_shows"):
        door = VisitRepository(uow.session)
        found = [_absent(one) for one in await door.no_shows(terms, Narrowing(page=page))]
        return RowsBehind(
            Table("rows", N_("Never came"), _ABSENT, found), page, (await door.people(terms)).absent
        )
    where = WHERE.get(place.table) if place.table else FIGURE_WHERE.get(place.row)
    by_id = place.table in BY_ID
    if where is None or (by_id and place.row != NOBODY_KEY and id_of(place.row) is None):
        return None
    values: dict[str, Any] = {"first": terms.first, "last": terms.last}
    values |= {"zone": terms.zone} if ":zone" in where else {}
    values |= {"row": place.row} if ":row" in where else {}
    values |= {"id": id_of(place.row)} if by_id else {}
    source = {"source": _BY_PLAN if place.table == "plan" else _PLAIN, "where": where}
    if place.table in ROLLED_UP or place.row == "visits":
        counts = await VisitRepository(uow.session).counts(terms)
        total = _rolled_up(counts, place)
        day = next((one.day for one in counts.days if place == RowsPlace("days", day_key(one.day))), None)
        values |= {"first": day, "last": day} if day is not None else {}
    else:
        total = await uow.session.scalar(text(TOTAL.format(**source)), values) or 0
    paged = values | {"size": PAGE_SIZE, "skip": page * PAGE_SIZE}
    rows = (await uow.session.execute(text(ROWS.format(**source)), paged)).all() if total else ()
    table = Table("rows", N_("At the door"), SEEN, [_row(row) for row in rows])
    return RowsBehind(table, page, total)


def _rolled_up(counts: VisitCounts, place: RowsPlace) -> int:
    """How many visits there are behind their figure or a row of a table of visits."""
    match place.table:
        case "days":
            found = {day_key(one.day): one.visits for one in counts.days}
        case "hours":
            found = {hour_key(one): one.visits for one in counts.hours}
        case "plan":
            found = {key_of(one.plan_id): one.visits for one in counts.plans}
        case _:
            found = {place.row: counts.total}
    return found.get(place.row, 0)


_ABSENT: Final = (ReportColumn("client", N_("Client")), ReportColumn("plan", N_("Plan")))


def _absent(one: NoShow) -> Row:
    return Row((one.client_name, one.plan_name), link=to_card(one.client_id))


def _days(counts: VisitCounts) -> Table:
    columns = (
        ReportColumn("day", N_("Day"), ColumnKind.DAY),
        ReportColumn("visits", N_("Visits"), COUNT, summed=True),
    )
    rows = [Row((one.day, one.visits), day_key(one.day)) for one in counts.days]
    return Table("days", N_("By day"), columns, rows, VISITS)


def day_key(day: date) -> str:
    """By which the visits of a day are asked for."""
    return f"{day:%Y%m%d}"


def hour_key(one: HourVisits) -> str:
    """By which the visits of an hour of the week are asked for: the weekday, Monday is 0, and the hour."""
    return f"{one.weekday}{one.hour:02}"


def _hours(counts: VisitCounts) -> Table:
    columns = (
        ReportColumn("weekday", N_("Weekday")),
        ReportColumn("hour", N_("Hour"), ColumnKind.HOUR),
        ReportColumn("visits", N_("Visits"), COUNT, summed=True),
    )
    rows = [Row((WEEKDAYS[one.weekday], one.hour, one.visits), hour_key(one)) for one in counts.hours]
    return Table("hours", N_("By hour of the week"), columns, rows, VISITS, is_previewed=False)


def _plans(plans: Sequence[PlanVisits]) -> Table:
    columns = (ReportColumn("plan", N_("Plan")), ReportColumn("visits", N_("Visits"), COUNT, summed=True))
    rows = [Row((one.plan_name or WITHOUT, one.visits), key_of(one.plan_id)) for one in plans]
    return Table("plan", N_("By plan"), columns, rows, VISITS)


def _reasons(refusals: Sequence[RefusalCount]) -> Table:
    columns = (
        ReportColumn("reason", N_("Reason")),
        ReportColumn("let_in", N_("Let in anyway"), COUNT, summed=True),
        ReportColumn("refused", N_("Refused"), COUNT, summed=True),
    )
    rows = [Row((REASONS[one.code], one.let_in, one.refusals), one.code.value) for one in refusals]
    return Table("reason", N_("Refused, by reason"), columns, rows, REFUSED)


def _staff(overrides: Sequence[OverrideCount]) -> Table:
    columns = (
        ReportColumn("staff", N_("Staff")),
        ReportColumn("let_in", N_("Let in anyway"), COUNT, summed=True),
    )
    rows = [Row((one.staff_name or GYM_ITSELF, one.overrides), key_of(one.staff_id)) for one in overrides]
    return Table("staff", N_("Let in anyway, by staff"), columns, rows, LET_IN)


def _row(row: Any) -> Row:
    reason = row.override_reason or (REASONS[VerdictCode(row.code)] if row.outcome == "denied" else None)
    cells = (
        row.client_name or UNKNOWN,
        row.at,
        row.plan_name or WITHOUT,
        METHODS[CheckInMethod(row.method)],
        reason,
    )
    return Row(cells, link=to_card(row.client_id) if row.client_id else None)


DOOR: Final = ReportDefinition("visits", N_("🏋️ Visits"), VISITS, compute, behind, figures)
