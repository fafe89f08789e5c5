"""What a test needs beside Python is found, skipped over, or missed; a browser is fetched where none is."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.async_api import Playwright

from tests.support import browser
from tests.support.browser import browser_program, shell_program
from tests.support.tools import SWITCH, UNREACHABLE, installed, required

Ask = Callable[[], object]
EITHER = (pytest.skip.Exception, pytest.fail.Exception)
"""Expected alone, the other one would end the test itself, and a skipped test is no failure."""


@dataclass(frozen=True)
class Chromium:
    executable_path: str


@dataclass(frozen=True)
class Driver:
    """Playwright, as far as it is asked."""

    chromium: Chromium


def driver(kept: Path) -> Playwright:
    return cast(Playwright, Driver(Chromium(str(kept))))


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with no program at all but those that a test puts into this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(SWITCH, raising=False)
    return tmp_path


def put(folder: Path, program: str) -> Path:
    path = folder / program
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


ASKS = pytest.mark.parametrize(
    "ask",
    [lambda: installed("nginx"), lambda: browser_program(driver(Path("/nowhere/chrome")))],
    ids=["a program", "the browser"],
)


@ASKS
def test_a_developers_machine_skips_what_it_has_not(bare: Path, ask: Ask) -> None:
    with pytest.raises(EITHER, match="is missing") as said:
        ask()
    assert said.type is pytest.skip.Exception


@ASKS
def test_where_every_tool_is_wanted_a_missing_one_fails(
    bare: Path, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    with pytest.raises(EITHER, match="is missing") as said:
        ask()
    assert said.type is pytest.fail.Exception


def test_a_program_that_is_there_is_found(bare: Path) -> None:
    nginx = put(bare, "nginx")
    assert installed("nginx") == nginx


def test_the_machines_browser_goes_before_playwrights_own(bare: Path, tmp_path: Path) -> None:
    own = put(tmp_path, "kept-by-playwright")
    assert browser_program(driver(own)) == str(own)
    machines = put(bare, "chromium")
    assert browser_program(driver(own)) == str(machines)


def test_a_browser_is_asked_of_playwright_first_and_then_of_the_system(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(" ".join(command[-2:]))
        if "apt-get" in command and command[-1].startswith("chromium"):
            put(bare, command[-1])
        return subprocess.CompletedProcess(command, 0 if "apt-get" in command else 1)

    for program in ("apt-get", "sudo"):
        put(bare, program)
    monkeypatch.setattr(browser, "find", browser.on_this_machine)
    monkeypatch.setattr(subprocess, "run", run)
    assert browser.main() == 0
    assert asked == ["install chromium", "update -qq", "-qq chromium", "-qq chromium-headless-shell"]
    assert browser.main() == 0
    assert len(asked) == 4, "what is there is not asked for again"


def test_a_system_without_a_headless_shell_opens_every_page_in_the_whole_browser(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = put(bare, "chromium")
    put(bare, "apt-get")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess[str](command, 1))
    assert browser.main() == 0
    assert shell_program(driver(Path("/nowhere/chrome"))) == str(whole)
    shell = put(bare, "chromium-headless-shell")
    assert shell_program(driver(Path("/nowhere/chrome"))) == str(shell)


@pytest.mark.parametrize(("every", "status"), [("", 0), ("1", 1)])
def test_where_no_browser_can_be_had_the_suite_goes_on_unless_every_tool_is_wanted(
    bare: Path, monkeypatch: pytest.MonkeyPatch, every: str, status: int
) -> None:
    monkeypatch.setenv(SWITCH, every)
    monkeypatch.setattr(browser, "find", browser.on_this_machine)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess[str](command, 1))
    assert browser.main() == status


@pytest.mark.parametrize(
    ("reachable", "said"), [(True, pytest.fail.Exception), (False, pytest.skip.Exception)]
)
def test_what_comes_from_npm_is_skipped_where_its_registry_cannot_be_asked(
    bare: Path, monkeypatch: pytest.MonkeyPatch, reachable: bool, said: type[BaseException]
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    monkeypatch.delenv(UNREACHABLE, raising=False)
    if not reachable:
        monkeypatch.setenv(UNREACHABLE, "1")
    with pytest.raises(EITHER, match="is missing") as answer:
        required(bare / "redocly", "npm ci")
    assert answer.type is said
