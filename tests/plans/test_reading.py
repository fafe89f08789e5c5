"""Readers of plans' fields as people write them."""

from __future__ import annotations

from typing import Any

import pytest

from gym.plans.errors import (
    DurationInvalid,
    FreezeDaysInvalid,
    PlanNameInvalid,
    VisitsInvalid,
    WindowInvalid,
)
from gym.plans.models import DurationUnit
from gym.plans.schemas import (
    Duration,
    parse_duration,
    parse_freeze_days,
    parse_plan_name,
    parse_visits,
    slug_of,
)
from gym.plans.windows import parse_window

WORK_WEEK = [0, 1, 2, 3, 4]
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1 month", Duration(1, DurationUnit.MONTH)),
        ("a month", Duration(1, DurationUnit.MONTH)),
        ("Mes", Duration(1, DurationUnit.MONTH)),
        ("mensual", Duration(1, DurationUnit.MONTH)),
        ("3m", Duration(3, DurationUnit.MONTH)),
        ("15 días", Duration(15, DurationUnit.DAY)),
        ("2 semanas", Duration(2, DurationUnit.WEEK)),
        ("un año", Duration(1, DurationUnit.YEAR)),
        (" 1  year ", Duration(1, DurationUnit.YEAR)),
    ],
)
def test_a_duration_is_read_in_both_languages(typed: str, read: Duration) -> None:
    assert parse_duration(typed) == read


@pytest.mark.parametrize("typed", ["", "5", "0 days", "1001 days", "-1 day", "1 fortnight", "one two"])
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(DurationInvalid):
        parse_duration(typed)


def test_a_name_is_tidied_and_its_slug_is_plain() -> None:
    assert parse_plan_name("  Mes   Básico ") == "Mes Básico"
    assert slug_of("Mes Básico (2×1)") == "mes-basico-2-1"
    for wrong in ("", " a ", "x" * 81):
        with pytest.raises(PlanNameInvalid):
            parse_plan_name(wrong)


def test_visits_and_freeze_days_are_counts() -> None:
    assert (parse_visits("12"), parse_visits(" 12 visitas ")) == (12, 12)
    assert (parse_freeze_days("0"), parse_freeze_days("15 días")) == (0, 15)
    for wrong in ("", "0", "1001", "-1", "many"):
        with pytest.raises(VisitsInvalid):
            parse_visits(wrong)
    for wrong in ("", "366", "-1", "few"):
        with pytest.raises(FreezeDaysInvalid):
            parse_freeze_days(wrong)


@pytest.mark.parametrize(
    ("typed", "weekdays", "opens", "until"),
    [
        ("mon-fri 6:00-12:00", WORK_WEEK, "06:00", "12:00"),
        ("Lunes a viernes 6 a 12", WORK_WEEK, "06:00", "12:00"),
        ("sa, do 8-14", [5, 6], "08:00", "14:00"),
        ("sábado y domingo 8:30 a 14", [5, 6], "08:30", "14:00"),
        ("fri-mon 6am-11:30am", [0, 4, 5, 6], "06:00", "11:30"),
        ("6pm-10pm", EVERY_DAY, "18:00", "22:00"),
        ("12am-12pm", EVERY_DAY, "00:00", "12:00"),
        ("wed 18-24", [2], "18:00", "00:00"),
    ],
)
def test_a_window_is_read_in_both_languages(typed: str, weekdays: list[int], opens: str, until: str) -> None:
    assert parse_window(typed) == {"weekdays": weekdays, "from": opens, "until": until}


def test_no_window_is_always_open() -> None:
    assert parse_window("  ") is None


@pytest.mark.parametrize(
    "typed", ["mon", "6", "mon-fri", "12-6", "xyz 6-12", "25-26", "6:99-12", "13pm-14pm", "6-12 mon", "6-6"]
)
def test_what_is_no_window_is_refused(typed: str) -> None:
    with pytest.raises(WindowInvalid):
        parse_window(typed)


def test_what_is_read_can_be_kept() -> None:
    read: dict[str, Any] | None = parse_window("mon 6-12")
    assert read is not None
    assert set(read) == {"weekdays", "from", "until"}
