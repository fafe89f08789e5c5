"""Images: header checked before decoding, decoded near 1280 pixels, thumbnails, numbered boxes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pi_heif import HeifImageFile
from PIL import Image, ImageOps

from gym.faces.errors import NotAnImage, PhotoTooLarge, PhotoUnreadable

LARGEST_BYTES: Final = 10 * 1024 * 1024
LARGEST_PIXELS: Final = 50_000_000
"""Checked in the header: a file of a few kilobytes can decode to gigabytes."""
FORMATS: Final = ("JPEG", "PNG", "WEBP", "AVIF")
SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
"""Of a file of boxes (ISO/IEC 23008-12), in its bytes 8 to 12; an iPhone writes `heic`."""
AVIF_BRANDS: Final = (b"avif", b"avis")
BLANKS: Final = b"\r\n\t "
"""Some programs leave a line break before the file that they upload."""
JPEG_END: Final = b"\xff\xd9"
FILLING: Final = b"\x55" * 4096
"""What no photo goes on with."""
UNREADABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    IndexError,
    KeyError,
    RuntimeError,
    MemoryError,
)
WANTED_SIDE: Final = 1280
"""Pixels of the long side that recognition needs at most."""
THUMBNAIL_SIDE: Final = 160
REDUCED: Final = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
Pixels = NDArray[np.uint8]
"""Height × width × 3, BGR."""
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself before a pixel is decoded."""

    format: str
    width: int
    height: int


def read_header(photo: bytes) -> Header:
    """Format and size by content, not by name.

    Raises `PhotoTooLarge` over 10 MB or 50 megapixels, `NotAnImage` for anything but JPEG, PNG, WebP, HEIC
    and AVIF, `PhotoUnreadable` for damaged and animated files.
    """
    if len(photo) > LARGEST_BYTES:
        raise PhotoTooLarge
    return _checked(_opened(photo.lstrip(BLANKS)))


def _opened(photo: bytes) -> Image.Image:
    """Its header alone is read. Raises as `read_header`."""
    boxed = photo[8:12] if photo[4:8] == b"ftyp" else b""
    if not (
        photo.startswith(SIGNATURES)
        or photo[:4] + photo[8:12] == b"RIFFWEBP"
        or boxed in HEIC_BRANDS + AVIF_BRANDS
    ):
        raise NotAnImage
    try:
        if boxed in HEIC_BRANDS:
            return HeifImageFile(io.BytesIO(photo))
        return Image.open(io.BytesIO(photo), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PhotoTooLarge from error
    except UNREADABLE as error:
        raise PhotoUnreadable from error


def _checked(image: Image.Image) -> Header:
    if image.width * image.height > LARGEST_PIXELS:
        raise PhotoTooLarge
    # Phones put a preview or a depth map behind the photo (MPO): several pictures, but no animation.
    # So does an iPhone in a HEIC.
    if image.format not in ("MPO", "HEIF") and getattr(image, "is_animated", False):
        raise PhotoUnreadable
    return Header(str(image.format), image.width, image.height)


def decode(photo: bytes) -> Pixels:
    """Upright BGR pixels whose long side is near 1280, EXIF orientation honoured. Raises as `read_header`."""
    header = read_header(photo)
    photo = photo.lstrip(BLANKS)
    pixels = _by_pillow(photo, header) if header.format in ("HEIF", "AVIF") else _by_opencv(photo, header)
    if pixels is None or pixels.ndim != 3 or min(pixels.shape[:2]) < 8:
        raise PhotoUnreadable
    return _shrink(pixels, 2 * WANTED_SIDE)


def _by_opencv(photo: bytes, header: Header) -> Pixels | None:
    """None for a damaged photo. Raises `PhotoUnreadable`."""
    flag = REDUCED[_reduction(header)]
    try:
        pixels = _decoded(photo, flag)
        if pixels is not None or header.format != "JPEG":
            return pixels
        # Without its end marker every phone shows it. Where more is missing, what follows changes it.
        ended, filled = _decoded(photo + JPEG_END, flag), _decoded(photo + FILLING + JPEG_END, flag)
    except cv2.error as error:
        raise PhotoUnreadable from error
    return ended if ended is not None and filled is not None and np.array_equal(ended, filled) else None


def _decoded(photo: bytes, flag: int) -> Pixels | None:
    return cast("Pixels | None", cv2.imdecode(np.frombuffer(photo, np.uint8), flag))


def _by_pillow(photo: bytes, header: Header) -> Pixels:
    """What OpenCV's wheels do not read. Raises `PhotoUnreadable`."""
    try:
        image = ImageOps.exif_transpose(_opened(photo)).convert("RGB").reduce(_reduction(header))
        return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])
    except UNREADABLE as error:
        raise PhotoUnreadable from error


def _reduction(header: Header) -> int:
    """The power of two that brings the long side nearest to 1280 without going far below it."""
    long_side = max(header.width, header.height)
    return max((factor for factor in REDUCED if long_side / factor >= WANTED_SIDE * 0.75), default=1)


def _shrink(pixels: Pixels, side: int) -> Pixels:
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def encode_jpeg(pixels: Pixels, quality: int = 92) -> bytes:
    """JPEG bytes of BGR pixels."""
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise PhotoUnreadable
    return cast("Any", data).tobytes()


def thumbnail(pixels: Pixels, box: Box) -> bytes:
    """A square JPEG of 160 px around a face, with some of the hair and shoulders."""
    x1, y1, x2, y2 = box
    half = max(x2 - x1, y2 - y1) * 0.8
    centre_x, centre_y = (x1 + x2) / 2, (y1 + y2) / 2
    height, width = pixels.shape[:2]
    left, top = max(0, round(centre_x - half)), max(0, round(centre_y - half))
    right, bottom = min(width, round(centre_x + half)), min(height, round(centre_y + half))
    side = min(right - left, bottom - top)
    square = pixels[top : top + side, left : left + side]
    small = cv2.resize(square, (THUMBNAIL_SIDE, THUMBNAIL_SIDE), interpolation=cv2.INTER_AREA)
    return encode_jpeg(cast("Pixels", small), 85)


def draw_numbered_boxes(pixels: Pixels, boxes: Sequence[Box]) -> bytes:
    """The picture with a numbered box for each face, as JPEG."""
    canvas = pixels.copy()
    thickness = max(2, round(max(canvas.shape) / 400))
    for number, (x1, y1, x2, y2) in enumerate(boxes, start=1):
        cv2.rectangle(canvas, (x1, y1), (x2, y2), (80, 200, 40), thickness)
        scale = max(0.7, (x2 - x1) / 90)
        place = (x1 + thickness, max(y1 + round(26 * scale), 20))
        for colour, width in (((0, 0, 0), thickness * 3), ((255, 255, 255), thickness)):
            cv2.putText(
                canvas, str(number), place, cv2.FONT_HERSHEY_SIMPLEX, scale, colour, width, cv2.LINE_AA
            )
    return encode_jpeg(canvas, 88)
