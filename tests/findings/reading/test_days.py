"""Days as people write them, with a direction: of a payment they are past, of a freeze they are to come."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gym.clients.errors import BirthDateInvalid
from gym.clients.fields.parsers import parse_birth_date
from gym.core.language import Translator
from gym.core.reading.conventions import Conventions
from gym.core.reading.days import DayInvalid, Days, coming, day_invalid, past, read_day

MONDAY = date(2027, 1, 4)
DECEMBER = date(2026, 12, 21)
COUNTRIES = {country: Conventions("es", country=country) for country in ("CO", "MX", "AR", "BR", "ES")}
COLOMBIA, STATES = COUNTRIES["CO"], Conventions("en", "USD", "US")
SALE = Days(MONDAY - timedelta(days=30), MONDAY + timedelta(days=365))
PAST, COMING = past(MONDAY), coming(MONDAY)
READ = [
    # The same words, asked of a payment, of a freeze and of a sale on Monday, 4 January 2027.
    ("28/12", "2026-12-28", "2027-12-28", "2026-12-28"),
    ("28 de diciembre", "2026-12-28", "2027-12-28", "2026-12-28"),
    ("5/1", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("4/1", "2027-01-04", "2027-01-04", "2027-01-04"),
    ("1/9", "2026-09-01", "2027-09-01", "2027-09-01"),
    ("5 de enero", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("enero 5", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("5 ene", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("Jan 5th", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("January 5", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("the 5th of January", "2026-01-05", "2027-01-05", "2027-01-05"),
    ("12 de marzo", "2026-03-12", "2027-03-12", "2027-03-12"),
    ("1º de marzo", "2026-03-01", "2027-03-01", "2027-03-01"),
    ("primero de marzo", "2026-03-01", "2027-03-01", "2027-03-01"),
    ("viernes", "2027-01-01", "2027-01-08", "2027-01-08"),
    ("el viernes", "2027-01-01", "2027-01-08", "2027-01-08"),
    ("on Friday", "2027-01-01", "2027-01-08", "2027-01-08"),
    ("el 15", "2026-12-15", "2027-01-15", "2027-01-15"),
    ("the 2nd", "2027-01-02", "2027-02-02", "2027-01-02"),
]
SURE = {
    "hoy": "2027-01-04",
    "Today": "2027-01-04",
    "mañana": "2027-01-05",
    "tomorrow": "2027-01-05",
    "pasado mañana": "2027-01-06",
    "ayer": "2027-01-03",
    "yesterday": "2027-01-03",
    "antier": "2027-01-02",
    "next friday": "2027-01-08",
    "el próximo viernes": "2027-01-08",
    "el viernes que viene": "2027-01-08",
    "next monday": "2027-01-11",
    "last friday": "2027-01-01",
    "el viernes pasado": "2027-01-01",
    "el lunes pasado": "2026-12-28",
    "in 10 days": "2027-01-14",
    "en 10 días": "2027-01-14",
    "dentro de una semana": "2027-01-11",
    "en un mes": "2027-02-04",
    "hace 3 días": "2027-01-01",
    "two weeks ago": "2026-12-21",
    "2026-08-03": "2026-08-03",
    "2026/8/3": "2026-08-03",
    "3/8/2026": "2026-08-03",
    "3.8.26": "2026-08-03",
    "03-08-2026": "2026-08-03",
    "3 8 2026": "2026-08-03",
    "3 de agosto de 2026": "2026-08-03",
    "3 de agosto del 2026": "2026-08-03",
    "lun 3 ago 2026": "2026-08-03",
    "Mon, 3 Aug 2026": "2026-08-03",
    "August 3, 2026": "2026-08-03",
    "mar 3 mar 2026": "2026-03-03",
    "29/2/2028": "2028-02-29",
}
ASKED_AGAIN = [
    *("", "abc", "31/2", "30 de febrero", "29/2", "32/1", "5/13", "12/25", "0/1", "1/0", "45", "3/8/202"),
    *("3-8/2026", "mar 4 mar 2026", "martes 3 ago 2026", "lunes", "monday", "this week", "enero", "5 de"),
    *("la próxima semana", "3 ago 4 sep", "10 pesos", "3/8 o 4/8", "en 10", "in ten visits", "9" * 20),
    *("3/8/0026", "hace mucho", "el 45", "3² de agosto"),
]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize(("typed", "paid", "rests", "starts"), READ)
def test_a_day_without_its_year_is_the_one_the_question_is_about(
    typed: str, paid: str, rests: str, starts: str, country: str
) -> None:
    conventions = COUNTRIES[country]
    found = [read_day(typed, MONDAY, days, conventions).isoformat() for days in (PAST, COMING, SALE)]
    assert found == [paid, rests, starts]


@pytest.mark.parametrize("days", [PAST, COMING, SALE])
@pytest.mark.parametrize(("typed", "day"), SURE.items())
def test_a_day_that_is_sure_is_that_day_whatever_was_asked(typed: str, day: str, days: Days) -> None:
    assert read_day(typed, MONDAY, days, COLOMBIA).isoformat() == day


@pytest.mark.parametrize("days", [PAST, COMING, SALE])
@pytest.mark.parametrize("typed", ASKED_AGAIN)
def test_what_is_no_day_or_may_be_two_is_asked_again(typed: str, days: Days) -> None:
    with pytest.raises(DayInvalid):
        read_day(typed, MONDAY, days, COLOMBIA)


def test_a_start_typed_in_december_is_next_january() -> None:
    sale = Days(DECEMBER - timedelta(days=30), DECEMBER + timedelta(days=365))
    assert read_day("5/1", DECEMBER, sale, COLOMBIA) == date(2027, 1, 5)
    assert read_day("28/11", DECEMBER, sale, COLOMBIA) == date(2026, 11, 28)


def test_where_the_month_is_written_first_it_is_read_first() -> None:
    assert read_day("12/25", MONDAY, PAST, STATES) == date(2026, 12, 25)
    assert read_day("3/8/2026", MONDAY, PAST, STATES) == date(2026, 3, 8)
    with pytest.raises(DayInvalid):
        read_day("25/12", MONDAY, PAST, STATES)
    assert parse_birth_date("3/8/1990", MONDAY, month_first=True) == date(1990, 3, 8)


@pytest.mark.parametrize("typed", ["3/8", "5 de enero", "hoy", "viernes", "31/2/1990", "1990", "3 foo 1990"])
def test_a_birth_date_has_its_year(typed: str) -> None:
    with pytest.raises(BirthDateInvalid):
        parse_birth_date(typed, MONDAY)


@pytest.mark.parametrize("language", ["en", "es"])
@given(day=st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_what_the_gym_prints_it_reads_back(language: str, day: date) -> None:
    t, conventions = Translator(language), Conventions(language)
    assert read_day(t.day(day), MONDAY, COMING, conventions) == day
    near = MONDAY + timedelta(days=day.toordinal() % 360)
    assert read_day(t.day(near, short=True), MONDAY, COMING, conventions) == near


@pytest.mark.parametrize("conventions", [*COUNTRIES.values(), STATES])
def test_the_question_shows_examples_that_would_be_understood(conventions: Conventions) -> None:
    asked = day_invalid(MONDAY, conventions)
    assert read_day(str(asked.context["example"]), MONDAY, COMING, conventions) == MONDAY


@given(st.text(max_size=80))
def test_any_text_is_a_day_or_a_question(text: str) -> None:
    with suppress(DayInvalid):
        read_day(text, MONDAY, COMING, COLOMBIA)
