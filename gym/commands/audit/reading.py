"""Reading the audit from the shell: rows in words or as JSON, and a spreadsheet."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import typer

from gym.app import open_gym
from gym.audit.actions import TrailKind
from gym.clients.service import ClientService
from gym.core.config import Config, ConfigError
from gym.core.database.json_values import encode
from gym.core.language import Translator
from gym.reports.trail import words
from gym.reports.trail.schemas import TrailQuery, TrailRow
from gym.reports.trail.service import TrailService
from gym.reports.trail.spreadsheet import MOST_ROWS, write_trail
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TrailOrder:
    """What the operator asks for; what is None does not matter."""

    by: str | None
    client: str | None
    kind: TrailKind | None
    day: date | None


async def show(config: Config, order: TrailOrder, most: int, *, as_json: bool) -> int:
    """The newest rows. Raises `ClientNotFound`, and `ConfigError` for a colleague whom nobody knows."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        rows = await TrailService(uow).rows(await _query(uow, order), most)
        t = uow.settings.translator("en")
    if as_json:
        typer.echo(json.dumps([_facts(row) for row in rows], ensure_ascii=False))
    else:
        for row in rows:
            typer.echo(_line(t, row))
    return 0


async def export(config: Config, order: TrailOrder, target: Path, *, as_json: bool) -> int:
    """As a workbook in the gym's language, the newest first. Raises what `show` raises."""
    async with open_gym(config, faces=False) as gym, gym.unit_of_work(Actor.system()) as uow:
        query = await _query(uow, order)
        # For its owner alone: it says what everybody did.
        with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            rows = TrailService(uow).stream(query, MOST_ROWS)
            count = await write_trail(file, rows, uow.settings.translator())
    facts = {"file": str(target), "rows": count}
    typer.echo(json.dumps(facts) if as_json else f"{target}: {count} rows")
    return 0


async def _query(uow: UnitOfWork, order: TrailOrder) -> TrailQuery:
    by = await _colleague(uow, order.by) if order.by is not None else None
    client_id = await _client(uow, order.client) if order.client is not None else None
    return TrailQuery(by=by, client_id=client_id, kind=order.kind, day=order.day)


async def _colleague(uow: UnitOfWork, name: str) -> UUID:
    found = await TrailService(uow).colleague(name)
    if found is None:
        raise ConfigError(f"--by: nobody of the team is called {name!r}")
    return found


async def _client(uow: UnitOfWork, who: str) -> UUID:
    try:
        return UUID(who)
    except ValueError:
        return (await ClientService(uow).only(who)).id


def _line(t: Translator, row: TrailRow) -> str:
    whom = words.subject(t, row)
    head = (
        f"{t.moment(row.at)}  {words.actor(t, row)} {words.title(t, row.action)}{f': {whom}' if whom else ''}"
    )
    changes = "; ".join(words.change_lines(t, row))
    return f"{head} ({changes})" if changes else head


def _facts(row: TrailRow) -> dict[str, object]:
    return {
        "id": str(row.id),
        "at": row.at.isoformat(),
        "actor_kind": row.actor_kind,
        "actor": row.actor,
        "action": row.action,
        "subject_type": row.subject_type,
        "subject_id": str(row.subject_id) if row.subject_id else None,
        "client_id": str(row.client_id) if row.client_id else None,
        "subject": row.subject,
        "erased": row.erased,
        "before": {one.key: encode(one.before) for one in row.changes if one.before is not None},
        "after": {one.key: encode(one.after) for one in row.changes if one.after is not None},
    }
