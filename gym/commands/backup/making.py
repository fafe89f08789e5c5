"""`python -m gym backup …`: make one, prove one, list them, make the pass-phrase."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from gym.app import Gym, open_gym
from gym.backup.command_copy import CommandCopy
from gym.backup.creation import BackupMaker, MadeBackup
from gym.backup.errors import BackupError, NoGymYet
from gym.backup.files.archive import OpenedBackup, Preface, header_of
from gym.backup.files.parts import BackupFiles, backups_in, files_at
from gym.backup.journal import BackupJournal
from gym.backup.keys.key_store import BackupKeyStore
from gym.backup.restoring.proof import BackupProof
from gym.commands.audit.verifying import as_facts, in_words
from gym.commands.backup.asking import asked_passphrase
from gym.core.config import Config
from gym.core.database.migrations import current, head
from gym.security.keys.secrets import secrets_of
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork

MEGABYTE = 1_000_000


async def make(config: Config, folder: Path | None, *, as_json: bool) -> int:
    """One backup now; the gym may be open."""
    key = await BackupKeyStore(config).key()
    # A copy changes nothing: it is of the revision that is there.
    async with open_gym(config, faces=False, migrate=False) as gym:
        if (revision := await current(gym.database)) is None:
            raise NoGymYet
        name = (await gym.settings()).name
        maker = BackupMaker(gym.database, gym.secrets, key, name, config.powergym_home)
        made = await maker.make(folder or config.backups_root, gym.clock.now())
        # Before an update the database is of an older revision, which may have no journal yet.
        if folder is None and revision == head():
            await note(gym, made)
    if as_json:
        typer.echo(json.dumps(_made_json(made)))
    else:
        typer.echo(f"{made.path} ({made.size / MEGABYTE:.1f} MB, {sum(made.facts.rows.values())} rows)")
    return 0


async def note(gym: Gym, made: MadeBackup) -> None:
    """Handed to `BACKUP_COMMAND` before the journal has it, or an open gym would hand it over as well.

    Raises what the command raises; the backup is made and noted all the same.
    """
    command, system = CommandCopy.of(gym.config), Actor.system()
    fault: BackupError | None = None
    try:
        await command.copy(made.path) if command is not None else None
    except BackupError as error:
        fault = error

    async def write(uow: UnitOfWork) -> None:
        journal = BackupJournal(uow)
        key = await journal.noted(made)
        if fault is not None:
            await journal.copy_failed(key, fault.code)
        elif command is not None:
            await journal.copied(key)

    await gym.run(system, write)
    if fault is not None:
        raise fault


async def verify(config: Config, path: Path | None, *, as_json: bool) -> int:
    """Restore a backup beside the gym, compare, drop it again."""
    files = files_at([path or config.backups_root])
    async with open_gym(config, faces=False, migrate=False) as gym:
        proved = await BackupProof(gym.database, config.own_database).prove(await _opened(config, files))
    preface, trail = proved.preface, proved.trail
    if as_json:
        facts = {"trail": as_facts(trail) if trail else None}
        typer.echo(json.dumps({"backup": files.name, "ok": True, **_preface_json(preface), **facts}))
    else:
        rows = sum(preface.facts.rows.values())
        typer.echo(f"{files.name} restores whole: {rows} rows, made {preface.made_at.isoformat()}.")
        if trail is not None:
            typer.echo(f"Audit trail: {in_words(trail)}")
    return 0


async def show(config: Config, *, as_json: bool) -> int:
    """The backups of the folder, the newest first."""
    found = [(path.name, path.stat().st_size) for path in backups_in(config.backups_root)]
    if as_json:
        typer.echo(json.dumps([{"name": name, "size": size} for name, size in found]))
        return 0
    for name, size in found:
        typer.echo(f"{name} ({size / MEGABYTE:.1f} MB)")
    if not found:
        typer.echo(f"No backup in {config.backups_root}.")
    return 0


async def phrase(config: Config, *, replace: bool, as_json: bool) -> int:
    """A new pass-phrase, shown this once."""
    secrets_of(config)  # made before the first start, or that would miss its keys in the file of this one
    made = await BackupKeyStore(config).make(replace=replace)
    if as_json:
        typer.echo(json.dumps({"passphrase": made}))
        return 0
    typer.echo(made)
    typer.echo(
        "Write it on paper and keep that away from this computer: without it no backup opens, and it is "
        "not shown again.",
        err=True,
    )
    return 0


async def _opened(config: Config, files: BackupFiles) -> OpenedBackup:
    """With the gym's own key where it made the file, else with a pass-phrase that is asked for."""
    store = BackupKeyStore(config)
    if store.is_there() and (key := await store.key_of(header_of(files).salt)) is not None:
        return OpenedBackup(files, key)
    return await OpenedBackup.by_passphrase(files, asked_passphrase(config))


def _made_json(made: MadeBackup) -> dict[str, object]:
    return {
        "path": str(made.path),
        "size": made.size,
        "sha256": made.sha256,
        "made_at": made.made_at.isoformat(),
        "revision": made.facts.revision,
        "rows": sum(made.facts.rows.values()),
        "sums": made.facts.sums,
    }


def _preface_json(preface: Preface) -> dict[str, object]:
    return {
        "made_at": preface.made_at.isoformat(),
        "revision": preface.facts.revision,
        "rows": sum(preface.facts.rows.values()),
        "sums": preface.facts.sums,
    }
