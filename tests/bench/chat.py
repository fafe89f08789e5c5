"""The chat: text or tap to the bot's answer, and a check-in to the member's message."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.security.permissions import Actor
from gym.unit_of_work import UnitOfWork
from tests.bench.figures import Figure, Spread, figure
from tests.bench.people import member
from tests.support.sandbox.client import Person, SandboxClient

CHATS = 50
EVERY_SECONDS = 2.0
WARM_UP = 5
PATIENCE = 10.0
LAST = 10**12
SCREENS = ("sendMessage", "editMessageText")


@dataclass(frozen=True, slots=True)
class Regular:
    """A member with a chat of their own."""

    person: Person
    client_id: UUID


async def regulars(gym: Gym, telegram: SandboxClient, plan: UUID, count: int) -> list[Regular]:
    """Members whose chats are linked; each has written once, as Telegram demands before a bot may write."""
    made: list[Regular] = []
    for place in range(count):
        person = await telegram.person(f"Member {place}")
        client_id = await member(gym, plan, f"Member {place}", person.id)
        await person.sends("/start")
        await person.sees("would you like to see", PATIENCE)
        made.append(Regular(person, client_id))
    return made


async def one_chat(people: Sequence[Regular], samples: int) -> list[Figure]:
    """A text, then a tap, in turns; until the answer stands in the chat.

    One chat at a time, each in its turn: of a single member only sixty messages a minute are taken.
    """
    texts: list[float] = []
    taps: list[float] = []
    for place in range(samples + WARM_UP):
        person = people[place % len(people)].person
        text = await _text(person)
        tap = await _tap(person)
        if place >= WARM_UP:
            texts.append(text)
            taps.append(tap)
    return [_row("chat, text → answer", texts), _row("chat, tap → answer", taps)]


@dataclass(frozen=True, slots=True)
class Pad:
    """A chat with one message whose last buttons lead from one screen to another and back."""

    person: Person
    message_id: int
    there: str
    back: str

    @classmethod
    async def of(cls, person: Person) -> Pad:
        await _text(person)
        there, message_id = await _last_button(person)
        await _tap(person)
        back, _ = await _last_button(person)
        return cls(person, message_id, there, back)


async def many_chats(people: Sequence[Regular], seconds: float) -> Figure:
    """Fifty chats, each with a tap every two seconds, spread evenly; the log is read once, afterwards."""
    pads = [await Pad.of(one.person) for one in people]
    rounds = max(1, round(seconds / EVERY_SECONDS))
    step = EVERY_SECONDS / len(pads)
    client = people[0].person.client
    seen = (await client.call("GET", "/calls", params={"after": LAST}))["seq"]
    acts = await asyncio.gather(*(_regularly(pad, place * step, rounds) for place, pad in enumerate(pads)))
    screens = await _screens(client, seen, len(pads) * rounds)
    found = [
        at - act
        for pad, taps in zip(pads, acts, strict=True)
        for act, at in zip(taps, screens[pad.person.id], strict=True)
    ]
    return _row(f"chat, tap → answer, {len(pads)} chats every 2 s", found)


async def _regularly(pad: Pad, delay: float, rounds: int) -> list[float]:
    """When each tap was made; from the second screen back and forth, without waiting for the answers."""
    clock = asyncio.get_running_loop().time
    begin = clock() + delay
    acts: list[float] = []
    for turn in range(rounds):
        await asyncio.sleep(max(0.0, begin + turn * EVERY_SECONDS - clock()))
        acts.append(time.time())
        tap = {"message_id": pad.message_id, "data": pad.there if turn % 2 else pad.back, "wait": 0}
        await pad.person.client.call("POST", f"/people/{pad.person.id}/tap", json=tap)
    return acts


async def _screens(client: SandboxClient, after: int, wanted: int) -> dict[int, list[float]]:
    """When every chat's screens came, as soon as all of them are there."""
    found: dict[int, list[float]] = defaultdict(list)
    async with asyncio.timeout(3 * PATIENCE):
        while sum(map(len, found.values())) < wanted:
            log = await client.call("GET", "/calls", params={"after": after, "wait": PATIENCE})
            after = log["seq"]
            for call in log["calls"]:
                if call["method"] in SCREENS:
                    found[int(call["arguments"]["chat_id"])].append(float(call["at"]))
    return found


async def _text(person: Person) -> float:
    async with _answered(person) as took:
        await person.sends("/start")
    return took[0]


async def _tap(person: Person) -> float:
    """The last button of the newest message: languages, and the way back."""
    data, message_id = await _last_button(person)
    place = {"message_id": message_id, "data": data}
    async with _answered(person) as took:
        await person.client.call("POST", f"/people/{person.id}/tap", json=place)
    return took[0]


async def _last_button(person: Person) -> tuple[str, int]:
    """Its data, and the message it belongs to."""
    message = await person.last()
    data = [button.data for row in message.buttons for button in row if button.data]
    return data[-1], message.message_id


@asynccontextmanager
async def _answered(person: Person) -> AsyncGenerator[list[float]]:
    """Seconds from the act inside the block until the bot's next screen is with the Bot API server.

    The server's own log says when it came: how a test looks at a chat is not measured.
    """
    log = await person.client.call("GET", "/calls", params={"after": LAST})
    took: list[float] = []
    began = time.time()
    yield took
    async with asyncio.timeout(PATIENCE):
        took.append(await _screen_at(person, log["seq"]) - began)


async def _screen_at(person: Person, after: int) -> float:
    """When the person's first screen after that call was logged."""
    while True:
        log = await person.client.call("GET", "/calls", params={"after": after, "wait": PATIENCE})
        for call in log["calls"]:
            if call["method"] in SCREENS and str(call["arguments"].get("chat_id")) == str(person.id):
                return float(call["at"])
        after = log["seq"]


def _row(name: str, seconds: Sequence[float]) -> Figure:
    spread = Spread.of(seconds)
    return figure(
        name,
        spread.p50,
        "ms",
        p95=spread.p95,
        wanted="p50 ≤ 15 ms, p95 ≤ 40 ms",
        ok=spread.p50 <= 15 and spread.p95 <= 40,
    )


async def told_of_visit(gym: Gym, people: Sequence[Regular]) -> Figure:
    """From the commit of a visit to the message at the Bot API server; one visit for each member."""
    seconds = [await _visit(gym, one) for one in people]
    spread = Spread.of(seconds)
    return figure(
        "check-in committed → member's message",
        spread.p50,
        "ms",
        p95=spread.p95,
        wanted="p50 ≤ 50 ms",
        ok=spread.p50 <= 50,
    )


async def _visit(gym: Gym, one: Regular) -> float:
    async def work(uow: UnitOfWork) -> None:
        verdict = await AttendanceService(uow).check_in_client(one.client_id)
        assert verdict.admitted, verdict.code

    log = await one.person.client.call("GET", "/calls", params={"after": LAST})
    await gym.run(Actor.system(), work)
    committed = time.time()
    async with asyncio.timeout(PATIENCE):
        return max(0.0, await _screen_at(one.person, log["seq"]) - committed)
