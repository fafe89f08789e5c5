"""Every command in the pages can be run as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.documentation.pages import PAGES, blocks, spans
from tests.support.locks import ROOT

BIN: Final = ".venv/bin/"
TOOLS: Final = Path(sys.executable).parent
MAKEFILE: Final = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS: Final = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
BEGINNINGS: Final = ("make ", BIN)


def commands(page: str) -> Iterator[list[str]]:
    """The words of each command in code, without what a comment says of it."""
    for line in [line for block in blocks(page, "bash") for line in block.splitlines()] + spans(page):
        if line.startswith(BEGINNINGS):
            yield shlex.split(line, comments=True)


NAMING: Final = ("CONTRIBUTING.md", "README.md", "README.es.md", "SECURITY.md", "docs/running.md")
"""Pages that surely name a target."""


@pytest.mark.parametrize("page", PAGES)
def test_a_target_that_is_named_is_in_the_makefile(page: str) -> None:
    named = {words[1] for words in commands(page) if words[0] == "make"}
    assert named or page not in NAMING
    assert sorted(named - set(TARGETS)) == []


def test_a_tool_that_is_named_is_installed_and_what_it_is_given_is_there() -> None:
    found = [words for page in PAGES for words in commands(page) if words[0].startswith(BIN)]
    assert len(found) >= 5
    for words in found:
        assert (TOOLS / words[0].removeprefix(BIN)).exists(), words
        for path in (word for word in words[1:] if word.startswith("tests/")):
            assert (ROOT / path).exists(), words


def test_help_has_a_line_for_each_target() -> None:
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    lines = [line.split(maxsplit=2) for line in said.splitlines()]
    assert [target for _, target, _ in lines] == TARGETS
    assert "help" in TARGETS


def test_each_commit_is_tried_with_what_the_checks_run() -> None:
    """The hooks are lines of `make check`, with the tools of the lock: nothing of theirs can differ."""
    checks = re.findall(
        r"^\t\$\(BIN\)/(.+)$", MAKEFILE.partition("\ncheck:")[2].partition("\n\n")[0], re.MULTILINE
    )
    for hook in hooks():
        assert hook["language"] == "system"
        entry = hook["entry"]
        assert entry.startswith(BIN), entry
        assert entry.removeprefix(BIN) in [line.removesuffix(" .") for line in checks], entry
    assert len(hooks()) >= 4


def hooks() -> list[dict[str, Any]]:
    (repository,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repository["repo"] == "local"
    return repository["hooks"]
