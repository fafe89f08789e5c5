"""Complaints of PostgreSQL's programs and of the system, as one line; the room on a disk."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from gym.backup.errors import BackupError, DiskFailed, DiskFull

LONGEST: Final = 300
REFUSED_TIMEOUT: Final = 'unrecognized configuration parameter "transaction_timeout"'
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No room, a quota, and the largest file that the system lets a process write."""


def disk_fault(error: OSError) -> BackupError:
    """What the system refused, in words for an operator."""
    reason = error.strerror or type(error).__name__
    return DiskFull(reason) if error.errno in _FULL else DiskFailed(reason)


def says_full(words: str) -> bool:
    """Whether PostgreSQL's line tells of a full disk: its programs pass only the text on."""
    return "No space left on device" in words or "Disk quota exceeded" in words


def complaint(errors: IO[bytes]) -> str:
    """The first error of a program's output. Its details may hold rows, and are left out."""
    errors.seek(0)
    lines = errors.read(64 * 1024).decode(errors="replace").splitlines()
    told = _told(lines)
    # A server before 17 refuses that setting first; what failed after it is the reason.
    telling = next((line for line in told if REFUSED_TIMEOUT not in line), next(iter(told), None))
    return (telling or (lines[0] if lines else "it was stopped"))[:LONGEST]


def only_refused_timeout(errors: IO[bytes]) -> bool:
    """Whether all that a server refused is the one setting that it does not know.

    `pg_restore` 17 and newer begin with `SET transaction_timeout = 0`, which servers before 17 lack.
    """
    errors.seek(0)
    told = _told(errors.read().decode(errors="replace").splitlines())
    return bool(told) and all(REFUSED_TIMEOUT in line for line in told)


def _told(lines: Sequence[str]) -> list[str]:
    """The lines that tell of an error."""
    return [line for line in lines if "error:" in line or "FATAL" in line]


def free_bytes(folder: Path) -> int:
    """Of the disk under a folder, or under its nearest parent that is there."""
    there = folder
    while not there.exists():
        there = there.parent
    return shutil.disk_usage(there).free
