"""Authentication of an API request: caller, sign-in, gym state and idempotency claim, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gym.core.database.direct_pool import DirectPool
from gym.core.database.statements import GuardedWrite, Row, Statement
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


def _unchanged(table: str) -> GuardedWrite:
    """Neither the caller's welcome nor the gym's clock, settings and keys have changed since, and the claim
    of the request's key still stands.
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


_AUTHENTICATE: Final = {True: _statement(_KIOSK), False: _statement(_STAFF)}
_UNCHANGED: Final = {True: _unchanged("kiosks"), False: _unchanged("staff")}
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
    """What the database says of it."""

    request: RequestAuthentication
    holder: Kiosk | Staff | None
    """Whom the token speaks for: in no session, with the columns named above."""
    state: Row
    """The gym's, with STATE_COLUMNS."""
    first: StoredAnswer | None = None
    """The answer that the key has had already."""


async def authenticate(pool: DirectPool, request: RequestAuthentication) -> AuthenticatedRequest:
    """Raises `KeyReused` and `InFlight`; whether the holder is still welcome is for the caller to judge."""
    row = await pool.row(_AUTHENTICATE[request.is_kiosk], _values(request))
    assert row is not None, "one row, whoever asks"
    holder = _holder(row, request)
    if not _is_welcome(row, request) or request.key is None or row["taken"] is not None:
        return AuthenticatedRequest(request, holder, row)
    first = row
    if row["answer"] is None:
        # This one waited for a concurrent request with the same key, whose answer was committed after this
        # statement's snapshot.
        first = await pool.row(_FIRST, _values(request)) or row
    answer = first_answer(first, (request.body_hash, *request.older_hashes))
    return AuthenticatedRequest(request, holder, row, answer)


def unchanged(authenticated: AuthenticatedRequest) -> tuple[GuardedWrite, Mapping[str, Any]]:
    """The condition that everything is as it was at `authenticate`, and its values."""
    request = authenticated.request
    return _UNCHANGED[request.is_kiosk], {
        "caller": request.subject,
        "generation": request.generation,
        "family": request.family,
        "key": request.key,
        "leased_until": request.leased_until,
        "state_version": authenticated.state["state_version"],
    }


async def note_seen(pool: DirectPool, kiosk_id: UUID, wall: datetime) -> None:
    """Keep when the kiosk was last heard."""
    await pool.row(_SEEN, {"id": kiosk_id, "wall": wall})


def _values(request: RequestAuthentication) -> Mapping[str, Any]:
    return {
        "subject": request.subject,
        "generation": request.generation,
        "family": request.family,
        "key": request.key,
        "body_hash": request.body_hash,
        "wall": request.wall,
        "leased_until": request.leased_until,
    }


def _is_welcome(row: Row, request: RequestAuthentication) -> bool:
    return row["id"] is not None and row["active"] and row["token_generation"] == request.generation


def _holder(row: Row, request: RequestAuthentication) -> Kiosk | Staff | None:
    if row["id"] is None:
        return None
    common = {name: row[name] for name in ("id", "name", "active", "token_generation")}
    if request.is_kiosk:
        return Kiosk(**common, door_address=row["door_address"], last_seen_at=row["last_seen_at"])
    return Staff(**common, role=Role(row["role"]), language=row["language"])
