"""Where the simulated gym's messages arrive: a local Bot API server with everybody's chat in it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api, make_bot
from gym.app import Gym
from gym.core.clock import FrozenClock
from tests.simulation.members import Member
from tests.support.sandbox.client import Person, SandboxClient


@dataclass
class Town:
    """Where the messages arrive: whoever is linked has a chat, and the desk has a group."""

    sender: OutboxWorker
    owners: dict[int, Person]
    desk: Person

    @property
    def chats(self) -> dict[int, int]:
        return {number: person.id for number, person in self.owners.items()}

    async def hears(self, clock: FrozenClock) -> None:
        """Everything that is due arrives; the desk's group hears twenty a minute, as Telegram wants it."""
        while await self.sender.drain():
            clock.advance(timedelta(seconds=62))
        await self.desk.chat()  # reads along: a chat is opened at its newest five hundred

    async def everybody_reads(self) -> None:
        """Once a month: in three years a member gets 575 messages, of which the first would not be seen."""
        for person in self.owners.values():
            await person.catch_up()


@asynccontextmanager
async def town(gym: Gym, members: list[Member]) -> AsyncGenerator[Town]:
    """A local Bot API server with everybody in it; the pace is not waited for: the clock stands still."""

    async def no_waiting(_: float) -> None: ...

    sandbox = SandboxServer(store_path=None)
    await sandbox.start()
    try:
        async with (
            SandboxClient(sandbox.url) as telegram,
            make_bot(Api.at(sandbox.token, sandbox.url)) as bot,
        ):
            owners = {one.number: await _arrives(telegram, one) for one in members if one.linked}
            ana = await telegram.person("Ana")
            group = await telegram.group("Desk", [ana])
            sender = OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting))
            yield Town(sender, owners, ana.in_group(group["id"]))
    finally:
        await sandbox.stop()


async def _arrives(telegram: SandboxClient, member: Member) -> Person:
    person = await telegram.person(f"Member {member.number}")
    await person.sends("/start")
    return person
