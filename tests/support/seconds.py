"""The table of seconds by which tests are ordered, measured by `pytest --keep-seconds`."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from tests.support.order import TABLE

SECONDS: Final = "seconds"
WAITED: Final = "waited"
OF_THIS_THREAD: Final = Path("/proc/thread-self/schedstat")
LEAST: Final = 1.0
"""Seconds of a whole file that are worth a line."""


def stood_in_line() -> float:
    """Seconds that this thread was ready to run while others had the processors; 0 where nobody counts."""
    try:
        return int(OF_THIS_THREAD.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


class Stopwatch:
    """Notes with each test what it took and how long it waited: for pages, programs, PostgreSQL or time."""

    def __init__(self) -> None:
        self._began = (0.0, 0.0, 0.0)

    @staticmethod
    def _now() -> tuple[float, float, float]:
        return time.perf_counter(), time.process_time(), stood_in_line()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._began = self._now()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.when == "teardown":
            took, computed, in_line = (
                now - began for now, began in zip(self._now(), self._began, strict=True)
            )
            report.user_properties += [
                (SECONDS, took - in_line),
                (WAITED, max(0.0, took - in_line - computed)),
            ]
        return report


class Table:
    """Adds up by file what all workers have noted, and writes it down at the end."""

    def __init__(self) -> None:
        self._tests: dict[str, list[tuple[float, float]]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        noted = dict(report.user_properties)
        if report.when == "teardown" and SECONDS in noted:
            path = report.nodeid.partition("::")[0]
            self._tests.setdefault(path, []).append((float(noted[SECONDS]), float(noted[WAITED])))

    def pytest_sessionfinish(self) -> None:
        TABLE.write_text("".join(f"{line}\n" for line in self.lines()), encoding="utf-8")

    def lines(self) -> list[str]:
        """Seconds and waited seconds of a test of each file, the file with the most first."""
        whole = sorted(self._tests.items(), key=lambda one: (-sum(took for took, _ in one[1]), one[0]))
        return [
            f"{sum(took for took, _ in tests) / len(tests):.2f} "
            f"{sum(waited for _, waited in tests) / len(tests):.2f} {path}"
            for path, tests in whole
            if sum(took for took, _ in tests) >= LEAST
        ]
