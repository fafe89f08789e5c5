"""`python -m tests.bench.sheets FOLDER`: how an import would read every sheet of a folder, row by row.

For looking at lists that no test has seen: nothing is kept and no database is asked, so plans are shown as
they are written and nobody is known yet.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from gym.clients.fields.parsers import ParseContext
from gym.clients.schemas import ClientInput
from gym.core.errors import GymError
from gym.core.language import Translator
from gym.core.reading.conventions import Conventions
from gym.importing.file_reading import read_people
from gym.importing.reading.people import CellProblem, PersonRow, WrittenMembership, YesNoCell
from gym.importing.reading.remarks import meaning, remarks
from gym.importing.schemas import ImportChoices, ReadSheet


def described(data: bytes, choices: ImportChoices, parse_context: ParseContext, t: Translator) -> list[str]:
    """Every sheet with people of one file, or why it is refused."""
    conventions = Conventions(t.language, country=parse_context.region)
    try:
        first = read_people(data, choices, parse_context, conventions)
        further = [
            read_people(data, ImportChoices(sheet=name), parse_context, conventions) for name in first.others
        ]
    except GymError as fault:
        return [f"  refused: {t(fault.message, **fault.context)}"]
    return [line for read in (first, *further) for line in _sheet(read, t)]


def _sheet(read: ReadSheet, t: Translator) -> Iterator[str]:
    yield f"  sheet {read.columns.sheet.name or '–'}: {len(read.people)} people"
    for column in read.columns.columns:
        asked = " (asked: day or month first)" if column.is_asked else ""
        heading = column.heading or f"column {column.place + 1}"
        yield f"    {heading} → {meaning(column, t, keep_unknown=True)}{asked}"
    for line in remarks(read.columns, (), read.not_read, t):
        yield f"    * {line}"
    for row in read.people:
        yield f"    {row.line:>4} {_row(row, t)}"


def _row(row: PersonRow, t: Translator) -> str:
    if row.person is None:
        return f"✗ {row.name or '–'}: " + "; ".join(_problem(one, t) for one in row.problems)
    return " · ".join(filter(None, [_person(row.person), _membership(row.membership), _agreed(row)]))


def _problem(one: CellProblem, t: Translator) -> str:
    return f"{one.heading} «{one.text}» {t(one.fault.message, **one.fault.context)}"


def _person(person: ClientInput) -> str:
    parts = [f"{person.first_name} | {person.last_name}"]
    for field, value in person:
        if value in (None, "", []) or field in ("first_name", "last_name"):
            continue
        shown = f"{value.type} {value.number}" if field == "document" else value
        parts.append(f"{field}={shown}".replace("\n", " ⏎ "))
    return " · ".join(parts)


def _membership(written: WrittenMembership | None) -> str:
    if written is None:
        return ""
    facts = {
        "plan": written.plan,
        "from": written.starts_on,
        "to": written.ends_on,
        "price": written.price,
        "paid": written.paid,
        "owing": written.owing,
    }
    said = (f"{name} {_value(value)}" for name, value in facts.items() if value not in (None, ""))
    return f"[{', '.join(said)}]"


def _value(value: object) -> object:
    return value.value if isinstance(value, YesNoCell) else value


def _agreed(row: PersonRow) -> str:
    return "agreed to face check-in" if row.agreed else ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sheets", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of CSV and XLSX files")
    parser.add_argument("--region", default="CO", help="the gym's country, such as CO")
    parser.add_argument("--language", default="es", choices=("en", "es"))
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="YYYY-MM-DD")  # noqa: DTZ011
    asked = parser.parse_args()
    t, parse_context = Translator(asked.language), ParseContext(asked.region, asked.today)
    for path in sorted(one for one in asked.folder.rglob("*") if one.is_file()):
        print(path.relative_to(asked.folder))
        print(*described(path.read_bytes(), ImportChoices(), parse_context, t), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
