"""Row reader: every cell of a person's row as a field of the client, or as a problem with its column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, TypeVar

from gym.clients.errors import GuardianNeeded
from gym.clients.fields import parsers
from gym.clients.fields.documents import Document
from gym.clients.fields.parsers import ParseContext
from gym.clients.fields.row import ClientField
from gym.clients.models import Gender
from gym.clients.schemas import ClientInput
from gym.core.errors import GymError
from gym.core.reading.conventions import Conventions, unaccented
from gym.importing.errors import ImportTooLarge, RowFault, RowProblem
from gym.importing.reading.answers import is_no, is_reassuring, is_yes
from gym.importing.reading.cell_values import CellReader
from gym.importing.reading.columns import ColumnMap, SheetColumn
from gym.importing.reading.formats.cells import EMPTY, Cell, without_ornaments
from gym.importing.reading.formats.sheets import MOST_ROWS, SheetRow
from gym.importing.reading.headings import FIELD_OF, NEVER_ZERO, Column
from gym.importing.reading.names import PersonNames, split_name
from gym.importing.reading.people import CellProblem, PersonRow, WrittenMembership, YesNoCell
from gym.importing.reading.phone_cells import Phones

Value = TypeVar("Value")
OF_SEVERAL_CELLS: Final = frozenset(
    {
        Column.DOCUMENT,
        Column.PHONE,
        Column.BIRTH_DATE,
        Column.GENDER,
        Column.EMERGENCY_CONTACT,
        Column.TAGS,
        Column.WARNING,
        Column.NOTES,
    }
)
"""Fields that are read with other cells or rows in view; every other one is its cell, read by its own row."""


class RowReader:
    """Reads the people of a sheet; `keep_unknown` puts columns that nobody knows into the notes."""

    def __init__(
        self,
        mapped: ColumnMap,
        parse_context: ParseContext,
        conventions: Conventions,
        *,
        keep_unknown: bool = True,
    ) -> None:
        self._map = mapped
        self._habits = parse_context
        self._cells = CellReader(parse_context, conventions)
        self._extra = mapped.unknown if keep_unknown else ()
        self._women_are_m = any(
            unaccented(row[one.place].text) == "h"
            for one in mapped.holding(Column.GENDER)
            for row in mapped.rows
        )

    def people(self) -> Sequence[PersonRow]:
        """Raises `ImportTooLarge`."""
        if len(self._map.rows) > MOST_ROWS:
            raise ImportTooLarge(MOST_ROWS)
        return [_OneRow(self, row).person() for row in self._map.rows]

    @property
    def map(self) -> ColumnMap:
        return self._map

    @property
    def parse_context(self) -> ParseContext:
        return self._habits

    @property
    def cells(self) -> CellReader:
        return self._cells

    @property
    def extra(self) -> Sequence[SheetColumn]:
        return self._extra

    @property
    def women_are_m(self) -> bool:
        return self._women_are_m


class _OneRow:
    """One row while it is read: problems gather, nothing stops at the first."""

    def __init__(self, reader: RowReader, row: SheetRow) -> None:
        self._reader, self._row = reader, row
        self._problems: list[CellProblem] = []
        self._asides: list[str] = []

    def person(self) -> PersonRow:
        names = self._names()
        given = self._client(names)
        membership = self._membership()
        agreed = self._one(Column.FACE_CONSENT, self._reader.cells.consent) is YesNoCell.YES
        shown = f"{names.first} {names.last}".strip()[:160]
        problems = tuple(sorted(self._problems, key=lambda one: one.place))
        return PersonRow(self._row.line, shown, None if problems else given, membership, problems, agreed)

    def _client(self, names: PersonNames) -> ClientInput:
        values = {
            row.key: self._field(column, row)
            for column, row in FIELD_OF.items()
            if column not in OF_SEVERAL_CELLS
        }
        values |= {"birth_date": (born := self._birth_date())}
        if parsers.is_minor(born, self._reader.parse_context.today) and not values["guardian_name"]:
            self._problems.append(CellProblem("", "", GuardianNeeded()))
        return ClientInput.model_validate(
            values
            | {
                "first_name": names.first,
                "last_name": names.last,
                "document": self._document(),
                "phone": self._phone(),
                "gender": self._gender(),
                "emergency_contact": self._emergency(),
                "tags": self._tags(),
                "warning": self._warning(),
                "language": self._one(Column.LANGUAGE, lambda cell: cell.text),
                "notes": self._notes(),
            }
        )

    # Cells

    def _cell(self, column: SheetColumn) -> Cell:
        cell = self._row[column.place]
        zero = column.holds in NEVER_ZERO and not cell.text.strip("0.xX")
        return EMPTY if cell.is_nothing or zero else cell

    def _each(self, holds: Column, read: Callable[[Cell], Value]) -> list[Value]:
        found = (self._read(column, read) for column in self._reader.map.holding(holds))
        return [value for value in found if value is not None]

    def _one(self, holds: Column, read: Callable[[Cell], Value]) -> Value | None:
        return next(iter(self._each(holds, read)), None)

    def _read(self, column: SheetColumn, read: Callable[[Cell], Value]) -> Value | None:
        cell = self._cell(column)
        if not cell:
            return None
        try:
            if (spoilt := cell.fault) is not None:
                raise spoilt
            return read(cell)
        except GymError as fault:
            self._problems.append(CellProblem(column.heading, cell.text, fault, column.place))
            return None

    def _field(self, holds: Column, row: ClientField) -> object:
        parse, parse_context = row.reader.parse, self._reader.parse_context
        if parse is None:
            return None
        return self._one(holds, lambda cell: row.kept(parse(cell.text, parse_context), parse_context))

    # Fields of several columns

    def _names(self) -> PersonNames:
        """Raises nothing: a row without a name has a problem."""
        parts = {column.holds: column for column in self._reader.map.columns}
        whole = parts.get(Column.FULL_NAME) or parts.get(Column.LAST_AND_FIRST)
        if whole is not None:
            last_first = whole.holds is Column.LAST_AND_FIRST
            found = self._read(
                whole, lambda cell: split_name(self._bare(whole, cell), last_first=last_first)
            ) or PersonNames("", "")
        else:
            first = self._joined_names(Column.FIRST_NAME, Column.MIDDLE_NAME)
            found = PersonNames(first, self._joined_names(Column.LAST_NAME, Column.SECOND_LAST_NAME))
            found = found if found.first else PersonNames(found.last, "")
        return PersonNames(self._name(found.first, needed=True), self._name(found.last))

    def _joined(self, *holds: Column) -> str:
        return " ".join(text for one in holds for text in self._each(one, lambda cell: cell.text))

    def _bare(self, column: SheetColumn, cell: Cell) -> str:
        """Without pictures, which are kept as they stood in the notes: a star may mean something."""
        bare = without_ornaments(cell.text)
        if bare != " ".join(cell.text.split()):
            self._asides.append(f"{column.heading}: {' '.join(cell.text.split())}".removeprefix(": "))
        return bare

    def _joined_names(self, *holds: Column) -> str:
        parts = [
            self._read(column, lambda cell, column=column: self._bare(column, cell))
            for one in holds
            for column in self._reader.map.holding(one)
        ]
        return " ".join(filter(None, parts))

    def _name(self, text: str, *, needed: bool = False) -> str:
        if self._problems or not (text or needed):
            return text
        try:
            return parsers.parse_name(text)
        except GymError as fault:
            self._problems.append(CellProblem("", text, fault))
            return text

    def _document(self) -> Document | None:
        kinds = self._reader.map.holding(Column.DOCUMENT_TYPE)
        kind = self._row[kinds[0].place] if kinds else EMPTY
        cells, columns = self._reader.cells, self._reader.map.holding(Column.DOCUMENT)
        heading = columns[0].heading if columns else ""
        return self._one(Column.DOCUMENT, lambda cell: cells.document(kind, cell, heading))

    def _phone(self) -> str | None:
        """The first that is there; others, and extensions, are kept in the notes."""
        found: list[tuple[str, Phones]] = []
        for column in self._reader.map.holding(Column.PHONE, Column.OTHER_PHONE):
            phones = self._read(column, self._reader.cells.phones)
            if phones is not None:
                found.append((column.heading or "☎", phones))
        for place, (heading, phones) in enumerate(found):
            numbers = phones.rest if not place else " ".join(filter(None, (phones.number, phones.rest)))
            if numbers and phones.number not in [earlier.number for _, earlier in found[:place]]:
                self._asides.append(f"{heading}: {numbers}")
        return found[0][1].number if found else None

    def _birth_date(self) -> date | None:
        columns = self._reader.map.holding(Column.BIRTH_DATE)
        order = columns[0].order if columns else None
        for column in columns:
            if self._reader.cells.is_without_year(cell := self._cell(column)):
                self._asides.append(f"{column.heading}: {cell.text}".removeprefix(": "))
                return None
        return self._one(Column.BIRTH_DATE, lambda cell: self._reader.cells.birth_date(cell, order))

    def _gender(self) -> Gender | None:
        cells, women_are_m = self._reader.cells, self._reader.women_are_m
        return self._one(Column.GENDER, lambda cell: cells.gender(cell, women_are_m=women_are_m))

    def _tags(self) -> list[str]:
        parts = self._each(Column.TAGS, lambda cell: parsers.parse_tags(_separated(cell.text)))
        return [tag for part in parts for tag in part]

    def _warning(self) -> str | None:
        """A bare yes or no means something beside its heading only, and what is as it should be is a note."""
        column = next(iter(self._reader.map.holding(Column.WARNING)), None)
        if column is None or not (
            text := self._read(column, lambda cell: parsers.parse_text(cell.text, 300))
        ):
            return None
        cell = self._cell(column)
        if not (is_yes(cell) or is_no(cell)):
            return text
        said = f"{column.heading}: {text}".removeprefix(": ")
        if is_reassuring(column.heading, cell):
            self._asides.append(said)
            return None
        return said

    def _emergency(self) -> str | None:
        text = self._joined(Column.EMERGENCY_CONTACT, Column.EMERGENCY_PHONE)
        return parsers.parse_text(text)[:200] or None if text else None

    def _notes(self) -> str | None:
        """Notes, what found no place of its own, and the columns that nobody knows."""
        lines = [
            text for text in self._each(Column.NOTES, lambda cell: parsers.parse_notes(cell.text)) if text
        ]
        lines += self._asides
        for column in self._reader.extra:
            if text := self._read(column, lambda cell: " ".join(cell.text.split())):
                lines.append(f"{column.heading}: {text}" if column.heading else text)
        try:
            return parsers.parse_notes("\n".join(lines)) or None
        except GymError:
            self._problems.append(CellProblem("", "", RowFault(RowProblem.NOTES_TOO_LONG)))
            return None

    def _membership(self) -> WrittenMembership | None:
        cells = self._reader.cells
        plan = self._one(Column.PLAN, lambda cell: " ".join(cell.text.split())) or ""
        name, price = cells.priced_plan(plan)
        days = {column.place for column in self._reader.map.holding(Column.STARTS_ON, Column.ENDS_ON)}
        written_price = self._one(Column.PRICE, cells.price)
        written = WrittenMembership(
            plan=plan,
            plan_name="" if price is None else name,
            priced_by_plan=price is not None and written_price is None,
            starts_on=self._day(Column.STARTS_ON),
            ends_on=self._day(Column.ENDS_ON),
            price=price if written_price is None else written_price,
            paid=self._one(Column.PAID, cells.paid),
            owing=self._one(Column.OWING, cells.owing),
        )
        if not written.dated and any(one.place in days for one in self._problems):
            return None  # the day that was not understood is named already; asking when it begins is no news
        nothing = written == WrittenMembership() or written == WrittenMembership(owing=YesNoCell.NO)
        return None if nothing else written

    def _day(self, holds: Column) -> date | None:
        columns = self._reader.map.holding(holds)
        order = columns[0].order if columns else None
        return self._one(holds, lambda cell: self._reader.cells.plan_day(cell, order))


def _separated(tags: str) -> str:
    """An address book's `* myContacts ::: Gym`; the star marks its own groups."""
    return tags.replace(":::", ",").replace("* ", "")
