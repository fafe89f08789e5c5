"""A table of more rows than are kept in memory is paged in chat, and files hold all of it."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gym.core.database.repository import PAGE_SIZE
from gym.reports.money import tax_receipts, taxes
from gym.reports.output import workbook
from gym.reports.output.csv_files import CsvTables, csv_file
from gym.reports.output.workbook import ReportWorkbook, write_workbook
from gym.reports.output.writing import in_full, is_long, write_report
from gym.reports.ranges import DayRange
from gym.reports.results import Report, Row
from gym.reports.service import ReportService
from tests.reports.random_gym import RandomGym

DAYS = DayRange(date(2025, 1, 1), date(2027, 1, 1))
FEW = 20


async def taxes_of(gym: RandomGym) -> Report:
    async with gym.gym.unit_of_work(gym.admin) as uow:
        return await ReportService(uow).report("taxes", DAYS)


@pytest.fixture
async def short(random_gym: RandomGym) -> Report:
    """Every receipt in memory."""
    report = await taxes_of(random_gym)
    assert not is_long(report)
    return report


@pytest.fixture
async def long(short: Report, random_gym: RandomGym, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The same days, where twenty receipts are too many."""
    monkeypatch.setattr(taxes, "MOST_AT_ONCE", FEW)
    monkeypatch.setattr(tax_receipts, "MOST_AT_ONCE", FEW)
    report = await taxes_of(random_gym)
    assert is_long(report)
    return report


def receipts(report: Report) -> list[Row]:
    table = report.result.table("taxes")
    assert table is not None
    return list(table.rows)


async def test_pages_sums_and_files_of_a_long_table_are_those_of_a_short_one(
    short: Report, long: Report, random_gym: RandomGym, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, few = receipts(short), long.result.table("taxes")
    assert few is not None
    assert few.length == len(rows) > 3 * FEW
    assert list(few.rows) == rows[:PAGE_SIZE]
    assert few.totals() == short.result.tables[1].totals()
    assert long.result.figures == short.result.figures
    async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
        service, t = ReportService(uow), uow.settings.translator("es")
        paged: list[Row] = []
        for number in range(-(-len(rows) // PAGE_SIZE)):
            paged += (await service.table("taxes", DAYS, "taxes", number)).rows
        assert paged == rows
        beyond = await service.table("taxes", DAYS, "taxes", 10_000)
        assert beyond.number == beyond.pages - 1
        assert beyond.rows[-1] == rows[-1]
        assert receipts(await in_full(long, uow.session)) == rows

        told: list[tuple[int, int]] = []
        packed, right = io.BytesIO(), csv_file(short, "taxes", t)
        await write_report(
            CsvTables(packed, long, "taxes", t), long, uow.session, lambda *at: told.append(at)
        )
        found = {name: zipfile.ZipFile(packed).read(name) for name in zipfile.ZipFile(packed).namelist()}
        with zipfile.ZipFile(io.BytesIO(right.data)) as archive:
            assert found == {name: archive.read(name) for name in archive.namelist()}
        total = sum(one.length for one in short.result.tables)
        assert told[-1] == (total, total)
        assert len(told) > len(rows) / FEW

        whole, streamed = io.BytesIO(), io.BytesIO()
        write_workbook(whole, short, t, uow.today)
        await write_report(ReportWorkbook(streamed, long, t, uow.today), long, uow.session)
        assert cells(streamed) == cells(whole)

        # A table beyond what a sheet holds goes on upon another one, each with the sum of its own rows.
        monkeypatch.setattr(workbook, "MOST_ROWS", len(rows) - 5)
        parts = io.BytesIO()
        await write_report(ReportWorkbook(parts, long, t, uow.today), long, uow.session)
        *_, first, second = cells(parts)
        assert [one[:6] for one in [*first[1 : len(rows) - 4], *second[1:6]]] == [
            one[:6] for one in cells(whole)[2][1 : len(rows) + 1]
        ]
        assert second[6][8] == float(sum(row.cells[8] for row in rows[-5:]))  # type: ignore[misc]


def held_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def cells(file: io.BytesIO) -> list[list[tuple[object, ...]]]:
    book = load_workbook(file, data_only=True)
    return [[tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


async def test_a_workbook_that_is_given_up_leaves_no_file_behind(
    long: Report, random_gym: RandomGym, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stop(done: int, _: int) -> None:
        if done > FEW:
            assert held_in(tmp_path)
            raise KeyboardInterrupt

    async with random_gym.gym.unit_of_work(random_gym.admin) as uow:
        book = ReportWorkbook(io.BytesIO(), long, uow.settings.translator("en"), uow.today)
        with pytest.raises(KeyboardInterrupt):
            await write_report(book, long, uow.session, stop)
    assert held_in(tmp_path) == []
