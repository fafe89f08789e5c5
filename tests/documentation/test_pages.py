"""The pages: short where they must be, true where that can be looked up, and linked to what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from PIL import Image

from tests.documentation.pages import BLOCK, PAGES, ROOT, spans, text_of

MOST_WORDS: Final = 700
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
WORD: Final = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*")
PATH: Final = re.compile(r"(?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|toml|lock|ini|po)")
TOPS: Final = ("gym/", "bot/", "web/", "tests/", "docs/", "migrations/", ".ci/")
STARTS: Final = ("## ", "| ", "- **", "1. ", "2. ", "```")
"""What gives a page its shape: sections, rows, items, blocks."""
NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*(?= (?:%|ms|s)\b| %)")
READMES: Final = ("README.md", "README.es.md")


def words(page: str) -> int:
    """As somebody would read it aloud: the address behind a link and the lines of a table do not count."""
    return len(WORD.findall(re.sub(r"\]\([^)]*\)", "]", text_of(page))))


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", BLOCK.sub("", text_of(page)), re.MULTILINE)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", READMES)
def test_the_readme_is_read_in_three_minutes(page: str) -> None:
    assert 400 < words(page) <= MOST_WORDS


def test_the_readme_says_the_same_in_both_languages() -> None:
    """As many sections, rows and links, in the same order."""

    def shape(page: str) -> list[str]:
        return [line[:2] for line in text_of(page).splitlines() if line.startswith(STARTS)]

    def links(page: str) -> list[str]:
        own = [link.partition("#")[0] for link in LINK.findall(text_of(page))]
        return sorted(link for link in own if not link.startswith("README"))

    assert shape("README.md") == shape("README.es.md")
    assert links("README.md") == links("README.es.md")
    assert sorted(NUMBER.findall(text_of("README.md"))) == sorted(
        number.replace(",", ".") for number in NUMBER.findall(text_of("README.es.md"))
    )


def test_the_readme_shows_a_moving_picture() -> None:
    (shown,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text_of("README.md"))
    with Image.open(ROOT / shown) as picture:
        assert getattr(picture, "n_frames", 1) > 3
    assert (ROOT / shown).stat().st_size < 500_000


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in LINK.findall(text_of(page)):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, section = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if section:
            there = [anchor(one) for one in headings(str(target.resolve().relative_to(ROOT)))]
            assert section in there, link


@pytest.mark.parametrize("page", [page for page in PAGES if page != "CHANGELOG.md"])
def test_every_path_that_is_named_is_there(page: str) -> None:
    """Also those in drawings; a star stands for any name."""
    drawn = " ".join(found[2] for found in BLOCK.finditer(text_of(page)) if found[1] == "mermaid")
    named = {path for text in [*spans(page), drawn] for path in PATH.findall(text) if path.startswith(TOPS)}
    assert {path for path in named if not list(ROOT.glob(path))} == set()


def test_the_map_names_the_rooms() -> None:
    """Every folder right below `gym`, `bot` and `web` that holds code is on the map."""
    text = text_of("ARCHITECTURE.md")
    rooms = [
        f"{top}/{room.name}"
        for top in ("gym", "bot", "web")
        for room in sorted((ROOT / top).iterdir())
        if (room / "__init__.py").exists()
    ]
    assert len(rooms) > 25
    assert [room for room in rooms if f"{room}/" not in text] == []


def test_no_page_shows_a_picture_that_is_not_used() -> None:
    """A picture that nobody shows any more would stay for ever."""
    shown = {Path(link).name for page in PAGES for link in LINK.findall(text_of(page))}
    pictures = {path.name for path in (ROOT / "docs").iterdir() if path.suffix != ".md"}
    assert pictures - shown == set()


def test_the_readmes_commands_find_what_was_installed() -> None:
    """`make run` installs into `.venv`, which no other `python` knows."""
    for page in READMES:
        assert [one for one in spans(page) if one.startswith("python ")] == []
