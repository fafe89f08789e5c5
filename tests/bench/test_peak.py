"""Peak memory of a program, measured from a process that holds more than it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

KILOBYTES = 150_000


def test_a_small_program_of_a_large_process_is_measured_as_small(tmp_path: Path) -> None:
    held = bytearray(KILOBYTES * 1024)
    held[::4096] = b"1" * len(held[::4096])
    file = tmp_path / "peak"
    program = [sys.executable, "-S", "-c", "pass"]
    subprocess.run([sys.executable, "-m", "tests.bench.peak", str(file), *program], check=True)
    assert 0 < int(file.read_text()) < KILOBYTES
