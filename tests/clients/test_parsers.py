"""Values of a client as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from gym.clients.errors import (
    BirthDateInvalid,
    DocumentInvalid,
    EmailInvalid,
    GenderInvalid,
    NameInvalid,
    PhoneInvalid,
    ReasonInvalid,
    TextTooLong,
    TooManyTags,
)
from gym.clients.fields import parsers
from gym.clients.fields.documents import Document, parse_document
from gym.clients.fields.phones import parse_contact_phone, parse_phone
from gym.clients.models import DocumentType, Gender

TODAY = date(2026, 8, 3)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  María   José ", "María José"),
        ("Jose\u0301", "José"),
        ("O'Neill", "O'Neill"),
        ("Ana\u200b", "Ana"),
        ("李", "李"),
    ],
)
def test_a_name_is_kept_tidy(typed: str, kept: str) -> None:
    assert parsers.parse_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "123", "\u200b", "x" * 81])
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(NameInvalid):
        parsers.parse_name(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1020304050", Document(DocumentType.CC, "1020304050")),
        ("1.020.304.050", Document(DocumentType.CC, "1020304050")),
        ("CC 1.020.304-050", Document(DocumentType.CC, "1020304050")),
        ("c.c. 1020304050", Document(DocumentType.CC, "1020304050")),
        ("cc1020304050", Document(DocumentType.CC, "1020304050")),
        ("TI 99 01 02 12345", Document(DocumentType.TI, "99010212345")),
        ("pp ab 123456", Document(DocumentType.PP, "AB123456")),
        ("CE: 345678", Document(DocumentType.CE, "345678")),
    ],
)
def test_a_document_is_read_with_dots_spaces_and_its_type(typed: str, kept: Document) -> None:
    assert parse_document(typed) == kept


def test_a_bare_number_is_of_the_type_that_was_chosen() -> None:
    assert parse_document("ab-1234", DocumentType.PP) == Document(DocumentType.PP, "AB1234")


@pytest.mark.parametrize("typed", ["", "CC", "12", "hello", "CC 12AB34", "1" * 30, "12#34"])
def test_what_is_no_document_is_refused(typed: str) -> None:
    with pytest.raises(DocumentInvalid):
        parse_document(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("300 123 4567", "+573001234567"),
        ("(300) 123-4567", "+573001234567"),
        ("+57 300 123 4567", "+573001234567"),
        ("573001234567", "+573001234567"),
        ("+34 600 11 22 33", "+34600112233"),
    ],
)
def test_a_phone_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert parse_phone(typed, "CO") == kept


@pytest.mark.parametrize("typed", ["", "12", "hello", "300123", "+999 1234567", "3" * 50])
def test_what_is_no_phone_is_refused(typed: str) -> None:
    with pytest.raises(PhoneInvalid):
        parse_phone(typed, "CO")


@pytest.mark.parametrize("typed", ["34600112233", "+34600112233", "+34 600 112 233"])
def test_a_contact_from_abroad_needs_no_plus(typed: str) -> None:
    assert parse_contact_phone(typed, "CO") == "+34600112233"


def test_a_contact_without_its_country_is_of_the_gyms_region() -> None:
    assert parse_contact_phone("3001234567", "CO") == "+573001234567"


@pytest.mark.parametrize(
    "typed",
    [
        "3/8/1990",
        "03/08/1990",
        "3.8.1990",
        "3-8-1990",
        "3 8 90",
        "1990-08-03",
        "1990/8/3",
        "03081990",
        "19900803",
        "3 ago 1990",
        "3 de agosto de 1990",
        "August 3, 1990",
        "3rd of August 1990",
    ],
)
def test_a_birth_date_is_read_day_first_or_year_first(typed: str) -> None:
    assert parsers.parse_birth_date(typed, TODAY) == date(1990, 8, 3)


def test_two_digits_mean_the_latest_year_in_which_a_client_can_be_born() -> None:
    assert parsers.parse_birth_date("3/8/21", TODAY) == date(2021, 8, 3)
    assert parsers.parse_birth_date("3/8/27", TODAY) == date(1927, 8, 3)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "yesterday",
        "31/2/1990",
        "3/13/1990",
        "1990",
        "0/0/0",
        "3/8/1900",
        "4/8/2021",
        "3/8/2030",
        "3 foo 1990",
    ],
)
def test_what_is_no_birth_date_of_a_client_is_refused(typed: str) -> None:
    with pytest.raises(BirthDateInvalid):
        parsers.parse_birth_date(typed, TODAY)


def test_five_and_a_hundred_are_both_welcome() -> None:
    assert parsers.checked_birth_date(date(2021, 8, 3), TODAY).year == 2021
    assert parsers.checked_birth_date(date(1925, 8, 4), TODAY).year == 1925
    with pytest.raises(BirthDateInvalid):
        parsers.checked_birth_date(date(1925, 8, 3), TODAY)


def test_the_eighteenth_birthday_ends_being_a_minor() -> None:
    assert parsers.is_minor(date(2008, 8, 4), TODAY)
    assert not parsers.is_minor(date(2008, 8, 3), TODAY)
    assert not parsers.is_minor(None, TODAY)
    assert not parsers.is_minor(date(2008, 2, 29), date(2026, 2, 28))


def test_an_email_is_kept_in_lower_case() -> None:
    assert parsers.parse_email(" Ana@Example.COM ") == "ana@example.com"


@pytest.mark.parametrize("typed", ["", "ana", "ana@", "@example.com", "ana@example", "a b@c.de", "a@b..de"])
def test_what_is_no_email_is_refused(typed: str) -> None:
    with pytest.raises(EmailInvalid):
        parsers.parse_email(typed)


@pytest.mark.parametrize(
    ("typed", "kept"), [("Mujer", Gender.FEMALE), ("m", Gender.MALE), ("otro", Gender.OTHER)]
)
def test_a_gender_is_read_in_both_languages(typed: str, kept: Gender) -> None:
    assert parsers.parse_gender(typed) is kept


def test_an_unknown_gender_is_refused() -> None:
    with pytest.raises(GenderInvalid):
        parsers.parse_gender("table")


def test_tags_are_split_lowered_and_kept_once() -> None:
    assert parsers.parse_tags("VIP, morning; vip #  ") == ["vip", "morning"]
    with pytest.raises(TooManyTags):
        parsers.parse_tags(",".join(str(number) for number in range(11)))
    with pytest.raises(TextTooLong):
        parsers.parse_tags("x" * 41)


def test_notes_keep_their_lines() -> None:
    assert parsers.parse_notes("one  two\n three\n") == "one two\nthree"
    with pytest.raises(TextTooLong):
        parsers.parse_notes("x" * 2001)


def test_free_text_has_a_limit() -> None:
    assert parsers.parse_text(" a  b ") == "a b"
    with pytest.raises(TextTooLong):
        parsers.parse_text("x" * 201)


@pytest.mark.parametrize("typed", ["", "ab", "  ab  ", "x" * 301])
def test_a_reason_has_three_to_three_hundred_letters(typed: str) -> None:
    with pytest.raises(ReasonInvalid):
        parsers.parse_reason(typed)
