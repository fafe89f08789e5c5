"""Mutated updates, by polling and by webhook: after every few the next healthy one is answered."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from structlog.testing import capture_logs

from bot.routers import ROUTERS
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.chats.models import InboxUpdate
from tests.findings.updates.conftest import Cast
from tests.findings.updates.test_hostile_updates import served
from tests.support.hostile_telegram import HostileTelegram, text_of
from tests.support.sandbox.client import Person
from tests.support.update_mutants import mutants

BATCH: Final = 20
PATIENCE: Final = 30.0
UNLISTED: Final = text(
    "SELECT update_id FROM inbox_updates i WHERE failed"
    " AND NOT EXISTS (SELECT 1 FROM dead_updates d WHERE d.update_id = i.update_id)"
)
Deliver = Callable[[int, bytes], Awaitable[None]]


def drawn(person: Person, batches: int, seed: int) -> list[bytes]:
    """So many batches of mutants, the same for a seed."""
    found: list[bytes] = []

    @seeded(seed)
    @settings(
        max_examples=batches,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(mutants(person), min_size=BATCH, max_size=BATCH))
    def draw(batch: list[bytes]) -> None:
        found.extend(batch)

    draw()
    return found[: batches * BATCH]


@dataclass
class Fuzz:
    """Sends mutants batch by batch, and a healthy question after each."""

    gym: Gym
    person: Person
    deliver: Deliver
    next_id: int
    rng: random.Random

    async def run(self, raws: list[bytes]) -> None:
        batch = [self._numbered(raw) for raw in raws]
        if self.rng.random() < 0.5:
            self.rng.shuffle(batch)  # ids in no order, some of them twice
        repeated = self.rng.sample(batch, 2)
        for number, raw in [*batch, *repeated]:
            await self.deliver(number, raw)
        await self._ping(raws)

    def _numbered(self, raw: bytes) -> tuple[int, bytes]:
        self.next_id += 1
        return self.next_id, raw.replace(b"%d", str(self.next_id).encode())

    async def _ping(self, raws: list[bytes]) -> None:
        """In the same chat, so that all before it must have been handled."""
        self.next_id += 1
        await self.person.catch_up()
        message = text_of(self.person, "/start", self.next_id)
        await self.deliver(self.next_id, json.dumps({"update_id": self.next_id, "message": message}).encode())
        try:
            await self.person.sees("", PATIENCE)
        except AssertionError as error:
            error.add_note(f"after {[raw[:400] for raw in raws]}")
            raise

    async def settled(self) -> None:
        """Nothing waits any more and nothing is tried again; what failed is listed."""
        waiting = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.done_at.is_(None))
        async with asyncio.timeout(PATIENCE):
            while True:
                async with self.gym.database.session() as session:
                    if not await session.scalar(waiting):
                        break
                await asyncio.sleep(0.02)
        async with self.gym.database.session() as session:
            failed = (await session.scalars(UNLISTED)).all()
            again = await session.scalar(select(func.max(InboxUpdate.attempts)))
        assert not failed
        assert again == 1


async def run_all(fuzz: Fuzz, raws: list[bytes], ends: float) -> int:
    """Returns how many were sent before the time was over."""
    done = 0
    for start in range(0, len(raws), BATCH):
        if time.monotonic() >= ends:
            break
        await fuzz.run(raws[start : start + BATCH])
        done += BATCH
    await fuzz.settled()
    return done


async def by_polling(
    gym: Gym, hostile: HostileTelegram, cast: Cast, raws: list[bytes], ends: float, first: int = 10**6
) -> int:
    async def deliver(number: int, raw: bytes) -> None:
        hostile.queue(raw, number)

    async with run_bot(gym, hostile.api, routers=ROUTERS) as running:
        await running.connected.wait()
        fuzz = Fuzz(gym, cast.admin, deliver, first, random.Random(7))
        done = await run_all(fuzz, raws, ends)
    assert hostile.waiting <= 1, "the offset is behind everything"
    return done


async def by_webhook(
    gym: Gym, api: Api, cast: Cast, raws: list[bytes], ends: float, first: int = 10**6
) -> int:
    async with served(gym) as bringer, run_bot(gym, api, routers=ROUTERS, webhook=bringer.webhook):

        async def deliver(number: int, raw: bytes) -> None:
            assert await bringer.brings(raw) == 200, raw[:400]

        return await run_all(Fuzz(gym, cast.admin, deliver, first, random.Random(8)), raws, ends)


@pytest.fixture
async def greeted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Cast]:
    """Whoever has written may be written to; a repeated id meets the floor of the poll, a low one here."""
    monkeypatch.setattr("bot.telegram.polling.SHORTEST_ROUND", 0.01)
    monkeypatch.setattr("bot.telegram.connection.SHORTEST_PAUSE", 0.01)
    for person in cast.everybody.values():
        await person.sends("hello")
    with capture_logs():  # a traceback drawn with its locals takes a second of the loop that all share
        yield cast


@pytest.mark.long
async def test_after_every_mutant_that_is_polled_the_next_update_is_answered(
    gym: Gym, hostile: HostileTelegram, greeted: Cast
) -> None:
    raws = drawn(greeted.admin, 13, seed=1)
    assert await by_polling(gym, hostile, greeted, raws, float("inf")) == 260


@pytest.mark.long
async def test_after_every_mutant_that_is_brought_the_next_update_is_answered(
    gym: Gym, api: Api, greeted: Cast
) -> None:
    raws = drawn(greeted.admin, 12, seed=2)
    assert await by_webhook(gym, api, greeted, raws, float("inf")) == 240


@pytest.mark.soak
@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_ten_thousand_mutants_stop_nothing(
    gym: Gym, hostile: HostileTelegram, api: Api, greeted: Cast, way: str
) -> None:
    """Ten thousand each way, or as many as fit into about SOAK_SECONDS."""
    ends = time.monotonic() + float(os.environ.get("SOAK_SECONDS", "inf"))
    seed, sent = time.time_ns() % 10**6, 0
    while sent < 10_000 and time.monotonic() < ends:
        raws, first = drawn(greeted.admin, 50, seed), 10**6 + 2 * sent
        if way == "polling":
            sent += await by_polling(gym, hostile, greeted, raws, ends, first)
        else:
            sent += await by_webhook(gym, api, greeted, raws, ends, first)
        seed += 1
    print(f"{way}: {sent} mutants, first seed {seed}")
    assert sent
