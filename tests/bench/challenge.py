"""`python -m tests.bench.challenge`: how often the challenge lets heads through, and pictures of heads.

With `--faces DIR` (people's photos in LFW's layout) also heads that really turned, between two photos of one
person. Real attacks are not in it: prints and screens are simulated, as planes before a camera.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from gym.core.config import load_config
from gym.core.errors import GymError
from gym.faces.engine.engines import open_configured
from gym.faces.engine.images import encode_jpeg
from gym.faces.engine.reader import FaceReader, PhotoReading, Purpose
from gym.faces.liveness.turn_challenge import LEAST_TURN, ChallengeResult, ChallengeVerdict, judge, turned
from gym.faces.thresholds import scale_of
from tests.faces.heads import Tilt, tilted_picture, turned_head
from tests.support.people import people

MOST_PEOPLE: Final = 60
PRINTS_OF_EACH: Final = 10
TURNS: Final = (-35, -25, 25, 35)
FRONTAL: Final = 15.0
"""Degrees of yaw up to which a photo is the first frame: the kiosk asks to look straight, then to turn."""
SEED: Final = 20261127

Pair = tuple[PhotoReading, PhotoReading]
Maker = Callable[[FaceReader, Sequence[PhotoReading]], Iterator[Pair]]


def really_turned(_: FaceReader, photos: Sequence[PhotoReading]) -> Iterator[Pair]:
    """A frontal photo and another one of the same person, who looks elsewhere there."""
    for pair in combinations(photos, 2):
        if abs(turned(pair[0].face, pair[1].face)) >= LEAST_TURN and any(map(_frontal, pair)):
            yield pair


def rendered_turns(reader: FaceReader, photos: Sequence[PhotoReading]) -> Iterator[Pair]:
    """A frontal photo, and another one put on a solid head that turns."""
    first, other = photos[0], photos[-1]
    for degrees in TURNS:
        yield from _with(reader, first, turned_head(other.pixels, other.face.landmarks, degrees))


def moved_prints(reader: FaceReader, photos: Sequence[PhotoReading]) -> Iterator[Pair]:
    """One photo, and a flat print or screen of it: tilted, moved, scaled, lit otherwise, with noise."""
    rng = np.random.default_rng(SEED)
    for _ in range(PRINTS_OF_EACH):
        yield from _with(reader, photos[0], tilted_picture(photos[0].pixels, Tilt.drawn(rng), rng))


KINDS: Final[dict[str, Maker]] = {
    "heads that turned, two photos of a person": really_turned,
    "heads that turn, rendered on a solid": rendered_turns,
    "one photo moved as a print or screen": moved_prints,
}


def _frontal(reading: PhotoReading) -> bool:
    return abs(reading.face.quality.yaw) <= FRONTAL


def _with(reader: FaceReader, first: PhotoReading, pixels: np.ndarray) -> Iterator[Pair]:
    second = _read(reader, encode_jpeg(pixels))
    if second is not None:
        yield first, second


def _read(reader: FaceReader, photo: bytes) -> PhotoReading | None:
    try:
        reading = reader.read(photo, Purpose.CHECK_IN)
    except GymError:
        return None
    return reading if reading.faces else None


def subjects(reader: FaceReader, folder: Path | None) -> list[list[PhotoReading]]:
    """The photos of each person, the most frontal one first; people without a frontal one are left out."""
    found: list[list[PhotoReading]] = []
    for photos in islice(_folders(folder) if folder else _sample(), MOST_PEOPLE):
        read = [one for one in (_read(reader, photo) for photo in photos) if one is not None]
        read.sort(key=lambda one: abs(one.face.quality.yaw))
        if read and _frontal(read[0]):
            found.append(read)
    return found


def _folders(folder: Path) -> Iterator[list[bytes]]:
    inside = folder / "people" if (folder / "people").is_dir() else folder
    for person in sorted(path for path in inside.iterdir() if path.is_dir()):
        yield [path.read_bytes() for path in sorted(person.glob("*.jpg"))]


def _sample() -> Iterator[list[bytes]]:
    return ([one.photo(0), one.photo(2)] for one in people())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.challenge", description=__doc__)
    parser.add_argument("--faces", type=Path, help="people's photos in LFW's layout")
    reader = open_configured(load_config())
    scale = scale_of(reader.model_id)
    sitting = subjects(reader, parser.parse_args().faces)
    table = Table("between two frames", "pairs", *(result.replace("_", " ") for result in ChallengeResult))
    console = Console()
    for name, make in KINDS.items():
        seen: Counter[ChallengeResult] = Counter()
        for photos in track(sitting, description=name, console=Console(stderr=True)):
            verdicts: Iterator[ChallengeVerdict] = (judge(pair, scale) for pair in make(reader, photos))
            seen.update(verdict.result for verdict in verdicts)
        table.add_row(name, str(seen.total()), *(_share(seen, result) for result in ChallengeResult))
    console.print(f"{reader.model_id}, {len(sitting)} people; real attacks are not measured here")
    console.print(table)


def _share(seen: Counter[ChallengeResult], result: ChallengeResult) -> str:
    return f"{seen[result] / seen.total():.1%}" if seen.total() else "–"


if __name__ == "__main__":
    main()
