"""Programs that only some machines have: a test that needs one is skipped without it, and fails in CI."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

SWITCH: Final = "EVERY_TOOL"
"""Set by `.ci/run`, where nothing may be skipped for want of a tool."""


def required(tool: Path, remedy: str) -> Path:
    """The tool, where it is there; `remedy` is the command that brings it."""
    if tool.exists():
        return tool
    reason = f"{tool.name} is missing: {remedy}"
    if os.environ.get(SWITCH):
        pytest.fail(reason)
    pytest.skip(reason)
