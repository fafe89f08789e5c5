"""Verification of the audit trail from the shell, in words and as JSON."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import asyncpg
import typer

from gym.app import open_gym
from gym.audit.chain_key import READ as READ_KEY
from gym.audit.chain_key import opened_or_none
from gym.audit.restore_mark import READ as READ_MARK
from gym.audit.restore_mark import restored_at
from gym.audit.trail_head import NotedHead
from gym.audit.verification import TrailFault, TrailFaultKind, TrailVerification, verify_trail
from gym.backup.errors import BackupError
from gym.backup.files.archive import OpenedBackup, header_of
from gym.backup.files.parts import BackupFiles, backups_in, made_at_of
from gym.backup.keys.key_store import BackupKeyStore
from gym.core.config import Config, ConfigError
from gym.security.cipher import Keyring

FAULTS: Final = {
    TrailFaultKind.LINK_GONE: "its link is missing",
    TrailFaultKind.ENTRY_GONE: "it was deleted",
    TrailFaultKind.ENTRY_CHANGED: "it is not what was sealed",
    TrailFaultKind.ENTRY_INSERTED: "it says that it is older than entries that were sealed before it came",
    TrailFaultKind.KEY_GONE: "the key of the chain is not in the database, or opens with none of DATA_KEYS",
    TrailFaultKind.LINK_UNKEYED: "its link, or the checkpoint before it, is one that anybody can compute",
    TrailFaultKind.VALUES_GONE: "its personal values are missing, and nobody was erased",
    TrailFaultKind.VALUES_CHANGED: "its personal values are not what was sealed",
    TrailFaultKind.OTHER_HEAD: "the head that was noted is another, or not between the ends of the chain",
}
NOT_COMPARED: Final = (
    "No backup to compare it with: note the head elsewhere, and give it with --expect the next time."
)
GONE: Final = "Not compared with {}: the chain begins after it."
_NOTED: Final = re.compile(r"(\d{1,18})[:\s]\s*([0-9a-fA-F]{8,64}|[a-z]{4}(?:-[a-z]{4}){3})")


async def verify(config: Config, expect: str | None, *, as_json: bool) -> int:
    """The exit status: 0 for a whole trail. Raises `ConfigError` for a head that nobody can have noted."""
    noted = _noted(expect) if expect is not None else None
    async with open_gym(config, faces=False) as gym, gym.database.direct() as connection:
        backup = await _backed_up(config, connection, gym.secrets.data)
        found = await verify_trail(
            connection, noted, keyring=gym.secrets.data, backed_up=backup.head if backup else None
        )
    if as_json:
        compared = backup.name if backup and backup.head not in found.not_compared else None
        typer.echo(json.dumps(as_facts(found) | {"compared_with": compared}))
    else:
        typer.echo("\n".join([in_words(found), *_comparisons(found, noted, backup)]))
    return 0 if found.is_whole else 1


@dataclass(frozen=True, slots=True)
class BackedUpHead:
    """The head that the newest backup says, which nobody at the database can change."""

    name: str
    head: NotedHead


async def _backed_up(config: Config, connection: asyncpg.Connection, keyring: Keyring) -> BackedUpHead | None:
    """None where there is no backup that opens here, or a restore has gone back behind it since."""
    store, newest = BackupKeyStore(config), next(iter(backups_in(config.backups_root)), None)
    made_at = made_at_of(newest.name) if newest else None
    if newest is None or made_at is None or not store.is_there():
        return None
    key = opened_or_none(await connection.fetchval(READ_KEY), keyring)
    restored = restored_at(await connection.fetchval(READ_MARK), key)
    if restored is not None and made_at <= restored:
        return None
    files = BackupFiles(newest.name, [newest])
    try:
        opens = await store.key_of((await asyncio.to_thread(header_of, files)).salt)
        preface = None if opens is None else await asyncio.to_thread(OpenedBackup(files, opens).preface)
    except BackupError:
        return None
    trail = preface.facts.trail if preface else None
    return BackedUpHead(newest.name, NotedHead(trail.number, trail.head)) if trail else None


def _comparisons(
    found: TrailVerification, noted: NotedHead | None, backup: BackedUpHead | None
) -> Iterator[str]:
    """What the chain was compared with, and what lies before its beginning."""
    if noted is not None and noted in found.not_compared:
        yield GONE.format("the head of --expect")
    if backup is None:
        yield NOT_COMPARED
    elif backup.head in found.not_compared:
        yield GONE.format(f"the head in {backup.name}")
    else:
        yield f"Compared with the head in {backup.name}."


def _noted(text: str) -> NotedHead:
    match = _NOTED.fullmatch(text.strip())
    if match is None:
        raise ConfigError(f"--expect: {text!r} is no number with a mark, such as 1204:bkqm-tvwr-hhjc-pbdf")
    return NotedHead(int(match[1]), match[2])


def as_facts(found: TrailVerification) -> dict[str, object]:
    """What was found, for a program."""
    return {
        "whole": found.is_whole,
        "entries": found.entries,
        "number": found.head.number,
        "head": found.head.hash.hex(),
        "mark": found.head.mark,
        "waiting": found.waiting,
        "fault": _fault_facts(found.fault) if found.fault else None,
    }


def _fault_facts(fault: TrailFault) -> dict[str, object]:
    return {
        "kind": fault.kind.value,
        "number": fault.number,
        "entry_id": str(fault.entry_id) if fault.entry_id else None,
        "at": fault.at.isoformat() if fault.at else None,
        "action": fault.action,
    }


def in_words(found: TrailVerification) -> str:
    """One line for an operator, and a second one while entries wait."""
    head = f"{found.entries} entries, head {found.head.number}:{found.head.mark}"
    if found.fault is None:
        lines = [f"{head}, whole."]
    else:
        fault = found.fault
        which = " ".join(
            part
            for part in (
                f"entry {fault.number}",
                f"({fault.action}, {fault.at.isoformat()})" if fault.action and fault.at else "",
                str(fault.entry_id or ""),
            )
            if part
        )
        lines = [f"{head}: NOT WHOLE. The first that does not fit is {which}: {FAULTS[fault.kind]}."]
    if found.waiting:
        lines.append(f"{found.waiting} newer ones wait to be sealed.")
    return "\n".join(lines)
