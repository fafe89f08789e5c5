"""Idempotency keys: a repeated request gets its first answer, byte for byte, and has no second effect.

The claim comes first and is committed by itself, together with the question who asks
(`gym.hot_path.request_authentication`). The answer is kept in the effect's own transaction,
and only by whoever still holds the claim: a request that was slower than its lease has lost it to the
one after it.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from gym.core.database.statements import GuardedWrite, Row, Statement, Statements
from gym.core.errors import Conflict, Invalid
from gym.core.language import N_
from gym.security.cipher import MAGIC, Cipher, Keyring

LEASE: Final = timedelta(seconds=30)
"""How long a request may take; the key of one whose process died is free again after that."""
KEPT: Final = timedelta(hours=72)
"""As long as an offline kiosk may replay its attempts."""
CLAIM: Final = """
INSERT INTO idempotency_keys AS k (caller, key, body_hash, created_at, leased_until)
SELECT id, CAST(:key AS text), :body_hash, :wall, :leased_until
FROM welcome WHERE CAST(:key AS text) IS NOT NULL
ON CONFLICT (caller, key) DO UPDATE SET leased_until = EXCLUDED.leased_until, body_hash = EXCLUDED.body_hash
WHERE k.status IS NULL AND k.leased_until < EXCLUDED.created_at
RETURNING k.key
"""
"""Takes a new key, or one whose lease ran out without an answer: it had no effect, so what was asked with it
does not bind. A kiosk asks again later with the time of the door, which makes it another body.
"""
HELD: Final = """
SELECT key FROM idempotency_keys
WHERE caller = :caller AND key = CAST(:key AS text) AND status IS NULL AND leased_until = :leased_until
FOR NO KEY UPDATE
"""
"""The claim, if it is still this one; nobody takes it before the transaction ends."""
KEEP: Final = GuardedWrite(
    "kept",
    """
kept AS (
    UPDATE idempotency_keys SET status = :status, answer = :answer
    WHERE caller = :caller AND key = CAST(:key AS text) AND {only} RETURNING key
)
""",
)
_HOLD: Final = Statement(HELD)
_RELEASE: Final = Statement("""
DELETE FROM idempotency_keys
WHERE caller = :caller AND key = :key AND status IS NULL AND leased_until = :leased_until
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
class StoredAnswer:
    """The first answer, kept."""

    status: int
    body: bytes


class AnswerProtection:
    """Protection of stored requests and answers: keyed hashes of bodies, sealed answers.

    A bare hash of a document's number is found by trying the ten milliards there are, and an answer names
    whoever came and links to their picture, which opens for a minute.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def hashes(self, body: bytes) -> tuple[bytes, ...]:
        """Of a body's plain hash: under each key, the one in use first, and plain as v0.1.0 kept it."""
        keys = (self._keyring.derive("request", kid) for kid in self._keyring)
        return (*(hmac.digest(key, body, "sha256") for key in keys), body)

    def seal(self, answer: StoredAnswer, key: str) -> StoredAnswer:
        return replace(answer, body=Cipher(self._keyring).encrypt(answer.body, context=f"answer:{key}"))

    def unseal(self, answer: StoredAnswer, key: str) -> StoredAnswer:
        """Answers of v0.1.0 were kept as they left. Raises `WrongKey` and `Tampered`."""
        if not answer.body.startswith(MAGIC):
            return answer
        return replace(answer, body=Cipher(self._keyring).decrypt(answer.body, context=f"answer:{key}"))


def first_answer(row: Row, body_hashes: Collection[bytes]) -> StoredAnswer:
    """The stored answer in the row of a key that is taken (`body_hash`, `status`, `answer`).

    Raises `KeyReused` and `InFlight`.
    """
    if row["body_hash"] is None:  # taken while we looked
        raise InFlight
    if row["body_hash"] not in body_hashes:
        raise KeyReused
    if row["status"] is None or row["answer"] is None:
        raise InFlight
    return StoredAnswer(row["status"], row["answer"])


@dataclass(frozen=True, slots=True)
class Claim:
    """One request's claim of a key until `leased_until`; a later request's claim is another one."""

    caller: UUID
    key: str
    leased_until: datetime


class Idempotency:
    """Operations on a key that was claimed."""

    def __init__(self, statements: Statements, claim: Claim) -> None:
        self.statements = statements
        self._mine = asdict(claim)

    async def hold(self) -> None:
        """Before the effect, where it is not written under that condition. Raises `InFlight`."""
        if await self.statements.row(_HOLD, self._mine) is None:
            raise InFlight

    async def keep(self, answer: StoredAnswer) -> None:
        """Store the answer beside the effect: both commit or neither."""
        await self.statements.write(KEEP, {**self._mine, "status": answer.status, "answer": answer.body}, {})

    async def release(self) -> None:
        """Nothing happened: the key may be used again at once."""
        await self.statements.row(_RELEASE, self._mine)
