"""Who asks at the door: the caller, the gym's state and the claim of the request's key, in one statement.

It runs beside the model, on the fast lane, and is committed by itself: a request that dies after it has left
a lease and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gym.core.lane import Lane
from gym.core.statements import Row, Statement
from gym.kiosks.models import Kiosk
from gym.security.idempotency import CLAIM, LEASE, LONGEST, Answer, first_answer
from gym.security.permissions import Role
from gym.settings.reading import STATE_COLUMNS
from gym.staff.models import Staff

_KIOSK: Final = "id, name, active, token_generation, door_address, last_seen_at FROM kiosks"
_STAFF: Final = "id, name, active, token_generation, role, language FROM staff"


def _statement(caller: str) -> Statement:
    """A caller who is no longer welcome claims nothing."""
    return Statement(f"""
WITH caller AS (SELECT {caller} WHERE id = :subject),
welcome AS (SELECT id FROM caller WHERE active AND token_generation = :generation),
taken AS ({CLAIM})
SELECT {STATE_COLUMNS}, caller.*, (SELECT key FROM taken) AS taken,
    first.body_hash, first.status, first.answer
FROM gym_state g LEFT JOIN caller ON true
LEFT JOIN idempotency_keys first ON first.caller = :subject AND first.key = CAST(:key AS text)
""")  # noqa: S608 - the parts are ours


_ARRIVE: Final = {True: _statement(_KIOSK), False: _statement(_STAFF)}
_SEEN: Final = Statement("UPDATE kiosks SET last_seen_at = :wall WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request says of itself; without a key it claims nothing."""

    subject: UUID
    is_kiosk: bool
    generation: int
    wall: datetime
    key: str | None = None
    body_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the database says of it. `holder` is a row of nobody's session, with the columns named above."""

    holder: Kiosk | Staff | None
    state: Row
    first: Answer | None = None
    """The answer that the key has had already."""


async def arrive(lane: Lane, asking: Asking) -> Arrival:
    """Raises `KeyReused` and `InFlight`; whether the holder is still welcome is for the caller to judge."""
    key = None if asking.key is None else asking.key[:LONGEST]
    row = await lane.row(_ARRIVE[asking.is_kiosk], _values(asking, key))
    assert row is not None, "there is always a gym"
    if not _is_welcome(row, asking) or key is None or row["taken"] is not None:
        return Arrival(_holder(row, asking), row)
    return Arrival(_holder(row, asking), row, first_answer(row, asking.body_hash))


async def note_seen(lane: Lane, kiosk_id: UUID, wall: datetime) -> None:
    """A statement of its own: two requests of one kiosk never wait for each other's keys."""
    await lane.row(_SEEN, {"id": kiosk_id, "wall": wall})


def _values(asking: Asking, key: str | None) -> Mapping[str, Any]:
    return {
        "subject": asking.subject,
        "generation": asking.generation,
        "key": key,
        "body_hash": asking.body_hash,
        "wall": asking.wall,
        "leased_until": asking.wall + LEASE,
    }


def _is_welcome(row: Row, asking: Asking) -> bool:
    return row["id"] is not None and row["active"] and row["token_generation"] == asking.generation


def _holder(row: Row, asking: Asking) -> Kiosk | Staff | None:
    if row["id"] is None:
        return None
    common = {name: row[name] for name in ("id", "name", "active", "token_generation")}
    if asking.is_kiosk:
        return Kiosk(**common, door_address=row["door_address"], last_seen_at=row["last_seen_at"])
    return Staff(**common, role=Role(row["role"]), language=row["language"])
