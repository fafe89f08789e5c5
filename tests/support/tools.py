"""Programs that only some machines have: a test that needs one is skipped without it, and fails in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, NoReturn

import pytest

SWITCH: Final = "EVERY_TOOL"
"""Set by `.ci/run`, where nothing may be skipped for want of a tool."""


def every_tool() -> bool:
    """Whether a missing program is a failure."""
    return bool(os.environ.get(SWITCH))


def required(tool: Path, remedy: str) -> Path:
    """The tool, where it is there; `remedy` is the command that brings it."""
    return tool if tool.exists() else missing(tool.name, remedy)


def installed(program: str, package: str | None = None) -> Path:
    """The machine's own program; `package` is what a package manager calls it, if that is another name."""
    found = shutil.which(program)
    return Path(found) if found else missing(program, f"install the package {package or program}")


def missing(program: str, remedy: str) -> NoReturn:
    """Skip whatever asks, or fail it where every tool is wanted."""
    reason = f"{program} is missing: {remedy}"
    if every_tool():
        pytest.fail(reason)
    pytest.skip(reason)
