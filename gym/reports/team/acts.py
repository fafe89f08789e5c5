"""Acts behind a person's figures in the report of the team: voids, refunds, discounts, overrides and more."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.reports.results import (
    Asked,
    ColumnKind,
    LinkKind,
    ReportColumn,
    Row,
    RowLink,
    RowsBehind,
    Table,
    Term,
)
from gym.reports.team.rating import TeamFigure
from gym.unit_of_work import UnitOfWork

# Each part has the conditions of the figure that counts it (`gym.reports.person_facts`, `work`): a test adds
# them up.
ACTS: Final = text("""
SELECT x.*, btrim(c.first_name || ' ' || c.last_name) AS client_name, count(*) OVER () AS total,
    sum(x.amount) OVER () AS whole, (SELECT t.name FROM staff t WHERE t.id = :staff) AS staff_name
FROM (
    SELECT CASE WHEN e.kind = 'void' THEN 'voids' WHEN e.kind = 'refund' THEN 'refunds'
            WHEN e.cause = 'written_off' THEN 'write_offs' ELSE 'credits' END AS figure,
        e.at, e.amount, a.client_id, e.voids_id AS receipt_id, e.reason
    FROM ledger_entries e JOIN accounts a ON a.id = e.account_id
    WHERE e.staff_id = :staff AND e.at >= :begins AND e.at < :ends
        AND (e.kind = 'void' OR e.kind = 'refund' AND e.method <> 'credit'
            OR e.kind = 'credit' AND e.cause IN ('canceled', 'goodwill', 'written_off'))
    UNION ALL
    SELECT 'discounts', s.sold_at, s.discount, s.client_id, NULL, NULL FROM subscriptions s
    WHERE s.sold_by = :staff AND s.discount > 0 AND s.sold_at >= :begins AND s.sold_at < :ends
    UNION ALL
    SELECT 'overrides', i.at, NULL, i.client_id, NULL, i.override_reason FROM check_ins i
    WHERE i.staff_id = :staff AND i.outcome = 'admitted' AND i.override_reason IS NOT NULL
        AND i.received_at >= :begins AND i.received_at < :ends
    UNION ALL
    SELECT 'undone', i.undone_at, NULL, i.client_id, NULL, NULL FROM check_ins i
    WHERE i.undone_by = :staff AND i.undone_at >= :begins AND i.undone_at < :ends
        AND i.received_at >= CAST(:begins AS timestamptz) - interval '1 day' AND i.received_at < :ends
    UNION ALL
    SELECT 'short_tills', n.at, n.difference, NULL, NULL, NULL FROM (
        SELECT DISTINCT ON (gym_day, method) at, difference FROM cash_counts
        WHERE staff_id = :staff AND gym_day BETWEEN :first AND :last
        ORDER BY gym_day, method, at DESC, id DESC
    ) n WHERE n.difference < 0
) x LEFT JOIN clients c ON c.id = x.client_id
WHERE CAST(:figure AS text) IS NULL OR x.figure = :figure
ORDER BY x.at DESC, x.figure, x.client_id LIMIT :size OFFSET :skip
""")
COLUMNS: Final = (
    ReportColumn("at", N_("When"), ColumnKind.MOMENT),
    ReportColumn("what", N_("What")),
    ReportColumn("client", N_("Client")),
    ReportColumn("amount", N_("Amount"), ColumnKind.MONEY),
    ReportColumn("reason", N_("Reason")),
)
WHAT: Final = {
    TeamFigure.VOIDS: Term("voids", N_("Voided")),
    TeamFigure.REFUNDS: Term("refunds", N_("Refund")),
    TeamFigure.WRITE_OFFS: Term("write_offs", N_("Written off")),
    TeamFigure.CREDITS: Term("credits", N_("Credit")),
    TeamFigure.DISCOUNTS: Term("discounts", N_("Discount")),
    TeamFigure.OVERRIDES: Term("overrides", N_("Let in anyway")),
    TeamFigure.UNDONE: Term("undone", N_("Visit taken back")),
    TeamFigure.SHORT_TILLS: Term("short_tills", N_("Short till")),
}


LETTERS: Final = {
    "v": TeamFigure.VOIDS,
    "d": TeamFigure.DISCOUNTS,
    "o": TeamFigure.OVERRIDES,
    "u": TeamFigure.UNDONE,
    "t": TeamFigure.SHORT_TILLS,
    "r": TeamFigure.REFUNDS,
    "w": TeamFigure.WRITE_OFFS,
    "c": TeamFigure.CREDITS,
}
"""Before a person's key in the button of one figure; they stay."""
LETTER_OF: Final = {figure: letter for letter, figure in LETTERS.items()}


async def acts_of(
    uow: UnitOfWork, asked: Asked, staff_id: UUID, number: int, figure: TeamFigure | None = None
) -> RowsBehind:
    """A page of what counts as a mark of somebody, or as one figure alone with what it comes to, the latest
    first; one statement.
    """
    zone, days = uow.settings.zone, asked.days
    values = {
        "staff": staff_id,
        "figure": figure,
        "first": days.first,
        "last": days.last,
        "begins": days.begins(zone),
        "ends": days.ends(zone),
        "size": PAGE_SIZE,
        "skip": number * PAGE_SIZE,
    }
    rows = (await uow.session.execute(ACTS, values)).all()
    # Of one figure every act is the same: its day, whom and how much are what is told apart.
    main = "what" if figure is None else "at"
    table = Table("rows", N_("Acts"), COLUMNS, [_row(row, named=figure is None) for row in rows], main=main)
    if not rows:
        return RowsBehind(table, number, 0)
    amount = rows[0].whole if figure is not None else None
    return RowsBehind(table, number, rows[0].total, amount, rows[0].staff_name)


def _row(row: Any, *, named: bool) -> Row:
    what = WHAT[TeamFigure(row.figure)] if named else None
    cells = (row.at, what, row.client_name, row.amount, row.reason)
    if row.receipt_id is not None:
        return Row(cells, link=RowLink(LinkKind.RECEIPT, row.receipt_id))
    return Row(cells, link=RowLink(LinkKind.CLIENT, row.client_id) if row.client_id else None)
