"""Any bytes may arrive as a photo: each is read, or refused with a fault that says what to do."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gym.faces.engine.images import Header, decode, draw_numbered_boxes, read_header, thumbnail
from gym.faces.errors import NotAnImage, PhotoFault, PhotoTooLarge, PhotoUnreadable
from tests.faces.hard_photos import (
    HEIC,
    SIXTY_MEGAPIXELS,
    claiming,
    encoded,
    heic_claiming,
    moving,
    pixels_of,
    placed,
    png_claiming,
    saved,
    with_preview,
)
from tests.support.people import people

PHOTO = people()[0].photo(0)
REFUSED: list[tuple[str, bytes, type[PhotoFault], str, int]] = [
    ("nothing", b"", NotAnImage, "not_an_image", 415),
    ("percent signs", b"%%%", NotAnImage, "not_an_image", 415),
    ("a web page", b"<!doctype html><img>", NotAnImage, "not_an_image", 415),
    ("a sound", b"RIFF\x24\x00\x00\x00WAVEfmt ", NotAnImage, "not_an_image", 415),
    ("a GIF", moving("GIF"), NotAnImage, "not_an_image", 415),
    ("eleven megabytes", PHOTO + bytes(11 * 1024 * 1024), PhotoTooLarge, "photo_too_large", 413),
    ("a JPEG bomb", claiming(SIXTY_MEGAPIXELS, PHOTO), PhotoTooLarge, "photo_too_large", 413),
    ("a PNG bomb", png_claiming(SIXTY_MEGAPIXELS), PhotoTooLarge, "photo_too_large", 413),
    ("a bomb that Pillow warns of", png_claiming((10_000, 10_000)), PhotoTooLarge, "photo_too_large", 413),
    ("a bomb that Pillow refuses", png_claiming((60_000, 60_000)), PhotoTooLarge, "photo_too_large", 413),
    ("half a photo", PHOTO[: len(PHOTO) // 2], PhotoUnreadable, "photo_unreadable", 400),
    ("a photo short of a byte before its end", PHOTO[:-3], PhotoUnreadable, "photo_unreadable", 400),
    ("a signature alone", PHOTO[:10], PhotoUnreadable, "photo_unreadable", 400),
    ("a HEIC bomb", heic_claiming(SIXTY_MEGAPIXELS), PhotoTooLarge, "photo_too_large", 413),
    ("half a HEIC", HEIC[:400], PhotoUnreadable, "photo_unreadable", 400),
    ("a film", HEIC[:8] + b"isom" + HEIC[12:], NotAnImage, "not_an_image", 415),
    ("an animated AVIF", moving("AVIF"), PhotoUnreadable, "photo_unreadable", 400),
    ("a PNG without pixels", png_claiming((640, 480)), PhotoUnreadable, "photo_unreadable", 400),
    ("an animated PNG", moving("PNG"), PhotoUnreadable, "photo_unreadable", 400),
    ("an animated WebP", moving("WEBP"), PhotoUnreadable, "photo_unreadable", 400),
]


@pytest.mark.parametrize(
    ("photo", "fault", "code", "status"), [row[1:] for row in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cannot_be_used_is_refused_with_its_own_fault(
    photo: bytes, fault: type[PhotoFault], code: str, status: int
) -> None:
    with pytest.raises(fault) as refused:
        decode(photo)
    assert (refused.value.code, refused.value.status) == (code, status)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_are_known_by_content(kind: str) -> None:
    photo = saved(PHOTO, kind)
    assert read_header(photo).format == kind
    assert decode(photo).shape == pixels_of(PHOTO).shape


def test_what_a_phone_or_a_program_makes_of_a_photo_is_read_too() -> None:
    """HEIC and AVIF; a line break before the file; a JPEG without its end marker."""
    assert read_header(HEIC) == Header("HEIF", 96, 64)
    corners = decode(HEIC)[[8, 8, 56, 56], [8, 88, 8, 88]].tolist()
    blue, green, red = 0, 1, 2
    assert [max(range(3), key=corner.__getitem__) for corner in corners[:3]] == [red, green, blue]
    assert min(corners[3]) > 200
    avif = saved(PHOTO, "AVIF")
    assert read_header(avif).format == "AVIF"
    for photo in (avif, b"\r\n" + PHOTO, PHOTO[:-2]):
        assert np.abs(decode(photo).astype(int) - pixels_of(PHOTO)).mean() < 4
    turned = decode(saved(PHOTO, "AVIF", orientation=6))
    assert turned.shape[:2] == decode(PHOTO).shape[1::-1]


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1")]
)
def test_every_colour_mode_becomes_three_channels(kind: str, mode: str) -> None:
    assert decode(saved(PHOTO, kind, mode)).shape == pixels_of(PHOTO).shape


def test_a_phone_photo_with_a_preview_behind_it_is_no_animation() -> None:
    photo = with_preview(PHOTO)
    assert read_header(photo).format == "MPO"
    assert decode(photo).shape == pixels_of(PHOTO).shape


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_taken_sideways_is_turned_upright(kind: str) -> None:
    upright = decode(PHOTO)
    assert decode(saved(PHOTO, kind, orientation=6)).shape[:2] == upright.shape[1::-1]


def test_a_large_photo_is_decoded_no_larger_than_needed() -> None:
    large = placed(PHOTO, 2000, frame=(4000, 3000))
    assert decode(large).shape == (750, 1000, 3)
    sideways = saved(large, "JPEG", orientation=6)
    assert decode(sideways).shape == (1000, 750, 3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), kind=st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_no_damage_is_worse_than_a_fault(data: st.DataObject, kind: str) -> None:
    damaged = bytearray(SMALL[kind])
    places = st.tuples(st.integers(0, len(damaged) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=12)):
        damaged[place] = value
    photo = bytes(damaged[: data.draw(st.integers(1, len(damaged)))])
    with suppress(NotAnImage, PhotoTooLarge, PhotoUnreadable):
        assert decode(photo).ndim == 3


SMALL = {kind: saved(encoded(pixels_of(PHOTO)[::4, ::4].copy()), kind) for kind in ("JPEG", "PNG", "WEBP")}


def test_the_thumbnail_is_a_small_square_even_at_the_edge() -> None:
    pixels = decode(PHOTO)
    height, width = pixels.shape[:2]
    for box in ((0, 0, 100, 130), (width - 90, height - 120, width, height), (-20, -30, 60, 90)):
        assert pixels_of(thumbnail(pixels, box)).shape == (160, 160, 3)


def test_numbered_boxes_are_drawn_on_a_copy() -> None:
    pixels = decode(PHOTO)
    before = pixels.copy()
    drawn = pixels_of(draw_numbered_boxes(pixels, [(40, 60, 200, 260)]))
    assert drawn.shape == pixels.shape
    assert (pixels == before).all()
    assert (abs(drawn.astype(int) - before).max(axis=2) > 60).sum() > 500
