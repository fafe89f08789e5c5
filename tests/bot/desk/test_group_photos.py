"""Photos in a desk chat: a quiet reply for an entry, one with the reason for a refusal, or left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.sandbox.server import SandboxServer
from bot.sandbox.state.store import Json
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.attendance.models import CheckIn
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod
from gym.faces.pool import FacePool
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, all_handled
from tests.support.memberships import DeskClerk
from tests.support.people import group, in_profile, landscape, people
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
def gym(gym: Gym, remembered_faces: FacePool) -> Gym:
    """Here the bot can see."""
    return replace(gym, face_pool=remembered_faces)


async def remembered(gym: Gym, client: Client, number: int) -> None:
    face = await enrolment_face(gym.faces, people()[number].photo(0))
    async with gym.unit_of_work(Actor.system()) as uow:
        faces = FaceRecognitionService(uow)
        await faces.give_consent(client.id, ConsentMethod.PAPER)
        await faces.enrol(client.id, [face])


async def test_a_photo_in_a_desk_chat_that_an_admin_has_set_to_it_checks_in(
    gym: Gym,
    clock: FrozenClock,
    sandbox: SandboxServer,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    make_staff: Callable[..., Awaitable[Actor]],
    make_member: MakeMember,
) -> None:
    ana, bruno, rosa = [await telegram.person(name) for name in ("Ana", "Bruno", "Rosa")]
    boss = await make_staff(ana)
    await make_staff(bruno, Role.EMPLOYEE)
    place = await telegram.group("Front desk", [ana, bruno, rosa])
    async with gym.unit_of_work(boss) as uow:
        await DeskChatService(uow).confirm(ChatPlace(place["id"], None, "Front desk"))
    paid, unpaid = await make_member(None, "Lucia", "Paz"), await make_member(None, "Mateo", "Ruiz")
    for number, client in enumerate((paid, unpaid)):
        await remembered(gym, client, number)
    desk = DeskClerk(gym, boss)
    await desk.pay(await desk.sell(paid, await desk.plan()))
    here = bruno.in_group(place["id"])
    await bruno.sends("/start")
    await bruno.sees("Send a photo")

    async def sent(photo: bytes, by: Person = here) -> tuple[str, ...]:
        """The reactions to a photo."""
        message = await by.sends_photo(photo)
        while await telegram.pending_updates():  # noqa: ASYNC110 - the server rings nobody for it
            await asyncio.sleep(0.002)
        await all_handled(gym)
        return next(one.reactions for one in await by.chat() if one.message_id == message.message_id)

    async def entries() -> int:
        async with gym.database.session() as session:
            return await session.scalar(select(func.count()).select_from(CheckIn)) or 0

    async def replies() -> list[Json]:
        calls = await telegram.calls(method="sendMessage")
        return [call for call in calls if "reply_parameters" in call["arguments"]]

    assert await sent(people()[0].photo(1)) == (), "nobody has asked for it yet"
    assert await entries() == 0
    await ana.sends("/desk")
    await ana.taps("💬 Front desk")
    await ana.taps("📷 Check in by photos")
    await ana.sees("checks that client in")
    assert await sent(people()[0].photo(1), rosa.in_group(place["id"])) == (), "she does not work here"
    assert await entries() == 0
    assert await sent(people()[0].photo(1)) == ("👍",)
    entered = await here.sees("Lucia Paz: entry recorded")
    assert ([entered], entered.labels) == (await here.news(), ["↩️ Undo", "👤 Card"])
    assert "read" not in entered.words, "nothing but the entry"
    assert [call["arguments"].get("disable_notification") for call in await replies()] == ["true"], (
        "an entry rings in no group"
    )
    assert await entries() == 1
    photo = await here.sends_photo(people()[1].photo(1))
    refusal = await here.sees("Mateo Ruiz may not come in")
    assert "There is no plan" in refusal.words
    _, reply = await replies()
    assert "disable_notification" not in reply["arguments"]
    assert str(photo.message_id) in str(reply["arguments"]["reply_parameters"])
    await here.taps("👤 Card")
    await bruno.sees("Mateo Ruiz")
    assert await sent(landscape()) == ("🤷",)
    await here.sends_photo(people()[2].photo(0))
    assert (await here.sees("I find no client for this face")).labels == ["🔎 Search by name"]
    await here.sends_photo(group())
    await here.sees("6 faces: a photo here checks in one person")
    assert await entries() == 2, "the entry and the denial"
    await telegram.fault("setMessageReaction", 400)
    await here.sends_photo(people()[0].photo(2))
    again = await here.sees("Lucia Paz: entry recorded")
    assert "Second time today" in again.words
    assert "There is more to read: see the card." in again.words
    assert "disable_notification" not in (await replies())[-1]["arguments"]
    await here.taps("↩️ Undo")
    undone = await here.sees("Lucia Paz: the entry of")
    assert "was undone by Bruno" in undone.words
    assert (undone.message_id, undone.labels) == (again.message_id, ["👤 Card"])
    assert await entries() == 3

    async with gym.unit_of_work(boss) as uow:
        await uow.session.execute(update(Client).where(Client.id == paid.id).values(warning="bad knee"))
    # Ten past midnight, a photo from before it; at ten, one that waited for 65 minutes.
    for now, when, said in (
        (datetime(2026, 8, 4, 5, 10, tzinfo=UTC), timedelta(minutes=20), "3 Aug 2026, 23:50"),
        (datetime(2026, 8, 4, 15, tzinfo=UTC), timedelta(minutes=65), "4 Aug 2026, 08:55"),
    ):
        clock.at = now
        sandbox._state.clock.set_to(now - when)
        await here.sends_photo(people()[0].photo(1))
        late = await here.sees("nobody was checked in")
        assert (f"Lucia Paz: this photo is from {said}" in late.words, late.labels) == (True, ["👤 Card"])
    assert await entries() == 3
    sandbox._state.clock.set_to(clock.at - timedelta(minutes=50))
    await here.sends_photo(people()[0].photo(1))
    warned = await here.sees("Lucia Paz: entry recorded")
    assert "see the card" in warned.words
    assert "knee" not in warned.words, "a warning is not for the whole group"
    assert await entries() == 4


async def test_a_photo_that_no_face_can_be_registered_with_says_so_before_the_questions(
    telegram: SandboxClient, desk_bot: RunningBot, make_staff: Callable[..., Awaitable[Actor]]
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends_photo(in_profile().photo(0))
    asked = await bruno.sees("Not good enough to register a face with: The face is turned away")
    assert asked.labels == ["➕ Register", "🔎 Search by name", "Home"]
    await bruno.sends_photo(people()[0].photo(0))
    assert (await bruno.sees("I do not know this face")).labels[0] == "➕ Register with this photo"
    await bruno.sends_photo(landscape())
    assert (await bruno.sees("No face was found")).labels == ["🔎 Search by name", "➕ Register", "Home"]
