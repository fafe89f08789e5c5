"""Idempotency keys: a repeated request gets its first answer, byte for byte, and has no second effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_
from gym.security.models import IdempotencyKey

LEASE = timedelta(seconds=30)
KEPT = timedelta(hours=72)


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


class Idempotency:
    """Claim first (committed by itself), answer in the effect's transaction, release when there was none."""

    def __init__(self, session: AsyncSession, caller: UUID, key: str) -> None:
        self.session = session
        self.caller = caller
        self.key = key[:200]

    async def claim(self, body_hash: bytes, wall: datetime) -> Answer | None:
        """The first answer of this key, or None: the caller may go on, alone, for 30 s.

        Raises `KeyReused` and `InFlight`. A claim whose lease ran out without an answer had no effect.
        """
        fresh = insert(IdempotencyKey).values(
            caller=self.caller, key=self.key, body_hash=body_hash, created_at=wall, leased_until=wall + LEASE
        )
        taken = fresh.on_conflict_do_update(
            index_elements=["caller", "key"],
            set_={"leased_until": wall + LEASE},
            where=(IdempotencyKey.status.is_(None))
            & (IdempotencyKey.leased_until < wall)
            & (IdempotencyKey.body_hash == body_hash),
        ).returning(IdempotencyKey.key)
        if await self.session.scalar(taken) is not None:
            return None
        first = await self.session.scalar(select(IdempotencyKey).where(*self._mine))
        return self._first_answer(first, body_hash)

    def _first_answer(self, row: IdempotencyKey | None, body_hash: bytes) -> Answer:
        if row is None:
            raise InFlight
        if row.body_hash != body_hash:
            raise KeyReused
        if row.status is None or row.answer is None:
            raise InFlight
        return Answer(row.status, row.answer)

    async def keep(self, answer: Answer) -> None:
        """Store the answer beside the effect: both commit or neither."""
        values = {"status": answer.status, "answer": answer.body}
        await self.session.execute(update(IdempotencyKey).where(*self._mine).values(values))

    async def release(self) -> None:
        """Nothing happened: the key may be used again at once."""
        unanswered = IdempotencyKey.status.is_(None)
        await self.session.execute(delete(IdempotencyKey).where(*self._mine, unanswered))

    @property
    def _mine(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return IdempotencyKey.caller == self.caller, IdempotencyKey.key == self.key
