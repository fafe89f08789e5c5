"""The glossary explains words that are really used, each once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.pofile import read_po

from tests.documentation.pages import ROOT, text_of

NOWHERE: Final = "–"
"""In the column of Spanish: no screen shows the word."""
NAMED: Final = re.compile(r"^(?:class|def|async def) (\w+)", re.MULTILINE)
CATALOGUE: Final = ROOT / "gym/locale/es/LC_MESSAGES/powergym.po"


class Row(NamedTuple):
    term: str
    means: str
    code: str
    spanish: str


def rows() -> list[Row]:
    lines = re.findall(r"^\| (.+) \|$", text_of("docs/glossary.md"), re.MULTILINE)
    return [Row(*cells) for line in lines if (cells := line.split(" | "))[0] != "term"]


def names() -> set[str]:
    sources: list[Path] = [path for room in ("gym", "bot", "web") for path in (ROOT / room).rglob("*.py")]
    return {name for path in sources for name in NAMED.findall(path.read_text(encoding="utf-8"))}


def test_each_term_is_explained_once_and_in_one_sentence() -> None:
    terms = [row.term for row in rows()]
    assert len(terms) > 60
    assert sorted(set(terms)) == sorted(terms)
    for row in rows():
        assert row.means.endswith("."), row.term
        assert ". " not in row.means, row.term


def test_what_a_term_is_called_in_the_code_is_there() -> None:
    known = names()
    missing = {name for row in rows() for name in re.findall(r"`(\w+)`", row.code) if name not in known}
    assert missing == set()
    assert all("`" in row.code for row in rows())


def test_the_spanish_word_is_on_a_screen() -> None:
    with CATALOGUE.open("rb") as file:
        said = " ".join(str(message.string) for message in read_po(file, locale="es")).lower()
    unsaid = {row.term for row in rows() if row.spanish != NOWHERE and row.spanish.lower() not in said}
    assert unsaid == set()
    assert sum(row.spanish != NOWHERE for row in rows()) > 25
