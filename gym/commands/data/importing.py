"""`python -m gym import`: a list of members previewed, reported row by row, and imported."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from gym.app import Gym, open_gym
from gym.commands.data.exporting import read_back
from gym.commands.data.import_order import ImportOrder
from gym.commands.data.photos import import_photos
from gym.core.config import Config
from gym.core.language import Translator
from gym.exporting.reading import is_export
from gym.importing.errors import DayOrderAsked, ImportTooHeavy
from gym.importing.photos.archive import is_photo_archive
from gym.importing.reading.formats.sheets import MEGABYTE, MOST_BYTES
from gym.importing.reading.remarks import meaning, remarks
from gym.importing.result_sheet import problem_words, result_words, returned_sheet
from gym.importing.schemas import ImportChoices, ImportPreview, ReadSheet, RowOutcome
from gym.importing.service import ImportService, read_file
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

MOST_SHOWN = 50
"""Rows with problems that are printed; all of them stand in the JSON and in the sheet."""


async def import_file(config: Config, order: ImportOrder) -> int:
    """A list, a ZIP of photos, or an export of a whole gym, by what the file is."""
    with order.file.open("rb") as source:
        is_whole = await asyncio.to_thread(is_export, source)
        is_photos = await asyncio.to_thread(is_photo_archive, source)
    if is_whole:
        return await read_back(config, order.file, dry_run=order.dry_run, as_json=order.as_json)
    if is_photos:
        return await import_photos(config, order)
    return await import_people(config, order)


async def import_people(config: Config, order: ImportOrder) -> int:
    """Exit status 1 when there are faulty rows and nothing was taken in."""
    if order.file.stat().st_size > MOST_BYTES:
        raise ImportTooHeavy(MOST_BYTES // MEGABYTE)
    data = await asyncio.to_thread(order.file.read_bytes)
    async with open_gym(config) as gym:
        read = await _read(gym, data, order.choices)
        if read.columns.undecided and order.choices.order is None and not order.dry_run:
            raise DayOrderAsked(", ".join(one.heading for one in read.columns.undecided))
        preview = await _preview(gym, read)
        stuck = preview.count(RowOutcome.FAULTY) > 0 and not order.good_rows
        if not order.dry_run and not stuck:
            preview = await _take_in(gym, read, order.file.name)
    _report(read, preview, order, taken=not (order.dry_run or stuck))
    return int(stuck and not order.dry_run)


async def _read(gym: Gym, data: bytes, choices: ImportChoices) -> ReadSheet:
    async with gym.unit_of_work(Actor.system()) as uow:
        settings, today = uow.settings, uow.today
    return await read_file(data, choices, settings, today, settings.language)


async def _preview(gym: Gym, read: ReadSheet) -> ImportPreview:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await ImportService(uow).preview(read.people)


async def _take_in(gym: Gym, read: ReadSheet, name: str) -> ImportPreview:
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Importing", total=None)

        async def work(uow: UnitOfWork) -> ImportPreview:
            done = await ImportService(uow).take_in(
                read.people,
                good_rows=True,
                file_name=name,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
            return done.preview

        return await gym.run(Actor.system(), work)


def _report(read: ReadSheet, preview: ImportPreview, order: ImportOrder, *, taken: bool) -> None:
    t = Translator("en")
    if order.sheet_back is not None:
        order.sheet_back.write_bytes(returned_sheet(read, preview, t))
    if order.as_json:
        typer.echo(json.dumps(_as_json(read, preview, t, taken=taken), ensure_ascii=False))
        return
    for line in [*_column_lines(read, t), *_row_lines(preview, t)]:
        typer.echo(line)
    counts = ", ".join(f"{preview.count(one)} {one}" for one in RowOutcome if preview.count(one))
    typer.echo(("Imported: " if taken else "Nothing was imported. It would be: ") + (counts or "nobody"))
    if preview.count(RowOutcome.FAULTY) and not (order.dry_run or taken):
        typer.echo("Mend the rows with problems, or add --good-rows to import the others.")


def _column_lines(read: ReadSheet, t: Translator) -> list[str]:
    lines = [f"Sheet: {read.columns.sheet.name}"] if read.columns.sheet.name else []
    lines += [f"Other sheets with people: {', '.join(read.others)} (--sheet NAME)"] if read.others else []
    for column in read.columns.columns:
        asked = " (day or month first? --day-first or --month-first)" if column.is_asked else ""
        holds = meaning(column, t, keep_unknown=True)
        lines.append(f"  {column.heading or f'column {column.place + 1}'} → {holds}{asked}")
    return [*lines, *remarks(read.columns, (), read.not_read, t)]


def _row_lines(preview: ImportPreview, t: Translator) -> Sequence[str]:
    faulty = preview.of(RowOutcome.FAULTY)
    lines = [f"Row {row.row.line} {row.row.name}: {problem_words(row, t)}" for row in faulty[:MOST_SHOWN]]
    return [*lines, f"… and {len(faulty) - MOST_SHOWN} more"] if len(faulty) > MOST_SHOWN else lines


def _as_json(read: ReadSheet, preview: ImportPreview, t: Translator, *, taken: bool) -> dict[str, Any]:
    return {
        "sheet": read.columns.sheet.name,
        "other_sheets": list(read.others),
        "remarks": remarks(read.columns, (), read.not_read, t),
        "columns": [
            {"heading": one.heading, "holds": one.holds, "asks_order": one.is_asked}
            for one in read.columns.columns
        ],
        "imported": taken,
        "counts": {outcome.value: preview.count(outcome) for outcome in RowOutcome},
        "rows": [
            {
                "row": row.row.line,
                "name": row.row.name,
                "outcome": row.outcome,
                "result": result_words(row, t),
                "differs": list(row.differs),
                "problems": [
                    {"column": heading, "code": fault.code, "problem": t(fault.message, **fault.context)}
                    for heading, fault in row.faults
                ],
            }
            for row in preview.rows
        ],
    }
