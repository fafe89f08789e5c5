"""Masking of typed text for groups: phones, documents, e-mails, links and names of chats are hidden.

A phone can be written in more ways than anybody can list, so numbers are judged by what may be shown: days,
times, receipts and amounts with their currency, and a few digits beside them. All other digits are hidden.
"""

from __future__ import annotations

import re
import unicodedata
from re import Match
from typing import Final

HIDDEN: Final = "•••"

# Each begins where its run of letters begins and nowhere within it, so that a text is read once: 4,096
# letters of "a.a.a." took 0.4 s of everybody's time otherwise.
_PATH: Final = r"(?:\s?/\s?[^\s<]*)*"
_LOCAL: Final = r"(?<![\w.+-])[\w.+-]++"
_TLD: Final = (
    r"(?:com|net|org|co|me|io|es|mx|pe|cl|ar|ve|ec|br|us|eu|info|app|dev|link|ly|gg|tv|xyz|site|online|store|shop"
    r"|biz|club|gym|fit|page|gle|example)\b"
)
_BRACKETS: Final = (r"[(\[{<]?\s?", r"\s?[)\]}>]?")
_SPOKEN_AT: Final = rf"(?:\s{{0,3}}{_BRACKETS[0]}(?:\b(?:at|arroba)\b|@){_BRACKETS[1]}\s{{0,3}})"
_SPOKEN_DOT: Final = (
    r"(?:\s\.\s|\s?[(\[{<]\s?(?:\.|dot|punto)\s?[)\]}>]\s?|\s(?:dot|punto)\s|\s?\.(?=[^\W\d_]{2}))"
)
_SCHEME: Final = rf"(?<![\w+.-])[\w+.-]*+://[^\s<]*(?:{_SPOKEN_DOT}[^\s<]+){{0,8}}{_PATH}"
_HOST: Final = rf"[\w-]{{1,63}}(?:{_SPOKEN_DOT}[\w-]{{1,63}}){{0,8}}"
_MAIL: Final = (
    rf"{_LOCAL}@\s{{0,3}}{_HOST}|{_LOCAL}\s{{1,3}}@\s{{1,3}}{_HOST}"
    rf"|{_LOCAL}{_SPOKEN_AT}[\w-]{{1,63}}{_SPOKEN_DOT}[\w-]{{1,63}}(?:{_SPOKEN_DOT}[\w-]{{1,63}}){{0,8}}"
    r"|@[\w.-]+"
)
_DOMAIN: Final = rf"(?<![\w-])(?<![\w-]\.)(?:[\w-]+\.)+[^\W\d_]{{2,}}(?:{_SPOKEN_DOT}{_TLD})*{_PATH}"
_SPOKEN_DOMAIN: Final = rf"(?<![\w-])[\w-]{{1,63}}+{_SPOKEN_DOT}{_TLD}{_PATH}"
_ADDRESSES: Final = re.compile(rf"(?i:{_SCHEME}|{_MAIL}|{_SPOKEN_DOMAIN}|{_DOMAIN})")

_DIGIT_WORD: Final = (
    r"(?:cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    r"|zero|one|two|three|four|five|six|seven|eight|nine)"
)
_SPELT: Final = re.compile(rf"(?i)\b{_DIGIT_WORD}(?:[^\w\n]{{1,3}}{_DIGIT_WORD}\b){{4,}}")

_MONTH: Final = (
    r"(?i:jan|ene|feb|mar|apr|abr|may|jun|jul|aug|ago|sept?|set|oct|nov|dec|dic|january|enero|february|febrero"
    r"|march|marzo|april|abril|mayo|june|junio|july|julio|august|agosto|september|septiembre|setiembre"
    r"|october|octubre|november|noviembre|december|diciembre)\b\.?"
)
_YEAR: Final = r"(?:19|20)\d{2}"
_CLOCK: Final = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?(?![\d:])"
_D: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_M: Final = r"(?:0?[1-9]|1[0-2])"
_APART: Final = (r"(?<![\d./:,'-])(?<!\d[^\w\n])(?<!\d_)", r"(?!\d|[^\w\n]{0,3}\d|_)")
"""Bounds of a day in digits or a time: no further digit stands close to it."""
_TIMED: Final = rf"(?:T{_CLOCK}|,? (?:a las |at )?{_CLOCK})?"
_NUMERIC_DAY: Final = (
    rf"{_APART[0]}(?:{_YEAR}-{_M}-{_D}|{_D}(?P<mark>[./-]){_M}(?P=mark){_YEAR}){_TIMED}{_APART[1]}"
)
_WORDED_DAY: Final = (
    rf"\b\d{{1,2}}(?: de)? {_MONTH}(?:(?: de|,)? {_YEAR}\b)?{_TIMED}|\b{_MONTH} \d{{1,2}},? {_YEAR}\b{_TIMED}"
)
_ROUND_TIME: Final = rf"{_APART[0]}(?:[01]?\d|2[0-3]):(?:00|15|30|45){_APART[1]}"
_GROUPED: Final = r"\d{1,3}(?:[.,' ]\d{3}){1,3}"
_ENDS: Final = r"(?![\w]|[.,'\-–]\d| \d{3})"
_AMOUNT: Final = rf"(?:{_GROUPED}|\d{{1,9}})(?:[.,]\d{{1,2}})?{_ENDS}"
_CURRENCY: Final = r"(?:COP|USD|EUR|MXN|PEN|CLP|ARS|BRL|UYU|BOB|PYG|VES|CRC|GTQ|DOP|GBP|CAD)"
_MONEY: Final = (
    rf"(?:[$€£]|\b{_CURRENCY}\b) ?{_AMOUNT}"
    rf"|\b{_GROUPED}(?:,\d{{1,2}})? ?(?:[$€£]|(?i:{_CURRENCY}|pesos|euros)\b)"
)
_RECEIPT: Final = r"\bR-\d{6}\b"
_KEPT: Final = re.compile(
    rf"(?P<digits>{_NUMERIC_DAY}|{_ROUND_TIME})|(?P<words>{_WORDED_DAY}|{_MONEY}|{_RECEIPT})"
)
_NUMBER: Final = re.compile(r"[+(]?\d(?:[^\w\n<>]{0,3}\d|_\d)*")
MOST_DIGITS: Final = 5
"""Digits that may stay unexplained in one text: six make the shortest document numbers of Colombia."""
MOST_BESIDE: Final = 2
"""The same where a day or a time stands in digits, which could be a part of a number."""
MOST_TIMES: Final = 2
"""Times that stay in one text; further ones are judged as digits."""

_DOTS: Final = re.compile(r"(?<=\w)[\u3002\uff0e\uff61\u2024\u2027\u2219\u00b7\u2022](?=\w)")
FULL_WIDTH: Final = 0xFEE0
"""How far the full-width forms of East Asian keyboards stand from ASCII's."""
_ODD: Final = re.compile(r"[^\x20-\x7e\n]")


def mask_contacts(text: str) -> str:
    """The text with everything masked that reaches or opens something outside of the group.

    Days, receipts and amounts with their currency stay, and five more digits at most; an amount without a
    currency is counted among those, as nobody can tell it from a document.
    """
    tidy = _DOTS.sub(".", _ODD.sub(_plain, text))
    return _mask_numbers(_SPELT.sub(HIDDEN, _ADDRESSES.sub(_masked, tidy)))


def _plain(found: Match[str]) -> str:
    """A sign of any script as ASCII has it; one that is invisible between digits becomes nothing."""
    sign = found.group()
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(sign) in {"Cf", "Me"} or "\ufe00" <= sign <= "\ufe0f":
        return ""
    return chr(ord(sign) - FULL_WIDTH) if "\uff01" <= sign <= "\uff5e" else sign


def _masked(found: Match[str]) -> str:
    """Hide an address, but not a day such as 29.Nov.2026, which has the shape of a domain."""
    return found.group() if re.match(rf"\d{{1,2}}\.{_MONTH}", found.group()) else HIDDEN


def _mask_numbers(text: str) -> str:
    kept, between = _apart(text)
    digits = sum(sign.isdigit() for piece in between for sign in piece)
    allowed = MOST_BESIDE if any(one.group("digits") for one in kept) else MOST_DIGITS
    if digits > allowed:
        between = [_NUMBER.sub(HIDDEN, piece) for piece in between]
    return between[0] + "".join(one.group() + after for one, after in zip(kept, between[1:], strict=True))


def _apart(text: str) -> tuple[list[Match[str]], list[str]]:
    """The parts that may be shown whatever surrounds them, and the texts between; of times the first few
    only."""
    kept: list[Match[str]] = []
    times = 0
    for one in _KEPT.finditer(text):
        is_time = one.group("digits") is not None and one.group("mark") is None and "-" not in one.group()
        times += is_time
        if not is_time or times <= MOST_TIMES:
            kept.append(one)
    ends = [0, *(one.end() for one in kept)]
    starts = [*(one.start() for one in kept), len(text)]
    return kept, [text[begin:end] for begin, end in zip(ends, starts, strict=True)]
