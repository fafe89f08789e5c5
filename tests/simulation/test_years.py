"""Months and years of a gym: everything is told once, on its own gym day, though a week is missing."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
from telegram import Bot

from bot.application import Api
from bot.outbox import Dispatcher
from bot.pacing import Pacer
from bot.sandbox.client import Person, SandboxClient
from bot.sandbox.server import SandboxServer
from gym.app import Gym
from gym.core.clock import FrozenClock
from tests.simulation.driver import COMPARED, DESK, Driver, evening, night
from tests.simulation.life import day_of, people, plans
from tests.simulation.model import DAY, Member, Model

FIRST = date(2026, 8, 4)
"""The day after the tests' own morning."""
SEED = 20260804


class Years:
    """The gym and the model, a day at a time."""

    def __init__(self, driver: Driver, model: Model, away: range, new_prices: dict[int, int]) -> None:
        self.driver = driver
        self.model = model
        self._away = away
        self._new_prices = new_prices
        self._missed: list[date] = []

    async def live(self, number: int) -> None:
        """Day `number` from the first; nothing at all runs on the days away."""
        day = FIRST + number * DAY
        if number in self._away:
            self._missed.append(day)
            return
        await night(self.driver, self.model, day, self._missed)
        self._missed = []
        await self.driver.move_to(day, DESK)
        if number in self._new_prices:
            await self._raise_price(self._new_prices[number], day + 30 * DAY)
        for act in day_of(self.model, day, SEED):
            await self.driver.does(act)
        await evening(self.driver, self.model, day)
        if number % 60 == 59:
            await self.driver.note()

    async def _raise_price(self, amount: int, valid_from: date) -> None:
        self.model.new_price("Monthly", amount, valid_from)
        await self.driver.schedule_price("Monthly", amount, valid_from)

    async def compare(self) -> None:
        """Whatever was to be told was told once, on its day; and the books agree."""
        assert self.driver.failed == []
        await self.driver.note()
        found = self.driver.told()
        assert found - self.model.told == Counter(), "told too much"
        assert self.model.told - found == Counter(), "told too little"
        receipts = [(number + 1, *one) for number, one in enumerate(self.model.receipts)]
        assert await self.driver.receipts() == receipts
        assert await self.driver.standing() == _standing(self.model)


def _standing(model: Model) -> dict[tuple[int, int], tuple[str, int]]:
    return {
        (member.number, place): (term.status, term.owed)
        for member in model.members
        for place, term in enumerate(member.terms)
    }


def _chats(members: list[Member]) -> dict[int, int]:
    return {member.number: 5000 + member.number for member in members if member.linked}


@asynccontextmanager
async def _sender(sandbox: SandboxServer, gym: Gym) -> AsyncGenerator[Dispatcher]:
    """The dispatcher on a real connection; the pace is not waited for, because the clock stands still."""

    async def no_waiting(_: float) -> None: ...

    api = Api(sandbox.token, sandbox.bot_api_url, sandbox.bot_file_url)
    async with Bot(api.token, api.base_url, api.file_url) as bot:
        yield Dispatcher(gym, bot, Pacer(gym.clock, sleep=no_waiting))


@pytest.mark.long
async def test_four_months_of_a_small_gym_are_told_and_delivered_as_the_rules_say(
    gym: Gym, clock: FrozenClock
) -> None:
    members = people(20, SEED)
    model = Model(members, plans())
    sandbox = SandboxServer(store_path=None)
    await sandbox.start()
    try:
        async with SandboxClient(sandbox.url) as telegram, _sender(sandbox, gym) as sender:
            owners: dict[int, Person] = {}
            for member in members:
                if member.linked:
                    owners[member.number] = await telegram.person(f"Member {member.number}")
                    await owners[member.number].sends("/start")
            chats = {number: person.id for number, person in owners.items()}
            driver = await Driver.open(gym, clock, model, chats)
            years = Years(driver, model, range(52, 59), {40: 160_000})
            for number in range(122):
                await years.live(number)
                await sender.drain()
            await driver.move_to(FIRST + 122 * DAY, DESK)
            await sender.drain()
            await years.compare()
            await _everybody_got_everything(driver, owners)
    finally:
        await sandbox.stop()
    kinds = {kind for kind, _, _ in model.told}
    assert kinds == set(COMPARED) - {"milestone"} | (kinds & {"milestone"}), "the months were too quiet"


async def _everybody_got_everything(driver: Driver, owners: dict[int, Person]) -> None:
    """What was created has reached the chat, once; only what a missed week overtook was laid aside."""
    states = driver.states()
    assert {state for state, linked in states if linked} <= {"sent", "dismissed"}
    assert {state for state, linked in states if not linked} == {"unreachable"}
    assert 0 < states["dismissed", True] < 30
    receipts = await driver.receipts()
    for number, person in owners.items():
        texts = [message.text or "" for message in await person.chat() if message.text != "/start"]
        assert len(texts) == driver.sent_to(number)
        for entry, whose, _ in receipts:
            carrying = [text for text in texts if f"№ {entry}\n" in text or f"№ {entry}<" in text]
            assert len(carrying) == (1 if whose == number else 0)


@pytest.mark.soak
async def test_three_years_of_two_hundred_people(gym: Gym, clock: FrozenClock) -> None:
    """As many days of them as `SOAK_SECONDS` allow; all of them without it."""
    limit = float(os.environ.get("SOAK_SECONDS", "inf"))
    began = time.monotonic()
    model = Model(people(200, SEED), plans())
    driver = await Driver.open(gym, clock, model, _chats(model.members))
    years = Years(driver, model, range(16, 23), {10: 160_000, 400: 175_000, 800: 190_000})
    for number in range(3 * 365 + 1):
        await years.live(number)
        if number > 26 and time.monotonic() - began > limit:
            break
    await years.compare()
    lived = timedelta(days=number + 1)
    assert lived >= timedelta(days=27)
