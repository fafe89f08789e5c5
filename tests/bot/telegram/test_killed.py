"""The bot killed with `kill -9`, again and again: every message is answered.

An answer is noted in the instant it goes on the wire. Telegram has no way to ask whether it arrived, so a
kill in that very instant may repeat one; that is all a kill may do.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.sandbox.server import SandboxServer
from gym.app import Gym
from tests.support.sandbox.client import Person, SandboxClient

PEOPLE, MESSAGES, KILLS = 10, 10, 3


@asynccontextmanager
async def bot_process(gym: Gym, sandbox: SandboxServer) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Killed at the end of the block, whatever it is doing."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bot.telegram.child",
        str(gym.config.powergym_home),
        gym.database.url,
        sandbox.token,
        sandbox.url,
        cwd=Path(__file__).parents[3],
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
        async with asyncio.timeout(120):
            while len(found) < count:
                await asyncio.sleep(0.05)
                found = await answers(people)
    except TimeoutError:
        wanted = {f"{person.id} You typed message {n}" for person in people for n in range(MESSAGES)}
        raise AssertionError(f"unanswered: {sorted(wanted - set(found))}") from None
    return found


@pytest.mark.soak
async def test_a_hundred_messages_are_all_answered_though_the_bot_is_killed_three_times(
    gym: Gym, sandbox: SandboxServer, telegram: SandboxClient, make_staff
) -> None:
    people = [await telegram.person(f"Bob{number}") for number in range(PEOPLE)]
    for person in people:
        await make_staff(person)
    for number in range(MESSAGES):
        for person in people:
            await person.sends(f"message {number}")
    for answered in range(15, 15 + 25 * KILLS, 25):
        async with bot_process(gym, sandbox):
            await until_answered(people, answered)
    async with bot_process(gym, sandbox):
        found = await until_answered(people, PEOPLE * MESSAGES)
    assert sum(times - 1 for times in found.values()) <= KILLS
