"""Idempotency keys: a repeated request gets its first answer, byte for byte, and has no second effect.

The claim comes first and is committed by itself, together with the question who asks
(`gym.attendance.arrivals`); the answer is kept in the effect's own transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_
from gym.core.statements import Effect, Row, Statement, Statements

LEASE: Final = timedelta(seconds=30)
KEPT: Final = timedelta(hours=72)
CLAIM: Final = """
INSERT INTO idempotency_keys AS k (caller, key, body_hash, created_at, leased_until)
SELECT id, CAST(:key AS text), :body_hash, :wall, :leased_until
FROM welcome WHERE CAST(:key AS text) IS NOT NULL
ON CONFLICT (caller, key) DO UPDATE SET leased_until = EXCLUDED.leased_until
WHERE k.status IS NULL AND k.leased_until < EXCLUDED.created_at AND k.body_hash = EXCLUDED.body_hash
RETURNING k.key
"""
"""Takes a new key, or one whose lease ran out without an answer, which had no effect."""
KEEP: Final = Effect(
    "kept",
    """
kept AS (
    UPDATE idempotency_keys SET status = :status, answer = :answer
    WHERE caller = :caller AND key = :key AND {only} RETURNING key
)
""",
)
_RELEASE: Final = Statement("""
DELETE FROM idempotency_keys WHERE caller = :caller AND key = :key AND status IS NULL
""")


class KeyReused(Invalid):
    """The key came before with another body."""

    code = "idempotency_key_reused"
    message = N_("This request number was used for something else. Send it again with a new one.")


class InFlight(Conflict):
    """The first request with this key is still being answered."""

    code = "in_flight"
    message = N_("The same request is still being answered. Try again in a moment.")

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Answer:
    """The first answer, kept."""

    status: int
    body: bytes


def first_answer(row: Row, body_hash: bytes) -> Answer:
    """What a key that is taken says: `body_hash`, `status` and `answer` of whoever came first.

    Raises `KeyReused` and `InFlight`.
    """
    if row["body_hash"] is None:  # taken while we looked
        raise InFlight
    if row["body_hash"] != body_hash:
        raise KeyReused
    if row["status"] is None or row["answer"] is None:
        raise InFlight
    return Answer(row["status"], row["answer"])


class Idempotency:
    """A key that was claimed."""

    def __init__(self, statements: Statements, caller: UUID, key: str) -> None:
        self.statements = statements
        self._mine = {"caller": caller, "key": key}

    async def keep(self, answer: Answer) -> None:
        """Store the answer beside the effect: both commit or neither."""
        await self.statements.write(KEEP, {**self._mine, "status": answer.status, "answer": answer.body}, {})

    async def release(self) -> None:
        """Nothing happened: the key may be used again at once."""
        await self.statements.row(_RELEASE, self._mine)
