"""`python -m gym export --all`: everything in one ZIP; and such a ZIP read into an empty gym."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import typer
from rich.console import Console
from rich.progress import Progress

from gym.app import Gym, open_gym
from gym.core.config import Config
from gym.exporting.reading import ExportArchive
from gym.exporting.restoring import GymRestore
from gym.exporting.service import WholeExportService
from gym.exporting.writing import write_export
from gym.security.permissions import Actor


async def export_all(config: Config, target: Path | None, *, as_json: bool) -> int:
    """Written beside its place first, so that a broken export never looks like a whole one."""
    async with open_gym(config) as gym:
        async with gym.unit_of_work(Actor.system()) as uow:
            facts = WholeExportService(uow).begin()
        path = target or Path(f"powergym-{facts.at:%Y-%m-%d}.zip")
        unfinished = path.with_name(f"{path.name}.part")
        try:
            with _private(unfinished) as file, Progress(console=Console(stderr=True)) as bar:
                task = bar.add_task("Exporting", total=None)
                done = await write_export(
                    gym.database,
                    file,
                    gym_name=facts.gym_name,
                    settings=dict(facts.settings),
                    at=facts.at,
                    progress=lambda rows, total: bar.update(task, completed=rows, total=total),
                )
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    if as_json:
        typer.echo(json.dumps({"file": str(path), "rows": done.rows}))
    else:
        typer.echo(f"{path}: {_counted(done.rows)}")
    return 0


async def read_back(config: Config, file: Path, *, dry_run: bool, as_json: bool) -> int:
    """Raises `GymNotEmpty`, `ExportUnreadable`, `ExportFromFuture`."""
    with file.open("rb") as source:
        archive = ExportArchive(source)
        rows = archive.manifest.rows
        if not dry_run:
            async with open_gym(config) as gym:
                rows = await _restore(gym, archive)
    if as_json:
        typer.echo(json.dumps({"imported": not dry_run, "gym": archive.manifest.gym, "rows": dict(rows)}))
    else:
        said = "Nothing was imported. It would be: " if dry_run else "Imported: "
        typer.echo(f"{said}{archive.manifest.gym}, {_counted(rows)}")
    return 0


async def _restore(gym: Gym, archive: ExportArchive) -> Mapping[str, int]:
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("Importing", total=None)
        return await gym.run(
            Actor.system(),
            lambda uow: GymRestore(uow).restore(
                archive, lambda done, total: bar.update(task, completed=done, total=total)
            ),
        )


def _private(path: Path) -> IO[bytes]:
    """For nobody else's eyes: it holds everybody's data."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in rows.items() if count)
