"""Typed values of single cells: phones, document, days, amounts, gender; each raises its own fault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from dateutil.relativedelta import relativedelta

from gym.clients.fields import parsers
from gym.clients.fields.documents import Document, parse_document
from gym.clients.fields.parsers import ParseContext
from gym.clients.fields.phones import parse_phone
from gym.clients.models import Gender
from gym.core.errors import GymError
from gym.core.money import LARGEST, to_cents
from gym.core.reading.amounts import AmountNegative, AmountTooLarge, example_amount, read_amount
from gym.core.reading.conventions import Conventions, unaccented
from gym.core.reading.days import Days, day_invalid, read_day, read_parts, year_of
from gym.importing.errors import PlanDayOutOfRange, RowFault, RowProblem
from gym.importing.reading.content import is_day
from gym.importing.reading.day_orders import DayOrder
from gym.importing.reading.formats.cells import Cell, day_of, without_time
from gym.importing.reading.people import YesNoCell

_YES_WORDS: Final = "si,s,yes,y,x,ok,true,1,pago,pagado,pagada,paid,cancelado,cancelada,al dia"
_NO_WORDS: Final = "no,n,false,0,debe,pendiente,owes,unpaid,owing,no pago,sin pagar"
YES: Final = frozenset(_YES_WORDS.split(","))
NO: Final = frozenset(_NO_WORDS.split(","))
SIGNED: Final = frozenset(
    {"firmado", "firmada", "firmo", "acepta", "acepto", "autoriza", "autorizo", "signed", "agreed"}
)
NOT_SIGNED: Final = frozenset(
    {"no firmado", "sin firmar", "no acepta", "no autoriza", "not signed", "unsigned"}
)
EARLIEST_PLAN_DAY: Final = date(1950, 1, 1)
LATEST_PLAN_DAY: Final = relativedelta(years=5)
"""From today on; the longest plans on lists are of two or three years."""
_TWO_NUMBERS: Final = re.compile(r"\s*(?:/|;|,|\||\n| y | o | - | and | or )\s*", re.IGNORECASE)
_EXTENSION: Final = re.compile(r"(.*?)[ ,;]*\b(?:ext|extension|int|x)\b\.? ?([0-9]{1,6})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Phones:
    """The first number, and what else the cell has: an extension, further numbers."""

    number: str
    rest: str = ""


class CellReader:
    """Reads as people of this gym write."""

    def __init__(self, parse_context: ParseContext, conventions: Conventions) -> None:
        self._habits, self._conventions = parse_context, conventions

    def phones(self, cell: Cell) -> Phones:
        """Raises `PhoneInvalid`: of several numbers each must be one, so that none is cut in two."""
        region = self._habits.region
        try:
            return Phones(parse_phone(cell.text, region))
        except GymError:
            if (found := _EXTENSION.fullmatch(cell.text)) is not None:
                return Phones(parse_phone(found[1], region), f"ext. {found[2]}")
            parts = [part for part in _TWO_NUMBERS.split(cell.text) if part]
            if len(parts) < 2:
                raise
            first, *others = [parse_phone(part, region) for part in parts]
            return Phones(first, " / ".join(dict.fromkeys(one for one in others if one != first)))

    def document(self, kind: Cell, number: Cell) -> Document:
        """Raises `DocumentInvalid`, also for a type that is no person's, such as NIT."""
        if kind.is_nothing:
            return parse_document(number.text)
        return parse_document(number.text, parse_document(f"{kind.text} 1234").type)

    def birth_date(self, cell: Cell, order: DayOrder | None) -> date:
        today = self._habits.today
        if (day := day_of(cell)) is not None:
            return parsers.checked_birth_date(day, today)
        return parsers.parse_birth_date(without_time(cell.text), today, month_first=self._month_first(order))

    def plan_day(self, cell: Cell, order: DayOrder | None) -> date:
        """Raises `DayInvalid`, `PlanDayOutOfRange`: counting on from year 9999 would fail for everybody."""
        day, last = self._day(cell, order), self._habits.today + LATEST_PLAN_DAY
        if not EARLIEST_PLAN_DAY <= day <= last:
            raise PlanDayOutOfRange(EARLIEST_PLAN_DAY, last)
        return day

    def _day(self, cell: Cell, order: DayOrder | None) -> date:
        today = self._habits.today
        if (day := day_of(cell)) is not None:
            return day
        text = without_time(cell.text)
        parts = read_parts(unaccented(text), month_first=self._month_first(order))
        if parts is None or parts.year is None:
            return read_day(text, today, Days(), self._conventions)
        try:
            return date(year_of(parts.year), parts.month, parts.day)
        except ValueError:
            raise day_invalid(today, self._conventions) from None

    def amount(self, cell: Cell) -> Decimal:
        """Raises `NotAnAmount` and its kin."""
        if cell.number is None:
            return read_amount(cell.text, self._conventions)
        example = example_amount(self._conventions)
        if cell.number < 0:
            raise AmountNegative(example)
        if cell.number > LARGEST:
            raise AmountTooLarge(example)
        return to_cents(cell.number)

    def amount_or_answer(self, cell: Cell) -> Decimal | YesNoCell:
        """`80.000`, `sí`, `debe`; 0 is an amount."""
        word = unaccented(cell.text)
        if not word.isdecimal():
            if word in YES:
                return YesNoCell.YES
            if word in NO:
                return YesNoCell.NO
        return self.amount(cell)

    def consent(self, cell: Cell) -> YesNoCell:
        """`sí`, `firmado`, or the day on which it was signed. Raises `RowFault` for anything else."""
        word = unaccented(cell.text)
        if cell.day is not None or word in YES | SIGNED or is_day(cell):
            return YesNoCell.YES
        if word in NO | NOT_SIGNED:
            return YesNoCell.NO
        raise RowFault(RowProblem.CONSENT_UNCLEAR)

    def gender(self, cell: Cell, *, women_are_m: bool) -> Gender:
        """In a column that has H for hombre, M is mujer."""
        if women_are_m and unaccented(cell.text) == "m":
            return Gender.FEMALE
        return parsers.parse_gender(cell.text)

    def _month_first(self, order: DayOrder | None) -> bool:
        if order in (None, DayOrder.UNDECIDED):
            return self._habits.month_first
        return order is DayOrder.MONTH_FIRST
