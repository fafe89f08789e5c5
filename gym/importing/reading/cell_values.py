"""Typed values of single cells: phones, document, days, amounts, gender; each raises its own fault."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from dateutil.relativedelta import relativedelta

from gym.clients.fields import parsers
from gym.clients.fields.documents import Document, parse_document
from gym.clients.fields.parsers import ParseContext
from gym.clients.models import DocumentType, Gender
from gym.core.errors import GymError
from gym.core.money import LARGEST, to_cents
from gym.core.reading.amounts import AmountNegative, AmountTooLarge, example_amount, read_amount
from gym.core.reading.conventions import Conventions, unaccented
from gym.core.reading.days import Days, day_invalid, read_day, read_parts, year_of
from gym.importing.errors import PlanDayOutOfRange, RowFault, RowProblem
from gym.importing.reading.answers import NO, NOT_SIGNED, SIGNED, YES, is_free, is_no, is_yes
from gym.importing.reading.content import is_day
from gym.importing.reading.day_orders import DayOrder
from gym.importing.reading.formats.cells import Cell, day_of, without_time
from gym.importing.reading.people import YesNoCell
from gym.importing.reading.phone_cells import PhoneReader, Phones

ZERO: Final = Decimal(0)
EARLIEST_PLAN_DAY: Final = date(1950, 1, 1)
LATEST_PLAN_DAY: Final = relativedelta(years=5)
"""From today on; the longest plans on lists are of two or three years."""
_BEFORE_DAY: Final = re.compile(
    r"(?:se )?(?:vencio|vence|vencimiento|vto|termina|termino|hasta|expira|caduca|desde|inicia|inicio"
    r"|empieza|empezo|expires|expired|ends|ended|until|due|starts|started|from|since)\b[ .:]*"
    r"(?:el|on|dia|the)?\b[ .:]*"
)
_YEARLESS: Final = re.compile(r"--([0-9]{1,2})-([0-9]{1,2})")
"""A birthday in an address book, month first, of somebody who keeps the year."""
_PRICED: Final = re.compile(
    r"(?P<plan>.*[^\W\d_][^$0-9]*?)[ :(/–-]*"
    r"(?P<amount>(?:[A-Z]{1,3})?\$ ?[0-9][0-9.,' ]*(?: ?mil| ?k)?|[0-9]{2,3}(?: ?mil|k)"
    r"|[0-9]{5,}|[0-9]{1,3}(?:[.,'][0-9]{2,3})+)\)?",
    re.IGNORECASE,
)
"""`Mensual $80.000`, `Pareja 150 mil`; a short number may count visits or be a year."""
_PAID_BEFORE: Final = re.compile(r"(?:pago|pagado|abono|abonado|abona|paid)[ :]+(?=[0-9$])")
_OWED_BEFORE: Final = re.compile(
    r"(?:debe|adeuda|falta|faltan|resta|restan|saldo|pendiente|owes|due)[ :]+(?=[0-9$])"
)
"""Words before an amount, in a column that says as much: under *Paid* a `debe 20.000` is asked again."""
_NATIONAL: Final = re.compile(r"\b(?:curp|rfc|ine|dni|nie|rut|run|cpf|rg|cuit|cuil)\b")


class CellReader:
    """Reads as people of this gym write."""

    def __init__(self, parse_context: ParseContext, conventions: Conventions) -> None:
        self._habits, self._conventions = parse_context, conventions
        self._phones = PhoneReader(parse_context.region)

    def phones(self, cell: Cell) -> Phones:
        """Raises `PhoneInvalid`."""
        return self._phones.read(cell)

    def document(self, kind: Cell, number: Cell, heading: str) -> Document:
        """Raises `DocumentInvalid`, also for a type that is no person's, such as NIT.

        Letters and digits under the name of a country's own document, such as CURP, are of the type ID.
        """
        if kind.is_nothing:
            has_letters = any(sign.isalpha() for sign in number.text)
            if has_letters and _NATIONAL.search(unaccented(heading)):
                return _national(number.text)
            return parse_document(number.text)
        return parse_document(number.text, parse_document(f"{kind.text} 1234").type)

    def birth_date(self, cell: Cell, order: DayOrder | None) -> date:
        today = self._habits.today
        if (day := day_of(cell)) is not None:
            return parsers.checked_birth_date(day, today)
        return parsers.parse_birth_date(without_time(cell.text), today, month_first=self._month_first(order))

    def is_without_year(self, cell: Cell) -> bool:
        """`15 de mayo`, `--05-15`: a birthday that says nothing of an age."""
        if _YEARLESS.fullmatch(cell.text):
            return True
        parts = read_parts(unaccented(cell.text), month_first=False) if cell.day is None else None
        return parts is not None and parts.year is None

    def plan_day(self, cell: Cell, order: DayOrder | None) -> date:
        """Raises `DayInvalid`, `PlanDayOutOfRange`, and `RowFault` for a day that counts from another one.

        Counting on from year 9999 would fail for everybody.
        """
        day, last = self._day(cell, order), self._habits.today + LATEST_PLAN_DAY
        if not EARLIEST_PLAN_DAY <= day <= last:
            raise PlanDayOutOfRange(EARLIEST_PLAN_DAY, last)
        return day

    def _day(self, cell: Cell, order: DayOrder | None) -> date:
        today = self._habits.today
        if (day := day_of(cell)) is not None:
            return day
        text = _BEFORE_DAY.sub("", unaccented(without_time(cell.text)), count=1)
        parts = read_parts(text, month_first=self._month_first(order))
        if parts is None or parts.year is None:
            found = read_day(text, today, Days(), self._conventions)
            if parts is None:  # `hoy`, `en 3 días`, `el viernes`: of the day on which it was typed
                raise RowFault(RowProblem.DAY_OF_ANOTHER_DAY)
            return found
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

    def price(self, cell: Cell) -> Decimal:
        """`80.000`, `80 mil`, `cortesía`. Raises `NotAnAmount` and its kin."""
        return ZERO if is_free(cell) else self.amount(cell)

    def priced_plan(self, text: str) -> tuple[str, Decimal | None]:
        """The plan without the price behind its name, and that price: `Mensual $80.000`."""
        if (found := _PRICED.fullmatch(text)) is not None:
            try:
                return found["plan"].strip(" :(/–-"), read_amount(found["amount"], self._conventions)
            except GymError:
                pass
        return text, None

    def paid(self, cell: Cell) -> Decimal | YesNoCell:
        """`80.000`, `abonó 30.000`, `sí`, `debe`; 0 is an amount."""
        return self._amount_or_answer(cell, _PAID_BEFORE)

    def owing(self, cell: Cell) -> Decimal | YesNoCell:
        """`80.000`, `debe 30.000`, `no`; 0 is an amount."""
        return self._amount_or_answer(cell, _OWED_BEFORE)

    def _amount_or_answer(self, cell: Cell, before: re.Pattern[str]) -> Decimal | YesNoCell:
        if not cell.text.isdecimal():
            if is_yes(cell):
                return YesNoCell.YES
            if is_no(cell):
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


def _national(text: str) -> Document:
    try:
        return parse_document(text)
    except GymError:
        return parse_document(text, DocumentType.ID)
