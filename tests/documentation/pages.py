"""The pages for people: where they lie, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = tuple(
    sorted(str(page.relative_to(ROOT)) for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
)
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN: Final = re.compile(r"`([^`\n]+)`")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> Iterator[str]:
    """The fenced blocks of a language."""
    for found in BLOCK.finditer(text_of(page)):
        if found[1] == language:
            yield found[2]


def spans(page: str) -> list[str]:
    """What stands in code within a sentence or a table."""
    return SPAN.findall(BLOCK.sub("", text_of(page)))
