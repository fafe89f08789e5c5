"""The Chromium that tests drive; `python -m tests.support.browser` gets one where there is none.

The machine's own is taken, else the one that Playwright keeps for its version. What needs neither windows nor
devices takes Chromium's headless shell where the machine has it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from playwright.async_api import Playwright
from playwright.sync_api import sync_playwright

from tests.support.tools import every_tool, missing

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
"""As Debian, Ubuntu and Google call the program."""
PACKAGE: Final = "chromium"
SHELL: Final = "chromium-headless-shell"
"""Debian's name for the program and for its package; Ubuntu has none."""
INSTALL: Final = ("install", "-y", "-qq")


def browser_program(driver: Playwright) -> str:
    """What to launch; a test without a browser is skipped, or fails where every tool is wanted."""
    return _installed(driver.chromium.executable_path) or str(
        missing("Chromium", f"install the package {PACKAGE}")
    )


def shell_program(driver: Playwright) -> str:
    """The headless shell, else the whole browser, which does the same at three times the cost."""
    return shutil.which(SHELL) or browser_program(driver)


def _installed(playwrights: str) -> str | None:
    return on_this_machine() or (playwrights if Path(playwrights).exists() else None)


def on_this_machine() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def find() -> str | None:
    """The same, asked outside of any event loop; Playwright's driver, a second's start, only where needed."""
    if found := on_this_machine():
        return found
    with sync_playwright() as driver:
        return _installed(driver.chromium.executable_path)


def get() -> str | None:
    """Playwright's own, else the system's package; the program, or None where neither can be had."""
    system = [command for command in (_system("update", "-qq"), _system(*INSTALL, PACKAGE)) if command]
    for command in ([sys.executable, "-m", "playwright", "install", "chromium"], *system):
        if subprocess.run(command, check=False).returncode == 0 and (found := find()):
            return found
    return None


def get_shell() -> None:
    """The system's package, if its lists have one; that they have none is known without any network."""
    command = _system(*INSTALL, SHELL)
    if command and shutil.which(SHELL) is None:
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _system(*arguments: str) -> list[str]:
    """Debian's package manager, called by root or by whoever may become root without being asked."""
    if shutil.which("apt-get") is None:
        return []
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if root and shutil.which("sudo") is None:
        return []
    return [*root, "apt-get", *arguments]


def main() -> int:
    if find() or get():
        get_shell()
        return 0
    print("No Chromium could be had: tests of pages are skipped.", file=sys.stderr)
    return 1 if every_tool() else 0


if __name__ == "__main__":
    sys.exit(main())
