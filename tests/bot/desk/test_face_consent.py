"""Face consent in chat: a changed text asks again, and twins are an admin's decision."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.faces.enrolment import consent
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod, FaceConsent, FaceTemplate
from gym.faces.pool import FacePool
from gym.faces.schemas import FaceState
from gym.faces.service import FaceRecognitionService
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, all_handled
from tests.support.memberships import DeskClerk
from tests.support.people import people
from tests.support.sandbox.client import Person, SandboxClient

NEWER = "A newer text of {gym}. Do you agree?"


@pytest.fixture
def gym(gym: Gym, remembered_faces: FacePool) -> Gym:
    """Here the bot can see."""
    return replace(gym, face_pool=remembered_faces)


@pytest.fixture
async def ana(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Callable[..., Awaitable[Actor]]
) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


@pytest.fixture
async def bruno(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Callable[..., Awaitable[Actor]]
) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


@pytest.fixture
async def rosa(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    return await telegram.person("Rosa")


@pytest.fixture
async def client(gym: Gym, rosa: Person, make_member: MakeMember) -> Client:
    """Rosa, who agreed in her chat and was enrolled."""
    row = await make_member(rosa, "Rosa", "Vargas")
    face = await enrolment_face(gym.faces, people()[0].photo(0))
    async with gym.unit_of_work(Actor.member(row.id, "Rosa")) as uow:
        await FaceRecognitionService(uow).give_consent(row.id, ConsentMethod.CHAT)
    async with gym.unit_of_work(Actor.system()) as uow:
        await FaceRecognitionService(uow).enrol(row.id, [face])
    return row


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text has changed since."""
    monkeypatch.setitem(consent.CONSENT_TEXTS, 99, NEWER)


async def leave(gym: Gym, bot: RunningBot) -> None:
    """What waits in the outbox leaves."""

    async def no_waiting(_: float) -> None: ...

    await all_handled(gym)
    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()


async def state(gym: Gym, client: Client) -> FaceState:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await FaceRecognitionService(uow).state(client.id)


async def test_who_agreed_to_an_older_text_is_asked_at_the_next_start(
    gym: Gym, desk_bot: RunningBot, rosa: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rosa.sends("/start")
    await rosa.sees("What would you like to see")
    monkeypatch.setitem(consent.CONSENT_TEXTS, 99, NEWER)
    await rosa.sends("/start")
    await rosa.sees("What would you like to see")
    await leave(gym, desk_bot)
    asked = await rosa.sees("The text about face check-in has changed")
    assert "A newer text" in asked.words
    assert (await state(gym, client)).templates == 1, "what was stored stays until they withdraw"
    await rosa.taps("Yes, I agree")
    await rosa.sees("opens the door as before")
    now = await state(gym, client)
    assert now.consent is not None
    assert (now.consent.version, now.consent.current, now.templates) == (99, True, 1)
    await rosa.sends("/start")
    last = await rosa.sees("What would you like to see")
    assert (await rosa.chat())[-1].message_id == last.message_id


async def test_the_changed_text_can_be_answered_with_a_withdrawal(
    gym: Gym, desk_bot: RunningBot, rosa: Person, client: Client, newer: None
) -> None:
    await rosa.sends("/start")
    await rosa.sees("What would you like to see")
    await leave(gym, desk_bot)
    await rosa.sees("has changed")
    await rosa.taps("No, forget my face")
    await rosa.sees("forgotten at once")
    await rosa.taps("Forget my face")
    await rosa.sees("Your face is forgotten")
    now = await state(gym, client)
    assert (now.templates, now.consent) == (0, None)


async def test_the_card_says_so_and_a_new_enrolment_asks_again(
    gym: Gym, bruno: Person, client: Client, newer: None
) -> None:
    await bruno.sends("Rosa")
    await bruno.sees("Face consent of an older text: ask again")
    await bruno.taps("🙂 Face")
    await bruno.sees("new photos need a new consent")
    await bruno.taps("New photos")
    await bruno.sees("A newer text")
    await bruno.taps("Yes, signed")
    await bruno.sends_photo(people()[0].photo(2))
    await bruno.sees("Good photo")
    await bruno.taps("Done with photos")
    await bruno.sees("recognised at the door")
    now = await state(gym, client)
    assert now.consent is not None
    assert (now.consent.version, now.consent.method) == (99, ConsentMethod.PAPER)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(FaceConsent)) == 2


async def up_to_photos(desk: Person, first: str, photo: int) -> None:
    """Register somebody with Rosa's face."""
    await desk.sends("/register")
    await desk.sees("first name")
    await desk.sends(first)
    await desk.sees("last name")
    await desk.sends("Vargas")
    for question in ("Which document", "Which phone", "born", "Which gender"):
        await desk.sees(question)
        await desk.taps("Skip")
    await desk.taps("Yes, signed")
    await desk.sees("send three photos")
    await desk.sends_photo(people()[0].photo(photo))
    await desk.sees("Good photo")
    await desk.taps("Done with photos")
    await desk.sees("1 photo")


async def people_registered(gym: Gym) -> tuple[int, int]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (
            await uow.session.scalar(select(func.count()).select_from(Client)) or 0,
            await uow.session.scalar(select(func.count()).select_from(FaceTemplate)) or 0,
        )


async def test_an_employee_is_not_told_whom_a_new_client_resembles(
    gym: Gym, bruno: Person, client: Client
) -> None:
    await up_to_photos(bruno, "Lucía", 1)
    await bruno.taps("Save")
    refused = await bruno.sees("An admin can look and decide")
    assert "Rosa" not in refused.words
    assert await people_registered(gym) == (1, 1), "nothing of her was saved"
    await bruno.taps("Change")
    await bruno.taps("Face check-in")
    await bruno.taps("No, without face")
    await bruno.taps("Save")
    await bruno.sees("Lucía Vargas is registered")
    assert await people_registered(gym) == (2, 1)


async def test_an_admin_sees_whom_a_new_client_resembles_and_saves_a_twin(
    gym: Gym, ana: Person, client: Client
) -> None:
    await up_to_photos(ana, "Lucía", 1)
    await ana.taps("Save")
    asked = await ana.sees("looks like Rosa Vargas")
    assert "Two people, save anyway" in asked.labels
    assert await people_registered(gym) == (1, 1)
    await ana.taps("Two people, save anyway")
    await ana.taps("✅ Save")
    await ana.sees("is registered")
    assert await people_registered(gym) == (2, 2)


async def test_other_photos_are_judged_anew(gym: Gym, ana: Person, client: Client) -> None:
    """A twin of one is not a twin of everybody."""
    await up_to_photos(ana, "Lucía", 1)
    await ana.taps("Save")
    await ana.sees("looks like Rosa Vargas")
    await ana.taps("Two people, save anyway")
    await ana.taps("Change")
    await ana.taps("Face")
    await ana.sends_photo(people()[0].photo(2))
    await ana.sees("Good photo")
    await ana.taps("Done with photos")
    await ana.taps("✅ Save")
    await ana.sees("looks like Rosa Vargas")


async def test_a_twin_is_enrolled_later_by_an_admin(
    gym: Gym, ana: Person, bruno: Person, client: Client
) -> None:
    await DeskClerk(gym, Actor.system()).client("Lucía")
    for desk in (bruno, ana):
        await desk.sends("Lucía")
        await desk.taps("🙂 Face")
        await desk.taps("Yes, signed")
        await desk.sends_photo(people()[0].photo(1))
        await desk.sees("Good photo")
        await desk.taps("Done with photos")
    assert "Rosa" not in (await bruno.sees("An admin can look")).words
    await ana.sees("looks like Rosa Vargas")
    await ana.taps("Two people, save anyway")
    await ana.sees("recognised at the door")
    assert await people_registered(gym) == (2, 2)
