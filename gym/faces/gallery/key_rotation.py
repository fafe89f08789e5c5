"""Rotation of the data key: templates turned and pictures sealed anew, in batches, while the door is open.

How far it has come stands in the rows themselves: each says which key it needs, so a rotation that was killed
goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import numpy as np
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.faces.gallery.protection import Vector, protection_for
from gym.security.cipher import Cipher, Keyring

BATCH: Final = 200
"""Rows of one transaction: enrolments, which need the same rows, wait no longer than for one batch."""
HEADER: Final = 4
"""Bytes of pgvector's binary form before the numbers."""


@dataclass(frozen=True, slots=True)
class SealedTable:
    """Columns encrypted for one subject each: `purpose:<subject>` is the context of a blob."""

    table: str
    key: str
    subject: str
    columns: dict[str, str]
    """The purpose of each column."""


SEALED: Final = (
    SealedTable("face_pictures", "template_id", "client_id", {"crop": "crop", "thumbnail": "thumbnail"}),
)
"""Everything in the database that is encrypted; a guard looks after it."""

_TEMPLATES: Final = text("""
SELECT id, key_id, halfvec_send(vector) AS vector FROM face_templates WHERE key_id <> :first
ORDER BY id LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED
""")
_TURN: Final = text("""
UPDATE face_templates SET key_id = :first, vector = CAST(CAST(:vector AS real[]) AS halfvec) WHERE id = :id
""")
_NEEDING: Final = text("SELECT key_id AS kid, count(*) AS needing FROM face_templates GROUP BY key_id")


class KeyRotation:
    """Moves rows to the first key of the keyring, on a plain session."""

    def __init__(self, session: AsyncSession, keyring: Keyring) -> None:
        self.session = session
        self.keyring = keyring
        self._cipher = Cipher(keyring)

    async def needed(self) -> dict[str, int]:
        """How many rows need each key."""
        counts: dict[str, int] = {}
        for query in (_NEEDING, *map(_sealed_with, SEALED)):
            for row in await self.session.execute(query):
                counts[row.kid] = counts.get(row.kid, 0) + row.needing
        return counts

    async def remaining(self) -> int:
        """Rows that do not need the first key yet; a picture whose two blobs differ counts once each."""
        counts = await self.needed()
        return sum(count for kid, count in counts.items() if kid != self.keyring.first)

    async def step(self, batch: int = BATCH) -> int:
        """Move one batch; how much of `remaining` that was. 0: nothing left, or others hold it just now."""
        moved = await self._turn_templates(batch)
        if moved:
            return moved
        for sealed in SEALED:
            if moved := await self._seal_again(sealed, batch):
                return moved
        return 0

    async def _turn_templates(self, batch: int) -> int:
        values = {"first": self.keyring.first, "batch": batch}
        rows = (await self.session.execute(_TEMPLATES, values)).all()
        if rows:
            turned = await asyncio.to_thread(self._turned, rows)
            await self.session.execute(_TURN, turned)
        return len(rows)

    def _turned(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        first = self.keyring.first
        return [{"id": row.id, "first": first, "vector": self._turn(row.key_id, row.vector)} for row in rows]

    def _turn(self, kid: str, sent: bytes) -> list[float]:
        """One rotation from the old key's space to the new one's: the plain vector is in no memory."""
        stored = np.frombuffer(sent, ">f2", offset=HEADER).astype(np.float32)
        turned = _between(self.keyring, kid, self.keyring.first) @ stored
        return (turned / max(float(np.linalg.norm(turned)), 1e-9)).tolist()

    async def _seal_again(self, sealed: SealedTable, batch: int) -> int:
        values = {"first": self.keyring.first, "batch": batch}
        rows = (await self.session.execute(_not_sealed_with(sealed), values)).mappings().all()
        if not rows:
            return 0
        done = await asyncio.to_thread(lambda: [self._sealed(sealed, row) for row in rows])
        await self.session.execute(_rewriting(sealed), done)
        return sum(self._cipher.needs_rotation(row[column]) for row in rows for column in sealed.columns)

    def _sealed(self, sealed: SealedTable, row: Any) -> dict[str, Any]:
        values: dict[str, Any] = {"key": row["key"]}
        subject: UUID = row["subject"]
        for column, purpose in sealed.columns.items():
            context = f"{purpose}:{subject}"
            plain = self._cipher.decrypt(row[column], context=context)
            values[column] = self._cipher.encrypt(plain, context=context)
        return values


@lru_cache(maxsize=8)
def _between(keyring: Keyring, old: str, new: str) -> Vector:
    return protection_for(keyring, new).turning_from(protection_for(keyring, old))


def _kid(column: str) -> str:
    """The key's id in a blob's header: its length is the fourth byte."""
    return f"convert_from(substring({column} FROM 5 FOR get_byte({column}, 3)), 'UTF8')"


# Names in these come from SEALED alone.


def _sealed_with(sealed: SealedTable) -> Any:
    each = " UNION ALL ".join(
        f"SELECT {_kid(column)} AS kid FROM {sealed.table}"  # noqa: S608
        for column in sealed.columns
    )
    return text(f"SELECT kid, count(*) AS needing FROM ({each}) AS blobs GROUP BY kid")  # noqa: S608


def _not_sealed_with(sealed: SealedTable) -> Any:
    old = " OR ".join(f"{_kid(column)} <> :first" for column in sealed.columns)
    names = ", ".join(sealed.columns)
    return text(
        f"SELECT {sealed.key} AS key, {sealed.subject} AS subject, {names} FROM {sealed.table} "  # noqa: S608
        f"WHERE {old} ORDER BY {sealed.key} LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED"
    )


def _rewriting(sealed: SealedTable) -> Any:
    assigned = ", ".join(f"{column} = :{column}" for column in sealed.columns)
    statement = text(f"UPDATE {sealed.table} SET {assigned} WHERE {sealed.key} = :key")  # noqa: S608
    return statement.bindparams(*(bindparam(column) for column in sealed.columns))


def sample(sealed: SealedTable) -> Any:
    """One blob of each key, with the context it opens in: to try a keyring on."""
    each = " UNION ALL ".join(
        f"(SELECT DISTINCT ON ({_kid(column)}) {_kid(column)} AS kid, {column} AS blob, "  # noqa: S608
        f"'{purpose}:' || {sealed.subject} AS context FROM {sealed.table})"
        for column, purpose in sealed.columns.items()
    )
    return text(each)
