"""`python -m gym import photos.zip`: faces enrolled from a ZIP, with what became of every photo."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from gym.app import open_gym
from gym.commands.data.import_order import ImportOrder
from gym.core.config import Config
from gym.core.language import Translator
from gym.importing.photos.archive import PhotoArchive
from gym.importing.photos.result_sheet import photo_problem, result_sheet
from gym.importing.photos.schemas import PHOTO_OUTCOMES, PhotoOutcome, PhotoResult, count
from gym.importing.photos.service import PhotoImport
from gym.security.permissions import Actor

MOST_SHOWN = 50
"""Photos left out that are printed; all of them stand in the JSON and in the sheet."""


async def import_photos(config: Config, order: ImportOrder) -> int:
    """A photo that is left out is no failure of the command: the others are enrolled."""
    with order.file.open("rb") as source, PhotoArchive(source) as archive:
        async with open_gym(config) as gym:
            photos = PhotoImport(partial(gym.run, Actor.system()), gym.faces, gym.match_rule)
            if order.dry_run:
                results = (await photos.plan(archive)).results
            else:
                with Progress(console=Console(stderr=True)) as bar:
                    task = bar.add_task("Reading photos", total=None)
                    results = await photos.enrol(
                        archive, lambda done, total: bar.update(task, completed=done, total=total)
                    )
    t = Translator("en")
    if order.sheet_back is not None:
        order.sheet_back.write_bytes(result_sheet(results, t))
    if order.as_json:
        typer.echo(json.dumps(_as_json(results, t, taken=not order.dry_run), ensure_ascii=False))
        return 0
    out = [one for one in results if one.fault is not None]
    for one in out[:MOST_SHOWN]:
        typer.echo(f"{one.file}: {photo_problem(one, t)}")
    if len(out) > MOST_SHOWN:
        typer.echo(f"… and {len(out) - MOST_SHOWN} more")
    counts = [
        f"{count(results, one)} {t(PHOTO_OUTCOMES[one])}" for one in PhotoOutcome if count(results, one)
    ]
    typer.echo(("Nothing was imported. " if order.dry_run else "Photos: ") + ", ".join(counts))
    return 0


def _as_json(results: Sequence[PhotoResult], t: Translator, *, taken: bool) -> dict[str, Any]:
    return {
        "imported": taken,
        "counts": {one.value: count(results, one) for one in PhotoOutcome},
        "photos": [
            {
                "file": one.file,
                "client": one.client,
                "outcome": one.outcome,
                "code": one.fault.code if one.fault is not None else None,
                "problem": photo_problem(one, t),
            }
            for one in results
        ],
    }
