"""Photos of barcodes, made from real ones: turned, blurred and saved as a phone would."""

from __future__ import annotations

from typing import Any, cast

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from gym.faces.engine.images import Pixels
from gym.faces.engine.reader import DIMENSION, Detection, FaceReader

EAN13 = zxingcpp.BarcodeFormat.EAN13
CODE128 = zxingcpp.BarcodeFormat.Code128
WATER, BAR = "7702004003508", "7702004003515"
"""With their check digits."""


def barcode_photo(
    text: str,
    kind: zxingcpp.BarcodeFormat = EAN13,
    *,
    turned: float = 0,
    blur: float = 0,
    width: int = 480,
) -> bytes:
    """A JPEG of 960 × 1280 with one barcode of that many pixels on a grainy surface; degrees, and pixels."""
    code = zxingcpp.create_barcode(text, kind)
    bars = np.array(zxingcpp.write_barcode_to_image(code, scale=4, add_quiet_zones=True))
    scale = width / bars.shape[1]
    bars = cv2.resize(bars, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    random = np.random.default_rng(7)
    pixels = cv2.GaussianBlur(random.normal(150, 40, (1280, 960)), (0, 0), 5).astype(np.uint8)
    height, left = bars.shape[0], (960 - width) // 2
    top = (1280 - height) // 2
    pixels[top : top + height, left : left + bars.shape[1]] = bars
    turn = cv2.getRotationMatrix2D((480, 640), turned, 1)
    pixels = cv2.warpAffine(pixels, turn, (960, 1280), borderValue=150)
    if blur:
        pixels = cv2.GaussianBlur(pixels, (0, 0), blur)
    grainy = np.clip(pixels + random.normal(0, 6, pixels.shape), 0, 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", cv2.cvtColor(grainy, cv2.COLOR_GRAY2BGR), [1, 80])
    assert done
    return cast("Any", data).tobytes()


class FewFaces(FaceReader):
    """Sees as many faces as it is told, the same in every photo, with no model."""

    model_id, scales, big_enough = "few/faces", (320, 640), 0.14
    providers: list[str] = []

    def __init__(self, faces: int = 0) -> None:
        self.faces = faces

    def find(self, pixels: Pixels, *scales: int) -> list[Detection]:
        points = np.array([[40, 50], [60, 50], [50, 60], [42, 70], [58, 70]], np.float32)
        boxes = [np.array([20 + one, 20, 90 + one, 100], np.float32) for one in range(self.faces)]
        return [Detection(box, points, 0.9) for box in boxes]

    def features(self, crop: Pixels) -> NDArray[np.float32]:
        return np.eye(1, DIMENSION, dtype=np.float32)[0] * 20

    def warm(self, threads: int = 1) -> None:
        """Nothing to make ready."""
