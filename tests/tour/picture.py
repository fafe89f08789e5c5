"""Screenshots side by side: the phone of the staff and the tablet at the door, one frame each step."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

SIZE: Final = (1120, 640)
PAPER: Final = (236, 240, 243)
CASE: Final = (30, 34, 40)
PHONE: Final = (20, 24, 304, 592)
TABLET: Final = (376, 44, 704, 528)
"""Left, top, width, height of the two screens."""
RIM: Final = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """Two screenshots; the one on which nothing happens is paler."""

    phone: bytes
    tablet: bytes
    on_phone: bool
    milliseconds: int


def save(frames: Sequence[Frame], path: Path) -> None:
    """An animated WebP that begins again for ever."""
    first, *others = [_drawn(frame) for frame in frames]
    lasts = [frame.milliseconds for frame in frames]
    first.save(path, save_all=True, append_images=others, duration=lasts, loop=0, quality=72, method=6)


def _drawn(frame: Frame) -> Image.Image:
    canvas = Image.new("RGB", SIZE, PAPER)
    _place(canvas, frame.phone, PHONE, 18, (PAPER, 0.0 if frame.on_phone else 0.55))
    _place(canvas, frame.tablet, TABLET, 12, (CASE, 0.82 if frame.on_phone else 0.0))
    return canvas


def _place(
    canvas: Image.Image,
    shot: bytes,
    place: tuple[int, int, int, int],
    radius: int,
    pale: tuple[tuple[int, int, int], float],
) -> None:
    left, top, width, height = place
    screen = Image.open(io.BytesIO(shot)).convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    screen = Image.blend(screen, Image.new("RGB", screen.size, pale[0]), pale[1])
    case = (left - RIM, top - RIM, left + width + RIM, top + height + RIM)
    ImageDraw.Draw(canvas).rounded_rectangle(case, radius=radius + RIM, fill=CASE)
    corners = Image.new("L", (2 * width, 2 * height), 0)
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, 2 * width - 1, 2 * height - 1), 2 * radius, fill=255)
    canvas.paste(screen, (left, top), corners.resize(screen.size, Image.Resampling.LANCZOS))
