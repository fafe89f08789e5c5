"""`python -m gym import list` and `… import undo ID`: past imports, and one of them taken back."""

from __future__ import annotations

import json
from typing import Any

import typer

from gym.app import open_gym
from gym.core.config import Config
from gym.importing.errors import ImportNotFound
from gym.importing.models import ClientImport
from gym.importing.service import ImportService
from gym.importing.undo import ImportUndo
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

SHORTEST = 6
"""Signs of an id that are enough to name it, where only one import begins so."""


async def show_imports(config: Config, *, as_json: bool) -> int:
    """The newest page."""
    async with open_gym(config) as gym, gym.unit_of_work(Actor.system()) as uow:
        runs = (await ImportService(uow).latest()).items
    if as_json:
        typer.echo(json.dumps({"imports": [_as_json(run) for run in runs]}, ensure_ascii=False))
        return 0
    for run in runs:
        typer.echo(_line(run))
    return 0


async def undo_import(config: Config, number: str | None, *, as_json: bool) -> int:
    """Raises `ImportNotFound` unless the id, or its beginning, names one import; and `ImportUndone`,
    `ImportInUse`.
    """

    async def work(uow: UnitOfWork) -> ClientImport:
        run = await ImportService(uow).beginning_with(number or "", SHORTEST)
        if run is None:
            raise ImportNotFound
        return await ImportUndo(uow).undo(run.id)

    async with open_gym(config) as gym:
        run = await gym.run(Actor.system(), work)
    typer.echo(json.dumps(_as_json(run), ensure_ascii=False) if as_json else f"Undone: {_line(run)}")
    return 0


def _line(run: ClientImport) -> str:
    undone = f", undone by {run.undone_by_name}" if run.undone_at else ""
    counts = f"{run.made} made, {run.changed} changed, {run.left_out} left out"
    return f"{run.id}  {run.at:%Y-%m-%d %H:%M}  {run.file_name}: {counts}{undone}"


def _as_json(run: ClientImport) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "file": run.file_name,
        "at": run.at.isoformat(),
        "by": run.staff_name,
        "made": run.made,
        "changed": run.changed,
        "left_out": run.left_out,
        "undone_at": run.undone_at.isoformat() if run.undone_at else None,
    }
