"""The audit as a workbook (.xlsx): a row each, written out as it is read, so that memory stays the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Sequence
from typing import IO, Final

from xlsxwriter import Workbook

from gym.core.language import N_, Translator
from gym.core.values.formulas import harmless
from gym.reports.trail import words
from gym.reports.trail.schemas import TrailRow

MOST_ROWS: Final = 1_048_575
"""Of a sheet (Excel), without its heading."""
CHUNK: Final = 500
OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}
COLUMNS: Final = (
    (N_("When"), 18),
    (N_("Who"), 24),
    (N_("What"), 34),
    (N_("About"), 28),
    (N_("Before"), 44),
    (N_("Now"), 44),
    (N_("Action"), 26),
    (N_("Number of the row"), 38),
)
"""Heading and width of each."""


async def write_trail(target: IO[bytes], rows: AsyncIterable[TrailRow], t: Translator) -> int:
    """Write every row, outside of the event loop; how many there were."""
    sheet = TrailSheet(target, t)
    chunk: list[TrailRow] = []
    async for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            await asyncio.to_thread(sheet.add, chunk)
            chunk = []
    await asyncio.to_thread(sheet.add, chunk)
    await asyncio.to_thread(sheet.close)
    return sheet.count


class TrailSheet:
    """One workbook on its way to a file. Its methods block."""

    def __init__(self, target: IO[bytes], t: Translator) -> None:
        self.count = 0
        self._t = t
        self._book = Workbook(target, OPTIONS)
        self._sheet = self._book.add_worksheet(t(N_("Audit")))
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._begin()

    def add(self, rows: Sequence[TrailRow]) -> None:
        for row in rows:
            self.count += 1
            self._sheet.write_datetime(self.count, 0, row.at.astimezone(self._t.zone), self._moment)
            for place, text in enumerate(self._texts(row), start=1):
                self._sheet.write_string(self.count, place, harmless(text))

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        bold = self._book.add_format({"bold": True, "bottom": 1})
        for place, (heading, width) in enumerate(COLUMNS):
            self._sheet.set_column(place, place, width)
            self._sheet.write_string(0, place, self._t(heading), bold)
        self._sheet.freeze_panes(1, 0)

    def _texts(self, row: TrailRow) -> Sequence[str]:
        t = self._t
        return (
            words.actor(t, row),
            words.title(t, row.action),
            words.subject(t, row),
            "\n".join(words.value_lines(t, row, now=False)),
            "\n".join(words.value_lines(t, row, now=True)),
            row.action,
            str(row.id),
        )
