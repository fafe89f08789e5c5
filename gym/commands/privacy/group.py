"""The commands of `python -m gym privacy`, with what each is given on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gym.commands.running import command, environment

privacy = typer.Typer(no_args_is_help=True, help="One client's data: export, erasure and its journal.")
Who = Annotated[
    str, typer.Argument(help="The client's id, document or phone, or a name that only they have.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@privacy.command("export")
@command
async def export_client(
    who: Who,
    target: Annotated[Path, typer.Argument(help="The ZIP to write.", dir_okay=False)],
    as_json: AsJson = False,
) -> int:
    """Write everything that is kept of one client as a ZIP: JSON, a page to read, pictures, receipts."""
    from gym.commands.privacy.acts import export

    return await export(environment(), who, target, as_json=as_json)


@privacy.command("erase")
@command
async def erase_client(
    who: Who,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, a day from now.")] = False,
    as_json: AsJson = False,
) -> int:
    """Erase one client a day from now; without --yes only say what is owed and what it means."""
    from gym.commands.privacy.acts import erase

    return await erase(environment(), who, sure=yes, as_json=as_json)


@privacy.command("keep")
@command
async def keep_client(who: Who, as_json: AsJson = False) -> int:
    """Take an erasure back within its day."""
    from gym.commands.privacy.acts import keep

    return await keep(environment(), who, as_json=as_json)


@privacy.command("journal")
@command
async def erasure_journal() -> int:
    """Print which erasures a restored backup has to repeat: ids and days, as JSON."""
    from gym.commands.privacy.acts import journal

    return await journal(environment())


@privacy.command("replay")
@command
async def replay_erasures(
    file: Annotated[Path, typer.Argument(help="What `journal` printed.", exists=True, dir_okay=False)],
    as_json: AsJson = False,
) -> int:
    """Repeat the erasures of a journal after a backup was restored; twice is once."""
    from gym.commands.privacy.acts import replay

    return await replay(environment(), file, as_json=as_json)


@privacy.command("consents")
@command
async def consent_register(
    sheet: Annotated[
        Path | None, typer.Option(help="Write a spreadsheet (.xlsx) too.", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print who agreed to face check-in: which text, when, how, noted by whom, and when it ended."""
    from gym.commands.privacy.acts import consents

    return await consents(environment(), sheet, as_json=as_json)


@privacy.command("register")
@command
async def print_register() -> int:
    """Print what every table holds, of whom, why, until when, and what erasing does with it (Markdown)."""
    from gym.privacy.register_page import register_page

    typer.echo(register_page())
    return 0
