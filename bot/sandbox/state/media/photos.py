"""Photos as Telegram keeps them: recompressed, in several sizes."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.sandbox.errors import BadRequest

LONGEST_SIDE = 1280
THUMBNAIL_SIDES = (90, 320, 800)
JPEG_QUALITY = 87
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_SIDES_SUM = 10_000
MAX_RATIO = 20


@dataclass(frozen=True, slots=True)
class PhotoSize:
    width: int
    height: int
    jpeg: bytes


def recompress(data: bytes) -> list[PhotoSize]:
    """JPEGs of the photo, the smallest first, the largest at most 1,280 pixels long; call it in a thread.

    Raises BadRequest in Telegram's words for what is no photo.
    """
    if len(data) > MAX_PHOTO_BYTES:
        size = f"file of size {len(data)} bytes is too big for a photo"
        raise BadRequest(f"{size}; the maximum size is {MAX_PHOTO_BYTES} bytes")
    image = _open(data)
    longest = max(image.size)
    sides = [side for side in THUMBNAIL_SIDES if side < min(longest, LONGEST_SIDE)]
    return [_encode(image, side) for side in (*sides, min(longest, LONGEST_SIDE))]


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
        _check_sides(*image.size)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets libjpeg decode big pictures at half size
        upright = ImageOps.exif_transpose(image)
        return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadRequest("IMAGE_PROCESS_FAILED") from error


def _check_sides(width: int, height: int) -> None:
    if width + height > MAX_SIDES_SUM or max(width, height) > MAX_RATIO * min(width, height):
        raise BadRequest("PHOTO_INVALID_DIMENSIONS")


def _encode(image: Image.Image, side: int) -> PhotoSize:
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=JPEG_QUALITY)
    return PhotoSize(small.width, small.height, out.getvalue())
