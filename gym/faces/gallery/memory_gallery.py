"""Gallery in this process's memory: searched exactly, and never older than the transaction that asks.

PostgreSQL is the truth. Whatever changes a template, or whether a client is active, takes the next number
from one locked counter at its commit (a deferred trigger), so numbers become visible in order. A search says
up to which number it has seen; where the database has gone on, what is newer is read first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.faces.gallery.postgres_gallery import Gallery, PgGallery
from gym.faces.gallery.protection import protection_for
from gym.faces.gallery.snapshot import Snapshot, TemplateRow
from gym.faces.schemas import Candidates, Probe
from gym.security.cipher import Keyring

INLINE: Final = 12_000
"""Templates up to which a search (a millisecond) costs less than a thread's hop and back."""
MOST_CHANGES: Final = 2_000
"""More changed people than this are read as a whole."""
MOST_LEFT_OVER: Final = 10_000
"""Places of people who have gone or moved, beyond as many as there are people: then all is read anew."""
BATCH: Final = 10_000
"""Templates read at a time when all are read: 10 MB as they are stored."""
HEADER: Final = 4
"""Bytes of pgvector's binary form before the numbers: dimension and a spare."""

NUMBER: Final = "coalesce((SELECT value FROM counters WHERE name = 'gallery'), 0)"
_NUMBER: Final = text(f"SELECT {NUMBER}")
_CHANGES: Final = text("SELECT number, client_id FROM gallery_changes WHERE number > :number ORDER BY number")
_ROWS: Final = """
SELECT t.id, t.client_id, t.key_id, halfvec_send(t.vector) AS vector FROM face_templates t
WHERE t.model_id = :model AND NOT EXISTS (SELECT FROM clients c WHERE c.id = t.client_id AND NOT c.active)
"""
_OF_CLIENTS: Final = text(f"{_ROWS} AND t.client_id IN :clients").bindparams(
    bindparam("clients", expanding=True)
)
_AFTER: Final = text(f"{_ROWS} AND t.id > :after ORDER BY t.id LIMIT :batch")
FIRST: Final = UUID(int=0)


class MemoryGallery:
    """Shared by every transaction of the process."""

    def __init__(self, keyring: Keyring, model_id: str) -> None:
        self.keyring = keyring
        """Every key this process has ever known: an old snapshot may still need one that was retired."""
        self.model_id = model_id
        self.snapshot = Snapshot(-1, model_id)
        """-1: nothing was read yet."""
        self._reading = asyncio.Lock()

    def learn(self, keyring: Keyring) -> None:
        """Take over a transaction's keyring, which names every key that templates may carry."""
        if any(kid not in self.keyring for kid in keyring):
            self.keyring = self.keyring.joined(keyring)

    async def fresh(self, session: AsyncSession, number: int | None = None) -> Snapshot:
        """The gallery as this transaction sees it; `number` is the counter's value if it is known."""
        wanted: int = (await session.scalar(_NUMBER) or 0) if number is None else number
        while self.snapshot.number < wanted:
            async with self._reading:
                if self.snapshot.number < wanted:
                    self.snapshot = await self._read(session)
        return self.snapshot

    async def search(self, probe: Probe, other_than: UUID | None = None) -> Candidates:
        """In the snapshot at hand. The caller compares its number with the database's."""
        return await search(self.snapshot, self.keyring, probe, other_than)

    async def _read(self, session: AsyncSession) -> Snapshot:
        known = self.snapshot
        if known.number < 0 or len(known.names) > 2 * len(known.people) + MOST_LEFT_OVER:
            return await self._read_all(session)
        changes = (await session.execute(_CHANGES, {"number": known.number})).all()
        if len(changes) > MOST_CHANGES:
            return await self._read_all(session)
        clients = [change.client_id for change in changes]
        found = (await session.execute(_OF_CLIENTS, {"model": self.model_id, "clients": clients})).all()
        number = max((change.number for change in changes), default=known.number)
        return await asyncio.to_thread(_applied, self.keyring, known, number, clients, found)

    async def _read_all(self, session: AsyncSession) -> Snapshot:
        """The number first: what commits meanwhile has a higher one and is read again."""
        snapshot = Snapshot(await session.scalar(_NUMBER) or 0, self.model_id)
        after = FIRST
        while True:
            values = {"model": self.model_id, "after": after, "batch": BATCH}
            found = (await session.execute(_AFTER, values)).all()
            if not found:
                return snapshot
            after = found[-1].id
            number = snapshot.number
            snapshot = await asyncio.to_thread(_applied, self.keyring, snapshot, number, (), found)


class TransactionGallery:
    """A memory gallery as one transaction sees it: every search is as fresh as PostgreSQL's own."""

    def __init__(self, gallery: MemoryGallery, session: AsyncSession) -> None:
        self.gallery = gallery
        self.session = session

    async def search(self, probe: Probe, other_than: UUID | None = None) -> Candidates:
        snapshot = await self.gallery.fresh(self.session)
        return await search(snapshot, self.gallery.keyring, probe, other_than)


def gallery_for(truth: PgGallery, memory: MemoryGallery | None, probe: Probe) -> Gallery:
    """The memory gallery where there is one for the probe's model; PostgreSQL otherwise."""
    if memory is None or memory.model_id != probe.model_id:
        return truth
    memory.learn(truth.keyring)
    return TransactionGallery(memory, truth.session)


async def search(
    snapshot: Snapshot, keyring: Keyring, probe: Probe, other_than: UUID | None = None
) -> Candidates:
    """Search a snapshot; a large one in a thread."""
    if sum(len(block.owners) for group in snapshot.groups.values() for block in group.blocks) <= INLINE:
        return snapshot.search(probe, keyring, other_than)
    return await asyncio.to_thread(snapshot.search, probe, keyring, other_than)


def _applied(
    keyring: Keyring, snapshot: Snapshot, number: int, gone: Sequence[UUID], found: Sequence[Any]
) -> Snapshot:
    """The matrix of a key that is new here is made here too: it takes 60 ms, which a search has not."""
    for kid in {row.key_id for row in found}:
        if kid in keyring:
            protection_for(keyring, kid)
    rows = [TemplateRow(row.client_id, row.key_id, _vector(row.vector)) for row in found]
    return snapshot.changed(number, gone, rows)


def _vector(sent: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(sent, ">f2", offset=HEADER).astype(np.float32)
