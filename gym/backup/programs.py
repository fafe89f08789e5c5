"""What PostgreSQL's programs complain of, in one line without values, and the room on a disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO, Final

LONGEST: Final = 300


def complaint(errors: IO[bytes]) -> str:
    """The first error of a program's output. Its details may hold rows, and are left out."""
    errors.seek(0)
    lines = errors.read(64 * 1024).decode(errors="replace").splitlines()
    telling = next((line for line in lines if "error:" in line or "FATAL" in line), None)
    return (telling or (lines[0] if lines else "it was stopped"))[:LONGEST]


def free_bytes(folder: Path) -> int:
    """Of the disk under a folder, or under its nearest parent that is there."""
    there = folder
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free
