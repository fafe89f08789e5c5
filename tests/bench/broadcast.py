"""A broadcast to many, and the receipts that are written meanwhile: how late they leave because of it.

`python -m tests.bench.broadcast` measures ten thousand readers, which takes nine minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from rich.console import Console
from sqlalchemy import insert, update

from bot.sandbox.state.people import People
from bot.sandbox.state.store import Store
from gym.app import Gym, open_gym
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BroadcastService
from gym.clients.models import Client
from gym.core.config import Config
from gym.core.database.ids import new_id
from gym.core.logging import configure_logging
from gym.payments.models import Method
from gym.plans.models import DurationUnit
from gym.plans.schemas import PlanInput
from gym.plans.service import PlanService
from gym.security.permissions import Actor, Role
from gym.settings.models import GymKind, GymState
from gym.staff.models import Staff
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.bench.figures import Figure, Spread, figure
from tests.bench.programs import program
from tests.bench.table import machine, show
from tests.support.sandbox.client import SandboxClient

READERS = 10_000
PAYERS = 50
EVERY_SECONDS = 0.7
TAG = "bench"
AWAKE = {"quiet_from": "03:00", "quiet_until": "03:00"}
"""No quiet hours, at whatever hour it is measured."""
LAST = 10**12
PATIENCE = 30.0
LATEST_MS = 1000.0


@dataclass
class Log:
    """What has reached the Bot API server, read on and on."""

    telegram: SandboxClient
    seen: int = 0
    sent: int = 0
    refused: int = 0
    times: list[float] = field(default_factory=list[float])
    receipts: dict[int, float] = field(default_factory=dict[int, float])
    """Of each chat, when its receipt came."""

    async def begin(self) -> None:
        self.seen = (await self.telegram.call("GET", "/calls", params={"after": LAST}))["seq"]

    async def read(self) -> None:
        log = await self.telegram.call("GET", "/calls", params={"after": self.seen})
        self.seen = log["seq"]
        for call in log["calls"]:
            if call["method"] == "sendMessage":
                self._note(call["status"], call["arguments"], float(call["at"]))

    def _note(self, status: int, arguments: dict[str, str], at: float) -> None:
        self.times.append(at)
        if status != 200:
            self.refused += 1
        elif "Receipt" in arguments["text"]:
            self.receipts[int(arguments["chat_id"])] = at
        else:
            self.sent += 1


async def broadcast(config: Config, gym: Gym, readers: int, log: Path) -> list[Figure]:
    """Over the whole program and HTTP; nobody here waits for the clock but Telegram's own pace."""
    chats = _people(config, readers)
    clients = await _clients(gym, chats)
    plan, admin = await _plan(gym), await _admin(gym)
    payers = [(client, await _sell(gym, client, plan)) for client in clients[:PAYERS]]
    async with (
        program("bot", config, log, gym.database.url) as bot,
        SandboxClient(bot.sandbox_url) as telegram,
    ):
        quiet = await _receipts(gym, telegram, payers[:10], chats)
        async with gym.unit_of_work(admin) as uow:
            audience = BroadcastAudience(Segment.TAG, tag=TAG)
            key = (await BroadcastService(uow).begin(audience, "We close at two.", key=new_id())).id
        return await _measure(gym, telegram, key, payers, chats, quiet)


async def _measure(
    gym: Gym,
    telegram: SandboxClient,
    key: UUID,
    payers: Sequence[tuple[UUID, UUID]],
    chats: Sequence[int],
    quiet: Spread,
) -> list[Figure]:
    log = Log(telegram)
    await log.begin()
    began, delays = time.monotonic(), list[float]()
    turn = 0
    while await _left(gym, key):
        subscription = payers[turn % len(payers)][1]
        delays.append(await _pay(gym, log, subscription, chats[turn % len(payers)]))
        turn += 1
        await asyncio.sleep(EVERY_SECONDS)
    took = time.monotonic() - began
    await log.read()
    spread, worst = Spread.of(delays), max(delays) * 1000
    rate = log.sent / took
    return [
        figure(
            f"receipt written during a broadcast to {len(chats):,}, the latest of {len(delays)}",
            worst,
            "ms",
            p95=spread.p95,
            limit=quiet.p50,
            wanted="≤ 1 s late (limit: median without a broadcast)",
            ok=worst <= LATEST_MS and not log.refused,
        ),
        figure(
            f"broadcast to {len(chats):,}: messages a second",
            rate,
            "1/s",
            wanted="all of them, no 429, ≤ 30 in any second",
            ok=log.sent >= len(chats) and _fullest(log.times) <= 30,
        ),
    ]


def _fullest(times: Sequence[float]) -> int:
    """The most in any second."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def _receipts(
    gym: Gym, telegram: SandboxClient, payers: Sequence[tuple[UUID, UUID]], chats: Sequence[int]
) -> Spread:
    """As quick as they are while nothing else leaves."""
    log = Log(telegram)
    await log.begin()
    found = [
        await _pay(gym, log, subscription, chat)
        for (_, subscription), chat in zip(payers, chats, strict=False)
    ]
    return Spread.of(found)


async def _pay(gym: Gym, log: Log, subscription: UUID, chat: int) -> float:
    """Take a little money; seconds from the commit until the receipt is with the Bot API server."""

    async def work(uow: UnitOfWork) -> None:
        await SubscriptionService(uow).take_payment(subscription, Decimal(1), Method.CASH)

    await log.read()
    log.receipts.pop(chat, None)
    await gym.run(Actor.system(), work)
    committed = time.time()
    async with asyncio.timeout(PATIENCE):
        while chat not in log.receipts:
            await asyncio.sleep(0.02)
            await log.read()
    return max(0.0, log.receipts[chat] - committed)


async def _left(gym: Gym, key: UUID) -> bool:
    async with gym.unit_of_work(Actor.system()) as uow:
        progress = await BroadcastService(uow).progress(key)
    return not progress.total or progress.left > 0


# Who is there


def _people(config: Config, count: int) -> list[int]:
    """People who have written to the bot, in the sandbox's own file, before it opens it."""
    store = Store(config.powergym_home / "sandbox.sqlite")
    people = People(store)
    found = [people.add(f"Reader {number}", language_code="en").id for number in range(count)]
    for number in found:
        people.mark_started(number)
    store.close()
    return found


async def _clients(gym: Gym, chats: Sequence[int]) -> list[UUID]:
    """A member for each chat."""

    async def work(uow: UnitOfWork) -> list[UUID]:
        rows = [
            {
                "id": new_id(),
                "first_name": f"Reader {chat}",
                "last_name": "Bench",
                "language": "en",
                "telegram_id": chat,
                "tags": [TAG],
                "active": True,
                "created_at": uow.now,
                "updated_at": uow.now,
            }
            for chat in chats
        ]
        for first in range(0, len(rows), 1000):
            await uow.session.execute(insert(Client), rows[first : first + 1000])
        await uow.session.execute(update(GymState).values(settings=AWAKE))
        return [row["id"] for row in rows]  # type: ignore[misc]

    return await gym.run(Actor.system(), work)


async def _plan(gym: Gym) -> UUID:
    async def work(uow: UnitOfWork) -> UUID:
        year = PlanInput(
            name="Broadcast", duration_unit=DurationUnit.YEAR, duration_count=1, price=Decimal(1000)
        )
        return (await PlanService(uow).create(year)).id

    return await gym.run(Actor.system(), work)


async def _sell(gym: Gym, client: UUID, plan: UUID) -> UUID:
    async def work(uow: UnitOfWork) -> UUID:
        return (await SubscriptionService(uow).sell(client, plan)).id

    return await gym.run(Actor.system(), work)


async def _admin(gym: Gym) -> Actor:
    async def work(uow: UnitOfWork) -> UUID:
        row = Staff(name="Bench", role=Role.ADMIN, language="en", created_at=uow.now)
        uow.session.add(row)
        await uow.session.flush()
        return row.id

    return Actor.staff(await gym.run(Actor.system(), work), "Bench", Role.ADMIN, "en")


async def _alone(readers: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="pg-bench-", ignore_cleanup_errors=True) as home:
        config = Config(_env_file=None, powergym_home=Path(home))  # pyright: ignore[reportCallIssue]
        async with open_gym(config, faces=False) as gym:
            await gym.stamp(GymKind.SANDBOX)
            return await broadcast(config, gym, readers, Path(home) / "bench-broadcast.log")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.broadcast", description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    chosen = parser.parse_args()
    configure_logging("WARNING", "console")
    for name in ("DATABASE_URL", "TELEGRAM_BOT_TOKEN"):
        os.environ.pop(name, None)
    header, figures = machine(), asyncio.run(_alone(chosen.readers))
    show(Console(), figures, header)
    sys.exit(0 if all(one.ok for one in figures) else 1)


if __name__ == "__main__":
    main()
