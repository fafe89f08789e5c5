"""Amounts as people write them, in five countries: the value that was meant, or the question again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gym.core.language import Translator
from gym.core.reading.amounts import (
    AmountNegative,
    AmountTooLarge,
    NotAnAmount,
    example_amount,
    read_amount,
)
from gym.core.reading.conventions import Conventions

COLOMBIA = Conventions("es", "COP", "CO")
PLACES = {
    "CO": COLOMBIA,
    "CO in English": Conventions("en", "COP", "CO"),
    "MX": Conventions("es", "MXN", "MX"),
    "MX in English": Conventions("en", "MXN", "MX"),
    "AR": Conventions("es", "ARS", "AR"),
    "BR": Conventions("en", "BRL", "BR"),
    "ES": Conventions("es", "EUR", "ES"),
    "ES in English": Conventions("en", "EUR", "ES"),
    "CL": Conventions("es", "CLP", "CL"),
    "US": Conventions("en", "USD", "US"),
}
ASKED_AGAIN = None
EVERYWHERE = {
    "150000": 150000,
    "0": 0,
    "100 mil": 100000,
    "585 mil": 585000,
    "100mil": 100000,
    "100 MIL": 100000,
    "100k": 100000,
    "100 K": 100000,
    "100 thousand": 100000,
    "mil": 1000,
    "un millón": 1000000,
    "one million": 1000000,
    "1,5 millones": 1500000,
    "1.5 million": 1500000,
    "1.5M": 1500000,
    "1,25 millones": 1250000,
    "1.5k": 1500,
    "2 millones": 2000000,
    "1 millón 200 mil": 1200000,
    "1 millón 50 mil": 1050000,
    "100 mil 500": 100500,
    "150 000": 150000,
    "150\u00a0000": 150000,
    "1\u202f500\u202f000": 1500000,
    "1'500'000": 1500000,
    "1\u2019500.000": 1500000,
    "1.500.000": 1500000,
    "1,500,000": 1500000,
    " 100 ": 100,
    # Nothing of these may become a number.
    "": ASKED_AGAIN,
    "abc": ASKED_AGAIN,
    "cien": ASKED_AGAIN,
    "100 abc": ASKED_AGAIN,
    "abc 100": ASKED_AGAIN,
    "100 días": ASKED_AGAIN,
    "aprox 100": ASKED_AGAIN,
    "100?": ASKED_AGAIN,
    "100.": ASKED_AGAIN,
    ".5": ASKED_AGAIN,
    "1e5": ASKED_AGAIN,
    "0x10": ASKED_AGAIN,
    "10²": ASKED_AGAIN,
    "½": ASKED_AGAIN,
    "٣": ASKED_AGAIN,
    "NaN": ASKED_AGAIN,
    "Infinity": ASKED_AGAIN,
    "1.5m": ASKED_AGAIN,
    "1.500 millones": ASKED_AGAIN,
    "1.500k": ASKED_AGAIN,
    "2 millones 500": ASKED_AGAIN,
    "100 mil 5": ASKED_AGAIN,
    "mil mil": ASKED_AGAIN,
    "1.23.4": ASKED_AGAIN,
    "1.2345": ASKED_AGAIN,
    "1.234,567": ASKED_AGAIN,
    "1,500.000": ASKED_AGAIN,
    "0.123": ASKED_AGAIN,
    "12,34,56": ASKED_AGAIN,
    "12 34": ASKED_AGAIN,
    "100/200": ASKED_AGAIN,
    "100 y 200": ASKED_AGAIN,
    "100 200 mil": ASKED_AGAIN,
    "10%": ASKED_AGAIN,
    "3001234567 8": ASKED_AGAIN,
    "9" * 70: ASKED_AGAIN,
}
HERE = [
    ("CO", "$ 100.000 COP", "100000"),
    ("CO", "$100.000", "100000"),
    ("CO", "100.000 pesos", "100000"),
    ("CO", "100 mil pesos colombianos", "100000"),
    ("CO", "un millón de pesos", "1000000"),
    ("CO", "COP 80.000", "80000"),
    ("CO", "COP$80.000", "80000"),
    ("CO", "100,000.50", "100000.50"),
    ("CO", "1.234,50", "1234.50"),
    ("CO", "99,5", "99.5"),
    ("CO", "1,234", "1234"),
    ("CO", "100.000", "100000"),
    ("CO", "€ 39,90", ASKED_AGAIN),
    ("CO", "US$ 100", ASKED_AGAIN),
    ("CO", "100 euros", ASKED_AGAIN),
    ("CO", "R$ 100", ASKED_AGAIN),
    ("CO in English", "150,000", "150000"),
    ("CO in English", "150.000", "150000"),
    ("MX", "$1,234.50", "1234.50"),
    ("MX", "1,234", "1234"),
    ("MX", "1.234", "1234"),
    ("MX", "650 pesos", "650"),
    ("MX", "MX$ 650", "650"),
    ("MX in English", "1.234", ASKED_AGAIN),
    ("AR", "$ 45.000", "45000"),
    ("AR", "1,234", ASKED_AGAIN),
    ("AR", "45 mil pesos", "45000"),
    ("BR", "R$ 1.234,50", "1234.50"),
    ("BR", "R$120", "120"),
    ("BR", "120 reais", "120"),
    ("BR", "US$ 120", ASKED_AGAIN),
    ("ES", "€ 39,90", "39.90"),
    ("ES", "39,90 €", "39.90"),
    ("ES", "39.90", "39.90"),
    ("ES", "39 euros", "39"),
    ("ES", "1.234", "1234"),
    ("ES", "1,234", ASKED_AGAIN),
    ("ES", "39,900", ASKED_AGAIN),
    ("ES", "$ 39", ASKED_AGAIN),
    ("ES in English", "1,234", "1234"),
    ("ES in English", "39.900", "39900"),
    ("CL", "30.000", "30000"),
    ("CL", "99,50", ASKED_AGAIN),
    ("US", "$1,234.50", "1234.50"),
    ("US", "1.234", ASKED_AGAIN),
    ("US", "40 dollars", "40"),
]


def read(typed: str, conventions: Conventions) -> Decimal | None:
    try:
        return read_amount(typed, conventions)
    except NotAnAmount:
        return ASKED_AGAIN


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("typed", "amount"), EVERYWHERE.items())
def test_an_amount_is_read_as_it_was_meant_in_every_country(
    typed: str, amount: int | None, place: str
) -> None:
    assert read(typed, PLACES[place]) == amount


@pytest.mark.parametrize(("place", "typed", "amount"), HERE)
def test_an_amount_is_read_by_the_customs_of_the_place(place: str, typed: str, amount: str | None) -> None:
    assert read(typed, PLACES[place]) == (amount and Decimal(amount))


@pytest.mark.parametrize("typed", ["-5", "- 5", "$ -5", "-$5", "−100.000", "–100 mil"])
def test_an_amount_below_zero_is_named_as_such(typed: str) -> None:
    with pytest.raises(AmountNegative):
        read_amount(typed, COLOMBIA)


@pytest.mark.parametrize("typed", ["9" * 14, "10.000.000.000", "10000 millones", "999999999 millones"])
def test_an_amount_beyond_every_account_is_named_as_such(typed: str) -> None:
    with pytest.raises(AmountTooLarge):
        read_amount(typed, COLOMBIA)


@pytest.mark.parametrize("place", PLACES)
@given(cents=st.integers(0, 10**12 - 1))
def test_what_the_gym_prints_it_reads_back(place: str, cents: int) -> None:
    conventions = PLACES[place]
    amount = min(Decimal(cents).scaleb(-conventions.decimals), Decimal(9_999_999_999))
    shown = Translator(conventions.language, currency=conventions.currency).money(amount)
    assert read_amount(shown, conventions) == amount


@given(text=st.text(max_size=80))
def test_any_text_is_an_amount_or_a_question(text: str) -> None:
    read(text, COLOMBIA)


@given(number=st.integers(1, 999), word=st.text("abcdefghijlnñopqrstuvwxyzáé ", min_size=1, max_size=12))
def test_a_word_that_is_not_understood_is_never_dropped(number: int, word: str) -> None:
    amount = read(f"{number} {word}", COLOMBIA)
    assert word.strip() in {"", "mil"} or amount is None or amount in {1000 * number, number}
    if amount == number:
        assert not word.strip() or word.strip().startswith(("peso", "de", "colombiano", "cop"))


@pytest.mark.parametrize("place", PLACES)
def test_the_question_shows_an_example_that_would_be_understood(place: str) -> None:
    conventions = PLACES[place]
    example = example_amount(conventions)
    shown = Translator(conventions.language, currency=conventions.currency).money(example)
    assert read_amount(shown, conventions) == example
