"""A drawn face that the detector takes for a person: pictures show nobody who exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SIDE: Final = 480
FINE: Final = 4
"""Drawn so many times larger and scaled down: smooth edges."""
WALL: Final = (168, 178, 186)
EYES: Final = (196, 284)
NOISE: Final = 3.0
"""Grey levels of grain; without any the sharpness of a drawing is not that of a photo."""
WHITE, PUPIL, IRIS, LASH = (245, 243, 240), (15, 12, 12), (84, 58, 40), (35, 22, 18)
LIP, LIP_UPPER, MOUTH = (176, 88, 84), (160, 74, 72), (110, 45, 45)
Mask = Image.Image


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of one drawn person."""

    skin: Colour = (236, 190, 160)
    hair: Colour = (120, 70, 30)
    shirt: Colour = (90, 150, 90)

    def shade(self, factor: float) -> Colour:
        red, green, blue = (min(255, round(part * factor)) for part in self.skin)
        return red, green, blue


def portrait(look: Look) -> Image.Image:
    """480 × 480, from the front."""
    picture = Image.new("RGB", (SIDE * FINE, SIDE * FINE), WALL)
    _body(ImageDraw.Draw(picture), look)
    _shade(picture, look)
    _features(ImageDraw.Draw(picture), look)
    small = picture.filter(ImageFilter.GaussianBlur(FINE / 2)).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    grain = np.random.default_rng(1).normal(0, NOISE, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(np.asarray(small) + grain, 0, 255).astype(np.uint8))


def photos(look: Look) -> list[Image.Image]:
    """Three of one person: straight, leaning, and leaning the other way in less light."""
    straight = portrait(look)
    dim = Image.eval(straight, lambda grey: round(grey * 0.88))
    return [straight, straight.rotate(3, fillcolor=WALL), dim.rotate(-3, fillcolor=(148, 157, 164))]


def _at(*places: float) -> list[float]:
    return [place * FINE for place in places]


def _body(draw: ImageDraw.ImageDraw, look: Look) -> None:
    draw.rounded_rectangle(_at(116, 84, 364, 410), radius=116 * FINE, fill=look.hair)
    draw.rounded_rectangle(_at(70, 390, 410, 560), radius=80 * FINE, fill=look.shirt)
    draw.rectangle(_at(200, 330, 280, 410), fill=look.shade(0.78))
    for box in ((200, 385, 280, 430), (125, 220, 155, 280), (325, 220, 355, 280)):
        draw.ellipse(_at(*box), fill=look.shade(0.78))
    draw.ellipse(_at(126, 84, 354, 330), fill=look.hair)
    draw.ellipse(_at(140, 112, 340, 375), fill=look.skin)
    draw.chord(_at(140, 104, 340, 330), 205, 335, fill=look.hair)


def _shade(picture: Image.Image, look: Look) -> None:
    """Light on the middle, shadow at the edge and around eyes, nose and mouth: what a network looks for."""
    face = _mask(picture, [((140, 112, 340, 375), 255)], 0)
    ImageDraw.Draw(face).chord(_at(130, 90, 350, 332), 203, 337, fill=0)
    middle = _mask(picture, [((160, 120, 315, 350), 255)], 30)
    edge = np.clip(np.asarray(face).astype(int) - np.asarray(middle), 0, 255) * 0.8
    picture.paste(look.shade(0.78), mask=Image.fromarray(edge.astype(np.uint8)))
    lights = [((170, 265, 215, 305), 70), ((265, 265, 310, 305), 70), ((228, 230, 250, 300), 110)]
    picture.paste(look.shade(1.08), mask=_mask(picture, lights, 10))
    hollows = [((x - 30, 212, x + 30, 258), 120) for x in EYES]
    below = [((220, 292, 260, 312), 90), ((215, 338, 265, 352), 80)]
    picture.paste(look.shade(0.78), mask=_mask(picture, [*hollows, *below], 6))


def _mask(picture: Image.Image, spots: list[tuple[tuple[int, int, int, int], int]], blur: float) -> Mask:
    mask = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(mask)
    for box, strength in spots:
        draw.ellipse(_at(*box), fill=strength)
    return mask.filter(ImageFilter.GaussianBlur(blur * FINE))


def _features(draw: ImageDraw.ImageDraw, look: Look) -> None:
    for x in EYES:
        draw.ellipse(_at(x - 21, 224, x + 21, 247), fill=WHITE)
        draw.ellipse(_at(x - 11, 224, x + 11, 247), fill=IRIS)
        draw.ellipse(_at(x - 5, 230, x + 5, 241), fill=PUPIL)
        draw.ellipse(_at(x - 4, 228, x, 232), fill=WHITE)
        draw.arc(_at(x - 23, 220, x + 23, 256), 195, 345, fill=LASH, width=4 * FINE)
        draw.arc(_at(x - 32, 192, x + 32, 240), 205, 335, fill=look.hair, width=8 * FINE)
    for x in (233, 247):
        draw.ellipse(_at(x - 4, 302, x + 4, 308), fill=look.shade(0.5))
    draw.pieslice(_at(205, 314, 275, 350), 0, 180, fill=LIP)
    draw.polygon(_at(205, 332, 225, 324, 240, 328, 255, 324, 275, 332), fill=LIP_UPPER)
    draw.line(_at(207, 332, 273, 332), fill=MOUTH, width=2 * FINE)
