"""Delimited text: separator, quotes and lines as spreadsheet programs and people write them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

DELIMITERS: Final = ";,\t|"
SAMPLE: Final = 40
"""Lines by which the separator is judged."""
LONGEST_CELL: Final = 30
"""Lines after which a quote that was never closed is taken for a plain sign."""

Record = tuple[int, list[str]]
"""A row's number as a spreadsheet shows it (one for a row of several lines), from 1, and its fields."""


def records(text: str) -> Iterator[Record]:
    """The rows of a file; `sep=;` on the first line is an instruction to Excel, not a row.

    One after the other: a file of line breaks alone has twenty million of them.
    """
    said = re.match(r"(?:\"?)sep=(.)(?:\"?)[ \t]*(?:\r\n|\r|\n|$)", text, re.IGNORECASE)
    if said is not None:
        return _records(text[said.end() :], said[1])
    return _records(text, delimiter_of(text))


def delimiter_of(text: str) -> str:
    """The sign that splits most lines into the same number of fields, more rather than fewer."""
    lines = [line for line in re.split(r"\r\n|\r|\n", text[:200_000]) if line.strip()][:SAMPLE]
    return max(DELIMITERS, key=lambda sign: _fit(lines, sign))


def _fit(lines: list[str], sign: str) -> float:
    widths = Counter(_width(line, sign) for line in lines)
    width, count = max(
        widths.items(), key=lambda pair: (pair[1] if pair[0] > 1 else 0, pair[0]), default=(1, 0)
    )
    return 0.0 if width < 2 else (count / len(lines)) * (1 + min(width, 12) / 12)


def _width(line: str, sign: str) -> int:
    """Fields of a line; what stands between quotes does not count."""
    bare = re.sub(r'"[^"]*"', '""', line)
    return bare.count(sign) + 1


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """By the rules of the format; by those of people where a line of the file breaks them."""
    try:
        for _ in _by_the_rules(text, delimiter):
            pass
    except csv.Error:
        return enumerate(_forgiving(text, delimiter), 1)
    return enumerate(_by_the_rules(text, delimiter), 1)


def _by_the_rules(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _forgiving(text: str, delimiter: str) -> Iterator[list[str]]:
    """Where quotes stand inside quotes, or one was never closed."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    place = 0
    while place < len(lines):
        fields, taken = _record_at(lines, place, delimiter)
        yield fields
        place += taken


def _record_at(lines: list[str], place: int, delimiter: str) -> tuple[list[str], int]:
    """A record and how many lines it takes; a quote that is never closed is a plain sign."""
    for taken in range(1, min(LONGEST_CELL, len(lines) - place) + 1):
        fields = _fields("\n".join(lines[place : place + taken]), delimiter)
        if fields is not None:
            return fields, taken
    return lines[place].replace('"', "").split(delimiter), 1


def _fields(record: str, delimiter: str) -> list[str] | None:
    """The fields of a record; None while a quote is still open."""
    fields: list[str] = []
    rest = record
    while True:
        if rest.lstrip(" ").startswith('"'):
            closing = _closing(rest.lstrip(" "), delimiter)
            if closing is None:
                return None
            field, rest = closing
        else:
            end = rest.find(delimiter)
            field, rest = (rest, None) if end < 0 else (rest[:end], rest[end + 1 :])
        fields.append(field)
        if rest is None:
            return fields


def _closing(quoted: str, delimiter: str) -> tuple[str, str | None] | None:
    """A field that begins with a quote, and what follows it: a quote closes before a separator or the end."""
    found = re.compile(rf'"(?= *(?:{re.escape(delimiter)}|$))').finditer(quoted, 1)
    for mark in found:
        inside = quoted[1 : mark.start()]
        if inside.endswith('"') and inside.count('"') % 2:
            continue
        after = quoted[mark.end() :].lstrip(" ")
        return inside.replace('""', '"'), after[1:] if after else None
    return None
