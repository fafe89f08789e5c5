"""The doctor: looks at every part of the set-up and says what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text

from gym.app import Gym, open_gym
from gym.core.config import Config, ConfigError
from gym.core.migrate import current, head
from gym.core.postgres import PostgresUnavailable
from gym.faces.models import FaceTemplate
from gym.security.permissions import Actor

LICENCE = "InsightFace's packs are for non-commercial research; a commercial gym needs a licence of theirs"
LEAST_FREE_GB = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well."""

    name: str
    well: bool
    seen: str
    advice: str = ""


async def examine(config: Config) -> int:
    """Print every finding; the exit status is 1 when something is not well."""
    findings = [finding async for finding in _findings(config)]
    table = Table("", "what", "seen", "what to do", show_lines=False)
    for finding in findings:
        mark = "[green]ok[/]" if finding.well else "[red]!![/]"
        table.add_row(mark, finding.name, finding.seen, "" if finding.well else finding.advice)
    Console().print(table)
    return 0 if all(finding.well for finding in findings) else 1


async def _findings(config: Config) -> AsyncIterator[Finding]:
    yield _disk(config)
    yield _telegram(config)
    try:
        async with open_gym(config) as gym:
            async for finding in _database(gym):
                yield finding
            yield Finding("face model", True, f"{gym.faces.model_id} ({', '.join(config.face_providers)})")
            yield Finding("licence", True, LICENCE)
            yield await _templates(gym)
    except (ConfigError, PostgresUnavailable) as error:
        yield Finding("start", False, str(error), "mend this first")


def _disk(config: Config) -> Finding:
    config.powergym_home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(config.powergym_home).free / 1e9
    return Finding("disk", free >= LEAST_FREE_GB, f"{free:.0f} GB free", f"keep {LEAST_FREE_GB} GB free")


def _telegram(config: Config) -> Finding:
    if config.sandbox:
        return Finding("Telegram", True, "no token: the local Bot API server stands in")
    return Finding("Telegram", True, "a token is set")


async def _database(gym: Gym) -> AsyncIterator[Finding]:
    found, wanted = await current(gym.database), head()
    yield Finding("migrations", found == wanted, str(found), "run: python -m gym migrate")
    async with gym.unit_of_work(Actor.system()) as uow:
        version = await uow.session.scalar(text("SHOW server_version"))
        names = await uow.session.scalars(text("SELECT extname FROM pg_extension"))
        missing = {"vector", "pg_trgm", "unaccent", "btree_gist"} - set(names)
        yield Finding("PostgreSQL", True, str(version))
        yield Finding(
            "extensions", not missing, "all there" if not missing else f"missing: {missing}", "install them"
        )
        yield Finding("gym", True, f"{uow.settings.name}, {uow.settings.timezone}, {uow.now.isoformat()}")


async def _templates(gym: Gym) -> Finding:
    """Templates of another model are never compared: they need a re-enrolment."""
    async with gym.unit_of_work(Actor.system()) as uow:
        other = FaceTemplate.model_id != gym.faces.model_id
        total = await uow.session.scalar(select(func.count()).select_from(FaceTemplate)) or 0
        foreign = await uow.session.scalar(select(func.count()).select_from(FaceTemplate).where(other)) or 0
    seen = f"{total} templates, {foreign} of another model"
    return Finding("templates", foreign == 0, seen, "enrol these clients again, or set FACE_PACK back")
