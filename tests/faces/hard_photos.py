"""Photos that nobody should send: hostile, damaged, and unusual but honest ones."""

from __future__ import annotations

import io
import struct
import zlib
from base64 import b64decode
from typing import Final, cast

import cv2
import numpy as np
import segno
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
SIXTY_MEGAPIXELS: Final = (10_000, 6_000)
HEIC: Final = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAUJtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFmAAEAAAAAAAAAxAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA"
    "AGh2YzEAAAAAwmlwcnAAAACkaXBjbwAAAHhodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3Bl"
    "AAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAADMbWRhdAAAAMAoAa8J4OMLnLqv//40"
    "n//9/QeQ/YJjpIJSefFRof78If/492GsWTJPNOTzPt9r7OcV86ePkq7W3N2jm77Jea72QIC9dXcSdlzV/KPxf/vd3rECRpYQLnCX"
    "Nr//mEVcfycrF/7uD9Aj4mrv4TVD0XEvy/STl82RIFUtdEspIxh4T3EeqLQDz6vdYdhv8gu2Lhq3pq8M4ZeP9fLa/0eWn3ynp/7U"
    "UR7CLEB3Ep8smv983yB+Fx+Nf+FSR8wVUj/cu04="
)
"""96 × 64, as an iPhone's format has it: red, green, blue, grey; written by libheif's `heif-enc`."""


def pixels_of(photo: bytes) -> Pixels:
    """The photo in full, BGR."""
    return cast("Pixels", cv2.imdecode(np.frombuffer(photo, np.uint8), cv2.IMREAD_COLOR))


def encoded(pixels: Pixels, extension: str = ".jpg") -> bytes:
    done, data = cv2.imencode(extension, pixels)
    assert done
    return data.tobytes()


def claiming(size: tuple[int, int], photo: bytes) -> bytes:
    """A JPEG whose header claims another size than its few pixels have."""
    at = next(photo.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in photo)
    return photo[: at + 5] + struct.pack(">HH", size[1], size[0]) + photo[at + 9 :]


def heic_claiming(size: tuple[int, int]) -> bytes:
    """The HEIC, saying that it is of another size."""
    at = HEIC.index(b"ispe") + 8
    return HEIC[:at] + struct.pack(">II", *size) + HEIC[at + 8 :]


def png_claiming(size: tuple[int, int]) -> bytes:
    """A PNG of a few hundred bytes that would unfold to `size`."""
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def saved(photo: bytes, kind: str, mode: str = "RGB", orientation: int | None = None) -> bytes:
    """The photo in another format, colour mode or camera orientation."""
    target = io.BytesIO()
    exif = Image.Exif()
    if orientation is not None:
        exif[0x0112] = orientation
    Image.open(io.BytesIO(photo)).convert(mode).save(target, kind, exif=exif)
    return target.getvalue()


def moving(kind: str) -> bytes:
    """Two different pictures in one file: an animation, or with MPO what some phones call a photo."""
    first, second = (Image.new("RGB", (320, 240), (shade, 90, 90)) for shade in (20, 220))
    target = io.BytesIO()
    first.save(target, kind, save_all=True, append_images=[second])
    return target.getvalue()


def with_preview(photo: bytes) -> bytes:
    """The photo as some phones send it: with a second, smaller picture behind it (MPO)."""
    image = Image.open(io.BytesIO(photo))
    target = io.BytesIO()
    image.save(target, "MPO", save_all=True, append_images=[image.resize((160, 120))])
    return target.getvalue()


def phone_screen(text: str) -> Pixels:
    """A frame that shows a QR code and nobody."""
    code = io.BytesIO()
    segno.make(text, error="m").save(code, kind="png", scale=6, border=4)
    square = pixels_of(code.getvalue())
    frame = np.full((720, 1280, 3), 90, np.uint8)
    frame[100 : 100 + square.shape[0], 500 : 500 + square.shape[1]] = square
    return frame


def side_by_side(first: bytes, second: bytes, scale: float) -> bytes:
    """Two people in one photo, the second one `scale` times as large."""
    left, right = pixels_of(first), pixels_of(second)
    small = cv2.resize(right, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((left.shape[0], left.shape[1] + small.shape[1], 3), 120, np.uint8)
    canvas[:, : left.shape[1]] = left
    canvas[: small.shape[0], left.shape[1] :] = small
    return encoded(canvas)


def placed(photo: bytes, height: int, frame: tuple[int, int] = (1280, 720)) -> bytes:
    """The photo scaled to a height and put into the middle of a camera's frame (width, height)."""
    picture = pixels_of(photo)
    scale = height / picture.shape[0]
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.full((frame[1], frame[0], 3), 120, np.uint8)
    top, left = (frame[1] - small.shape[0]) // 2, (frame[0] - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return encoded(canvas)
