"""Reports in words: values by their kind, changes that the charts' font can draw, screens without noise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from matplotlib.font_manager import findfont, get_font

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.reports import entry_label, report_lines, row_label
from gym.core.language import Translator
from gym.reports.charts.canvas import FONT
from gym.reports.charts.of_reports import chart_of_report
from gym.reports.charts.shapes import Columns
from gym.reports.door.terms import WEEKDAYS
from gym.reports.output.words import show_change, show_sentence, show_value
from gym.reports.ranges import DayRange, compared_with
from gym.reports.results import (
    Asked,
    ColumnKind,
    Figure,
    Report,
    ReportColumn,
    ReportResult,
    Row,
    Sentence,
    Table,
    Value,
)

TODAY = date(2026, 11, 30)
NOVEMBER = DayRange(date(2026, 11, 1), TODAY)
COP, ES, USD = Translator("en"), Translator("es"), Translator("en", currency="USD")
VISITS = (
    ReportColumn("weekday", "Weekday"),
    ReportColumn("hour", "Hour", ColumnKind.HOUR),
    ReportColumn("visits", "Visits", ColumnKind.COUNT),
)
MONEY = (ReportColumn("day", "Day", ColumnKind.DAY), ReportColumn("net", "Net", ColumnKind.MONEY))


@pytest.mark.parametrize(
    ("t", "value", "kind", "shown"),
    [
        (COP, Decimal("208571.43"), ColumnKind.MONEY, "$208,571"),
        (ES, Decimal("208571.50"), ColumnKind.MONEY, "$208.572"),
        (USD, Decimal("208571.43"), ColumnKind.MONEY, "$208,571.43"),
        (USD, Decimal(12), ColumnKind.MONEY, "$12"),
        (ES, 6, ColumnKind.HOUR, "06:00"),
        (COP, date(2026, 1, 1), ColumnKind.MONTH, "Jan 2026"),
        (ES, date(2026, 1, 1), ColumnKind.MONTH, "ene 2026"),
        (ES, 1234, ColumnKind.NUMBER, "1234"),
    ],
)
def test_a_value_is_written_by_its_kind(t: Translator, value: Value, kind: ColumnKind, shown: str) -> None:
    assert show_value(t, value, kind) == shown


def test_a_finding_has_no_cents_where_nobody_pays_them() -> None:
    assert show_sentence(ES, Sentence("{sum} y {n}", {"sum": Decimal("10.4"), "n": 3})) == "$10 y 3"


def test_how_a_figure_moved_can_be_drawn() -> None:
    font = get_font(findfont(FONT))
    for value in (7, 70, 700):
        told = show_change(ES, Figure("a", "A", ColumnKind.COUNT, value, ""), 70)
        assert all(font.get_char_index(ord(sign)) for sign in told), told


def november(*tables: Table, figures: tuple[Figure, ...] = ()) -> Report:
    result = ReportResult(figures, tables)
    return Report("money", "Money", "", Asked(NOVEMBER), compared_with(NOVEMBER), result)


def test_a_screen_names_the_hour_the_days_before_and_only_rows_that_tell_something() -> None:
    t = HtmlTranslator("en")
    hours = Table("hours", "By hour", VISITS, [Row((WEEKDAYS[0], 6, 17))], is_previewed=False)
    days = Table("day", "By day", MONEY, [Row((TODAY, Decimal(5)))])
    new = Figure("new", "New", ColumnKind.COUNT, 4, "", before=0)
    back = Figure("back", "Back", ColumnKind.COUNT, 4, "", before=2)
    said = "\n".join(report_lines(t, november(hours, days, figures=(new, back)), TODAY))
    assert "30 Nov: $5" in said
    assert "By hour" not in said
    assert "before: 0 (" in said
    assert "▲ 100 % against " in said
    assert "against Last month" not in said
    assert "against This" not in said
    assert row_label(t, hours, hours.rows[0]) == "17 · Monday, 06:00"


def test_an_act_is_told_by_its_day_its_client_and_its_amount() -> None:
    at = datetime(2026, 11, 25, 22, 22, tzinfo=UTC)
    columns = (ReportColumn("at", "When", ColumnKind.MOMENT), ReportColumn("what", "What"), *MONEY)
    table = Table("rows", "Acts", columns, [Row((at, None, "Diana Henao", Decimal(9000)))], main="at")
    assert entry_label(HtmlTranslator("en"), table, table.rows[0]) == "25 Nov 17:22 · Diana Henao · $9,000"


def test_a_day_without_money_is_a_gap_on_the_axis() -> None:
    rows = [Row((day, Decimal(1))) for day in (NOVEMBER.first, NOVEMBER.first + timedelta(days=9))]
    net = Figure("net", "Received", ColumnKind.MONEY, Decimal(2), "")
    chart = chart_of_report(november(Table("day", "By day", MONEY, rows), figures=(net,)), COP, TODAY)
    assert isinstance(chart, Columns)
    assert [number for number, mark in enumerate(chart.marks) if mark.value] == [0, 9]
    assert len(chart.marks) == 30
