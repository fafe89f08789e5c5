"""Who asks at the door: the caller and the claim of the request's key, in one statement.

It runs beside the model, on the fast lane, and is committed by itself: a request that dies after it has left
a lease and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gym.core.database.direct_pool import DirectPool
from gym.core.database.statements import GuardedWrite, Row, Statement, Statements
from gym.kiosks.models import Kiosk
from gym.security.idempotency import CLAIM, HELD, LEASE, Claim, StoredAnswer, first_answer
from gym.security.permissions import Role
from gym.settings.reading import STATE_COLUMNS
from gym.staff.models import Staff

_KIOSK: Final = "id, name, active, token_generation, door_address, last_seen_at FROM kiosks"
_STAFF: Final = "id, name, active, token_generation, role, language FROM staff"


_SIGNED_IN: Final = """EXISTS (
    SELECT FROM sign_ins s
    WHERE s.id = :family AND s.subject_id = :subject AND s.ended_at IS NULL AND s.ends_at > :wall
)"""


def _statement(caller: str) -> Statement:
    """A caller who is no longer welcome claims nothing; one whose sign-in has ended is nobody."""
    return Statement(f"""
WITH caller AS (SELECT {caller} WHERE id = :subject AND {_SIGNED_IN}),
welcome AS (SELECT id FROM caller WHERE active AND token_generation = :generation),
taken AS ({CLAIM})
SELECT caller.*, (SELECT key FROM taken) AS taken, first.body_hash, first.status, first.answer,
    {STATE_COLUMNS}
FROM gym_state g LEFT JOIN caller ON true
LEFT JOIN idempotency_keys first ON first.caller = :subject AND first.key = CAST(:key AS text)
""")  # noqa: S608 - the parts are ours


def _still(table: str) -> GuardedWrite:
    """Nothing has changed since: neither the caller's welcome nor the gym's clock, settings and keys; and the
    request's key is still claimed by it.
    """
    return GuardedWrite(
        "still",
        f"""
claim AS MATERIALIZED ({HELD}), still AS MATERIALIZED (
    SELECT g.id FROM gym_state g JOIN {table} c ON c.id = :caller
    WHERE CAST(g.xmin AS text) = :state_version AND c.active AND c.token_generation = :generation
        AND EXISTS (SELECT FROM sign_ins s WHERE s.id = :family AND s.ended_at IS NULL)
        AND (CAST(:key AS text) IS NULL OR EXISTS (SELECT FROM claim)) AND {{only}}
)
""",  # noqa: S608 - the parts are ours
    )


_ARRIVE: Final = {True: _statement(_KIOSK), False: _statement(_STAFF)}
STILL: Final = {True: _still("kiosks"), False: _still("staff")}
_FIRST: Final = Statement("""
SELECT body_hash, status, answer FROM idempotency_keys WHERE caller = :subject AND key = :key
""")
_SEEN: Final = Statement("UPDATE kiosks SET last_seen_at = :wall WHERE id = :id")


@dataclass(frozen=True, slots=True)
class RequestAuthentication:
    """What a request says of itself; without a key it claims nothing."""

    subject: UUID
    is_kiosk: bool
    generation: int
    family: UUID
    wall: datetime
    key: str | None = None
    body_hash: bytes = b""
    older_hashes: tuple[bytes, ...] = ()
    """The same body as it was kept under keys that were in use before."""

    @property
    def leased_until(self) -> datetime:
        return self.wall + LEASE

    @property
    def claim(self) -> Claim | None:
        return None if self.key is None else Claim(self.subject, self.key, self.leased_until)


@dataclass(frozen=True, slots=True)
class AuthenticatedRequest:
    """What the database says of it. `holder` is a row of nobody's session, with the columns named above."""

    holder: Kiosk | Staff | None
    state: Row
    """The gym's, with STATE_COLUMNS."""
    first: StoredAnswer | None = None
    """The answer that the key has had already."""


async def arrive(direct_pool: DirectPool, asking: RequestAuthentication) -> AuthenticatedRequest:
    """Raises `KeyReused` and `InFlight`; whether the holder is still welcome is for the caller to judge."""
    row = await direct_pool.row(_ARRIVE[asking.is_kiosk], _values(asking))
    assert row is not None, "one row, whoever asks"
    holder = _holder(row, asking)
    if not _is_welcome(row, asking) or asking.key is None or row["taken"] is not None:
        return AuthenticatedRequest(holder, row)
    first = row
    if row["answer"] is None:  # what a twin has said while this one waited for it is not in the same picture
        first = await direct_pool.row(_FIRST, _values(asking)) or row
    return AuthenticatedRequest(holder, row, first_answer(first, (asking.body_hash, *asking.older_hashes)))


@asynccontextmanager
async def visiting(
    direct_pool: DirectPool, asking: RequestAuthentication, arrived: AuthenticatedRequest
) -> AsyncGenerator[Statements]:
    """Effects of a visit, written together at the end if everything still is as it was on arrival.

    Raises `StaleRead`, with nothing written.
    """
    values = {
        "caller": asking.subject,
        "generation": asking.generation,
        "family": asking.family,
        "key": asking.key,
        "leased_until": asking.leased_until,
        "state_version": arrived.state["state_version"],
    }
    async with direct_pool.together(STILL[asking.is_kiosk], values) as statements:
        yield statements


async def note_seen(direct_pool: DirectPool, kiosk_id: UUID, wall: datetime) -> None:
    """A statement of its own: two requests of one kiosk never wait for each other's keys."""
    await direct_pool.row(_SEEN, {"id": kiosk_id, "wall": wall})


def _values(asking: RequestAuthentication) -> Mapping[str, Any]:
    return {
        "subject": asking.subject,
        "generation": asking.generation,
        "family": asking.family,
        "key": asking.key,
        "body_hash": asking.body_hash,
        "wall": asking.wall,
        "leased_until": asking.leased_until,
    }


def _is_welcome(row: Row, asking: RequestAuthentication) -> bool:
    return row["id"] is not None and row["active"] and row["token_generation"] == asking.generation


def _holder(row: Row, asking: RequestAuthentication) -> Kiosk | Staff | None:
    if row["id"] is None:
        return None
    common = {name: row[name] for name in ("id", "name", "active", "token_generation")}
    if asking.is_kiosk:
        return Kiosk(**common, door_address=row["door_address"], last_seen_at=row["last_seen_at"])
    return Staff(**common, role=Role(row["role"]), language=row["language"])
