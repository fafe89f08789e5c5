"""What `python -m gym restore` says when it has restored a gym."""

from __future__ import annotations

import json
from dataclasses import dataclass

import typer

from gym.audit.verification import TrailVerification
from gym.backup.files.archive import Preface
from gym.backup.restoring.settling import Settled
from gym.commands.audit.verifying import as_facts, in_words


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it."""

    name: str
    preface: Preface
    settled: Settled
    erased: int
    """How many clients were erased again."""
    kept: str | None
    """The database that was replaced; None where there was no gym."""
    trail: TrailVerification | None
    """The audit trail as it came; None for a backup from before the chain."""
    trusted: bool
    """Whether the certificates came along: tablets trust this computer as they did the one before."""


def report(restored: Restored, *, as_json: bool) -> None:
    """Print it, in words or as JSON."""
    facts, settled = restored.preface.facts, restored.settled
    if as_json:
        told = {
            "backup": restored.name,
            "made_at": restored.preface.made_at.isoformat(),
            "gym": restored.preface.gym,
            "rows": sum(facts.rows.values()),
            "sums": facts.sums,
            "erased_again": restored.erased,
            "held_messages": settled.held,
            "receipts_after": settled.receipts_after,
            "active_staff": settled.colleagues,
            "paired_kiosks": settled.kiosks,
            "erasures_waiting": settled.waiting,
            "certificates": restored.trusted,
            "kept": restored.kept,
            "trail": as_facts(restored.trail) if restored.trail else None,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(
        f"{restored.preface.gym} as of {restored.preface.made_at.isoformat()} is back: "
        f"{sum(facts.rows.values())} rows, compared with the backup."
    )
    if restored.trail is not None:  # a gym is wanted back whatever became of its trail
        typer.echo(f"Audit trail: {in_words(restored.trail)}")
    if restored.erased:
        typer.echo(f"Erased again, as they were since: {counted(restored.erased, 'client')}.")
    if settled.held:
        held = counted(settled.held, "overdue message")
        typer.echo(f"Held back under Messages, Undelivered: {held}; an admin decides.")
    if settled.receipts_after is not None:
        typer.echo(f"The next receipt is number {settled.receipts_after + 1}, a new series.")
    typer.echo(
        f"Active as they were then: {counted(settled.colleagues, 'colleague')} and "
        f"{counted(settled.kiosks, 'kiosk')}; take out under Team and Kiosks who has left since. "
        "Everybody's API sign-ins have ended."
    )
    if restored.trusted:
        typer.echo(
            "Tablets trust this computer as they did the one before; where its address is another, open the "
            "new one there."
        )
    if settled.waiting:
        typer.echo(
            f"To be erased a day from now: {counted(settled.waiting, 'client')}; take back under Privacy "
            "what was taken back since."
        )
    if restored.kept is not None:
        typer.echo(
            f"The gym that was here is kept as {restored.kept}; to drop it: python -m gym restore --forget"
        )
    typer.echo("Start the gym: make run")


def counted(number: int, noun: str) -> str:
    """`1 kiosk`, `2 kiosks`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
