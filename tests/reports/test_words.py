"""Reports in words: values by their kind, changes that the charts' font can draw, screens without noise."""

from __future__ import annotations

from dataclasses import replace
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


def earlier(*rows: tuple[date, int]) -> Table:
    return Table("day", "By day", MONEY, [Row((day, Decimal(amount))) for day, amount in rows])


def test_the_picture_of_money_names_what_it_is_compared_with_and_draws_it_pale() -> None:
    rows = [Row((NOVEMBER.first, Decimal(300))), Row((NOVEMBER.last, Decimal(24)))]
    october = earlier((date(2026, 10, 1), 200), (date(2026, 10, 31), 100))
    net = Figure("net", "Received", ColumnKind.MONEY, Decimal(324), "", before=Decimal(300))
    report = november(Table("day", "By day", MONEY, rows), figures=(net,))
    report = replace(report, earlier=october)
    chart = chart_of_report(report, COP, TODAY)
    assert isinstance(chart, Columns)
    assert chart.title == "Received: $324, 8\N{NO-BREAK SPACE}% more than October"
    assert chart.subtitle == "By day. This month: 1 Nov – 30 Nov. Pale: 1 Oct – 31 Oct."
    shown = [(one.value, one.before) for one in (*chart.marks[:2], chart.marks[-1])]
    assert shown == [(300, 200), (0, 0), (24, 0)], "the 31st has no day beside it"
    spanish = chart_of_report(report, ES, TODAY)
    assert isinstance(spanish, Columns)
    assert spanish.title.endswith("8\N{NO-BREAK SPACE}% más que octubre")
    for value, told in ((300, "as much as October"), (150, "50\N{NO-BREAK SPACE}% less than October")):
        figures = (replace(net, value=Decimal(value)),)
        moved = chart_of_report(replace(report, result=replace(report.result, figures=figures)), COP, TODAY)
        assert isinstance(moved, Columns)
        assert moved.title.endswith(told)


def test_months_without_money_are_gaps_and_those_before_the_first_are_not_drawn() -> None:
    """Each month stands before that of a year ago, also where one of them had nothing."""
    days = DayRange(date(2025, 12, 1), date(2026, 11, 30))
    rows = [Row((date(2026, month, 5), Decimal(month))) for month in (2, 3, 11)]
    net = Figure("net", "Received", ColumnKind.MONEY, Decimal(16), "")
    report = replace(
        november(Table("day", "By day", MONEY, rows), figures=(net,)),
        asked=Asked(days),
        against=compared_with(days),
        earlier=earlier((date(2025, 3, 5), 9), (date(2025, 11, 5), 7)),
    )
    chart = chart_of_report(report, COP, TODAY)
    assert isinstance(chart, Columns)
    assert [(one.label, one.value, one.before) for one in chart.marks] == [
        ("Feb ’26", 2, 0),
        ("Mar ’26", 3, 9),
        *[(f"{name} ’26", 0, 0) for name in ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct")],
        ("Nov ’26", 11, 7),
    ]


def test_the_picture_of_any_days_is_compared_with_as_many_before() -> None:
    days = DayRange(date(2025, 12, 1), date(2026, 11, 30))
    net = Figure("net", "Received", ColumnKind.MONEY, Decimal(107), "", before=Decimal(100))
    table = Table("day", "By day", MONEY, [Row((TODAY, Decimal(107)))])
    whole = replace(november(table, figures=(net,)), asked=Asked(days), against=compared_with(days))
    for t, told in ((COP, "7 % more than the 365 days before"), (ES, "7 % más que los 365 días anteriores")):
        chart = chart_of_report(whole, t, TODAY)
        assert isinstance(chart, Columns)
        assert chart.title.replace("\N{NO-BREAK SPACE}", " ").endswith(told)
        assert "1 " in chart.subtitle
        assert "2025 – 30 " in chart.subtitle, "no weekday stands in a span"


def test_a_share_has_no_nought_behind_its_point() -> None:
    shown = [
        show_value(COP, Decimal(share), ColumnKind.PERCENT) for share in ("6.98", "6.94", "0.04", "12.6")
    ]
    assert shown == ["7 %", "6.9 %", "0 %", "13 %"]
