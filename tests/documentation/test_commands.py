"""Every line that a page asks somebody to type is tried somewhere."""

from __future__ import annotations

import subprocess
from typing import Final

import pytest

from tests.documentation.pages import PAGES, ROOT, blocks

DRY: Final = "here, by `make -n`"
PRIVACY: Final = "tests/privacy/test_by_command.py"
TOOLS: Final = "tests/findings/building/test_commands_that_are_written.py"
CHECKED: Final = {
    "make run": "tests/e2e/test_story.py",
    "TELEGRAM_BOT_TOKEN=123:abc make run": "tests/e2e/test_not_starting.py",
    "make test": DRY,
    "make fast": DRY,
    "make check": DRY,
    "make help": TOOLS,
    "make lock": "tests/findings/building/test_locks.py",
    "make lock UPGRADE=aiohttp": "tests/findings/building/test_locks.py",
    "make bill": "tests/findings/building/test_bill.py",
    ".venv/bin/pytest tests/attendance": TOOLS,
    ".venv/bin/pytest tests/attendance/test_access.py -k door": TOOLS,
    '.venv/bin/pytest -m "soak and not alone" --collect-only': TOOLS,
    ".venv/bin/pre-commit install": TOOLS,
    "python -m gym privacy export 1020304050 rosa.zip": PRIVACY,
    "python -m gym privacy erase 1020304050": PRIVACY,
    "python -m gym privacy erase 1020304050 --yes": PRIVACY,
    "python -m gym privacy keep 1020304050": PRIVACY,
    "python -m gym privacy consents --json": PRIVACY,
    "python -m gym privacy consents --sheet consents.xlsx": PRIVACY,
    "python -m gym privacy journal > erasures.json": PRIVACY,
    "python -m gym privacy replay erasures.json": PRIVACY,
}
"""Each line of the fenced `bash` blocks, and what tries it."""


def typed() -> dict[str, str]:
    """Line → a page that has it, without what a comment says of it."""
    return {
        line.partition(" #")[0].strip(): page
        for page in PAGES
        for block in blocks(page, "bash")
        for line in block.splitlines()
        if line.strip() and not line.startswith("#")
    }


def test_each_line_to_type_is_in_the_table_of_how_it_is_tried() -> None:
    lines = typed()
    assert len(lines) >= 8
    assert {line: page for line, page in lines.items() if line not in CHECKED} == {}
    assert sorted(CHECKED.keys() - lines.keys() - {"TELEGRAM_BOT_TOKEN=123:abc make run"}) == []


def test_what_tries_a_line_is_there() -> None:
    assert [place for place in CHECKED.values() if place != DRY and not (ROOT / place).is_file()] == []


@pytest.mark.parametrize("line", [line for line in CHECKED if line.startswith("make ")])
def test_make_knows_what_to_do(line: str) -> None:
    """Each recipe is complete down to its files; nothing is run."""
    words = line.split()
    dry = subprocess.run([words[0], "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr
    assert dry.stdout.strip()


def test_only_shell_is_fenced_as_shell() -> None:
    """Blocks without a language would escape the table."""
    assert {page: found for page in PAGES if (found := list(blocks(page, "")))} == {}
    assert {page for page in PAGES if list(blocks(page, "sh")) or list(blocks(page, "console"))} == set()
