"""Printed cards: the size of a wallet's, a QR that a camera reads, whatever the names look like."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID

import cv2
import numpy as np
import pytest
import zxingcpp
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gym.attendance.cards.printed_card import PrintedCard, draw_card, draw_sheets, lay_out, lay_out_sheets
from gym.core.language import Translator
from gym.security.cipher import Keyring
from gym.security.signed_links import SignedLinks

NOW = datetime(2026, 8, 3, 15, tzinfo=UTC)
EN, ES = Translator("en"), Translator("es")
LINKS = SignedLinks(Keyring.generate())
LINK = f"https://t.me/powergym_centro_bot?start={LINKS.sign_member_qr(UUID(int=7), None, 1)}"
NAMES = (
    "Rosa",
    "María de los Ángeles Hinojosa-Villavicencio",
    "X" * 80,
    "李小龍 สมชาย 🌸",
    "$5 \\frac{1}{2}",
    "Ω",
)
POINTS = 72 / 25.4


def seen(figure: Figure, dots_per_inch: int = 150) -> np.ndarray:
    """The paper as a printer, or a camera, has it."""
    figure.set_dpi(dots_per_inch)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return cv2.cvtColor(np.asarray(canvas.buffer_rgba()), cv2.COLOR_RGBA2GRAY)


def said(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def boxes(pdf: bytes) -> list[list[float]]:
    """The sizes of a PDF's pages in millimetres."""
    found = re.findall(rb"/MediaBox \[ 0 0 ([0-9.]+) ([0-9.]+) \]", pdf)
    return [[round(float(side) / POINTS, 1) for side in box] for box in found]


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_as_large_as_a_bank_card_and_its_qr_is_read(name: str) -> None:
    pdf = draw_card(PrintedCard(name, LINK), "PowerGym Centro", NOW, EN)
    assert pdf.startswith(b"%PDF-")
    assert boxes(pdf) == [[85.6, 54.0]]
    for dots in (100, 300):
        [code] = zxingcpp.read_barcodes(seen(lay_out(PrintedCard(name, LINK), "PowerGym Centro", EN), dots))
        assert code.text == LINK


def test_a_card_names_the_gym_and_the_first_name_in_the_members_language() -> None:
    card = PrintedCard("Rosa", LINK)
    english, spanish = (said(lay_out(card, "PowerGym Centro", t)) for t in (EN, ES))
    for words in (english, spanish):
        assert "PowerGym Centro" in words
        assert "Rosa" in words
    assert "Show this side" in english
    assert "Muestra este lado" in spanish


def test_nothing_leaves_the_card_or_touches_the_qr() -> None:
    for gym_name in ("PowerGym", "Gimnasio La Fuerza de Todos los Santos y Algo Más " * 2):
        for name in NAMES:
            figure = lay_out(PrintedCard(name, LINK), gym_name, ES)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()
            width, height = figure.bbox.width, figure.bbox.height
            for text in figure.texts:
                box = text.get_window_extent(canvas.get_renderer())
                title = text.get_color() == "white"
                assert box.x0 >= 0
                assert box.x1 <= width * (1.0 if title else 0.51), text.get_text()
                assert box.y0 >= 0, text.get_text()
                assert box.y1 <= height


def test_a_sheet_has_ten_cards_to_cut_and_each_its_own_qr() -> None:
    cards = [
        PrintedCard(f"N{n}", f"https://t.me/b?start={LINKS.sign_member_qr(UUID(int=n), None, 1)}")
        for n in range(12)
    ]
    sheets = lay_out_sheets(cards, "PowerGym", [EN, ES] * 6)
    assert len(sheets) == 2
    read = [code.text for sheet in sheets for code in zxingcpp.read_barcodes(seen(sheet, 120))]
    assert sorted(read) == sorted(card.link for card in cards)
    assert boxes(draw_sheets(cards, "PowerGym", NOW, [EN, ES] * 6)) == [[210.0, 297.0]] * 2
