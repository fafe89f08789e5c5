"""Parser of phone numbers, as people write them and as each country dials them. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from gym.clients.errors import PhoneInvalid
from gym.core.reading.conventions import unaccented

LONGEST: Final = 60
DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_WRITTEN: Final = re.compile(
    r"(?:(?:tel|telefono|cel|celular|movil|whatsapp|phone|mobile|cell)\b[ .:]*)?(\+?[0-9(][0-9() .-]*)"
)
_ALIKE: Final = (
    (re.compile(r"\+549([0-9]{10})"), r"+54\1"),
    (re.compile(r"\+54([0-8][0-9]{9})"), r"+549\1"),
    (re.compile(r"\+521([0-9]{10})"), r"+52\1"),
    (re.compile(r"\+52(?:044|045)([0-9]{10})"), r"+52\1"),
    (re.compile(r"\+52([2-9][0-9]{9})"), r"+521\1"),
    (re.compile(r"\+55([0-9]{2})([6-9][0-9]{7})"), r"+55\g<1>9\2"),
    (re.compile(r"\+55([0-9]{2})9([6-9][0-9]{7})"), r"+55\1\2"),
)
"""Two forms of one telephone: Argentina's mobiles have a 9 when they are called from abroad, Mexico's had a 1
until 2019, Brazil's got a ninth digit until 2016. Telegram and people's books keep either."""


def parse_phone(text: str, region: str) -> str:
    """E.164, read as in the gym's region when no country is given. Raises `PhoneInvalid`.

    Nothing is left out: a second number, an extension or letters are asked again: phonenumbers dials letters.
    """
    found = None
    if len(text) <= LONGEST:
        found = _WRITTEN.fullmatch(re.sub(r"\.0$", "", unaccented(text.translate(DASHES))))
    number = _valid(found[1], region) if found else None
    if number is None:
        raise PhoneInvalid(*examples(region))
    return number


def parse_contact_phone(text: str, region: str) -> str:
    """A Telegram contact's phone: with its country's code, often without the plus."""
    try:
        return parse_phone("+" + re.sub(r"\D", "", text), region)
    except PhoneInvalid:
        return parse_phone(text, region)


def same_phone(number: str) -> tuple[str, ...]:
    """An E.164 number, first, and the other forms under which the same telephone is reached."""
    return (number, *(pattern.sub(form, number) for pattern, form in _ALIKE if pattern.fullmatch(number)))


def phone_ends(digits: str) -> tuple[str, ...]:
    """Endings of kept numbers that match typed digits, with or without their country's code."""
    whole = [form[1:] for form in same_phone(f"+{digits}")]
    local = [form[3:] for form in same_phone(f"+55{digits}")]
    abroad = [digits[1:]] if re.fullmatch(r"[91][0-9]{10}", digits) else []
    return tuple(dict.fromkeys([digits, *whole, *local, *abroad]))


@cache  # nine tenths of what a cell costs that is no number: a wide list has ten thousands of them
def examples(region: str) -> tuple[str, str]:
    """A mobile number of a country as it is written there, and from abroad."""
    number = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) or PhoneNumber(
        57, 3211234567
    )
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return national, phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _valid(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if phonenumbers.is_valid_number(number):
        return written
    if text.startswith("00"):
        # How most of the world dials abroad; Colombia's own prefixes name a carrier (009, 007).
        return _valid("+" + text[2:], region)
    return next(filter(_is_valid, same_phone(written)), None)


def _is_valid(number: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(number))
