"""Makes the gym that v0.1.0 left behind: three months at the desk, in the chats and at the door.

Run with v0.1.0's own code (a checkout of the tag with this folder copied into its tests):
`python -m tests.kept.make_v0_1_0 OUT`. It takes some minutes; what it makes is kept beside it for ever.
The gym's calendar begins on a fixed day, so the days in it do not depend on when it was made.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text

from bot.app import open_house
from gym.app import open_gym
from gym.core.config import Config
from gym.core.database.engine import plain_dsn
from gym.core.postgres import EmbeddedPostgres
from gym.core.postgres.binaries import installed_binaries
from gym.security.permissions import Actor
from tests.e2e.door import Door
from tests.kept.facts import facts_of
from tests.kept.making.beginning import (
    choose_password,
    make_plans,
    open_the_gym,
    pair_kiosks,
    register_people,
    remember_faces,
    sell_to_rosa,
)
from tests.kept.making.last_days import buttons, fall_silent, last_days
from tests.kept.making.months import first_month, second_month, third_month
from tests.kept.making.story import (
    FIRST_MORNING,
    Story,
)
from tests.support.sandbox.client import SandboxClient


async def live(config: Config) -> dict[str, Any]:
    """The whole story; what the tests must know of it."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        ahead = int((FIRST_MORNING - datetime.now(UTC)).total_seconds())
        await uow.session.execute(text(f"UPDATE gym_state SET clock_offset_seconds = {ahead}"))
    async with open_house(config) as house:
        assert house.sandbox is not None
        assert house.web_url is not None
        async with SandboxClient(house.sandbox.url) as telegram, Door(house.web_url) as door:
            story = Story(house, telegram)
            await open_the_gym(story)
            await make_plans(story)
            await register_people(story)
            await remember_faces(story)
            await sell_to_rosa(story)
            await pair_kiosks(story, door)
            await choose_password(story, door)
            await first_month(story)
            await second_month(story)
            await third_month(story)
            await last_days(story, door)
            await fall_silent(story)
            now = await house.gym.now()
            return {
                "wall": datetime.now(UTC).isoformat(),
                "business": now.isoformat(),
                "people": {name: phone.id for name, phone in story.phones.items()},
                "buttons": await buttons(story),
                "secrets": story.secrets,
            }


async def leave_one_unhandled(url: str, sandbox: Path, rosa: int) -> dict[str, Any]:
    """As a crash leaves it: an update that was kept, and nobody has looked at it."""
    connection = await asyncpg.connect(plain_dsn(url))
    fresh = await connection.fetchval("SELECT max(update_id) + 1 FROM inbox_updates")
    await connection.execute(
        "INSERT INTO inbox_updates (update_id, chat_id, payload, received_at)"
        " SELECT $1, chat_id, jsonb_set(payload, '{update_id}', to_jsonb($1::bigint)), received_at"
        " FROM inbox_updates WHERE chat_id = $2 AND payload->'message'->>'text' = '/plan'"
        " ORDER BY update_id DESC LIMIT 1",
        fresh,
        rosa,
    )
    await connection.close()
    with sqlite3.connect(sandbox) as store:
        store.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'updates'", (fresh,))
    return {"update_id": fresh, "chat_id": rosa}


def keep(url: str, home: Path, out: Path) -> None:
    """The database, the chats and the keys."""
    dump = installed_binaries().program("pg_dump")
    target = ["--format=custom", "--compress=9", "--no-owner", "--no-privileges", "--file", out / "gym.dump"]
    subprocess.run([dump, *target, plain_dsn(url)], check=True)
    shutil.copy(home / "secrets.env", out / "secrets.env")
    (out / "sandbox.sqlite").unlink(missing_ok=True)
    with sqlite3.connect(home / "sandbox.sqlite") as store:
        store.execute("VACUUM INTO ?", (str(out / "sandbox.sqlite"),))


def without_pictures(sandbox: Path) -> list[dict[str, Any]]:
    """Empty every photo, since tests can make them again; which of them the open registration needs."""
    families = "SELECT family FROM files WHERE kind = 'photo' GROUP BY 1 ORDER BY min(number) DESC LIMIT 2"
    with sqlite3.connect(sandbox) as store:
        found = [row[0] for row in store.execute(families)]
        store.execute("UPDATE files SET data = x'' WHERE kind = 'photo'")
        store.commit()
        store.execute("VACUUM")
    return [{"family": one, "person": 4, "variant": place} for place, one in enumerate(reversed(found))]


async def make(out: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="kept-") as folder:
        home = Path(folder)
        with EmbeddedPostgres(home, durable=False) as server:
            url = server.start()
            config = Config(
                _env_file=None,  # type: ignore[call-arg]
                database_url=url,
                powergym_home=home,
                sandbox_port=0,
                web_port=0,
                gym_name="Gimnasio Ñandú",
            )
            facts = await live(config)
            facts["unhandled"] = await leave_one_unhandled(
                url, home / "sandbox.sqlite", facts["people"]["Rosa"]
            )
            connection = await asyncpg.connect(plain_dsn(url))
            facts |= await facts_of(connection)
            await connection.close()
            keep(url, home, out)
            facts["photos"] = without_pictures(out / "sandbox.sqlite")
    (out / "facts.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(make(target))
