"""The commands of `python -m gym audit`, with what each is given on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from gym.commands.running import command, environment

audit = typer.Typer(no_args_is_help=True, help="The audit trail: who did what.")
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
