"""Clients out of a CSV file: tried first, reported row by row, and safe to repeat."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from gym.clients import fields
from gym.clients.documents import parse_document
from gym.clients.errors import ImportColumnsMissing, ImportTooLarge, ImportUnreadable
from gym.clients.phones import parse_phone
from gym.clients.schemas import ClientInput, Habits
from gym.clients.searching import fold
from gym.clients.service import ClientService
from gym.core.errors import GymError
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

MOST_ROWS: Final = 5000
MOST_BYTES: Final = 4 * 1024 * 1024
ROWS: Final = UUID("6f0d4a52-6f57-4a0e-9d0b-0d6d5f1c9a11")
"""Namespace of the keys that rows have: the same row is the same client, however often it is imported."""
COLUMNS: Final = {
    "first_name": ("first name", "name", "names", "nombre", "nombres"),
    "last_name": ("last name", "surname", "apellido", "apellidos"),
    "document_type": ("document type", "tipo documento", "tipo de documento", "tipo"),
    "document": ("document", "document number", "documento", "numero de documento", "cedula", "id"),
    "alias": ("alias", "nickname", "apodo"),
    "phone": ("phone", "mobile", "telefono", "celular", "movil"),
    "email": ("email", "e mail", "mail", "correo", "correo electronico"),
    "birth_date": ("birth date", "birthday", "fecha de nacimiento", "nacimiento"),
    "gender": ("gender", "sex", "genero", "sexo"),
    "address": ("address", "direccion"),
    "emergency_contact": ("emergency contact", "contacto de emergencia", "emergencia"),
    "tags": ("tags", "etiquetas"),
    "warning": ("warning", "advertencia", "alerta"),
    "notes": ("notes", "notas", "observaciones"),
    "language": ("language", "idioma"),
    "guardian_name": ("guardian", "guardian name", "acudiente"),
}
"""Names of columns in English and Spanish, folded; underscores and hyphens count as spaces."""
FIELD_OF: Final = {name: field for field, names in COLUMNS.items() for name in names}
NEEDED: Final = ("first_name", "last_name")
PLAIN: Final = ("alias", "address", "emergency_contact", "warning", "notes", "language", "guardian_name")


class ImportOutcome(StrEnum):
    """What became, or would become, of a row."""

    CREATED = "created"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RowReport:
    """One row of the file; `line` counts from 1, the names of the columns being line 1."""

    line: int
    name: str
    outcome: ImportOutcome
    fault: GymError | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every row; after a dry run nothing was kept."""

    rows: tuple[RowReport, ...]
    dry_run: bool

    def count(self, outcome: ImportOutcome) -> int:
        return sum(row.outcome is outcome for row in self.rows)


class ClientImport:
    """Each row stands for itself: one that is refused takes no other with it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._habits = Habits(uow.settings.phone_region, uow.today)

    async def run(self, data: bytes, *, dry_run: bool) -> ImportReport:
        """Register what the file has. A dry run does the same and takes all of it back.

        Raises `ImportUnreadable`, `ImportColumnsMissing`, `ImportTooLarge`.
        """
        self.uow.actor.require(Permission.MANAGE_CLIENTS)
        rows = await asyncio.to_thread(_all_rows, data)
        trial = await self.uow.session.begin_nested()
        report = ImportReport(tuple([await self._row(line, row) for line, row in rows]), dry_run)
        await (trial.rollback() if dry_run else trial.commit())
        if not dry_run:
            counts = {outcome.value: report.count(outcome) for outcome in ImportOutcome}
            self.uow.audit("clients.imported", ("clients", None), None, counts)
        return report

    async def _row(self, line: int, row: dict[str, str]) -> RowReport:
        name = " ".join(filter(None, (row.get(column, "") for column in NEEDED)))[:160]
        key = uuid5(ROWS, "\n".join(f"{field}={row[field]}" for field in sorted(row)))
        service = ClientService(self.uow)
        try:
            if await service.is_registered(key):
                return RowReport(line, name, ImportOutcome.KNOWN)
            await service.register(client_of(row, self._habits), key, quiet=True)
        except GymError as fault:
            return RowReport(line, name, ImportOutcome.REFUSED, fault)
        return RowReport(line, name, ImportOutcome.CREATED)


def client_of(row: dict[str, str], habits: Habits) -> ClientInput:
    """A client as the row describes one; the first wrong field raises its own fault."""
    values: dict[str, object] = {field: row[field] for field in PLAIN if row.get(field)}
    readers: dict[str, Callable[[str], object]] = {
        "phone": lambda text: parse_phone(text, habits.region),
        "email": fields.parse_email,
        "birth_date": lambda text: fields.parse_birth_date(
            text, habits.today, month_first=habits.month_first
        ),
        "gender": fields.parse_gender,
        "tags": fields.parse_tags,
        "document": lambda text: parse_document(f"{row.get('document_type', '')} {text}"),
    }
    values |= {field: read(row[field]) for field, read in readers.items() if row.get(field)}
    names = {field: fields.parse_name(row.get(field, "")) for field in NEEDED}
    return ClientInput.model_validate(names | values)


def read_rows(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields of each row that is not blank; columns nobody knows are left out."""
    if len(data) > MOST_BYTES:
        raise ImportTooLarge(MOST_ROWS)
    text = _decoded(data)
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [FIELD_OF.get(_column(cell)) for cell in next(reader, [])]
        missing = [field for field in NEEDED if field not in header]
        if missing:
            raise ImportColumnsMissing(", ".join(missing))
        for count, cells in enumerate(filter(any, reader)):
            if count == MOST_ROWS:
                raise ImportTooLarge(MOST_ROWS)
            pairs = zip(header, cells, strict=False)
            yield reader.line_num, {field: cell.strip() for field, cell in pairs if field}
    except csv.Error:
        raise ImportUnreadable from None


def _all_rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(read_rows(data))


def _column(cell: str) -> str:
    return " ".join(fold(cell).replace("_", " ").replace("-", " ").split())


def _decoded(data: bytes) -> str:
    """UTF-8, or what spreadsheets write on older machines."""
    if b"\0" in data or not data.strip():
        raise ImportUnreadable
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
