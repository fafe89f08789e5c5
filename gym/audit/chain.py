"""Hash chain over the audit trail: sealing of finished entries, the head, and checkpoints at retention.

Each link is HMAC-SHA256 of the hash before it, its number, the digest of its entry and the instant of
sealing; those of before the key (`gym.audit.chain_key`) are SHA-256 without the instant, and stay so.
The entry's digest is made of what stands in the entry, where personal values are present as their own salted
digest alone: erasing a person changes nothing that was hashed.

Ids are handed out before the commit, so an entry may appear later than one with a greater id. Therefore an
entry is sealed only when every transaction as old as its own has ended; entries of transactions that ran side
by side are then all there, and are sealed in the order of their ids. One that appears later still (a clock
that was set back) follows with a higher number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import CursorResult, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.audit.chain_key import EPOCH, KeyOrigin, TrailKey, TrailKeyStore
from gym.audit.models import AuditCheckpoint, AuditLink
from gym.audit.trail_head import BEFORE_ALL, TrailHead
from gym.core.database.ids import new_id

BATCH: Final = 1000
"""Entries of one statement: chaining them holds the event loop for about three milliseconds."""
MOST_BATCHES: Final = 200
"""In one run, so that the first run over years of trail is no long transaction; the rest comes next."""

ENTRY_DIGEST: Final = """sha256(convert_to(jsonb_build_array(e.id,
    CAST(extract(epoch FROM e.at) * 1000000 AS bigint),
    e.actor_kind, e.actor_id, e.actor_name, e.action, e.subject_type, e.subject_id,
    CAST(e.before AS text), CAST(e.after AS text), encode(e.digest, 'hex'))::text, 'UTF8'))"""
"""SQL of an entry `e`. An array of JSON, so that no value can be taken for a part of its neighbour."""

# The list of ids is read from the two indexes alone. Row versions carry 32 bits of their transaction's
# number, so the difference to the oldest running one decides, round the counter's end; a row that is older
# than half a round is older than a day too.
_LOOSE: Final = text(f"""
WITH loose AS MATERIALIZED (
    SELECT id FROM audit_entries one
    WHERE id > :after AND NOT EXISTS (SELECT FROM audit_links l WHERE l.entry_id = one.id)
    ORDER BY id LIMIT :batch
), horizon AS (
    SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS oldest
)
SELECT e.id, {ENTRY_DIGEST} AS digest
FROM loose JOIN audit_entries e ON e.id = loose.id, horizon
WHERE :settled > e.id
    OR ((horizon.oldest - CAST(CAST(e.xmin AS text) AS bigint)) & 4294967295) BETWEEN 1 AND 2147483647
ORDER BY e.id
""")  # noqa: S608 - constants
# Two sealings at once would both begin at the same head.
_ONE_AT_A_TIME: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('audit chain', 0))")
_FIRST_KEPT: Final = text("""
SELECT number - 1 FROM audit_links WHERE entry_id >= :bound AND number > :from ORDER BY number LIMIT 1
""")
_FORGET: Final = (
    text("DELETE FROM audit_details WHERE entry_id = ANY (CAST(:ids AS uuid[]))"),
    text("DELETE FROM audit_entries WHERE id = ANY (CAST(:ids AS uuid[]))"),
    text("DELETE FROM audit_links WHERE entry_id = ANY (CAST(:ids AS uuid[]))"),
)
DAY: Final = timedelta(days=1)


def link_hash(before: bytes, number: int, digest: bytes) -> bytes:
    """The hash of one link of before the key."""
    return sha256(before + number.to_bytes(8, "big") + digest).digest()


def lowest_id(moment: datetime) -> UUID:
    """The least id that may be handed out at a moment of wall time (UUID version 7)."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def moment_of(key: UUID) -> datetime:
    """When an id was handed out (UUID version 7), to the millisecond."""
    return EPOCH + timedelta(milliseconds=key.int >> 80)


@dataclass(frozen=True, slots=True)
class SealingRun:
    """What the links of one run of the job have in common."""

    moment: datetime
    key: TrailKey | None

    @property
    def sealed_at(self) -> datetime | None:
        return None if self.key is None else self.moment

    def hash(self, head: TrailHead, digest: bytes) -> bytes:
        """Of the link behind `head`."""
        number = head.number + 1
        if self.key is None:
            return link_hash(head.hash, number, digest)
        return self.key.link(head.hash, number, digest, self.moment)


class TrailChain:
    """For the gym itself; the caller's transaction. Without `keys` links are as they were before the key."""

    def __init__(self, session: AsyncSession, keys: TrailKeyStore | None = None) -> None:
        self.session = session
        self._keys = keys

    async def head(self) -> TrailHead:
        """The last link; number 0 where nothing is sealed yet."""
        link = await self.session.scalar(select(AuditLink).order_by(AuditLink.number.desc()).limit(1))
        if link is not None:
            return TrailHead(link.number, link.hash)
        return await self.checkpoint()

    async def checkpoint(self) -> TrailHead:
        """Where the chain begins: after what retention has deleted."""
        newest = select(AuditCheckpoint).order_by(AuditCheckpoint.number.desc()).limit(1)
        found = await self.session.scalar(newest)
        return TrailHead(found.number, found.hash) if found else BEFORE_ALL

    async def seal(self, wall: datetime) -> int:
        """Add what is finished to the chain; how many entries that were.

        An entry whose id is a day old is finished, whatever its transaction's number says.
        """
        await self.session.execute(_ONE_AT_A_TIME)
        head, run = await self.head(), None
        settled, after, sealed = lowest_id(wall - DAY), UUID(int=0), 0
        for _ in range(MOST_BATCHES):
            values = {"after": after, "settled": settled, "batch": BATCH}
            found = (await self.session.execute(_LOOSE, values)).all()
            if not found:
                break
            # Made only once there is something to seal: where there is a key, the newest link is keyed.
            run = run or SealingRun(moment_of(new_id()), await self._key())
            head = await self._add(head, run, [(row.id, row.digest) for row in found])
            after, sealed = found[-1].id, sealed + len(found)
        return sealed

    async def make_key(self) -> TrailKey:
        """The key of this chain, made where there is none. Raises `CipherError`."""
        assert self._keys is not None, "a chain without keys"
        found = await self._keys.read()
        if found is None or found.origin is None:
            found = await self._keys.make(await self._origin())
        return found

    async def _key(self) -> TrailKey | None:
        return None if self._keys is None else await self.make_key()

    async def _origin(self) -> KeyOrigin:
        """What there is without the key. One statement over the links, once in a gym's life."""
        unkeyed = select(AuditLink).where(AuditLink.sealed_at.is_(None)).order_by(AuditLink.number.desc())
        begin, last = await self.checkpoint(), await self.session.scalar(unkeyed.limit(1))
        return KeyOrigin(begin, TrailHead(last.number, last.hash) if last else begin)

    async def _add(
        self, head: TrailHead, run: SealingRun, entries: Sequence[tuple[UUID, bytes]]
    ) -> TrailHead:
        links: list[dict[str, object]] = []
        for key, digest in entries:
            head = TrailHead(head.number + 1, run.hash(head, digest))
            links.append(
                {"number": head.number, "entry_id": key, "hash": head.hash, "sealed_at": run.sealed_at}
            )
        await self.session.execute(insert(AuditLink), links)
        return head

    async def forget_before(self, moment: datetime, wall: datetime) -> int:
        """Delete sealed entries older than a moment of wall time, the oldest first; how many went.

        A checkpoint keeps the hash that the rest goes on from. Entries go up to the first one that is young
        enough, so that the chain loses its beginning and nothing else.
        """
        await self.session.execute(_ONE_AT_A_TIME)
        begin = await self.checkpoint()
        bound = {"bound": lowest_id(moment), "from": begin.number}
        last = await self.session.scalar(_FIRST_KEPT, bound)
        if last is None:
            last = (await self.head()).number
        if last > begin.number:
            link = await self.session.get_one(AuditLink, last)
            key = await self._key()
            seal = None if key is None else key.checkpoint(last, link.hash)
            self.session.add(AuditCheckpoint(number=last, hash=link.hash, made_at=wall, seal=seal))
            await self.session.flush()
        return await self._forget(max(last, begin.number))

    async def _forget(self, through: int) -> int:
        gone = 0
        oldest = select(AuditLink.entry_id).where(AuditLink.number <= through)
        for _ in range(MOST_BATCHES):
            ids = (await self.session.scalars(oldest.order_by(AuditLink.number).limit(BATCH))).all()
            for statement in _FORGET if ids else ():
                result = await self.session.execute(statement, {"ids": list(ids)})
                assert isinstance(result, CursorResult)
            gone += len(ids)
            if len(ids) < BATCH:
                break
        return gone
