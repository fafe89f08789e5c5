"""Many messages for many chats of the local Bot API server, workers to kill, and what must hold after."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from bot.sandbox.server import SandboxServer
from bot.sandbox.state.store import Json
from gym.app import Gym
from gym.clients.models import Client
from gym.notifications.models import DeskChat, Notification, NotificationKind, NotificationState
from gym.notifications.outbox import DESK, Recipient
from gym.security.permissions import Actor
from tests.support.messages.samples import complete
from tests.support.sandbox.client import SandboxClient


@dataclass
class Readers:
    """Clients with a chat each, and the messages written to them: `0`, `1`, `2` … per chat."""

    gym: Gym
    telegram: SandboxClient
    chats: dict[UUID, int] = field(default_factory=dict[UUID, int])

    async def arrive(self, count: int) -> list[int]:
        """New people who have written to the bot; returns their chats."""
        now, people = self.gym.clock.now(), [await self.telegram.person(f"P{n}") for n in range(count)]
        async with self.gym.unit_of_work(Actor.system()) as uow:
            for person in people:
                await person.sends("/start")
                client = Client(
                    first_name=person.name,
                    last_name="R",
                    language="en",
                    telegram_id=person.id,
                    created_at=now,
                    updated_at=now,
                )
                uow.session.add(client)
                await uow.session.flush()
                self.chats[client.id] = person.id
        return [person.id for person in people]

    async def write(self, each: int) -> int:
        """So many messages for everybody, mixed; returns how many in all."""
        for number in range(each):
            async with self.gym.unit_of_work(Actor.system()) as uow:
                for client in self.chats:
                    payload = {"first_name": f"#{number}"}
                    uow.notify(Recipient.client(client), complete(NotificationKind.WELCOME, payload))
        return each * len(self.chats)

    async def open_desk(self, title: str) -> int:
        """A group that hears the desk; returns its chat."""
        group = await self.telegram.group(title, [await self.telegram.person("Ana")])
        async with self.gym.unit_of_work(Actor.system()) as uow:
            uow.session.add(DeskChat(chat_id=group["id"], title=title, created_at=uow.now))
        return int(group["id"])

    async def write_news(self, count: int) -> int:
        """So many messages for the desk."""
        for number in range(count):
            async with self.gym.unit_of_work(Actor.system()) as uow:
                name = f"#{number} "
                uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": name}))
        return count

    async def count(self, *states: NotificationState) -> int:
        query = select(func.count()).select_from(Notification).where(Notification.state.in_(states))
        async with self.gym.database.session() as session:
            return await session.scalar(query) or 0

    async def until_left(self, left: int, seconds: float) -> None:
        """Wait until no more than so many wait."""
        async with asyncio.timeout(seconds):
            while await self.count(NotificationState.PENDING) > left:  # noqa: ASYNC110 - other processes
                await asyncio.sleep(0.05)


@asynccontextmanager
async def worker_process(
    gym: Gym, sandbox: SandboxServer, departures: Path
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Killed with -9 at the end of the block, if not before; notes in `departures` when each message left."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.outbox.outbox_child",
        str(gym.config.powergym_home),
        gym.database.url,
        sandbox.token,
        sandbox.url,
        str(departures),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def departed(departures: Path) -> list[float]:
    """When messages left their process, in order of time; a last line may be cut by a kill."""
    return sorted(
        float(line) for line in departures.read_text().splitlines(keepends=True) if line[-1] == "\n"
    )


def heard(calls: Sequence[Json]) -> dict[int, list[str]]:
    """What each chat was told, in order."""
    told: defaultdict[int, list[str]] = defaultdict(list)
    for call in calls:
        if call["method"] == "sendMessage" and call["status"] == 200:
            told[int(call["arguments"]["chat_id"])].append(_number(call["arguments"]["text"]))
    return dict(told)


def _number(text: str) -> str:
    found = re.search(r"#(\d+)", text)
    return found[1] if found else text


def repeats(told: dict[int, list[str]]) -> int:
    return sum(times - 1 for texts in told.values() for times in Counter(texts).values())


def in_order(texts: Sequence[str]) -> bool:
    """A repeat directly after a crash is allowed; going back is not."""
    numbers = [int(text) for text in texts]
    return numbers == sorted(numbers)


def most_within(times: Sequence[float], seconds: float) -> int:
    """The fullest window of so many seconds."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def attempts(calls: Sequence[Json], chat: int | None = None) -> list[float]:
    """When messages were sent, successfully or not; in order of time."""
    return sorted(
        call["at"]
        for call in calls
        if call["method"] == "sendMessage" and chat in (None, int(call["arguments"]["chat_id"]))
    )
