"""Months and years of a gym: everything is told once, on its own gym day, though a week is missing."""

from __future__ import annotations

import asyncio
import math
import os
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.kinds import KindGroup
from tests.simulation.days import DAY
from tests.simulation.driver import DESK, Driver, evening, night
from tests.simulation.life import Act, Deed, day_of, people, plans, shutting
from tests.simulation.members import Member
from tests.simulation.model import Model
from tests.simulation.reading import Place, Reading
from tests.simulation.town import Town, town

FIRST = date(2026, 8, 4)
"""The day after the tests' own morning."""
SEED = 20260804
DOORS = 8
SOAK_SECONDS = float(os.environ.get("SOAK_SECONDS", "inf"))
EARLY = range(16, 23)
"""Days of a week in which nothing runs."""
LEAST = 28
"""Days that every run has, however short: that week, and what was missed in it."""
EVERYTHING = {
    *("receipt", "desk_payment", "refunded", "desk_refund", "payment_due", "desk_overdue"),
    *("subscription_sold", "desk_sold", "subscription_renewed", "desk_renewed"),
    *("subscription_canceled", "desk_canceled", "subscription_activated", "desk_activated"),
    *("subscription_expired", "desk_expired", "ends_soon", "ended", "price_changed"),
    *("frozen", "desk_frozen", "freeze_ends", "freeze_ended", "desk_freeze_ended"),
    *("gym_closed", "gym_opened", "birthday", "absent", "milestone", "desk_digest", "denied"),
    *("reward_earned", "desk_reward_earned", "reward_expires", "desk_reward_applied"),
}
"""Kinds of messages in every simulated year."""
SELDOM = {"milestone", "desk_reward_applied"}
"""Of them, those that some months lack."""
RECEIPT_NUMBER = re.compile(r"№ (\d+)\b")
Key, Value = TypeVar("Key"), TypeVar("Value")


class Years:
    """The gym and the model, a day at a time."""

    def __init__(
        self, driver: Driver, model: Model, town: Town, away: Collection[int], new_prices: dict[int, int]
    ) -> None:
        self.driver = driver
        self.reading = Reading(driver)
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
        await self._hear(day)
        if number in self._new_prices:
            await self._raise_price(self._new_prices[number], day + 30 * DAY)
        await self._live_through(day)
        await evening(self.driver, self.model, day)
        await self._hear(day)
        await self._compare_day(day)
        if number % 30 == 29:
            await self.reading.note()
            await self.town.everybody_reads()
            print(f"day {number + 1}: {len(self.reading.noted)} messages", flush=True)

    async def end(self, number: int) -> None:
        """What waits for its hour leaves too, in the morning of a day on which nothing else happens."""
        await self.driver.move_to(FIRST + number * DAY, DESK)
        await self._hear(FIRST + number * DAY)

    async def _hear(self, day: date) -> None:
        """Messages arrive; nobody is asked to come whom the door would send away."""
        await self.town.hears(self.driver.clock)
        for kind, number in await self.reading.invitations():
            member = self.model.members[number]
            welcome = self.model.may_come(member, day) if kind == "absent" else _may_return(member, day)
            assert welcome, f"{kind} to member {number} on {day}"

    async def _live_through(self, day: date) -> None:
        """At the desk one after the other, as receipts are numbered; at the door several at once."""
        for shut in shutting(self.model, day, SEED):
            await self.driver.shuts(shut)
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

    async def _compare_day(self, day: date) -> None:
        """Where every plan lies, who has not been seen, and what is in the till."""
        assert _unlike(await self.reading.periods(), _periods(self.model)) == {}, day
        assert _unlike(await self.reading.at_risk(), self.model.at_risk(day)) == {}, day
        assert await self.reading.till(day) == self.model.books.till[day], day

    async def compare(self) -> None:
        """Whatever was to be told was told once, on its day; and the books agree."""
        assert self.driver.failed == []
        await self.reading.note()
        found = self.reading.told()
        assert found - self.model.told == Counter(), "told too much"
        assert self.model.told - found == Counter(), "told too little"
        seen = self.reading.last_seen()
        assert seen == {key: self.model.last_seen[key] for key in seen}, "another day than the last visit's"
        books = self.model.books
        receipts = [(number + 1, *one) for number, one in enumerate(books.receipts)]
        assert await self.reading.receipts() == receipts
        assert _unlike(await self.reading.standing(), _standing(self.model)) == {}
        assert _unlike(await self.reading.entries(), books.entries) == {}
        kept = {one.number: one.credit for one in self.model.members if one.credit}
        assert await self.reading.credits() == kept


def _may_return(member: Member, day: date) -> bool:
    """Whoever is asked to buy again has no plan that runs, and has not been sent away."""
    return member.active and not member.is_blocked(day) and member.running(day) is None


def _unlike(found: Mapping[Key, Value], right: Mapping[Key, Value]) -> dict[Key, tuple[Value | None, ...]]:
    """Where the gym says something else than the model: what it says, and what is right."""
    keys = found.keys() | right.keys()
    return {key: (found.get(key), right.get(key)) for key in keys if found.get(key) != right.get(key)}


def _periods(model: Model) -> dict[Place, tuple[str, date, date]]:
    return {
        (member.number, place): (term.status, term.starts, term.ends)
        for member in model.members
        for place, term in enumerate(member.terms)
        if term.open
    }


def _standing(model: Model) -> dict[Place, tuple[str, int]]:
    return {
        (member.number, place): (term.status, term.owed)
        for member in model.members
        for place, term in enumerate(member.terms)
    }


@pytest.mark.parametrize(
    ("days", "away", "quiet"),
    [
        pytest.param(40, EARLY, {*SELDOM, "gym_opened"}, id="weeks"),
        pytest.param(122, range(52, 59), SELDOM, id="months", marks=pytest.mark.soak),
    ],
)
@pytest.mark.long
async def test_a_small_gym_is_told_and_delivered_as_the_rules_say(
    gym: Gym, clock: FrozenClock, days: int, away: range, quiet: set[str]
) -> None:
    """Six weeks in every run of the suite, four months in `make soak`; in one of the weeks nothing runs.

    `SOAK_SECONDS` cut the months: nothing runs in their third week then, and a few days after it are enough.
    """
    ends = time.monotonic() + SOAK_SECONDS
    if math.isfinite(SOAK_SECONDS):
        away = EARLY
    model = Model(people(20, SEED), plans())
    async with town(gym, model.members) as place:
        driver = await Driver.open(gym, clock, model, place.chats)
        await driver.hears_the_desk(place.desk.group or 0)
        years = Years(driver, model, place, away, {days // 3: 160_000})
        lived = 0
        while lived < days and (lived < LEAST or time.monotonic() < ends):
            await years.live(lived)
            lived += 1
        await years.end(lived)
        await years.compare()
        await _everybody_got_everything(years, most_laid_aside=30)
    untold = EVERYTHING - {kind for kind, _, _ in model.told}
    assert lived < days or untold <= quiet, "the gym was too quiet"


async def _everybody_got_everything(years: Years, most_laid_aside: int) -> None:
    """What was created has reached the chat, once; only what a missed week overtook was laid aside."""
    reading, place = years.reading, years.town
    states = reading.states()
    assert {state for state, linked in states if linked} <= {"sent", "dismissed"}
    assert {state for state, linked in states if not linked} == {"unreachable"}
    assert 0 < states["dismissed", True] < most_laid_aside
    carrying = [(number, whose) for number, whose, _ in await reading.receipts()]
    for member, person in place.owners.items():
        texts = [message.text or "" for message in await person.chat() if message.text != "/start"]
        assert len(texts) == reading.sent_to(member)
        found = Counter(int(number) for text in texts for number in RECEIPT_NUMBER.findall(text))
        assert found == Counter(number for number, whose in carrying if whose == member)
    assert set(reading.desk()) == {"sent"}
    assert len(await place.desk.chat()) == reading.desk()["sent"]


@pytest.mark.soak
async def test_three_years_of_two_hundred_people(gym: Gym, clock: FrozenClock) -> None:
    """As many days of them as `SOAK_SECONDS` allow; all of them without it. Twice a week nothing runs."""
    began, number = time.monotonic(), 0
    model = Model(people(200, SEED), plans())
    async with town(gym, model.members) as place:
        driver = await Driver.open(gym, clock, model, place.chats)
        await driver.hears_the_desk(place.desk.group or 0, KindGroup.DESK_HOUSE)
        away = {*EARLY, *range(545, 552)}
        years = Years(driver, model, place, away, {10: 160_000, 400: 175_000, 800: 190_000})
        for number in range(3 * 365 + 1):
            await years.live(number)
            if number >= LEAST - 1 and number not in away and time.monotonic() - began > SOAK_SECONDS:
                break
        await years.end(number + 1)
        await years.compare()
        await _everybody_got_everything(years, most_laid_aside=1000)
    assert number >= LEAST - 1
    _report(years, number + 1, time.monotonic() - began)


def _report(years: Years, days: int, seconds: float) -> None:
    kinds = Counter[str]()
    for (kind, _, _), count in years.model.told.items():
        kinds[kind] += count
    sent = sum(one.state == "sent" for one in years.reading.noted.values())
    print(f"\n{days} days in {seconds:.0f} s, {sent} messages delivered or spread")
    print("  ".join(f"{kind} {count}" for kind, count in kinds.most_common()))
