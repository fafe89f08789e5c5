"""The commands of `python -m gym backup` and `python -m gym restore`, with what each is given."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gym.commands.running import command, environment

backup = typer.Typer(no_args_is_help=True, help="Sealed copies of the whole gym.")


@backup.command("make")
@command
async def make_backup(
    to: Annotated[
        Path | None, typer.Option(help="Another folder than BACKUP_FOLDER.", file_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Make a backup now, while the gym is open."""
    from gym.commands.backup.making import make

    return await make(environment(), to, as_json=as_json)


@backup.command("verify")
@command
async def verify_backup(
    path: Annotated[
        Path | None, typer.Argument(help="A backup, or a folder of its parts; else the newest.", exists=True)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Restore a backup beside the gym, compare it with what went in, and drop it again."""
    from gym.commands.backup.making import verify

    return await verify(environment(), path, as_json=as_json)


@backup.command("list")
@command
async def list_backups(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Print the backups of the folder, the newest first."""
    from gym.commands.backup.making import show

    return await show(environment(), as_json=as_json)


@backup.command("phrase")
@command
async def make_passphrase(
    replace: Annotated[
        bool, typer.Option("--replace", help="From now on another one; older backups keep theirs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Make the pass-phrase that opens backups, and print it this once."""
    from gym.commands.backup.making import phrase

    return await phrase(environment(), replace=replace, as_json=as_json)


@command
async def restore(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="A backup, its parts, or a folder that holds them.", exists=True),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the gym that is here, which is kept.")
    ] = False,
    from_chat: Annotated[
        bool, typer.Option("--from-chat", help="Fetch it out of the admin's chat with the bot.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Drop the gyms that earlier restores have replaced.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """Bring a gym back from a backup; the pass-phrase is asked for, or read from standard input."""
    from gym.commands.backup import restoring

    config = environment()
    if forget:
        return await restoring.forget(config, as_json=as_json)
    order = restoring.RestoreOrder(paths or [config.backups_root], replace, as_json, from_chat)
    return await restoring.restore(config, order)
