"""The audit as a spreadsheet: every row with its values, in the reader's language, and no formula."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator

import pytest
from openpyxl import load_workbook

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.language import Translator
from gym.reports.trail import spreadsheet
from gym.reports.trail.schemas import TrailChange, TrailQuery, TrailRow
from gym.reports.trail.service import EXPORTED, TrailService
from gym.reports.trail.spreadsheet import write_trail
from gym.security.permissions import Actor, NotAllowed


def cells(data: io.BytesIO) -> list[tuple[object, ...]]:
    book = load_workbook(io.BytesIO(data.getvalue()))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
    return [tuple(cell.value for cell in row) for row in book.active.iter_rows()]


async def test_every_row_stands_in_it_with_what_it_was_and_is(
    gym: Gym, admin: Actor, berta: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "CHUNK", 2)
    data = io.BytesIO()
    async with gym.unit_of_work(admin) as uow:
        count = await write_trail(data, TrailService(uow).stream(TrailQuery(), 1000), Translator("es"))
    heading, *rows = cells(data)
    assert heading[:6] == ("Cuándo", "Quién", "Qué", "Sobre", "Antes", "Ahora")
    assert len(rows) == count >= 4
    changed = next(row for row in rows if row[6] == "client.changed")
    assert changed[1:6] == (
        "Ana Admin",
        "cambió los datos",
        "Berta Vargas",
        "Teléfono: +573001234567",
        "Teléfono: +573109876543",
    )
    async with gym.unit_of_work(admin) as uow:
        page = await TrailService(uow).page(TrailQuery())
    assert EXPORTED in {row.action for row in page.rows}


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+SUM(A1)", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
async def test_what_begins_like_a_formula_is_text(name: str, clock: FrozenClock) -> None:
    async def rows() -> AsyncGenerator[TrailRow]:
        changes = [TrailChange(name, name, name)]
        yield TrailRow(
            new_id(), clock.now(), "staff", name, name, "clients", None, None, name, False, changes
        )

    data = io.BytesIO()
    await write_trail(data, rows(), Translator("en"))
    _, row = cells(data)
    written = [one for one in row[1:7] if one is not None]
    assert written
    assert not [one for one in written if str(one).lstrip().startswith(("=", "+", "@"))]


async def test_an_employee_gets_none(gym: Gym, employee: Actor) -> None:
    async with gym.unit_of_work(employee) as uow:
        with pytest.raises(NotAllowed):
            TrailService(uow).stream(TrailQuery(), 10)
