"""Barcodes of products in a photo: the linear codes of shops, and Code 128 of labels printed by the gym."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import cv2
import zxingcpp

from gym.faces.engine.images import Pixels, decode

FORMATS: Final = zxingcpp.BarcodeFormats(
    [
        zxingcpp.BarcodeFormat.EAN13,
        zxingcpp.BarcodeFormat.EAN8,
        zxingcpp.BarcodeFormat.UPCA,
        zxingcpp.BarcodeFormat.UPCE,
        zxingcpp.BarcodeFormat.Code128,
    ]
)
QUICK_SIDE: Final = 800
"""Pixels of the long side for `thorough=False`: a code over a quarter of it still has two pixels a module."""


def find_barcodes(pixels: Pixels, *, thorough: bool = True) -> tuple[str, ...]:
    """The texts of the barcodes in a picture, the largest first; a UPC as the EAN-13 that it is.

    Over photos of 1280 px: 8 ms of processor where there is one, three times that where there is none; 6 and
    at most 7 with `thorough=False`, which looks at a smaller picture and for dark bars only.
    """
    if not thorough:
        quick = zxingcpp.read_barcodes(_small(pixels), formats=FORMATS, try_downscale=False, try_invert=False)
        return _texts(quick)
    # Rows and columns are scanned: bars that lie in between are crossed by neither.
    return _texts(zxingcpp.read_barcodes(pixels, formats=FORMATS)) or _texts(
        zxingcpp.read_barcodes(_turned(pixels), formats=FORMATS)
    )


def read_barcodes(photo: bytes) -> tuple[str, ...]:
    """As `find_barcodes`, of a file. Blocking. Raises the faults of `gym.faces.errors`."""
    return find_barcodes(decode(photo))


def _small(pixels: Pixels) -> Pixels:
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    scale = QUICK_SIDE / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cast("Pixels", grey)


def _turned(pixels: Pixels) -> Pixels:
    """By 45 degrees, the corners filled with grey."""
    height, width = pixels.shape[:2]
    side = round((height + width) / 2**0.5)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 45, 1)
    turn[:, 2] += side / 2 - width / 2, side / 2 - height / 2
    return cast("Pixels", cv2.warpAffine(pixels, turn, (side, side), borderValue=(128, 128, 128)))


def _texts(found: Sequence[zxingcpp.Barcode]) -> tuple[str, ...]:
    largest_first = sorted(found, key=_extent, reverse=True)
    return tuple(dict.fromkeys(str(one.text) for one in largest_first if one.text))


def _extent(one: zxingcpp.Barcode) -> int:
    """Squared length of the diagonal, in pixels."""
    first, last = one.position.top_left, one.position.bottom_right
    return (first.x - last.x) ** 2 + (first.y - last.y) ** 2
