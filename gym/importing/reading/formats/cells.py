"""Cells of a sheet: text as a person sees it, and the number or day that a spreadsheet typed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from gym.core.errors import Invalid
from gym.core.reading.conventions import unaccented
from gym.core.values.formulas import as_typed
from gym.importing.errors import RowFault, RowProblem

LOST: Final = "\ufffd"
"""What stands where a byte was no letter."""
NOTHING: Final = frozenset(
    {
        *("-", "--", "---", "_", ".", "..", "?", "/", "*"),
        *("n/a", "na", "n.a.", "n.a", "nan", "null", "none", "nil", "#n/a", "#n/d", "s/n", "sn", "n/d", "nd"),
        *("no tiene", "ninguno", "ninguna", "sin dato", "sin datos", "no aplica", "vacio", "no registra"),
        *("sin correo", "sin email", "sin telefono", "sin celular", "sin documento", "sin cedula"),
        *("not available", "not applicable", "empty", "unknown", "desconocido", "pendiente por llenar"),
    }
)
"""What people write where there is nothing to write."""
EPOCH: Final = date(1899, 12, 30)
"""Day 0 of spreadsheets; right from 1 March 1900 on."""
EPOCH_1904: Final = date(1904, 1, 1)
"""Day 0 of workbooks that an old Macintosh began."""
_FORMULA_TEXT: Final = re.compile(r'=\s*"((?:[^"]|"")*)"')
_SHORTENED: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_FAILED: Final = re.compile(r"#(?:REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|[¡¿][^!?]{2,12})[!?]+", re.IGNORECASE)
_RULE: Final = re.compile(r"[-_=.*~—–]{2,}")
"""A line drawn with signs."""
_TIME: Final = re.compile(r"[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]\.? ?m\.?)?Z?$", re.I)


@dataclass(frozen=True, slots=True)
class Cell:
    """`day` and `number` are set where the spreadsheet knew the type; `text` always."""

    text: str
    day: date | None = None
    number: Decimal | None = None
    serial: date | None = None
    """What a plain number would be as a day of its workbook."""

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def is_nothing(self) -> bool:
        return not self.text or unaccented(self.text) in NOTHING or bool(_RULE.fullmatch(self.text))

    @property
    def fault(self) -> Invalid | None:
        """What spoilt it, whatever it was meant to hold."""
        if LOST in self.text:
            return RowFault(RowProblem.LETTERS_LOST)
        if _FAILED.fullmatch(self.text):
            return RowFault(RowProblem.FORMULA_FAILED)
        return RowFault(RowProblem.NUMBER_SHORTENED) if _SHORTENED.fullmatch(self.text) else None


EMPTY: Final = Cell("")


def text_cell(raw: str) -> Cell:
    """Of a text file: no invisible signs, no `="…"` around a number that Excel was to keep as text."""
    text = visible(raw)
    if (found := _FORMULA_TEXT.fullmatch(text)) is not None:
        text = found[1].replace('""', '"').strip()
    elif "'" in text:
        text = visible(as_typed(_seen(raw)))  # cells end at tabs too, of which `visible` makes spaces
    return Cell(text) if text else EMPTY


def visible(raw: str) -> str:
    """Without signs that nobody sees; lines stay lines."""
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(" ".join(_seen(line).split()) for line in lines).strip()


def day_of(cell: Cell) -> date | None:
    """A typed day, or the number of days that a spreadsheet keeps instead; None for other text."""
    return cell.day or cell.serial or serial_day(cell.text, EPOCH)


def serial_day(text: str, epoch: date) -> date | None:
    """`33088`, with the part of a day that is an hour or without."""
    found = re.fullmatch(r"([1-6][0-9]{4})(?:[.,][0-9]+)?", text)
    return epoch + timedelta(days=int(found[1])) if found else None


def without_time(text: str) -> str:
    """`3/8/1990 0:00:00` as `3/8/1990`."""
    return _TIME.sub("", text)


def without_ornaments(text: str) -> str:
    """A name or number without the pictures beside it: `⭐ Ida Paz ⭐`."""
    plain = "".join(" " if unicodedata.category(sign) in _ORNAMENTS else sign for sign in text)
    return " ".join(plain.replace("\ufe0f", "").split())


_ORNAMENTS: Final = ("So", "Sk", "Cn", "Co")


def _seen(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    return "".join(sign for sign in line if sign.isspace() or unicodedata.category(sign)[0] != "C")
