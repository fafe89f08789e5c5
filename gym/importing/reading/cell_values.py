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
from gym.importing.reading.formats.cells import Cell, day_of, without_ornaments, without_time
from gym.importing.reading.people import YesNoCell

_YES_WORDS: Final = (
    "si,s,yes,y,x,ok,true,1,pago,pagado,pagada,paid,cancelado,cancelada,al dia,si pago,ya pago"
    ",a paz y salvo,paz y salvo,✅,✔,✓,☑"
)
_NO_WORDS: Final = (
    "no,n,false,0,debe,pendiente,owes,unpaid,owing,no pago,sin pagar,no ha pagado,no pagado"
    ",falta,mora,en mora,not paid,❌,✗,✘,✖"
)
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
_PAID_BEFORE: Final = re.compile(r"(?:pago|pagado|abono|abonado|abona|paid)[ :]+(?=[0-9$])")
_OWED_BEFORE: Final = re.compile(
    r"(?:debe|adeuda|falta|faltan|resta|restan|saldo|pendiente|owes|due)[ :]+(?=[0-9$])"
)
"""Words before an amount, in a column that says as much: under *Paid* a `debe 20.000` is asked again."""
_RUN: Final = re.compile(r"\+?[0-9(][0-9() .-]{5,}[0-9]")
_PIECE: Final = re.compile(r"\+?[0-9]{7,15}")
_LABEL: Final = re.compile(
    r"(?:tel|telefono|cel|celular|movil|whatsapp|wsp|phone|mobile|cell|fijo|casa)[ .:]*"
)
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
        region, text = self._habits.region, without_ornaments(cell.text)
        try:
            return Phones(parse_phone(text, region))
        except GymError:
            if (found := _EXTENSION.fullmatch(text)) is not None:
                return Phones(parse_phone(found[1], region), f"ext. {found[2]}")
            if (among := self._among_words(text)) is not None:
                return among
            parts = [part for part in _TWO_NUMBERS.split(text) if part]
            if len(parts) < 2:
                raise
            first, *others = [parse_phone(part, region) for part in parts]
            return Phones(first, " / ".join(dict.fromkeys(one for one in others if one != first)))

    def _among_words(self, text: str) -> Phones | None:
        """`3001110663, mamá 3001110664`: the first number, and the whole cell for the notes.

        None where a word that is no label stands first (it may be somebody else's telephone), or where digits
        are left that are part of no number.
        """
        start = next((place for place, sign in enumerate(text) if sign.isdecimal() or sign in "+("), 0)
        if not re.fullmatch(rf"(?:{_LABEL.pattern})?", unaccented(text[:start]).strip()):
            return None
        found: list[str] = []
        left = _RUN.sub(lambda run: self._numbers(run[0], found), text)
        if not found or re.search("[0-9]", re.sub(r"(?i)\b(?:ext|int|x)\.? ?[0-9]{1,6}\b", "", left)):
            return None
        has_words = any(sign.isalpha() for sign in text[start:])
        others = " / ".join(dict.fromkeys(one for one in found[1:] if one != found[0]))
        return Phones(found[0], text if has_words else others)

    def _numbers(self, run: str, found: list[str]) -> str:
        """Adds what the run of digits holds to `found`, and returns what is left of it."""
        region = self._habits.region
        for parts in ([run], _PIECE.findall(run), re.split(r" {2,}| - ", run)):
            try:
                numbers = [parse_phone(part, region) for part in parts]
            except GymError:
                continue
            if numbers and sum(map(_digits, parts)) == _digits(run):
                found += numbers
                return ""
        return run

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

    def paid(self, cell: Cell) -> Decimal | YesNoCell:
        """`80.000`, `abonó 30.000`, `sí`, `debe`; 0 is an amount."""
        return self._amount_or_answer(cell, _PAID_BEFORE)

    def owing(self, cell: Cell) -> Decimal | YesNoCell:
        """`80.000`, `debe 30.000`, `no`; 0 is an amount."""
        return self._amount_or_answer(cell, _OWED_BEFORE)

    def _amount_or_answer(self, cell: Cell, before: re.Pattern[str]) -> Decimal | YesNoCell:
        word = unaccented(cell.text).replace("\ufe0f", "").strip(".! ")
        if not word.isdecimal():
            if word in YES:
                return YesNoCell.YES
            if word in NO:
                return YesNoCell.NO
        if (found := before.match(unaccented(cell.text))) is not None:
            return read_amount(cell.text[found.end() :], self._conventions)
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


def _digits(text: str) -> int:
    return sum(sign.isdecimal() for sign in text)
