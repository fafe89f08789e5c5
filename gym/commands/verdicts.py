"""`python -m gym faces calibrate --verdicts`: enrolment's refusals over the folder's photos, in tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from gym.faces.calibration.batches import PhotoFile
from gym.faces.calibration.refusal_tables import (
    SPOILED_PEOPLE,
    RefusalLine,
    RefusalTable,
    as_they_are,
    spoiled,
)
from gym.faces.pool import FacePool

COLUMNS = ("photos", "accepted", "refused", "likeness")
ALIKE = "likeness: the median cosine to the person's other photos, or to the photo before it was spoiled"


async def print_verdicts(
    pool: FacePool, people: Sequence[Sequence[Path]], shots: Sequence[Sequence[PhotoFile]]
) -> None:
    """The photos as they are, then one good photo of each person spoiled step by step."""
    console = Console()
    _print(console, "Photos as they are", as_they_are(shots))
    good = list(islice(_good(people, shots), SPOILED_PEOPLE))
    tables: list[RefusalTable] = []
    for path in track(good, "Spoiling photos", console=Console(stderr=True)):
        tables = await pool.run(spoiled, pool.reader, path, tables)
    _print(console, "Good photos, spoiled", tables)
    console.print(ALIKE)


def _good(people: Sequence[Sequence[Path]], shots: Sequence[Sequence[PhotoFile]]) -> Iterator[Path]:
    """The first photo of each person that may be enrolled and shows nobody else."""
    for paths, read in zip(people, shots, strict=True):
        passed = (path for path, shot in zip(paths, read, strict=True) if not shot.fault and not shot.several)
        first = next(passed, None)
        if first is not None:
            yield first


def _print(console: Console, title: str, sections: Sequence[RefusalTable]) -> None:
    console.rule(title)
    for section in sections:
        table = Table(section.title, *COLUMNS)
        for line in section.lines:
            table.add_row(line.kind, *_cells(line))
        console.print(table)


def _cells(line: RefusalLine) -> list[str]:
    refused = ", ".join(f"{code} {count}" for code, count in line.refused.most_common())
    likeness = "–" if line.likeness is None else f"{line.likeness:.2f}"
    return [str(line.photos), f"{line.accepted / max(1, line.photos):.0%}", refused or "–", likeness]
