"""Admins and members see what is kept, export it, and ask for an erasure, in both languages."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.privacy.erasure import TIME_TO_RECONSIDER
from gym.privacy.models import Erasure
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember
from tests.findings.reading.conftest import Chat
from tests.privacy.life import rows_of
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture(params=["en", "es"])
async def rosa(
    request: pytest.FixtureRequest,
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_member: MakeMember,
    admin: Actor,
) -> Chat:
    """A member's chat."""
    person = await telegram.person("Rosa", language_code=request.param)
    client = await make_member(person, "Rosa", "Vargas")
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).values(language=request.param))
    reception = DeskClerk(gym, admin)
    await reception.sell(client, await reception.plan())
    return Chat(person, reception, request.param)


async def unpacked(person: Person, telegram: SandboxClient) -> ZipFile:
    sent = await person.sees_document()
    return ZipFile(io.BytesIO(await telegram.download(sent.document_url or "")))


async def test_an_admin_exports_and_erases_a_client(
    chat: Chat, telegram: SandboxClient, clock: FrozenClock
) -> None:
    gym = chat.clerk.gym
    await chat.clerk.client("Petronila")
    await chat.sends("Petronila")
    await chat.taps("🔏 Data")
    await chat.sees("🙂 No consent to face check-in.")
    await chat.taps("📦 Export")
    told = (await unpacked(chat.person, telegram)).read("data.json").decode()
    assert "Petronila" in told

    await chat.taps("🗑 Erase")
    await chat.sees(
        "What stays, without a name: visits, the days of a consent, and money with its receipt numbers,"
        " because the law has books kept. Sums do not change."
    )
    assert await rows_of(gym, Erasure) == []
    await chat.taps("Go on")
    assert await rows_of(gym, Erasure) == [], "asked twice"
    await chat.taps("Yes, erase")
    due = clock.now() + TIME_TO_RECONSIDER
    await chat.sees("🗑 Everything is erased on {at}. Until then it can be taken back.", at=due)
    await chat.taps("↩️ Take it back")
    await chat.sees("🙂 No consent to face check-in.")
    await chat.taps("🗑 Erase", "Go on", "Yes, erase")
    clock.advance(TIME_TO_RECONSIDER)
    await run_due(gym.run)
    await chat.sends("Petronila")
    await chat.sees(
        "Nobody found for “{words}”. Try a document or phone, or register a new client.", words="Petronila"
    )


async def test_a_member_sees_exports_and_erases_the_own_data(
    rosa: Chat, telegram: SandboxClient, clock: FrozenClock
) -> None:
    gym = rosa.clerk.gym
    await rosa.sends("/privacy")
    await rosa.sees("👁 Nobody opened the card in the last 90 days.")
    await rosa.taps("📦 Export")
    file = await unpacked(rosa.person, telegram)
    assert "Vargas" in file.read("data.json").decode()
    assert f'lang="{rosa.t.language}"' in file.read("index.html").decode()
    await rosa.taps("🗑 Erase")
    running = await rosa.clerk.current(await only_client(gym))
    assert running is not None
    await rosa.sees("⚠️ A plan runs until {day}; it opens no door any more.", day=running.ends_on)
    await rosa.taps("Go on", "Yes, erase")
    await rosa.sees(
        "🗑 Everything is erased on {at}. Until then it can be taken back.",
        at=clock.now() + TIME_TO_RECONSIDER,
    )
    clock.advance(TIME_TO_RECONSIDER)
    await run_due(gym.run)
    assert (await only_client(gym)).erased_at is not None
    await rosa.sends("/start")
    await rosa.sees(
        "Hello! This is the chat of {gym}. If you train here, share your phone number with the button"
        " below, or ask at the desk for your link. Until then I answer one message a minute.",
        gym="PowerGym",
    )


async def only_client(gym: Gym) -> Client:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalar(select(Client))
    assert found is not None
    return found


async def test_an_employee_is_not_offered_a_clients_data(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    make_staff: Callable[[Person, Role], Awaitable[Actor]],
) -> None:
    bruno = await telegram.person("Bruno")
    actor = await make_staff(bruno, Role.EMPLOYEE)
    await DeskClerk(gym, actor).client("Petronila")
    await bruno.sends("Petronila")
    await bruno.sees("Petronila Vargas")
    assert "🔏 Data" not in await bruno.keyboard()
