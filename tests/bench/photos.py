"""Photos for the benchmarks: a person before the kiosk's camera at 720p, and the same from a phone."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from gym.core.errors import GymError
from gym.faces.engine.images import decode, encode_jpeg
from gym.faces.engine.quality import enrolment_fault
from gym.faces.engine.reader import FaceReader, Purpose

CAMERA: Final = (1280, 720)
PHONE: Final = (4000, 3000)
FACE_SHARE: Final = 0.3
"""Width of the face as a share of the picture's height: somebody at arm's length from the kiosk."""
MOST_PEOPLE: Final = 32
GREY: Final = 110


@dataclass(frozen=True, slots=True)
class Sitter:
    """One person in two sizes of the same picture."""

    name: str
    camera: bytes
    phone: bytes


def sitters(reader: FaceReader, faces: Path | None) -> list[Sitter]:
    """People of a folder in LFW's layout, or the six of InsightFace's own sample picture."""
    found = _of_folder(reader, faces) if faces else _of_sample(reader)
    if not found:
        raise SystemExit("--faces: no picture in this folder shows exactly one good face")
    return found


def _of_sample(reader: FaceReader) -> list[Sitter]:
    spec = importlib.util.find_spec("insightface")
    assert spec is not None
    assert spec.origin is not None
    group = decode((Path(spec.origin).parent / "data" / "images" / "t1.jpg").read_bytes())
    made = [_framed(f"Sample {place}", group, one.box) for place, one in enumerate(reader.detect(group))]
    return [one for one in made if _is_good(reader, one)]


def _of_folder(reader: FaceReader, folder: Path) -> list[Sitter]:
    found: list[Sitter] = []
    for person in sorted(path for path in folder.iterdir() if path.is_dir()):
        photo = next(iter(sorted(person.glob("*.jpg"))), None)
        if photo is not None:
            pixels = decode(photo.read_bytes())
            boxes = reader.detect(pixels)
            made = _framed(person.name, pixels, boxes[0].box) if boxes else None
            if made is not None and _is_good(reader, made):
                found.append(made)
        if len(found) == MOST_PEOPLE:
            break
    return found


def _framed(name: str, pixels: Any, box: Any) -> Sitter:
    return Sitter(name, *(encode_jpeg(_frame(pixels, box, size), 90) for size in (CAMERA, PHONE)))


def _frame(pixels: Any, box: Any, size: tuple[int, int]) -> Any:
    """The face in the middle between two grey walls, so that no neighbours of a group are seen."""
    width, height = size
    x1, y1, x2, y2 = (float(value) for value in box)
    scale = height * FACE_SHARE / (x2 - x1)
    shift = (width / 2 - scale * (x1 + x2) / 2, height / 2 - scale * (y1 + y2) / 2)
    turn = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    framed = cv2.warpAffine(pixels, turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    side = round(height * FACE_SHARE)
    framed[:, : width // 2 - side] = GREY
    framed[:, width // 2 + side :] = GREY
    return framed


def _is_good(reader: FaceReader, one: Sitter) -> bool:
    try:
        readings = [reader.read(photo, Purpose.ENROL) for photo in (one.camera, one.phone)]
    except GymError:
        return False
    return all(enrolment_fault(reading.face.quality) is None for reading in readings)
