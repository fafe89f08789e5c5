"""Printed cards: the size of a wallet's, a QR that a camera reads, whatever the names look like."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest
import segno
import zxingcpp

from gym.attendance.cards.printed_card import (
    BAND,
    EDGE,
    HEIGHT,
    QR_SIDE,
    WIDTH,
    PrintedCard,
    draw_card,
    draw_sheets,
)
from gym.core.language import Translator
from gym.security.cipher import Keyring
from gym.security.signed_links import SignedLinks
from tests.support.pdfs import only_fonts_of, pages, picture

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
    "محمد שרה",
)


def drawn(name: str, gym_name: str = "PowerGym Centro", t: Translator = EN) -> bytes:
    return draw_card(PrintedCard(name, LINK), gym_name, NOW, t)


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_as_large_as_a_bank_card_and_its_qr_is_read(name: str) -> None:
    pdf = drawn(name)
    assert pdf.startswith(b"%PDF-")
    assert [(page.width, page.height) for page in pages(pdf)] == [(85.6, 54.0)]
    for dots in (100, 300):
        [code] = zxingcpp.read_barcodes(picture(pdf, 0, dots))
        assert code.text == LINK


def test_the_qr_has_the_light_modules_around_it_that_its_standard_asks_for() -> None:
    dots = 25.4 / 300
    left, top = WIDTH - QR_SIDE - EDGE / 2, BAND + (HEIGHT - BAND - QR_SIDE) / 2
    paper = picture(drawn("Rosa"), 0, 300)
    rows, columns = np.nonzero(paper[int(top / dots) :, int(left / dots) :] < 128)
    code = segno.make(LINK, error="m", micro=False)
    module = (columns.max() - columns.min()) * dots / code.symbol_size(border=0)[0]
    for light in (rows.min(), columns.min()):
        assert light * dots > 3.8 * module
    for dark in (rows.max(), columns.max()):
        assert QR_SIDE - dark * dots > 3.8 * module


def test_a_card_names_the_gym_and_the_first_name_in_the_members_language() -> None:
    [english], [spanish] = (pages(drawn("Rosa", t=t)) for t in (EN, ES))
    for page in (english, spanish):
        assert "PowerGym Centro" in page.text
        assert "Rosa" in page.text
        assert page.embedded
    assert "Show this side" in english.text
    assert "Muestra este lado" in spanish.text


def test_nothing_leaves_the_card_or_touches_the_qr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, logger="fpdf")
    for gym_name in ("PowerGym", "Gimnasio La Fuerza de Todos los Santos y Algo Más " * 2):
        for name in NAMES:
            [page] = pages(drawn(name, gym_name, ES))
            for glyph in page.glyphs:
                title = glyph.bottom <= BAND
                assert glyph.left >= 0
                assert glyph.right <= page.width * (1.0 if title else 0.51), glyph
                assert glyph.top >= 0
                assert glyph.bottom <= page.height, glyph
                assert title or glyph.top > BAND, glyph
    assert not [record for record in caplog.records if record.name.startswith("fpdf")]


def test_a_sheet_has_ten_cards_to_cut_and_each_its_own_qr_and_language() -> None:
    cards = [
        PrintedCard(f"N{n}", f"https://t.me/b?start={LINKS.sign_member_qr(UUID(int=n), None, 1)}")
        for n in range(12)
    ]
    pdf = draw_sheets(cards, "PowerGym", NOW, [EN, ES] * 6)
    sheets = pages(pdf)
    assert [(sheet.width, sheet.height) for sheet in sheets] == [(210.0, 297.0)] * 2
    read = [code.text for number in (0, 1) for code in zxingcpp.read_barcodes(picture(pdf, number, 120))]
    assert sorted(read) == sorted(card.link for card in cards)
    assert [sheet.text.count("Show this side") for sheet in sheets] == [5, 1]
    assert [sheet.text.count("Muestra este lado") for sheet in sheets] == [5, 1]


def test_a_name_that_no_font_has_stands_in_latin_letters() -> None:
    with only_fonts_of():
        [page] = pages(drawn("김민수"))
    assert "GimMinSu" in page.text


def test_the_same_card_is_the_same_file() -> None:
    assert drawn("Rosa") == drawn("Rosa")
