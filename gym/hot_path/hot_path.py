"""The hot path: authentication, facts and writes of a check-in, each in one statement on a direct connection.

A transaction of a session costs two milliseconds of the processor before it has done anything, which is as
much as the database's whole share of a check-in here (1.6 ms).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from uuid import UUID

import asyncpg

from gym.core.database.direct_pool import DirectPool
from gym.core.database.statements import Row
from gym.hot_path import request_authentication
from gym.hot_path.deferred_writes import DeferredWrites, StaleRead
from gym.hot_path.request_authentication import AuthenticatedRequest, RequestAuthentication
from gym.security.idempotency import Claim, Idempotency
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor
from gym.unit_of_work import Context, SessionNeeded, UnitOfWork

Begin = Callable[[Row, Actor], tuple[Context, Secrets]]
"""What a unit of work begins with, from the gym's row of state."""
WithinReach = Callable[[], AbstractAsyncContextManager[None]]
"""Turns an outage of PostgreSQL into `DatabaseUnavailable`."""


class HotPath:
    """For an API request: `authenticate` beside the face model, then `unit_of_work`.

    Every method raises `DatabaseUnavailable` when PostgreSQL is out of reach.
    """

    def __init__(self, pool: DirectPool, begin: Begin, within_reach: WithinReach) -> None:
        self._pool = pool
        self._begin = begin
        self._within_reach = within_reach

    async def authenticate(self, request: RequestAuthentication) -> AuthenticatedRequest:
        """The caller, the gym's state and the claim of the request's idempotency key.

        Committed by itself: a request that dies after it has left a lease and nothing else.
        Raises `KeyReused` and `InFlight`; whether the holder may still ask is judged by `caller_from`.
        """
        async with self._within_reach():
            return await request_authentication.authenticate(self._pool, request)

    @asynccontextmanager
    async def unit_of_work(
        self, actor: Actor, authenticated: AuthenticatedRequest
    ) -> AsyncGenerator[UnitOfWork]:
        """A unit of work without a session: each read sees the latest state, all writes happen at the end.

        Raises `SessionNeeded`, with nothing written, when the work asks for a session, when the caller, the
        gym's state or the key's claim has changed since `authenticate`, when another door was faster or
        PostgreSQL refuses: then the same work is done in `Gym.unit_of_work`.
        """
        context, secrets = self._begin(authenticated.state, actor)
        writes = DeferredWrites(self._pool)
        try:
            async with self._within_reach():
                uow = UnitOfWork(None, context, secrets, writes)
                yield uow
                await uow.flush()
                await writes.commit(*request_authentication.unchanged(authenticated))
        except (StaleRead, asyncpg.PostgresError) as refused:
            raise SessionNeeded from refused

    async def note_seen(self, kiosk_id: UUID, wall: datetime) -> None:
        """A statement of its own: two requests of one kiosk never wait for each other's keys."""
        async with self._within_reach():
            await request_authentication.note_seen(self._pool, kiosk_id, wall)

    async def release(self, claim: Claim) -> None:
        """Give a claim back: nothing happened, and the same key may come again at once."""
        async with self._within_reach():
            await Idempotency(self._pool, claim).release()
