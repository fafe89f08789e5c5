"""The bot killed with `kill -9`, again and again: every message is answered, none twice."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.client import Person, SandboxClient
from bot.sandbox.server import SandboxServer
from gym.app import Gym

PEOPLE, MESSAGES = 10, 10


@asynccontextmanager
async def bot_process(gym: Gym, sandbox: SandboxServer) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Killed at the end of the block, whatever it is doing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.child",
        str(gym.config.powergym_home),
        gym.database.url,
        sandbox.token,
        sandbox.url,
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def answers(people: list[Person]) -> Counter[str]:
    found: Counter[str] = Counter()
    for person in people:
        for message in await person.chat():
            if message.from_bot and message.text.startswith("You typed"):
                found[f"{person.id} {message.text}"] += 1
    return found


async def until_answered(people: list[Person], count: int) -> Counter[str]:
    """Wait; on failure say who got what."""
    found: Counter[str] = Counter()
    try:
        async with asyncio.timeout(45):
            while len(found) < count:
                await asyncio.sleep(0.05)
                found = await answers(people)
    except TimeoutError:
        wanted = {f"{person.id} You typed message {n}" for person in people for n in range(MESSAGES)}
        raise AssertionError(f"unanswered: {sorted(wanted - set(found))}") from None
    return found


async def test_a_hundred_messages_are_answered_once_though_the_bot_is_killed_three_times(
    gym: Gym, sandbox: SandboxServer, telegram: SandboxClient, make_staff
) -> None:
    people = [await telegram.person(f"Bob{number}") for number in range(PEOPLE)]
    for person in people:
        await make_staff(person)
    for number in range(MESSAGES):
        for person in people:
            await person.sends(f"message {number}")
    for answered in (15, 40, 65):
        async with bot_process(gym, sandbox):
            await until_answered(people, answered)
    async with bot_process(gym, sandbox):
        found = await until_answered(people, PEOPLE * MESSAGES)
    assert {text: times for text, times in found.items() if times > 1} == {}
