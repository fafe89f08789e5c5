"""`python -m tests.instants`: the tests that live in the machine's time, at every hour of a gym's day.

Debian's `faketime` moves the clock of pytest and of every program that a test starts. Tests on a frozen clock
cannot tell the hour (`_frozen_unless_live` in `conftest.py`), so their files are not even collected here,
which with three workers would take 50 of an instant's seconds; `--whole` runs all.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from tests.support.live import live_files

GYM: Final = ZoneInfo("America/Bogota")
MADRID: Final = ZoneInfo("Europe/Madrid")
DAYS: Final = (
    date(2027, 1, 31),
    date(2027, 12, 31),
    date(2028, 2, 29),
    date(2027, 3, 30),
)
"""Ends of months and of a year, and the day that only leap years have; the hours of the day go round them."""
NIGHTS: Final = (
    datetime(2027, 3, 28, 1, 45, tzinfo=MADRID),
    datetime(2027, 10, 31, 2, 15, tzinfo=MADRID),
)
"""The nights on which Madrid's clocks go forward and back."""
FEW: Final = (0, 6, 22)
"""What there is time for on every change: just after midnight, before opening, at night."""
NIGHT_NUMBERS: Final = (24, 25)
LONG_AT: Final = FEW + NIGHT_NUMBERS
"""Where the long ones run too: half of an instant's processor time is theirs, and 26 whole ones would
take more than an hour. They kill programs in the middle of work, which no hour but these could change."""
SAID: Final = Path(__file__).parents[1] / "build" / "instants"
"""What pytest said of an instant at which something failed."""
NUMBER: Final = re.compile(r"(\d+) (passed|failed|error)")


@dataclass(frozen=True, slots=True)
class Run:
    """What pytest said at one instant."""

    at: datetime
    code: int
    counts: dict[str, int]
    took: float
    failed: tuple[str, ...]


def hours() -> list[datetime]:
    """Each hour of a day in Bogota, a quarter past it, and the two nights."""
    on = [datetime(*DAYS[hour % len(DAYS)].timetuple()[:3], hour, 15, tzinfo=GYM) for hour in range(24)]
    return [*on, *NIGHTS]


def names_a_file(argument: str) -> bool:
    """Whether pytest is told where to look, be it a file, a folder or one test of a file."""
    return (Path(__file__).parents[1] / argument.split("::")[0]).exists()


def live_at(number: int) -> str:
    """pytest's expression for what runs at an instant."""
    live = "live and not soak and not browser"
    return live if number in LONG_AT else f"{live} and not long"


def run(at: datetime, arguments: Sequence[str]) -> Run:
    """pytest with the clock moved on to `at`; its monotonic clock goes with it."""
    ahead = int((at.astimezone(UTC) - datetime.now(UTC)) / timedelta(seconds=1))
    command = ["faketime", "-f", f"{ahead:+d}s", sys.executable, "-m", "pytest", *arguments]
    began = time.monotonic()
    environment = os.environ | {"NO_FAKE_STAT": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        SAID.mkdir(parents=True, exist_ok=True)
        (SAID / f"{at.astimezone(GYM):%Y-%m-%d-%H%M}.txt").write_text(done.stdout + done.stderr)
    counts = {what: int(number) for number, what in NUMBER.findall(done.stdout[-400:])}
    failed = tuple(line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR")))
    return Run(at, done.returncode, counts, time.monotonic() - began, failed)


def show(runs: Sequence[Run]) -> None:
    table = Table("instant (Bogota)", "passed", "failed", "seconds")
    for one in runs:
        failed = one.counts.get("failed", 0) + one.counts.get("error", 0)
        when = f"{one.at.astimezone(GYM):%a %d %b %Y %H:%M}"
        table.add_row(when, str(one.counts.get("passed", 0)), str(failed), f"{one.took:.0f}")
    console = Console(width=120)
    console.print(table)
    for one in runs:
        for line in one.failed:
            console.print(f"{one.at.astimezone(GYM):%d %b %H:%M} {line}", highlight=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true", help="every test, not only the live ones")
    parser.add_argument("--few", action="store_true", help="three instants, for every change")
    parser.add_argument("--only", type=int, action="append", help="the number of an instant, from 0")
    parser.add_argument("arguments", nargs="*", help="handed to pytest")
    chosen = parser.parse_args()
    if shutil.which("faketime") is None:
        print("faketime is not installed: nothing was run.", file=sys.stderr)
        return 1
    wanted = chosen.only or (FEW if chosen.few else range(len(hours())))
    arguments = list(chosen.arguments)
    if not (chosen.whole or any(map(names_a_file, chosen.arguments))):
        arguments += map(str, live_files())
    runs: list[Run] = []
    for number in wanted:
        choice = [] if chosen.whole else ["-m", live_at(number)]
        runs.append(run(hours()[number], [*choice, *arguments]))
        show(runs[-1:])
    show(runs)
    return max(one.code for one in runs)


if __name__ == "__main__":
    sys.exit(main())
