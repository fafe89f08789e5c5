"""Leader election: one replica at a time, and a term that ends with its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import asyncpg
import pytest
from structlog.testing import capture_logs

from gym.app import Gym
from gym.core.database.advisory_lock import ExclusiveLock
from gym.core.leader_election import LeaderElection, LeaderRole

ROLE = LeaderRole(0x74657374, retry_seconds=0.05, waits="waits", leads="leads", lost="lost")


class Replica:
    """Remembers its terms: the connection of each, and whether it was ended."""

    def __init__(self, gym: Gym) -> None:
        self._election = LeaderElection(gym.database, ROLE)
        self.began: list[asyncpg.Connection] = []
        self.ended = 0
        self.task: asyncio.Task[None] = asyncio.create_task(self._election.run(self._term))

    async def _term(self, connection: asyncpg.Connection) -> None:
        self.began.append(connection)
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def cancelled(*replicas: Replica) -> None:
    for replica in replicas:
        replica.task.cancel()
    await asyncio.gather(*(replica.task for replica in replicas), return_exceptions=True)


async def test_a_leader_whose_connection_is_lost_ends_its_term_and_another_leads(gym: Gym) -> None:
    first = Replica(gym)
    await until(lambda: len(first.began) == 1)
    with capture_logs() as said:
        second = Replica(gym)
        await until(lambda: any(one["event"] == "waits" for one in said))
    try:
        assert second.began == [], "one leads"
        pid = first.began[0].get_server_pid()
        async with gym.database.direct() as connection:
            await connection.execute("SELECT pg_terminate_backend($1)", pid)
        await until(lambda: first.ended == 1)
        await until(lambda: len(first.began) + len(second.began) == 2)
        assert first.ended + second.ended == 1, "the other term goes on"
    finally:
        await cancelled(first, second)


async def test_a_leader_that_is_cancelled_leaves_the_role_to_the_next(gym: Gym) -> None:
    first = Replica(gym)
    await until(lambda: len(first.began) == 1)
    second = Replica(gym)
    await cancelled(first)
    await until(lambda: len(second.began) == 1)
    assert first.ended == 1
    await cancelled(second)


async def test_a_fault_of_the_term_itself_is_raised(gym: Gym) -> None:
    async def broken(_: asyncpg.Connection) -> None:
        raise LookupError("unexpected")

    with pytest.raises(LookupError):
        await LeaderElection(gym.database, ROLE).run(broken)


async def test_a_standby_whose_connection_says_nothing_any_more_takes_another_one(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that falls silent ends no connection: the first one never answers."""
    monkeypatch.setattr("gym.core.leader_election.PULSE_SECONDS", 0.05)
    taken, silent = ExclusiveLock.take, set[asyncpg.Connection]()

    async def take(self: ExclusiveLock, connection: asyncpg.Connection) -> bool:
        if not silent:
            silent.add(connection)
        if connection in silent:
            await asyncio.Event().wait()
        return await taken(self, connection)

    monkeypatch.setattr(ExclusiveLock, "take", take)
    replica = Replica(gym)
    try:
        await until(lambda: len(replica.began) == 1)
        assert replica.began[0] not in silent
    finally:
        await cancelled(replica)
