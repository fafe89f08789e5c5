"""Programs that only some machines have: a test that needs one is skipped without it, and fails in CI."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final, NoReturn

import pytest

SWITCH: Final = "EVERY_TOOL"
"""Set by `.ci/run`, where nothing may be skipped for want of a tool."""


UNREACHABLE: Final = "WITHOUT_NPM"
"""Set by `.ci/run` where npm's registry could not be asked: what comes from there is skipped even so."""


def every_tool() -> bool:
    """Whether a missing program is a failure."""
    return bool(os.environ.get(SWITCH))


def required(tool: Path, remedy: str) -> Path:
    """A tool of npm's, where it is there; `remedy` is the command that brings it."""
    if not tool.exists() and os.environ.get(UNREACHABLE):
        pytest.skip(f"{tool.name} is missing, and npm's registry cannot be asked")
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
