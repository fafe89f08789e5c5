"""Months and years of a gym: everything is told once, on its own gym day, though a week is missing."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api, make_bot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.kinds import KindGroup
from tests.simulation.driver import COMPARED, DESK, Driver, evening, night
from tests.simulation.life import Act, Deed, day_of, people, plans
from tests.simulation.model import DAY, Member, Model
from tests.support.sandbox.client import Person, SandboxClient

FIRST = date(2026, 8, 4)
"""The day after the tests' own morning."""
SEED = 20260804
DOORS = 8
RECEIPT_NUMBER = re.compile(r"№ (\d+)\b")


class Years:
    """The gym and the model, a day at a time."""

    def __init__(
        self, driver: Driver, model: Model, town: Town, away: Collection[int], new_prices: dict[int, int]
    ) -> None:
        self.driver = driver
        self.model = model
        self.town = town
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
        await self.town.hears(self.driver.clock)
        if number in self._new_prices:
            await self._raise_price(self._new_prices[number], day + 30 * DAY)
        await self._live_through(day)
        await evening(self.driver, self.model, day)
        await self.town.hears(self.driver.clock)
        if number % 30 == 29:
            await self.driver.note()
            print(f"day {number + 1}: {len(self.driver.noted)} messages", flush=True)

    async def end(self, number: int) -> None:
        """What waits for its hour leaves too, in the morning of a day on which nothing else happens."""
        await self.driver.move_to(FIRST + number * DAY, DESK)
        await self.town.hears(self.driver.clock)

    async def _live_through(self, day: date) -> None:
        """At the desk one after the other, as receipts are numbered; at the door several at once."""
        visits: list[Act] = []
        for act in day_of(self.model, day, SEED):
            if act.deed is Deed.COME:
                visits.append(act)
            else:
                await self.driver.does(act)
        for first in range(0, len(visits), DOORS):
            await asyncio.gather(*map(self.driver.does, visits[first : first + DOORS]))

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
        seen = self.driver.last_seen()
        assert seen == {key: self.model.last_seen[key] for key in seen}, "another day than the last visit's"
        receipts = [(number + 1, *one) for number, one in enumerate(self.model.receipts)]
        assert await self.driver.receipts() == receipts
        assert await self.driver.standing() == _standing(self.model)


def _standing(model: Model) -> dict[tuple[int, int], tuple[str, int]]:
    return {
        (member.number, place): (term.status, term.owed)
        for member in model.members
        for place, term in enumerate(member.terms)
    }


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


@pytest.mark.long
async def test_four_months_of_a_small_gym_are_told_and_delivered_as_the_rules_say(
    gym: Gym, clock: FrozenClock
) -> None:
    model = Model(people(20, SEED), plans())
    async with town(gym, model.members) as place:
        driver = await Driver.open(gym, clock, model, place.chats)
        await driver.hears_the_desk(place.desk.group or 0)
        years = Years(driver, model, place, range(52, 59), {40: 160_000})
        for number in range(122):
            await years.live(number)
        await years.end(122)
        await years.compare()
        await _everybody_got_everything(years, most_laid_aside=30)
    kinds = {kind for kind, _, _ in model.told}
    assert kinds == set(COMPARED) - {"milestone"} | (kinds & {"milestone"}), "the months were too quiet"


async def _everybody_got_everything(years: Years, most_laid_aside: int) -> None:
    """What was created has reached the chat, once; only what a missed week overtook was laid aside."""
    driver, place = years.driver, years.town
    states = driver.states()
    assert {state for state, linked in states if linked} <= {"sent", "dismissed"}
    assert {state for state, linked in states if not linked} == {"unreachable"}
    assert 0 < states["dismissed", True] < most_laid_aside
    carrying = [(number, whose) for number, whose, _ in await driver.receipts()]
    for member, person in place.owners.items():
        texts = [message.text or "" for message in await person.chat() if message.text != "/start"]
        assert len(texts) == driver.sent_to(member)
        found = Counter(int(number) for text in texts for number in RECEIPT_NUMBER.findall(text))
        assert found == Counter(number for number, whose in carrying if whose == member)
    assert set(driver.desk()) == {"sent"}
    assert len(await place.desk.chat()) == driver.desk()["sent"]


@pytest.mark.soak
async def test_three_years_of_two_hundred_people(gym: Gym, clock: FrozenClock) -> None:
    """As many days of them as `SOAK_SECONDS` allow; all of them without it. Twice a week nothing runs."""
    limit = float(os.environ.get("SOAK_SECONDS", "inf"))
    began, number = time.monotonic(), 0
    model = Model(people(200, SEED), plans())
    async with town(gym, model.members) as place:
        driver = await Driver.open(gym, clock, model, place.chats)
        await driver.hears_the_desk(place.desk.group or 0, KindGroup.DESK_HOUSE)
        away = {*range(16, 23), *range(545, 552)}
        years = Years(driver, model, place, away, {10: 160_000, 400: 175_000, 800: 190_000})
        for number in range(3 * 365 + 1):
            await years.live(number)
            if number > 26 and number not in away and time.monotonic() - began > limit:
                break
        await years.end(number + 1)
        await years.compare()
        await _everybody_got_everything(years, most_laid_aside=1000)
    assert number >= 26
    _report(years, number + 1, time.monotonic() - began)


def _report(years: Years, days: int, seconds: float) -> None:
    kinds = Counter[str]()
    for (kind, _, _), count in years.model.told.items():
        kinds[kind] += count
    sent = sum(one.state == "sent" for one in years.driver.noted.values())
    print(f"\n{days} days in {seconds:.0f} s, {sent} messages delivered or spread")
    print("  ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
