"""Peak memory of a program: `python -m tests.bench.peak FILE PROGRAM …` writes it to FILE, in kilobytes.

Linux counts what a process held before its `exec`, so that a child of a large process is at least as large as
that one: two runs of a benchmark whose own process held 300 MB were said to be equal. This small process
stands between.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    file, *command = sys.argv[1:]
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    Path(file).write_text(str(used.ru_maxrss))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
