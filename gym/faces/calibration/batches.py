"""Batches of photo files read in the pool's threads, for calibration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gym.core.errors import GymError
from gym.faces.engine.quality import Quality, enrolment_fault
from gym.faces.engine.reader import Face, FaceReader, PhotoReading, Purpose
from gym.faces.errors import PhotoFault, SeveralFaces
from gym.faces.pool import FacePool
from gym.faces.schemas import Vector

BATCH: Final = 16


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """One photo as it was read: `embedding` is None when no face could be.

    `fault` is what enrolment would say of its quality or its bytes; `several` that others are in the picture,
    of whom the most central one was taken.
    """

    embedding: Vector | None = field(repr=False)
    fault: str | None
    several: bool = False
    quality: Quality | None = None


async def read_shots(
    pool: FacePool, paths: Sequence[Path], seen: Callable[[int], None] = lambda count: None
) -> list[PhotoFile]:
    """Read files in the pool's threads, in their order; `seen` is told how many each time some are done."""
    gate = asyncio.Semaphore(max(1, pool.places // 2))

    async def read(batch: Sequence[Path]) -> list[PhotoFile]:
        async with gate:
            shots = await pool.run(read_batch, pool.reader, batch)
        seen(len(batch))
        return shots

    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(read(batch)) for batch in batches]
    return [shot for task in reading for shot in task.result()]


def read_batch(reader: FaceReader, paths: Sequence[Path]) -> list[PhotoFile]:
    """Blocking. Only what is needed of each reading is kept: its pixels are let go."""
    photos = [path.read_bytes() for path in paths]
    results = reader.read_many(photos, Purpose.ENROL)
    crowded = [place for place, one in enumerate(results) if isinstance(one, SeveralFaces)]
    again = reader.read_many([photos[place] for place in crowded], Purpose.IDENTIFY_ALL)
    shots = [_shot(result) for result in results]
    for place, result in zip(crowded, again, strict=True):
        shots[place] = _shot(result, several=True)
    return shots


def _shot(result: PhotoReading | GymError, *, several: bool = False) -> PhotoFile:
    if isinstance(result, GymError):
        return PhotoFile(None, result.code, several)
    face = most_central(result)
    fault: PhotoFault | None = enrolment_fault(face.quality)
    return PhotoFile(face.embedding, None if fault is None else fault.code, several, face.quality)


def most_central(reading: PhotoReading) -> Face:
    """The face nearest to the middle of the picture."""
    height, width = reading.pixels.shape[:2]

    def distance(face: Face) -> float:
        x1, y1, x2, y2 = face.box
        return ((x1 + x2 - width) / 2) ** 2 + ((y1 + y2 - height) / 2) ** 2

    return min(reading.faces, key=distance)
