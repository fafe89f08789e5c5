"""Barcodes in photos: read where they are, whatever their angle; beside a face by the quick look only."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp

from gym.faces.engine import barcodes
from gym.faces.engine.barcodes import find_barcodes, read_barcodes
from gym.faces.engine.images import decode
from gym.faces.engine.reader import Purpose
from gym.faces.errors import NoFace
from tests.support.barcodes import BAR, CODE128, EAN13, WATER, FewFaces, barcode_photo

KIND = zxingcpp.BarcodeFormat


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        (WATER, EAN13, WATER),
        ("96385074", KIND.EAN8, "96385074"),
        ("042100005264", KIND.UPCA, "0042100005264"),
        ("BAR-0042", CODE128, "BAR-0042"),
    ],
)
def test_a_photo_of_a_barcode_says_its_number_at_any_angle_and_a_little_blurred(
    text: str, kind: zxingcpp.BarcodeFormat, read: str
) -> None:
    for turned, blur in ((0, 0), (8, 1), (45, 0), (90, 1), (183, 1)):
        photo = barcode_photo(text, kind, turned=turned, blur=blur)
        assert read_barcodes(photo) == (read,), f"turned by {turned}, blurred by {blur}"
    assert find_barcodes(decode(barcode_photo(text, kind, turned=8, blur=1)), thorough=False) == (read,)


def test_of_two_barcodes_the_nearer_one_comes_first() -> None:
    small, large = (decode(barcode_photo(text, width=wide)) for text, wide in ((WATER, 300), (BAR, 500)))
    assert find_barcodes(np.vstack([small, large])) == (BAR, WATER)


def test_only_the_desk_looks_for_barcodes_and_beside_a_face_it_looks_quickly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[Any] = []
    real = zxingcpp.read_barcodes

    def counted(pixels: Any, **named: Any) -> Any:
        if named["formats"] is barcodes.FORMATS:
            looks.append(pixels.shape)
        return real(pixels, **named)

    monkeypatch.setattr(zxingcpp, "read_barcodes", counted)
    photo = barcode_photo(WATER)
    nobody, somebody = FewFaces(0), FewFaces(1)
    assert nobody.read(photo, Purpose.IDENTIFY_ALL).barcodes == (WATER,)
    assert looks == [(1280, 960, 3)]
    looks.clear()
    reading = somebody.read(photo, Purpose.IDENTIFY_ALL)
    assert (len(reading.faces), reading.barcodes, looks) == (1, (WATER,), [(800, 600)])
    looks.clear()
    for purpose in (Purpose.CHECK_IN, Purpose.ENROL):
        assert somebody.read(photo, purpose).barcodes == ()
        with pytest.raises(NoFace):
            nobody.read(photo, purpose)
    assert looks == []
    plain = cv2.imencode(".jpg", np.full((900, 700, 3), 128, np.uint8))[1].tobytes()
    with pytest.raises(NoFace):
        nobody.read(plain, Purpose.IDENTIFY_ALL)
