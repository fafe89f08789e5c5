"""What runs at the door is the very files that were tried: every version with the hashes of its files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from packaging.utils import canonicalize_name

from tests.support.locks import DEVELOPMENT, ROOT, RUNTIME, direct_dependencies, read_lock

LOCKS: Final = (RUNTIME, DEVELOPMENT)
AGAIN: Final = "run `make lock` and commit both locks"
INSTALLS: Final = re.compile(r"^.*pip install(?:.*\\\n)*.*-r\b.*$", re.MULTILINE)
"""A command that installs what a file lists, over as many lines as it takes."""


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_version_is_pinned_with_the_hashes_of_its_files(path: Path) -> None:
    pins = read_lock(path)
    assert len(pins) > 80
    assert [pin.name for pin in pins.values() if not pin.hashes] == [], AGAIN


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_knows_where_files_come_from(path: Path) -> None:
    """A mirror, a folder of wheels or the public index: the hashes say that the files are the same."""
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"^.*(?:://|--(?:extra-)?index|--find-links|--trusted|^-[cefir]\b).*$", text, re.MULTILINE)
        == []
    )


def test_what_runs_is_a_part_of_what_is_developed_with() -> None:
    """So that a stamp each is enough: going from one to the other changes no version."""
    runtime, development = read_lock(RUNTIME), read_lock(DEVELOPMENT)
    assert {name: pin for name, pin in runtime.items() if development.get(name) != pin} == {}, AGAIN


@pytest.mark.parametrize(("extra", "path"), [(None, RUNTIME), ("dev", DEVELOPMENT)])
def test_every_direct_dependency_is_pinned_within_its_range(extra: str | None, path: Path) -> None:
    pins = read_lock(path)
    for wanted in direct_dependencies(extra):
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, (wanted.name, AGAIN)
        assert wanted.specifier.contains(pin.version), (str(wanted), pin.version, AGAIN)


def test_no_tool_is_installed_with_the_gym() -> None:
    runtime = read_lock(RUNTIME)
    tools = {canonicalize_name(wanted.name) for wanted in direct_dependencies("dev")}
    needed = {canonicalize_name(wanted.name) for wanted in direct_dependencies()}
    assert sorted((tools - needed) & set(runtime)) == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_only_one_opencv_is_installed(path: Path) -> None:
    """Two of them write into one folder, and the last one wins."""
    assert [name for name in read_lock(path) if name.startswith("opencv")] == ["opencv-python-headless"]


def test_every_command_that_installs_a_lock_asks_for_the_hashes() -> None:
    places = [
        ROOT / "Makefile",
        ROOT / ".ci" / "run",
        ROOT / "Procfile",
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
    ]
    found = [line for path in places for line in INSTALLS.findall(path.read_text(encoding="utf-8"))]
    assert found
    for line in found:
        assert "--require-hashes" in line, line
        assert "--no-deps" in line, line
