"""A kept gym restored: its database as it was and migrated, its keys, its chats and what it knew."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.sandbox.state.media.photos import recompress
from gym.core.clock import FrozenClock
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.migrations import upgrade
from gym.core.postgres.binaries import installed_binaries
from gym.security.keys.secrets import Secrets, load_secrets
from tests.support.databases import Clones, administration, database_url
from tests.support.people import people

LATER: Final = timedelta(hours=1)
"""How long after it was kept the gym is opened again."""


@dataclass(frozen=True)
class Kept:
    """One release's gym as it lies in its folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def facts(self) -> dict[str, Any]:
        return json.loads((self.folder / "facts.json").read_text())

    @property
    def before(self) -> str:
        """The template as the release left it."""
        return f"kept_{self.name}"

    @property
    def after(self) -> str:
        """The template with every migration since."""
        return f"migrated_{self.name}"

    def clock(self) -> FrozenClock:
        """An hour after it was kept, whatever day it is now: tokens and links are as old as that."""
        return FrozenClock(datetime.fromisoformat(self.facts["wall"]) + LATER)

    def move_in(self, home: Path) -> Secrets:
        """Its keys and its chats, copied to where a gym keeps them."""
        home.mkdir(parents=True, exist_ok=True)
        for name in ("secrets.env", "sandbox.sqlite"):
            shutil.copyfile(self.folder / name, home / name)
        (home / "secrets.env").chmod(0o600)
        self._hang_pictures(home / "sandbox.sqlite")
        return load_secrets(home)

    def _hang_pictures(self, sandbox: Path) -> None:
        """The photos of the open registration, as they were sent; they are not kept here."""
        sizes = "SELECT number FROM files WHERE family = ? ORDER BY number"
        with sqlite3.connect(sandbox) as store:
            for photo in self.facts["photos"]:
                made = recompress(people()[photo["person"]].photo(photo["variant"]))
                numbers = [row[0] for row in store.execute(sizes, (photo["family"],))]
                filled = [(size.jpeg, number) for size, number in zip(made, numbers, strict=True)]
                store.executemany("UPDATE files SET data = ? WHERE number = ?", filled)

    async def restore(self, clones: Clones) -> None:
        """Both templates, made once a run; nothing stays connected to them."""
        async with administration(clones.server) as connection:
            await connection.execute(f"CREATE DATABASE {self.before}")
        restore = [str(installed_binaries().program("pg_restore")), "--no-owner", "--no-privileges"]
        target = plain_dsn(database_url(clones.server, self.before))
        dump = str(self.folder / "gym.dump")
        await asyncio.to_thread(subprocess.run, [*restore, "--dbname", target, dump], check=True)
        async with administration(clones.server) as connection:
            await connection.execute(f"CREATE DATABASE {self.after} TEMPLATE {self.before}")
        database = Database(database_url(clones.server, self.after))
        await upgrade(database)
        await database.close()


V0_1_0: Final = Kept(Path(__file__).parent / "v0_1_0")
