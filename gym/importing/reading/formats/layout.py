"""Layout of worksheets, from their XML: hidden rows and columns, and merged cells.

openpyxl tells none of it when it reads a workbook row by row; a workbook read as a whole takes ten times the
memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from posixpath import join, normpath
from typing import Final
from zipfile import ZipFile

from openpyxl.utils.cell import range_boundaries

_ROW: Final = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN: Final = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*>")
_UNCOMPUTED: Final = re.compile(
    rb"<(?:\w+:)?c\b[^>]*>\s*<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_LINK: Final = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE: Final = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TRUE: Final = ("1", "true")
MOST_MERGED: Final = 20_000
"""Merged cells of one sheet that are looked at: a broken program writes them by the million."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are shown as one; lines as a spreadsheet numbers them, places from 0."""

    first_line: int
    last_line: int
    first_place: int
    last_place: int


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """What of a worksheet is not shown, or shown as one."""

    hidden_lines: tuple[int, ...] = ()
    hidden_places: tuple[int, ...] = ()
    merged: tuple[Merged, ...] = ()
    uncomputed: tuple[str, ...] = ()
    """References of formulas that no program has computed yet, such as `H2`."""


PLAIN_LAYOUT: Final = SheetLayout()
"""Nothing hidden, nothing merged; of a text file too."""


def layouts(packed: ZipFile) -> Mapping[str, SheetLayout]:
    """By the name of the sheet; a sheet whose part is not where the workbook says has none."""
    links = {link.get("Id", ""): link.get("Target", "") for link in _tags(_LINK, packed, _RELATIONS)}
    found: dict[str, SheetLayout] = {}
    for sheet in _tags(_SHEET, packed, _WORKBOOK):
        key = next((value for name, value in sheet.items() if name.endswith(":id")), "")
        part = normpath(join("xl", links.get(key, ""))).lstrip("/")
        if "name" in sheet and part in packed.namelist():
            found[sheet["name"]] = _layout(packed.read(part))
    return found


_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"


def _layout(xml: bytes) -> SheetLayout:
    return SheetLayout(
        hidden_lines=tuple(_hidden_lines(xml)) if b"hidden" in xml else (),
        hidden_places=tuple(_hidden_places(xml)) if b"hidden" in xml else (),
        merged=tuple(_merged(xml)),
        uncomputed=tuple(_uncomputed(xml)) if b"<f" in xml or b":f" in xml else (),
    )


def _hidden_lines(xml: bytes) -> Iterator[int]:
    """Rows that have no number follow the one above."""
    line = 0
    for tag in _ROW.finditer(xml):
        row = _attributes(tag[0])
        line = int(row["r"]) if row.get("r", "").isdecimal() else line + 1
        if row.get("hidden") in _TRUE:
            yield line


def _hidden_places(xml: bytes) -> Iterator[int]:
    for tag in _COLUMN.finditer(xml):
        column = _attributes(tag[0])
        if column.get("hidden") in _TRUE:
            first, last = int(column.get("min", "1")), int(column.get("max", "0"))
            yield from range(first - 1, min(last, 1000))


def _uncomputed(xml: bytes) -> Iterator[str]:
    for tag in _UNCOMPUTED.finditer(xml):
        yield _attributes(tag[0]).get("r", "?")


def _merged(xml: bytes) -> Iterator[Merged]:
    for count, tag in enumerate(_MERGED.finditer(xml)):
        if count >= MOST_MERGED:
            return
        left, top, right, bottom = range_boundaries(_attributes(tag[0]).get("ref", ""))
        if left and top and right and bottom:
            yield Merged(top, bottom, left - 1, right - 1)


def _tags(kind: re.Pattern[bytes], packed: ZipFile, part: str) -> list[dict[str, str]]:
    if part not in packed.namelist():
        return []
    return [_attributes(tag[0]) for tag in kind.finditer(packed.read(part))]


def _attributes(tag: bytes) -> dict[str, str]:
    found = _ATTRIBUTE.findall(tag.decode("utf-8", errors="replace"))
    return {name: unescape(double or single) for name, double, single in found}
