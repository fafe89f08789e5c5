"""`python -m gym faces calibrate`: error rates of a model over a folder of people, as a table or JSON."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gym.commands.verdicts import print_verdicts
from gym.core.config import Config
from gym.faces.calibration.error_rates import ErrorRateRow, Measured, engine_of, measure, photos_in
from gym.faces.engine.engines import open_configured
from gym.faces.engine.model_packs import BUFFALO_SC, YUNET_SFACE, Engine
from gym.faces.pool import FacePool
from gym.faces.schemas import MatchRule
from gym.faces.thresholds import scale_of

DEFAULTS: Final = {Engine.INSIGHTFACE: BUFFALO_SC.name, Engine.OPENCV: YUNET_SFACE.name}
COLUMNS: Final = (
    "templates",
    "threshold",
    "identified",
    "wrong person",
    "uncertain",
    "strangers in",
    "refused at enrolment",
)


async def calibrate(
    config: Config, folder: Path, engine: Engine | None, wanted_fpir: float, as_json: bool, verdicts: bool
) -> int:
    """Print a table, or the report as JSON; progress goes to stderr. Needs no database."""
    photos = await asyncio.to_thread(photos_in, folder)
    pool = await asyncio.to_thread(_open_pool, config, engine)
    rule = MatchRule(config.face_threshold, config.face_margin, scale=scale_of(pool.model_id))
    try:
        with _progress() as progress:
            task = progress.add_task("Reading faces", total=len(photos.paths))
            found = await measure(
                pool, photos, rule, wanted_fpir, lambda count: progress.advance(task, count)
            )
        if as_json:
            typer.echo(json.dumps(found.report))
            return 0
        _print(found)
        if verdicts:
            await print_verdicts(pool, photos.people, found.shots)
    finally:
        await asyncio.to_thread(pool.close)
    return 0


def _open_pool(config: Config, engine: Engine | None) -> FacePool:
    """The configured pack's reader, or the given engine's own pack when that is another one's."""
    if engine is not None and engine_of(config.face_pack) != engine:
        config = config.model_copy(update={"face_pack": DEFAULTS[engine]})
    workers = config.face_workers or os.cpu_count() or 1
    reader = open_configured(config)
    reader.warm(workers)
    return FacePool(reader, workers)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def _print(found: Measured) -> None:
    report = found.report
    title = f"{report['engine']} {report['pack']}: {report['people']} people, {report['strangers']} strangers"
    table = Table(*COLUMNS, title=title)
    for templates, row in report["templates"].items():
        table.add_row(templates, *_cells(row))
    console = Console()
    console.print(table)
    for wanted, threshold in report["threshold_for"].items():
        said = "unknown: there are no strangers" if threshold is None else f"{threshold:.3f}"
        console.print(f"Threshold for {float(wanted):.2%} of strangers, three templates: {said}")
    console.print(
        f"{found.several} photos show several people (the most central one was taken); "
        f"in {found.unread} no face was found; {found.not_enrolled} people could not be enrolled."
    )


def _cells(row: ErrorRateRow) -> list[str]:
    strangers = "–" if row["fpir"] is None else f"{row['fpir']:.2%}"
    return [
        f"{row['threshold']:.3f}",
        f"{1 - row['fnir']:.2%} of {row['probes']}",
        str(row["wrong"]),
        str(row["uncertain"]),
        strangers,
        str(row["enrolment_refused"]),
    ]
