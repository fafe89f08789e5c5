"""Content detection: the field that a column's cells look like, where the heading is missing or ambiguous."""

from __future__ import annotations

import re
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
