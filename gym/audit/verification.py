"""Verification of the audit trail: every link, entry and personal value, the first that does not fit named.

Reads in slices of one snapshot: memory stays the same however long the trail is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from gym.audit.chain import ENTRY_DIGEST, GENESIS, TrailHead, mark_of
from gym.audit.personal_values import PersonalValues

SLICE: Final = 20_000
"""Links of one statement."""
EXISTS: Final = "SELECT to_regclass('public.audit_links') IS NOT NULL"
_BEGIN: Final = "SELECT number, hash FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
_HEAD: Final = "SELECT number, hash FROM audit_links ORDER BY number DESC LIMIT 1"
_LINK: Final = "SELECT hash FROM audit_links WHERE number = $1"
_WAITING: Final = """
SELECT count(*) FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id)
"""
# $1 and $2: first and last number of the slice; $3: the hash before $1.
_MISFIT: Final = f"""
SELECT l.number, l.entry_id, e.id IS NOT NULL AS is_there, e.at, e.action,
    l.before_number IS NOT DISTINCT FROM l.number - 1 AS follows
FROM (
    SELECT number, entry_id, hash, lag(hash, 1, $3::bytea) OVER numbers AS before,
        lag(number, 1, $1::bigint - 1) OVER numbers AS before_number
    FROM audit_links WHERE number BETWEEN $1 AND $2 WINDOW numbers AS (ORDER BY number)
) l LEFT JOIN audit_entries e ON e.id = l.entry_id
WHERE e.id IS NULL OR l.before_number <> l.number - 1
    OR l.hash <> sha256(l.before || int8send(l.number) || {ENTRY_DIGEST})
ORDER BY l.number LIMIT 1
"""  # noqa: S608 - constants
_VALUES: Final = """
SELECT l.number, l.entry_id, e.at, e.action, e.digest, d.entry_id IS NOT NULL AS is_there,
    d.salt, d.actor_name, d.before, d.after
FROM audit_links l JOIN audit_entries e ON e.id = l.entry_id LEFT JOIN audit_details d ON d.entry_id = e.id
WHERE l.number BETWEEN $1 AND $2 AND (e.digest IS NOT NULL OR d.entry_id IS NOT NULL)
ORDER BY l.number
"""
# The client whom an entry is about, where it says so; an entry that does not is no evidence either way.
_ERASED: Final = """
SELECT c.erased_at IS NOT NULL FROM audit_entries e JOIN clients c ON c.id = CASE
    WHEN e.actor_kind = 'member' THEN e.actor_id
    WHEN e.subject_type = 'clients' THEN e.subject_id
    WHEN e.subject_type = 'accounts' THEN (SELECT client_id FROM accounts WHERE id = e.subject_id)
    WHEN e.subject_type = 'subscriptions' THEN (SELECT client_id FROM subscriptions WHERE id = e.subject_id)
    WHEN e.subject_type = 'approvals' THEN (SELECT client_id FROM approvals WHERE id = e.subject_id)
    WHEN e.subject_type = 'check_ins' THEN (SELECT client_id FROM check_ins WHERE id = e.subject_id)
END
WHERE e.id = $1
"""


class TrailFaultKind(StrEnum):
    """What does not fit."""

    LINK_GONE = "link_gone"
    """A number is missing in the chain."""
    ENTRY_GONE = "entry_gone"
    """An entry was deleted."""
    ENTRY_CHANGED = "entry_changed"
    """An entry, or its link, is not what was sealed."""
    VALUES_GONE = "values_gone"
    """The personal values of an entry are missing, and their person was not erased."""
    VALUES_CHANGED = "values_changed"
    """The personal values are not those that the entry's digest was made of."""
    OTHER_HEAD = "other_head"
    """A head that was noted elsewhere is not in this chain."""


@dataclass(frozen=True, slots=True)
class TrailFault:
    """The first misfit; `at` and `action` where the entry is still there."""

    kind: TrailFaultKind
    number: int
    entry_id: UUID | None = None
    at: datetime | None = None
    action: str | None = None


@dataclass(frozen=True, slots=True)
class NotedHead:
    """A head that somebody noted: a message, a manifest or a backup has it."""

    number: int
    text: str
    """Its mark, or the beginning of its hash in hexadecimal."""

    def is_of(self, found: bytes) -> bool:
        given = self.text.strip().lower()
        return bool(given) and given in {mark_of(found.hex()), found.hex()[: len(given)]}


@dataclass(frozen=True, slots=True)
class TrailVerification:
    """What was found."""

    entries: int
    """In the chain, those that retention has deleted not among them."""
    head: TrailHead
    waiting: int
    """Newer entries that are not sealed yet."""
    fault: TrailFault | None

    @property
    def is_whole(self) -> bool:
        return self.fault is None


async def read_head(connection: asyncpg.Connection) -> TrailHead | None:
    """The last link as the connection sees it; None for a database from before the chain."""
    if not await connection.fetchval(EXISTS):
        return None
    row = await connection.fetchrow(_HEAD) or await connection.fetchrow(_BEGIN)
    return TrailHead(row["number"], row["hash"]) if row else TrailHead(0, GENESIS)


async def verify_trail(connection: asyncpg.Connection, noted: NotedHead | None = None) -> TrailVerification:
    """Read all of it in one snapshot; `noted` has to be in the chain too. The database must have one."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        begin = await _begin(connection)
        head = await read_head(connection)
        assert head is not None, "asked of a database without a chain"
        fault = await _other_head(connection, begin, noted) if noted else None
        async for first, last in _slices(begin.number + 1, head.number):
            if fault is None:
                fault = await _fault_in(connection, begin, first, last)
        waiting = await connection.fetchval(_WAITING) or 0
        return TrailVerification(head.number - begin.number, head, waiting, fault)


async def _begin(connection: asyncpg.Connection) -> TrailHead:
    row = await connection.fetchrow(_BEGIN)
    return TrailHead(row["number"], row["hash"]) if row else TrailHead(0, GENESIS)


async def _slices(first: int, last: int) -> AsyncGenerator[tuple[int, int]]:
    for begin in range(first, last + 1, SLICE):
        yield begin, min(begin + SLICE - 1, last)


async def _fault_in(
    connection: asyncpg.Connection, begin: TrailHead, first: int, last: int
) -> TrailFault | None:
    before = begin.hash if first == begin.number + 1 else await connection.fetchval(_LINK, first - 1)
    if before is None:
        return TrailFault(TrailFaultKind.LINK_GONE, first - 1)
    row = await connection.fetchrow(_MISFIT, first, last, before)
    values = await _wrong_values(connection, first, row["number"] - 1 if row else last)
    return values or (_misfit(row) if row else None)


def _misfit(row: asyncpg.Record) -> TrailFault:
    if not row["follows"]:
        return TrailFault(TrailFaultKind.LINK_GONE, row["number"] - 1)
    if not row["is_there"]:
        return TrailFault(TrailFaultKind.ENTRY_GONE, row["number"], row["entry_id"])
    return _fault(TrailFaultKind.ENTRY_CHANGED, row)


def _fault(kind: TrailFaultKind, row: asyncpg.Record) -> TrailFault:
    return TrailFault(kind, row["number"], row["entry_id"], row["at"], row["action"])


async def _wrong_values(connection: asyncpg.Connection, first: int, last: int) -> TrailFault | None:
    async for row in connection.cursor(_VALUES, first, last, prefetch=1000):
        if not row["is_there"]:
            if await connection.fetchval(_ERASED, row["entry_id"]) is False:
                return _fault(TrailFaultKind.VALUES_GONE, row)
        elif _values(row).digest(row["salt"]) != row["digest"]:
            return _fault(TrailFaultKind.VALUES_CHANGED, row)
    return None


def _values(row: asyncpg.Record) -> PersonalValues:
    before, after = (json.loads(value) if value else None for value in (row["before"], row["after"]))
    return PersonalValues(row["actor_name"], before, after)


async def _other_head(
    connection: asyncpg.Connection, begin: TrailHead, noted: NotedHead
) -> TrailFault | None:
    """Whether a noted head is not in the chain; one that retention has deleted cannot be told."""
    if noted.number < begin.number or noted.number == 0:
        return None
    if noted.number == begin.number:
        found = begin.hash
    else:
        found = await connection.fetchval(_LINK, noted.number)
    return (
        None
        if found is not None and noted.is_of(found)
        else TrailFault(TrailFaultKind.OTHER_HEAD, noted.number)
    )
