"""Content detection: the field that a column's cells look like, where the heading is missing or ambiguous."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from gym.clients.errors import CardNumberInvalid
from gym.clients.fields.card_numbers import parse_card_number
from gym.clients.fields.documents import parse_document
from gym.clients.fields.parsers import EMAIL
from gym.clients.fields.phones import parse_phone
from gym.core.errors import GymError
from gym.core.reading.conventions import unaccented
from gym.core.reading.days import read_parts
from gym.importing.reading.formats.cells import Cell, without_time

SAMPLE: Final = 300
"""Cells of a column that are looked at."""
MOST: Final = 0.6
"""Share of a column's cells that must look alike."""
_WORDS: Final = re.compile(r"[^\W\d_][\w.'’´-]*(?:,? [^\W\d_][\w.'’´-]*){0,6}\.?")


_DIGIT: Final = re.compile("[0-9]")
_SHORT: Final = re.compile("[0-9]{1,2}")
_AMOUNT: Final = re.compile(r"[$€ ]*-?[0-9][0-9.,' ]*(?:%| ?mil)?", re.IGNORECASE)
_PRICE: Final = re.compile("[$€]|mil|[0-9]{4}", re.IGNORECASE)


class Content(Enum):
    """What a cell may be by its looks alone."""

    EMAIL = auto()
    PHONE = auto()
    DAY = auto()
    DOCUMENT = auto()
    SMALL_NUMBER = auto()
    WORDS = auto()


def content_of(cells: Sequence[Cell], region: str) -> Content | None:
    """What most of the filled cells look like; None where they differ, or there are none."""
    sample = [cell for cell in cells if not cell.is_nothing][:SAMPLE]
    looks: tuple[tuple[Content, Callable[[Cell], bool]], ...] = (
        (Content.EMAIL, lambda cell: EMAIL.fullmatch(cell.text.lower()) is not None),
        (Content.DAY, is_day),
        (Content.PHONE, lambda cell: is_phone(cell, region)),
        (Content.SMALL_NUMBER, lambda cell: re.fullmatch("[0-9]{1,5}", cell.text) is not None),
        (Content.DOCUMENT, is_document),
        (Content.WORDS, lambda cell: _WORDS.fullmatch(cell.text) is not None),
    )
    for content, alike in looks:
        if sample and sum(map(alike, sample)) >= MOST * len(sample):
            return content
    return None


def is_phone(cell: Cell, region: str) -> bool:
    try:
        return bool(parse_phone(cell.text, region))
    except GymError:
        return False


def is_document(cell: Cell) -> bool:
    """Of six signs at least: shorter numbers stand in sheets for many other things."""
    try:
        return len(parse_document(cell.text).number) >= 6
    except GymError:
        return False


def are_documents(cells: Sequence[Cell]) -> bool:
    """Whether numbers under no clear heading are people's own: a fee is round, or the same for many."""
    sample = [cell.text for cell in cells if not cell.is_nothing and is_document(cell)]
    filled = sum(not cell.is_nothing for cell in cells)
    is_round = sum(text.endswith("00") for text in sample) >= len(sample) * MOST
    return bool(sample) and len(sample) >= filled * MOST and not is_round and _mostly_differ(sample)


def _mostly_differ(texts: Sequence[str]) -> bool:
    """A person who is listed twice repeats a document; with few fees nearly every row repeats one."""
    once = sum(count == 1 for count in Counter(texts).values())
    return once * 2 >= len(texts)


def is_card_number(cell: Cell) -> bool:
    try:
        return bool(parse_card_number(cell.text))
    except CardNumberInvalid:
        return False


def is_day(cell: Cell) -> bool:
    if cell.day is not None:
        return True
    parts = read_parts(unaccented(without_time(cell.text)), month_first=False)
    return parts is not None and parts.year is not None and not cell.text.isdecimal()


def may_be_plan_day(cell: Cell) -> bool:
    """Not `Vigente`, nor a day of the month, such as `15`; `hoy` is no day to those who read it later."""
    return cell.day is not None or (_DIGIT.search(cell.text) is not None and not _SHORT.fullmatch(cell.text))


def are_amounts(cells: Sequence[Cell]) -> bool:
    return all(_AMOUNT.fullmatch(cell.text) for cell in cells)


def are_prices(cells: Sequence[Cell]) -> bool:
    """Amounts that are no lengths: most have a currency's sign, coins, a `mil`, or four digits.

    Plans are also written as their months or days: `1`, `12`, `365`.
    """
    clear = sum(_PRICE.search(re.sub("[., ']", "", cell.text)) is not None for cell in cells)
    return bool(cells) and are_amounts(cells) and clear >= len(cells) * MOST


def counts_up(cells: Sequence[Cell]) -> bool:
    """Whether the numbers are those of rows or members: whole, each larger than the one above it, nearly all
    by one."""
    numbers = [int(cell.text) for cell in cells[:SAMPLE] if re.fullmatch("[0-9]{1,9}", cell.text)]
    if len(numbers) < max(1, len([cell for cell in cells[:SAMPLE] if cell]) * 0.9):
        return False
    steps = [after - before for before, after in pairwise(numbers)]
    return all(step > 0 for step in steps) and sum(step == 1 for step in steps) >= len(steps) * 0.8


def counts_rows(cells: Sequence[Cell]) -> bool:
    """Whether the numbers are those of rows: they count up from 1."""
    filled = [cell for cell in cells if not cell.is_nothing]
    return not filled or (filled[0].text in ("0", "1") and counts_up(filled))


def words_in(cell: Cell) -> int:
    return len(cell.text.split())
