"""`make fast` leaves out what starts programs, opens pages, loads models or chats; clones are made ahead."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import asyncpg
import pytest

from gym.core.database.engine import plain_dsn
from tests.support.databases import Clones, administration
from tests.support.live import ROOT
from tests.support.quick import is_quick

APART: Final = 100_000
"""More clones than a run makes: the test's own have numbers above it."""


class Item:
    """A collected test, as far as it is asked."""

    def __init__(self, file: str, *fixtures: str, marks: tuple[str, ...] = ()) -> None:
        self.path: Path = ROOT / file
        self.fixturenames = fixtures
        self._marks = marks

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self._marks else None


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Item("tests/plans/test_plans.py", "gym", "database_url"), True),
        (Item("tests/findings/reading/test_days.py"), True),
        (Item("tests/findings/test_lost_races.py", "database_url"), False),
        (Item("tests/plans/test_plans.py", "face_pool"), False),
        (Item("tests/bot/test_till.py", "sandbox"), False),
        (Item("tests/core/test_catalogue.py"), False),
        (Item("tests/plans/test_plans.py", marks=("long",)), False),
        (Item("tests/plans/test_plans.py", marks=("browser",)), False),
    ],
)
def test_quick_is_what_needs_neither_program_nor_page_nor_model_nor_chat(item: Item, expected: bool) -> None:
    assert is_quick(item) is expected  # type: ignore[arg-type]


async def clones_of(server: str) -> set[int]:
    """The numbers of the clones that are there."""
    async with administration(server) as connection:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'gym_%'")
    return {int(row["datname"].rsplit("_", 1)[1]) for row in rows}


async def test_each_clone_is_fresh_and_the_next_one_is_made_meanwhile(
    postgres_server: str, clones: Clones
) -> None:
    own = Clones(postgres_server)
    own.made = clones.made + APART
    async with own.clone() as first:
        await write(first, "CREATE TABLE left_behind ()")
        async with own.clone() as second:
            assert first != second
            assert await write(second, "SELECT to_regclass('left_behind') IS NULL") is True
    await own.close()
    left = {number for number in await clones_of(postgres_server) if number > APART}
    assert left == {own.made}, "the first two are dropped, and the third was ready"


async def write(url: str, statement: str) -> object:
    connection = await asyncpg.connect(plain_dsn(url))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
