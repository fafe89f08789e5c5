"""Findings of the doctor, and their table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well."""

    name: str
    well: bool
    seen: str
    advice: str = ""


def show(findings: Sequence[Finding]) -> int:
    """Print every finding; the exit status is 1 when something is not well."""
    table = Table("", "what", "seen", "what to do", show_lines=False)
    for finding in findings:
        mark = "[green]ok[/]" if finding.well else "[red]!![/]"
        table.add_row(mark, finding.name, finding.seen, "" if finding.well else finding.advice)
    Console().print(table)
    return 0 if all(finding.well for finding in findings) else 1
