"""Verification of the audit trail: every link, entry and personal value, the first that does not fit named.

Reads in slices of one snapshot: memory stays the same however long the trail is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

import asyncpg

from gym.audit.chain import ENTRY_DIGEST, lowest_id
from gym.audit.chain_begin import ChainBegin
from gym.audit.chain_key import READ, opened_or_none
from gym.audit.chain_walk import ChainLink, ChainWalk, TrailFault, TrailFaultKind
from gym.audit.personal_values import PersonalValues
from gym.audit.trail_head import BEFORE_ALL, NotedHead, TrailHead
from gym.security.cipher import Keyring

SLICE: Final = 5000
"""Links of one statement."""
EXISTS: Final = "SELECT to_regclass('public.audit_links') IS NOT NULL"
_BEGIN: Final = "SELECT number, hash FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
_HEAD: Final = "SELECT number, hash FROM audit_links ORDER BY number DESC LIMIT 1"
_LINK: Final = "SELECT hash FROM audit_links WHERE number = $1"
_WAITING: Final = """
SELECT count(*) FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id)
"""
_LINKS: Final = f"""
SELECT l.number, l.entry_id, l.hash, l.sealed_at, e.actor_kind, e.at, e.action,
    CASE WHEN e.id IS NOT NULL THEN {ENTRY_DIGEST} END AS digest
FROM audit_links l LEFT JOIN audit_entries e ON e.id = l.entry_id
WHERE l.number BETWEEN $1 AND $2 ORDER BY l.number
"""  # noqa: S608 - constants
# As `_LINKS` gives it in a database from before the key, which an older backup brings.
_OLDER_LINKS: Final = _LINKS.replace("l.sealed_at", "CAST(NULL AS timestamptz) AS sealed_at")
_HAS_KEY: Final = """
SELECT EXISTS (SELECT FROM information_schema.columns WHERE table_schema = 'public'
    AND table_name = 'audit_links' AND column_name = 'sealed_at')
"""
_IS_REAL: Final = "SELECT kind = 'real' AND clock_offset_seconds = 0 FROM gym_state"
_SEAL: Final = "SELECT seal FROM audit_checkpoints ORDER BY number DESC LIMIT 1"
_PUT_IN: Final = """
SELECT e.id, e.at, e.action FROM audit_entries e
WHERE e.id < $1 AND NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = e.id) ORDER BY e.id LIMIT 1
"""
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
    WHEN e.subject_type = 'transfer_quotes' THEN (SELECT client_id FROM transfer_quotes
        WHERE id = e.subject_id)
    WHEN e.subject_type = 'payment_proofs' THEN (SELECT client_id FROM payment_proofs
        WHERE id = e.subject_id)
    WHEN e.subject_type = 'check_ins' THEN (SELECT client_id FROM check_ins WHERE id = e.subject_id)
END
WHERE e.id = $1
"""


@dataclass(frozen=True, slots=True)
class TrailVerification:
    """What was found."""

    entries: int
    """In the chain, those that retention has deleted not among them."""
    head: TrailHead
    waiting: int
    """Newer entries that are not sealed yet."""
    fault: TrailFault | None
    not_compared: frozenset[NotedHead] = frozenset()
    """Heads of what retention has deleted since they were noted: nothing can be told of them."""

    @property
    def is_whole(self) -> bool:
        return self.fault is None


async def read_head(connection: asyncpg.Connection) -> TrailHead | None:
    """The last link as the connection sees it; None for a database from before the chain."""
    if not await connection.fetchval(EXISTS):
        return None
    row = await connection.fetchrow(_HEAD) or await connection.fetchrow(_BEGIN)
    return TrailHead(row["number"], row["hash"]) if row else BEFORE_ALL


async def verify_trail(
    connection: asyncpg.Connection,
    noted: NotedHead | None = None,
    *,
    keyring: Keyring | None = None,
    backed_up: NotedHead | None = None,
) -> TrailVerification:
    """Read all of it in one snapshot; `noted` and `backed_up` have to be in the chain too.

    `keyring` holds the gym's data keys, without which keyed links cannot be verified. The database must have
    a chain.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        begin = await _begin(connection)
        head = await read_head(connection)
        assert head is not None, "asked of a database without a chain"
        reader = await _ChainReader.at(connection, begin, keyring)
        heads = [one for one in (noted, backed_up) if one is not None]
        before = frozenset(one for one in heads if not reader.begin.is_before(one))
        fault: TrailFault | None = None
        for one in heads:
            fault = fault or await reader.other_head(one)
        fault = fault or await reader.first_fault(head)
        waiting = await connection.fetchval(_WAITING) or 0
        return TrailVerification(head.number - begin.number, head, waiting, fault, before)


@dataclass(frozen=True, slots=True)
class _ChainReader:
    """Reads the chain slice by slice and walks along it, beside the event loop."""

    connection: asyncpg.Connection
    walk: ChainWalk
    has_key: bool
    """Whether the database knows of keyed links at all."""
    begin: ChainBegin

    @classmethod
    async def at(
        cls, connection: asyncpg.Connection, begin: TrailHead, keyring: Keyring | None
    ) -> _ChainReader:
        has_key = bool(await connection.fetchval(_HAS_KEY))
        sealed = await connection.fetchval(READ) if has_key else None
        seal = await connection.fetchval(_SEAL) if has_key else None
        key, real = opened_or_none(sealed, keyring), bool(await connection.fetchval(_IS_REAL))
        begins = ChainBegin(begin, seal, key, is_keyed=sealed is not None or seal is not None)
        return cls(connection, ChainWalk(begin, key, real), has_key, begins)

    async def first_fault(self, head: TrailHead) -> TrailFault | None:
        async for first, last in _slices(self.begin.head.number + 1, head.number):
            fault = await self._fault_in(first, last)
            if fault is not None:
                return fault
        return await self._fault_of_ends(head) if self.has_key else None

    async def _fault_in(self, first: int, last: int) -> TrailFault | None:
        rows = await self.connection.fetch(_LINKS if self.has_key else _OLDER_LINKS, first, last)
        fault = await asyncio.to_thread(lambda: self.walk.first_misfit([_link(row) for row in rows]))
        sound = last if fault is None else fault.number - 1
        return await _wrong_values(self.connection, first, sound) or fault

    async def _fault_of_ends(self, head: TrailHead) -> TrailFault | None:
        """What the links alone do not tell: a beginning that was cut, all of it gone, an entry that was put
        in and is not sealed yet."""
        run, origin, number = self.walk.run, self.walk.origin, self.begin.head.number
        if self.begin.is_keyed and self.walk.key is None:
            return TrailFault(TrailFaultKind.KEY_GONE, head.number)
        if not self.begin.is_known(is_followed_by_keyed=await self._is_keyed(number + 1)):
            return TrailFault(TrailFaultKind.LINK_UNKEYED, number)
        if origin is not None and head.number < origin.head.number:
            return TrailFault(TrailFaultKind.OTHER_HEAD, origin.head.number)
        found = None if run is None else await self.connection.fetchrow(_PUT_IN, lowest_id(run.bound))
        if found is None:
            return None
        kind = TrailFaultKind.ENTRY_INSERTED
        return TrailFault(kind, head.number + 1, found["id"], found["at"], found["action"])

    async def other_head(self, noted: NotedHead) -> TrailFault | None:
        """The fault where a noted head is not in the chain; one that retention has deleted cannot be told."""
        fault = TrailFault(TrailFaultKind.OTHER_HEAD, noted.number)
        if self.begin.cuts_off(noted):
            return fault
        if noted.number == 0 or not self.begin.is_before(noted):
            return None
        if noted.number == self.begin.head.number:
            found = self.begin.head.hash
        else:
            found = await self.connection.fetchval(_LINK, noted.number)
        return None if found is not None and noted.is_of(found) else fault

    async def _is_keyed(self, number: int) -> bool:
        query = "SELECT sealed_at IS NOT NULL FROM audit_links WHERE number = $1"
        return bool(await self.connection.fetchval(query, number))


def _link(row: asyncpg.Record) -> ChainLink:
    return ChainLink(**dict(row))


async def _begin(connection: asyncpg.Connection) -> TrailHead:
    row = await connection.fetchrow(_BEGIN)
    return TrailHead(row["number"], row["hash"]) if row else BEFORE_ALL


async def _slices(first: int, last: int) -> AsyncGenerator[tuple[int, int]]:
    for begin in range(first, last + 1, SLICE):
        yield begin, min(begin + SLICE - 1, last)


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
