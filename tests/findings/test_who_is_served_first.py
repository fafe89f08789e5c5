"""However many people write, whoever works at the desk is served first, and nobody is forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.admission.slots import MEMBERS, SLOTS, STRANGERS
from bot.telegram.inbox import Done, Inbox, Outcome
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import SenderRank
from gym.chats.schemas import ClaimedUpdate, ClaimLimits
from gym.chats.service import InboxService
from gym.chats.sessions import AutocommitSessions
from gym.security.permissions import Role
from tests.bot.conftest import MakeMember
from tests.bot.telegram.test_inbox import arrival
from tests.support.sandbox.client import SandboxClient

MANY = 40


def written(update_id: int, sender: int) -> dict[str, Any]:
    return {
        "update_id": update_id,
        "message": {"chat": {"id": sender, "type": "private"}, "from": {"id": sender}, "text": "hi"},
    }


def service(gym: Gym) -> InboxService:
    return InboxService(AutocommitSessions(gym.database), gym.clock)


async def until(condition: asyncio.Event) -> None:
    async with asyncio.timeout(30):
        await condition.wait()


async def crowd(gym: Gym, telegram: SandboxClient, make_staff: Any, make_member: MakeMember) -> InboxService:
    """Three strangers, then three members, then three colleagues have written, ids 1 to 9."""
    people = [await telegram.person(f"P{number}") for number in range(9)]
    for person in people[3:6]:
        await make_member(person, person.name)
    for person in people[6:]:
        await make_staff(person, Role.EMPLOYEE)
    inbox = service(gym)
    await inbox.keep([arrival(written(number, person.id)) for number, person in enumerate(people, 1)])
    return inbox


async def test_staff_come_before_members_and_members_before_strangers(
    gym: Gym, telegram: SandboxClient, make_staff: Any, make_member: MakeMember
) -> None:
    inbox = await crowd(gym, telegram, make_staff, make_member)
    order = [item.update_id for _ in range(9) for item in await inbox.claim(1)]
    assert order == [7, 8, 9, 4, 5, 6, 1, 2, 3]


async def test_what_is_claimed_for_members_and_strangers_keeps_to_their_ceilings(
    gym: Gym, telegram: SandboxClient, make_staff: Any, make_member: MakeMember
) -> None:
    inbox = await crowd(gym, telegram, make_staff, make_member)
    claimed = await inbox.claim(ClaimLimits(size=6, members=2, strangers=1))
    assert [item.update_id for item in claimed] == [7, 8, 9, 4, 5, 1]
    assert [item.rank for item in claimed] == [0, 0, 0, 1, 1, 2]
    assert [item.update_id for item in await inbox.claim(ClaimLimits(size=2, members=2, strangers=9))] == [
        6,
        2,
    ]


async def test_strangers_and_members_whose_handling_hangs_leave_slots_for_the_desk(
    gym: Gym, telegram: SandboxClient, make_staff: Any, make_member: MakeMember
) -> None:
    """A stuck handler is the worst that a crowd can bring about."""
    members = [await telegram.person(f"M{number}") for number in range(MANY)]
    for member in members:
        await make_member(member, member.name)
    bob = await telegram.person("Bob")
    await make_staff(bob)
    hanging: list[int] = []
    crowded, answered, release = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        if item.rank != SenderRank.STAFF:
            hanging.append(item.rank)
            if len(hanging) == MEMBERS + STRANGERS:
                crowded.set()
            await release.wait()
        else:
            answered.set()
        return Done()

    inbox = Inbox(service(gym), handle)
    running = asyncio.create_task(inbox.run())
    strangers = [written(number, 10_000 + number) for number in range(1, MANY + 1)]
    await inbox.keep([*strangers, *[written(MANY + n, one.id) for n, one in enumerate(members, 1)]])
    await until(crowded)
    await inbox.keep([written(1_000, bob.id)])
    await until(answered)
    assert (hanging.count(SenderRank.MEMBER), hanging.count(SenderRank.STRANGER)) == (MEMBERS, STRANGERS)
    inbox.stop()
    release.set()
    await running


async def test_strangers_are_served_as_soon_as_there_is_room(gym: Gym) -> None:
    served: set[int] = set()
    everybody = asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        served.add(item.chat_id)
        if len(served) == MANY:
            everybody.set()
        return Done()

    inbox = Inbox(service(gym), handle, idle_seconds=60)
    running = asyncio.create_task(inbox.run())
    await inbox.keep([written(number, 10_000 + number) for number in range(1, MANY + 1)])
    await until(everybody)
    inbox.stop()
    await running


async def refused(telegram: SandboxClient) -> int:
    return sum(call["status"] == 429 for call in await telegram.calls(method="sendMessage"))


async def test_whoever_waits_for_telegram_keeps_nobody_else_waiting(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Any
) -> None:
    """Every slot's chat is told to come back in 25 seconds; the next colleague is answered meanwhile."""
    waiting = [await telegram.person(f"Busy {number}") for number in range(SLOTS)]
    bob = await telegram.person("Bob")
    for person in [*waiting, bob]:
        await make_staff(person)
    for person in waiting:
        await telegram.fault("sendMessage", 429, retry_after=25, chat_id=person.id)
        await person.sends("/start")
    async with asyncio.timeout(20):
        while await refused(telegram) < SLOTS:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await bob.sends("/start")
    await bob.sees("type a name")
    chats = {
        int(c["arguments"]["chat_id"])
        for c in await telegram.calls(method="sendMessage")
        if c["status"] == 200
    }
    assert chats == {bob.id}, "nobody waited for the twelve"
    for task in list(desk_bot.assembly.inbox._held.values()):
        task.cancel()  # they would rest for 25 seconds more
