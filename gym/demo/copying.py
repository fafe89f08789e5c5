"""COPY into tables over the unit of work's own connection, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import asyncpg

from gym.unit_of_work import UnitOfWork


async def copy_rows(
    uow: UnitOfWork, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Rows straight into a table: its triggers and constraints look at each of them."""
    await uow.session.flush()
    connection = await (await uow.session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    await driver.copy_records_to_table(table, columns=columns, records=rows)
