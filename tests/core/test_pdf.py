"""Text of PDF documents: letters of every script, their order and shapes, lines and fonts."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from fpdf import FPDF
from fpdf.fonts import TTFFont

from gym.core.pdf.document import DRAWING, DocumentInfo, TextStyle, fitting, new_document, wrapped, write
from gym.core.pdf.fonts import MISSING, base_fonts, font_of, printable
from tests.support.pdfs import Page, only_fonts_of, pages, picture

INFO = DocumentInfo("Title", "Author", datetime(2026, 8, 3, tzinfo=UTC), "es")
PLAIN = TextStyle(20)
BOLD = TextStyle(20, bold=True)
ROOM = 180.0
UNKNOWN = "\U000187f0"
"""A Tangut ideograph, which neither a font here nor the transliteration knows."""


@pytest.fixture(autouse=True)
def no_installed_fonts() -> Iterator[None]:
    with only_fonts_of():
        yield


@contextmanager
def opened(*texts: str) -> Iterator[FPDF]:
    with new_document(INFO, texts) as pdf:
        pdf.add_page(format=(200, 60))
        yield pdf


def drawn(text: str, style: TextStyle = PLAIN) -> bytes:
    with opened(text) as pdf:
        write(pdf, text, 10, ROOM, 30, style)
        return bytes(pdf.output())


def page_of(text: str, style: TextStyle = PLAIN) -> Page:
    [page] = pages(drawn(text, style))
    return page


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def strokes(pdf: bytes) -> int:
    """How many separate shapes of ink there are."""
    ink = (picture(pdf, 0, 200) < 128).astype(np.uint8)
    return cv2.connectedComponents(ink)[0] - 1


def lefts(page: Page, letters: Iterable[str]) -> list[float]:
    return [next(glyph.left for glyph in page.glyphs if glyph.letter == letter) for letter in letters]


def test_what_no_font_has_is_transliterated_or_marked_and_signs_are_left_out() -> None:
    assert printable(f"Ana {UNKNOWN} \U0001faf6") == f"Ana {MISSING} "
    assert printable("Peña  Ñáñez") == "Peña Ñáñez"
    assert printable("김민수 and สมชาย, 李小龍") == "GimMinSu and smchay, LiXiaoLong"
    assert printable(printable("김민수")) == "GimMinSu"


def test_decomposed_letters_are_composed_and_controls_are_left_out() -> None:
    assert printable(unicodedata.normalize("NFD", "Núñez")) == "Núñez"
    assert printable("Ana\u202e000.051$\u0007") == "Ana000.051$"


@pytest.mark.parametrize("text", ["Rosa Núñez", "Анна", "Ωμέγα", "Łukasz Ünal", "Iğdır", "Գարեգին", "Nguyễn"])
@pytest.mark.parametrize("style", [PLAIN, BOLD], ids=["regular", "bold"])
def test_names_of_other_alphabets_are_kept_and_can_be_searched(text: str, style: TextStyle) -> None:
    page = page_of(text, style)
    assert page.text == text
    assert page.embedded


def test_arabic_is_joined_and_runs_from_right_to_left() -> None:
    page = page_of("محمد")
    assert sorted(unicodedata.normalize("NFKC", page.text)) == sorted("محمد")
    assert strokes(drawn("محمد")) == 1, "four letters, one stroke"
    assert lefts(page, "حد") == sorted(lefts(page, "حد"), reverse=True)


def test_hebrew_runs_from_right_to_left_beside_latin_words() -> None:
    page = page_of("שרה Levi")
    assert lefts(page, "שרה") == sorted(lefts(page, "שרה"), reverse=True)
    assert lefts(page, "Levi") == sorted(lefts(page, "Levi"))


def test_thai_and_devanagari_are_drawn_with_the_machines_fonts() -> None:
    assert page_of("สมชาย हिन्दी").text == printable("สมชาย हिन्दी")
    folders = [package_folder(f"fontpkg_noto_sans_{script}") for script in ("thai", "devanagari")]
    with only_fonts_of(*folders):
        for style in (PLAIN, BOLD):
            page = page_of("สมชาย हिन्दी Rosa", style)
            assert "สมชาย" in page.text
            assert "Rosa" in page.text
            assert len(page.fonts) == 3
            assert page.embedded
        # The vowel sign i is written after its consonant and drawn before it, n and d are one conjunct.
        assert strokes(drawn("हिन्दी")) < strokes(drawn("ह ि न द ी"))


def test_an_emoji_that_a_font_has_is_drawn() -> None:
    assert font_of("😀") is not None
    assert page_of("Ana 😀").text == "Ana 😀"
    assert page_of("Ana \U0001f338 Ruiz").text == "Ana Ruiz"


def test_a_letter_that_the_bold_font_lacks_is_taken_from_the_regular_one() -> None:
    regular, bold = base_fonts()
    lacking = sorted(regular.letters() - bold.letters())
    letter = next(chr(code) for code in lacking if unicodedata.category(chr(code)) in ("Lu", "Ll"))
    page = page_of(f"Ana {letter} Ruiz", BOLD)
    assert letter in page.text
    assert len(page.fonts) == 2


def test_a_broken_font_file_on_the_machine_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "NotoSans-Regular.ttf").write_bytes(b"no font")
    with only_fonts_of(tmp_path):
        assert page_of("김민수").text == "GimMinSu"


def test_lines_are_broken_between_words_and_long_words_anywhere() -> None:
    with opened("one two", "W" * 100) as pdf:
        assert wrapped(pdf, "one two", ROOM, PLAIN) == ["one two"]
        assert wrapped(pdf, "one  two", 20, PLAIN) == ["one", "two"]
        assert wrapped(pdf, "", ROOM, PLAIN) == [""]
        lines = wrapped(pdf, "W" * 100, 30, PLAIN)
    assert "".join(lines) == "W" * 100
    assert len(lines) > 3


def test_a_text_that_is_too_wide_is_made_smaller_until_it_fits() -> None:
    with opened("Wide words") as pdf:
        assert fitting(pdf, "Wide words", ROOM, BOLD) == BOLD
        smaller = fitting(pdf, "Wide words", 20, BOLD)
        write(pdf, "Wide words", 10, ROOM, 30, smaller)
        [page] = pages(bytes(pdf.output()))
    assert smaller.size < BOLD.size
    assert smaller.bold
    assert page.glyphs[-1].right - page.glyphs[0].left == pytest.approx(20, abs=0.5)


def test_only_the_letters_of_a_document_are_loaded_of_each_font() -> None:
    with opened("Rosa") as pdf:
        for font in pdf.fonts.values():
            assert isinstance(font, TTFFont)
            assert set(font.cmap) == {ord(letter) for letter in "Rosa "}


def test_one_document_is_drawn_at_a_time_so_that_the_event_loop_has_its_turn() -> None:
    with opened("Rosa"):
        assert not DRAWING.acquire(blocking=False)
    assert DRAWING.acquire(blocking=False)
    DRAWING.release()


def test_a_document_that_is_given_up_leaves_no_font_file_open_or_lying_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with opened("Rosa محمد") as pdf:
        while_open = fonts_open_below(tmp_path)
    assert len(while_open) == 2
    assert fonts_open_below(tmp_path) == []
    assert list(tmp_path.iterdir()) == []
    assert pdf.pages_count == 1


def fonts_open_below(folder: Path) -> list[str]:
    links = [os.readlink(one) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    return [link for link in links if link.startswith(str(folder))]


def test_the_baseline_is_where_it_is_asked_for() -> None:
    for style in (PLAIN, TextStyle(9)):
        assert page_of("HHH", style).glyphs[0].bottom == pytest.approx(30, abs=0.1)
