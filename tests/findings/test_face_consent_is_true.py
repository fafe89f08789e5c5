"""What a client agrees to is true, and whoever agreed to an older text is asked about the newer one once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import select, update
from telegram import Message
from telegram.error import NetworkError

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.application import GymBot
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.faces.enrolment.consent import CONSENT_TEXTS, consent_version
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.models import ConsentMethod, FaceConsent
from gym.faces.pool import FacePool
from gym.faces.schemas import FaceState, MatchOutcome, Probe
from gym.faces.service import FaceRecognitionService
from gym.jobs.runner import run_due
from gym.notifications.models import Notification, NotificationKind
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, all_handled
from tests.support.memberships import DeskClerk
from tests.support.people import people
from tests.support.sandbox.client import Person, SandboxClient

ROOT = Path(__file__).parents[2]


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
async def rosa(desk_bot: RunningBot, telegram: SandboxClient) -> Person:
    person = await telegram.person("Rosa")
    await person.sends("/start")
    return person


async def enrolled(gym: Gym, client: Client, *, version: int, at_kiosk: bool = False) -> None:
    """Somebody who agreed to this version of the text, and whose face is known."""
    face = await enrolment_face(gym.faces, people()[0].photo(0))
    async with gym.unit_of_work(Actor.system()) as uow:
        recognition = FaceRecognitionService(uow)
        await recognition.give_consent(client.id, ConsentMethod.PAPER)
        await recognition.enrol(client.id, [face], at_kiosk=at_kiosk)
        await uow.session.execute(
            update(FaceConsent)
            .where(FaceConsent.client_id == client.id)
            .values(version=version, asked_version=None)
        )


async def jobs(gym: Gym, bot: RunningBot) -> None:
    """An hour's work, and the messages that come of it."""

    async def no_waiting(_: float) -> None: ...

    await run_due(gym.run)
    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()


async def asked(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(
            select(Notification.id).where(Notification.kind == NotificationKind.FACE_CONSENT_RENEWED)
        )
        return len(rows.all())


async def state(gym: Gym, client: Client) -> FaceState:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await FaceRecognitionService(uow).state(client.id)


async def is_recognised(gym: Gym) -> bool:
    probe = await enrolment_face(gym.faces, people()[0].photo(1))
    async with gym.unit_of_work(Actor.system()) as uow:
        known = await FaceRecognitionService(uow).identify(
            Probe(probe.embedding, gym.faces.model_id), gym.match_rule
        )
    return known.outcome is MatchOutcome.FOUND


# Asked anew ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_agreed_to_the_first_text_is_asked_about_the_second_exactly_once(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, rosa: Person, make_member: MakeMember
) -> None:
    client = await make_member(rosa, "Rosa", "Vargas")
    await enrolled(gym, client, version=1)
    for _ in range(5):
        await jobs(gym, desk_bot)
        clock.advance(timedelta(days=20))
    for _ in range(2):
        await rosa.sends("/start")
        await rosa.sees("What would you like to see")
    questions = [one for one in await rosa.chat() if "text about face check-in has changed" in one.words]
    assert len(questions) == 1
    assert "pass through Telegram's servers" in questions[0].words
    assert await is_recognised(gym), "what was agreed to holds meanwhile"
    await rosa.taps("Yes, I agree")
    await rosa.sees("Still do it?")  # the question is a hundred days old
    await rosa.taps("Yes, I agree")
    await rosa.sees("opens the door as before")
    now = await state(gym, client)
    assert now.consent is not None
    assert (now.consent.version, now.templates) == (consent_version(), 1)
    await jobs(gym, desk_bot)
    assert await asked(gym) <= 1


async def test_a_no_forgets_the_face_names_what_is_out_of_reach_and_is_not_asked_again(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, rosa: Person, make_member: MakeMember
) -> None:
    client = await make_member(rosa, "Rosa", "Vargas")
    await enrolled(gym, client, version=1)
    await jobs(gym, desk_bot)
    await rosa.sees("has changed")
    await rosa.taps("No, forget my face")
    sure = await rosa.sees("forgotten at once")
    for words in ("older than 48 hours", "saved on a phone", "backups"):
        assert words in sure.words
    await rosa.taps("Forget my face")
    await rosa.sees("Your face is forgotten")
    assert await state(gym, client) == FaceState(None, 0)
    clock.advance(timedelta(days=1))
    await jobs(gym, desk_bot)
    assert await asked(gym) == 1
    assert not await is_recognised(gym)


async def test_whoever_the_bot_cannot_reach_is_asked_when_they_are_back(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, rosa: Person, make_member: MakeMember
) -> None:
    client = await make_member(rosa, "Rosa", "Vargas")
    await enrolled(gym, client, version=1)
    await all_handled(gym)  # whoever writes can be reached
    await desk_bot.assembly.services.chats.set_reachable(rosa.id, False)
    await jobs(gym, desk_bot)
    assert await asked(gym) == 0
    for _ in range(2):
        await rosa.sends("/start")
        await rosa.sees("What would you like to see")
    await jobs(gym, desk_bot)
    clock.advance(timedelta(days=1))
    await jobs(gym, desk_bot)
    assert await asked(gym) == 1, "the start has asked already"
    assert sum("has changed" in one.words for one in await rosa.chat()) == 1


async def test_a_question_that_the_line_lost_comes_later(
    gym: Gym,
    clock: FrozenClock,
    desk_bot: RunningBot,
    rosa: Person,
    make_member: MakeMember,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = await make_member(rosa, "Rosa", "Vargas")
    await enrolled(gym, client, version=1)
    real, faults = GymBot.send_message, [3]

    async def over_a_bad_line(self: GymBot, chat_id: int, text: str, *args: Any, **options: Any) -> Message:
        if "has changed" in text and faults[0]:
            faults[0] -= 1
            raise NetworkError("the line")
        return await real(self, chat_id, text, *args, **options)

    monkeypatch.setattr(GymBot, "send_message", over_a_bad_line)
    await rosa.sends("/start")
    await rosa.sees("What would you like to see")

    async def times_asked() -> int:
        return sum("has changed" in one.words for one in await rosa.chat() if one.from_bot)

    async with asyncio.timeout(60):
        while faults[0] or not await times_asked():
            await asyncio.sleep(0.2)
            clock.advance(timedelta(minutes=5))
            desk_bot.assembly.inbox._wake.set()
            await jobs(gym, desk_bot)
    clock.advance(timedelta(minutes=5))
    await jobs(gym, desk_bot)
    assert await times_asked() == 1


async def test_nobody_else_is_asked(
    gym: Gym, desk_bot: RunningBot, rosa: Person, make_member: MakeMember
) -> None:
    """Neither without a chat, nor after a withdrawal, nor under the text in force."""
    with_chat, without = await make_member(rosa, "Rosa", "Vargas"), await make_member(None, "Eva", "Ruiz")
    await enrolled(gym, with_chat, version=consent_version())
    await jobs(gym, desk_bot)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(FaceConsent).values(version=1, asked_version=None))
        await FaceRecognitionService(uow).withdraw_consent(with_chat.id)
    await enrolled(gym, without, version=1)
    await jobs(gym, desk_bot)
    assert await asked(gym) == 0


async def test_the_desk_asks_who_has_no_chat(gym: Gym, ana: Person, make_member: MakeMember) -> None:
    client = await make_member(None, "Eva", "Ruiz")
    await enrolled(gym, client, version=1)
    await ana.sends("Eva")
    await ana.sees("Face consent of an older text: ask again")
    await ana.taps("🙂 Face")
    await ana.sees("opens the door as before until the client says no")
    await ana.taps("Ask about the new text")
    await ana.sees("pass through Telegram's servers")
    await ana.taps("Yes, signed on paper")
    shown = await ana.sees("1 photo is remembered")
    assert "Ask about the new text" not in " ".join(shown.labels)
    now = await state(gym, client)
    assert now.consent is not None
    assert (now.consent.version, now.templates) == (consent_version(), 1)


# At the kiosk ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_enrolment_can_be_left_to_the_kiosk(gym: Gym, ana: Person) -> None:
    client = await DeskClerk(gym, Actor.system()).client("Lucía")
    await ana.sends("Lucía")
    await ana.taps("🙂 Face")
    await ana.taps("Yes, signed")
    await ana.sees("no picture leaves the gym's own system")
    await ana.taps("At the kiosk")
    await ana.sees("Enrol a face")
    now = await state(gym, client)
    assert now.consent is not None, "the kiosk takes nobody without it"
    assert now.consent.current


async def test_a_registration_can_be_left_to_the_kiosk(gym: Gym, ana: Person) -> None:
    await ana.sends("/register")
    await ana.sees("first name")
    await ana.sends("Lucía")
    await ana.sees("last name")
    await ana.sends("Rojas")
    for question in ("Which document", "Which phone", "born", "Which gender"):
        await ana.sees(question)
        await ana.taps("Skip")
    await ana.taps("Yes, signed")
    await ana.taps("At the kiosk")
    assert "0 photos" not in (await ana.sees("Lucía")).words
    await ana.taps("✅ Save")
    await ana.sees("Enrol a face")
    async with gym.unit_of_work(Actor.system()) as uow:
        client = (await uow.session.scalars(select(Client))).one()
    now = await state(gym, client)
    assert now.consent is not None
    assert now.templates == 0


async def test_no_card_in_chat_shows_a_face_that_was_taken_at_the_kiosk(
    gym: Gym, ana: Person, make_member: MakeMember
) -> None:
    client = await make_member(None, "Rosa", "Vargas")
    await enrolled(gym, client, version=consent_version(), at_kiosk=True)
    await ana.sends("Rosa")
    card = await ana.sees("Rosa Vargas")
    assert "1 face photo" in card.words
    assert card.photo_url is None
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await FaceRecognitionService(uow).thumbnail(client.id), "the door still shows it"


# What is said ─────────────────────────────────────────────────────────────────────────────────────────────

FALSE = re.compile(
    r"nothing leaves|never leaves? the (gym|building)|nobody outside|stays? in the gym\b|nadie fuera"
    r"|nada sale|nunca sale del (gimnasio|edificio)|no sale del gimnasio|se queda en el gimnasio",
    re.IGNORECASE,
)


def claims() -> list[tuple[str, str]]:
    """Everything that people read: README, both catalogues, the pages."""
    said = [(path.name, path.read_text()) for path in ROOT.glob("*.md")]
    said += [(path.name, path.read_text()) for path in (ROOT / "docs").rglob("*.md")]
    for folder in ("web/kiosk", "bot/sandbox/page"):
        for kind in ("*.js", "*.html"):
            said += [(path.name, path.read_text()) for path in (ROOT / folder).rglob(kind)]
    with (ROOT / "gym/locale/es/LC_MESSAGES/powergym.po").open("rb") as file:
        for message in read_po(file, locale="es"):
            if message.id != CONSENT_TEXTS[1]:  # it stays, because people have agreed to it
                said.append(("catalogue", f"{message.id} {message.string}"))
    return said


def test_nowhere_is_it_said_that_nothing_leaves_the_building() -> None:
    wrong = {(name, found.group()) for name, words in claims() if (found := FALSE.search(words))}
    assert wrong == set()
    assert FALSE.search(CONSENT_TEXTS[1]), "the net catches what was said before"


def test_readme_and_consent_say_what_goes_through_telegram() -> None:
    readme = (ROOT / "README.md").read_text()
    for words in ("pass through", "Telegram's", "ten minutes", "48 hours", "Out of reach"):
        assert words in readme
    for words in ("Telegram's servers", "ten minutes", "48 hours", "kiosk", "backups", "withdraw"):
        assert words in CONSENT_TEXTS[consent_version()]
