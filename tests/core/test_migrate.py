"""The newest revision, found without Alembic."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from gym.core.database.engine import Database
from gym.core.database.migrations import alembic_config, current, head
from tests.support import databases


def test_the_newest_revision_is_the_one_that_alembic_names() -> None:
    assert head() == ScriptDirectory.from_config(alembic_config()).get_current_head()


async def test_a_migrated_database_is_at_the_newest_revision(database_url: str) -> None:
    database = Database(database_url)
    assert await current(database) == head()
    await database.close()


async def test_a_new_database_has_no_revision(clones: databases.Clones) -> None:
    async with databases.administration(clones.server) as connection:
        await connection.execute("CREATE DATABASE nobodys")
    database = Database(databases.database_url(clones.server, "nobodys"))
    assert await current(database) is None
    await database.close()
