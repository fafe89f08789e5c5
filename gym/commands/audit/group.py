"""The commands of `python -m gym audit`, with what each is given on the command line."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gym.audit.actions import TrailKind
from gym.commands.running import command, environment

audit = typer.Typer(no_args_is_help=True, help="The audit trail: who did what.")
By = Annotated[str | None, typer.Option(help="Who did it: the name of a colleague.")]
Client = Annotated[
    str | None, typer.Option(help="About whom: an id, document or phone, or a name that only they have.")
]
Kind = Annotated[TrailKind | None, typer.Option(help="What about.")]
Day = Annotated[datetime | None, typer.Option(help="A day of the gym.", formats=["%Y-%m-%d"])]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@audit.command("verify")
@command
async def verify_audit(
    expect: Annotated[
        str | None,
        typer.Option(help="A head noted elsewhere: its number and mark, such as 1204:bkqm-tvwr-hhjc-pbdf."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Check every entry of the trail against its hash chain; status 1 and the first that does not fit."""
    from gym.commands.audit.verifying import verify

    return await verify(environment(), expect, as_json=as_json)


@audit.command("list")
@command
async def list_audit(
    by: By = None,
    client: Client = None,
    kind: Kind = None,
    day: Day = None,
    most: Annotated[int, typer.Option(help="So many of the newest.", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> int:
    """Print who did what, the newest first."""
    from gym.commands.audit.reading import TrailOrder, show

    order = TrailOrder(by, client, kind, day.date() if day else None)
    return await show(environment(), order, most, as_json=as_json)


@audit.command("export")
@command
async def export_audit(
    target: Annotated[Path, typer.Argument(help="The spreadsheet to write (.xlsx).", dir_okay=False)],
    by: By = None,
    client: Client = None,
    kind: Kind = None,
    day: Day = None,
    as_json: AsJson = False,
) -> int:
    """Write who did what as a spreadsheet, in the gym's language."""
    from gym.commands.audit.reading import TrailOrder, export

    order = TrailOrder(by, client, kind, day.date() if day else None)
    return await export(environment(), order, target, as_json=as_json)
