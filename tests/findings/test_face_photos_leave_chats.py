"""Every message that shows a face is deleted from its chat when its time is over, on both sides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from sqlalchemy import delete, func, select
from telegram import Message

from bot.bot_api.transport import UPLOAD_SECONDS
from bot.sandbox.control.hooks import SandboxHooks
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api, GymBot, make_bot
from bot.telegram.picture_expiry import BATCH, PictureExpiry
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import ChatPicture, Draft, InboxUpdate
from gym.chats.pictures import LEASE
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.faces.engine.reader import Purpose
from gym.faces.enrolment.photos import enrolment_face
from gym.faces.errors import NoFace
from gym.faces.models import ConsentMethod
from gym.faces.pool import FacePool
from gym.faces.service import FaceRecognitionService
from gym.notifications.models import Notification, NotificationKind
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, OpenBot
from tests.support.memberships import DeskClerk
from tests.support.people import group, jpeg, people, stranger
from tests.support.sandbox.client import Person, SandboxClient

ROSA, LUCIA = 0, 1


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
async def rosa(gym: Gym, make_member: MakeMember) -> Client:
    """A client who agreed and was enrolled at the kiosk."""
    row = await make_member(None, "Rosa", "Vargas")
    face = await enrolment_face(gym.faces, people()[ROSA].photo(0))
    async with gym.unit_of_work(Actor.system()) as uow:
        recognition = FaceRecognitionService(uow)
        await recognition.give_consent(row.id, ConsentMethod.PAPER)
        await recognition.enrol(row.id, [face])
    return row


async def handled(gym: Gym) -> None:
    """Wait until the bot is done with everything that was said."""
    waiting = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.done_at.is_(None))
    async with asyncio.timeout(20):
        while True:
            async with gym.database.session() as session:
                if not await session.scalar(waiting):
                    break
            await asyncio.sleep(0.01)


async def expire(gym: Gym, bot: RunningBot) -> None:
    await handled(gym)
    await PictureExpiry(gym, bot.assembly.bot).drain()


async def faces_in(gym: Gym, person: Person) -> list[str]:
    """What stands at every message, sent or received, whose picture shows a face to the real reader."""
    found: list[str] = []
    for message in await person.chat():
        url = message.photo_url or message.document_url
        if url is None:
            continue
        with suppress(NoFace):
            if (await gym.faces.read(await person.client.download(url), Purpose.IDENTIFY_ALL)).faces:
                found.append(message.words or "(sent)")
    return found


async def told(gym: Gym) -> list[str]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(
            select(Notification).where(Notification.kind == NotificationKind.DESK_PICTURE_STAYS)
        )
        return [row.payload["reason"] for row in rows]


async def noted(gym: Gym) -> list[tuple[bool, str | None]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(select(ChatPicture).order_by(ChatPicture.message_id))
        return [(row.own, row.stays) for row in rows]


# Check-ins ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_check_in_by_photo_leaves_no_face_after_ten_minutes(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person, rosa: Client
) -> None:
    await ana.sends_photo(people()[ROSA].photo(1))
    await ana.sees("Rosa Vargas")
    await ana.taps("✅ Check in")
    verdict = await ana.sees("There is no plan")
    assert len(await faces_in(gym, ana)) == 2, "the photo and the card's thumbnail"
    clock.advance(timedelta(minutes=9))
    await expire(gym, desk_bot)
    assert len(await faces_in(gym, ana)) == 2, "they may still be needed"
    clock.advance(timedelta(minutes=1))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []
    assert verdict.message_id in {one.message_id for one in await ana.chat()}, "the record stays"
    assert await noted(gym) == []


async def test_a_card_that_is_used_stays_ten_minutes_longer(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person, rosa: Client
) -> None:
    await ana.sends("Rosa")
    await ana.sees("Rosa Vargas")
    clock.advance(timedelta(minutes=9))
    await ana.taps("🚪 Visits")
    await ana.taps("Back")
    await ana.sees("No visits yet")
    clock.advance(timedelta(minutes=9))
    await expire(gym, desk_bot)
    assert len(await faces_in(gym, ana)) == 1
    clock.advance(timedelta(minutes=1))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


@pytest.mark.parametrize("as_file", [False, True])
async def test_an_unknown_face_goes_with_the_question_about_it(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person, as_file: bool
) -> None:
    await (ana.sends_document(stranger(), "IMG_1.JPG") if as_file else ana.sends_photo(stranger()))
    await ana.sees("do not know this face")
    assert len(await faces_in(gym, ana)) == 2
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await ana.chat() == []


async def test_a_group_photo_and_the_numbered_boxes_go(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person
) -> None:
    await ana.sends_photo(group())
    await ana.sees("faces. Whose card?")
    assert len(await faces_in(gym, ana)) == 2
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


async def test_a_restart_in_between_forgets_no_photo(
    gym: Gym,
    clock: FrozenClock,
    open_bot: OpenBot,
    telegram: SandboxClient,
    make_staff: Callable[..., Awaitable[Actor]],
    rosa: Client,
) -> None:
    desk = await telegram.person("Bruno")
    await make_staff(desk, Role.EMPLOYEE)
    async with open_bot():
        await desk.sends_photo(people()[ROSA].photo(2))
        await desk.sees("Rosa Vargas")
    clock.advance(timedelta(hours=5))
    async with open_bot() as again:
        await expire(gym, again)
    assert await desk.chat() == []


async def test_what_could_not_be_looked_at_goes_too(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, telegram: SandboxClient, ana: Person
) -> None:
    """A face that the reader fails on may be plain to see for people."""
    await telegram.fault("getFile", 400, description="Bad Request: file is gone")
    await ana.sends_photo(stranger())
    await ana.sees("not available any more")
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


async def test_codes_and_charts_stay(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person, rosa: Client
) -> None:
    """Also one that came in the place of a card with a face."""
    await ana.sends("Rosa")
    await ana.taps("💬 Chat link")
    link = await ana.sees("t.me/")
    assert link.photo_url
    clock.advance(timedelta(minutes=30))
    await expire(gym, desk_bot)
    assert link.message_id in {one.message_id for one in await ana.chat()}


# Enrolment ────────────────────────────────────────────────────────────────────────────────────────────────


async def up_to_photos(gym: Gym, desk: Person, name: str = "Lucía") -> None:
    await DeskClerk(gym, Actor.system()).client(name)
    await desk.sends(name)
    await desk.taps("🙂 Face")
    await desk.taps("Yes, signed")
    await desk.sees("send three photos")


async def test_photos_of_an_enrolment_stay_while_it_is_open_and_go_when_it_is_saved(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person
) -> None:
    await up_to_photos(gym, ana)
    await ana.sends_photo(people()[LUCIA].photo(0))
    await ana.sees("Good photo")
    await ana.sends_photo(too_dark())
    await ana.sees("⚠️")
    clock.advance(timedelta(minutes=40))
    await expire(gym, desk_bot)
    assert len(await faces_in(gym, ana)) >= 1, "the form is still open"
    await ana.taps("Done with photos")
    await ana.sees("recognised at the door")
    await expire(gym, desk_bot)
    assert [one for one in await ana.chat() if one.photo_url] == [], "the refused one has gone too"


async def test_an_album_goes_when_the_enrolment_is_saved(
    gym: Gym, desk_bot: RunningBot, clock: FrozenClock, ana: Person
) -> None:
    await up_to_photos(gym, ana)
    await ana.sends_album([people()[LUCIA].photo(number) for number in range(3)])
    await ana.sees("recognised at the door")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


async def test_photos_of_an_enrolment_go_when_it_is_canceled(
    gym: Gym, desk_bot: RunningBot, ana: Person
) -> None:
    await up_to_photos(gym, ana)
    await ana.sends_photo(people()[LUCIA].photo(0))
    await ana.sees("Good photo")
    await ana.taps("Cancel")
    await ana.sees("Nothing was saved")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


async def test_photos_of_an_enrolment_go_when_another_form_takes_its_place(
    gym: Gym, desk_bot: RunningBot, ana: Person
) -> None:
    await up_to_photos(gym, ana)
    await ana.sends_photo(people()[LUCIA].photo(0))
    await ana.sees("Good photo")
    await ana.sends("/register")
    await expire(gym, desk_bot)
    assert len(await faces_in(gym, ana)) == 1, "nothing is decided yet"
    await ana.taps("Drop it, start new")
    await ana.sees("first name")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


async def test_photos_go_when_the_draft_is_swept_away_and_before_telegram_would_keep_them(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person
) -> None:
    for ends in ("swept", "two days"):
        await up_to_photos(gym, ana, f"Lucía {ends}")
        await ana.sends_photo(people()[LUCIA].photo(0))
        await ana.sees("Good photo")
        await handled(gym)
        if ends == "swept":
            async with gym.unit_of_work(Actor.system()) as uow:
                await uow.session.execute(delete(Draft))
        else:
            clock.advance(timedelta(hours=47))
        await expire(gym, desk_bot)
        assert await faces_in(gym, ana) == [], ends


async def test_a_photo_that_registers_somebody_goes_as_well(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, ana: Person
) -> None:
    await ana.sends_photo(people()[LUCIA].photo(0))
    await ana.taps("Register with this photo")
    await ana.sees("signed it in front of you")
    await ana.taps("Yes, signed")
    await ana.sees("first name")
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == [], "the form knows its file"
    await ana.sends("Lucía")
    await ana.sends("Rojas")
    for question in ("Which document", "Which phone", "born", "Which gender"):
        await ana.sees(question)
        await ana.taps("Skip")
    await ana.sees("Two more photos")
    await ana.taps("Skip")
    await ana.taps("✅ Save")
    await ana.sees("1 face photo saved")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []


# What Telegram does not let go ────────────────────────────────────────────────────────────────────────────


async def test_after_48_hours_the_bots_picture_is_covered_and_the_persons_is_told_of_once(
    gym: Gym,
    clock: FrozenClock,
    desk_bot: RunningBot,
    sandbox: SandboxServer,
    telegram: SandboxClient,
    ana: Person,
) -> None:
    async def advance(by: timedelta) -> datetime:
        clock.advance(by)
        return datetime.now(UTC) + by

    sandbox.set_hooks(SandboxHooks(advance_clock=advance))
    for _ in range(2):
        await ana.sends_photo(stranger())
        await ana.sees("do not know this face")
    await telegram.advance("3 days")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == ["(sent)", "(sent)"], "the bot's own are covered"
    assert await noted(gym) == [(False, "too_old"), (False, "too_old")]
    assert await told(gym) == ["too_old"]
    calls = len(await telegram.calls(method="deleteMessage"))
    clock.advance(timedelta(days=1))
    await expire(gym, desk_bot)
    assert len(await telegram.calls(method="deleteMessage")) == calls, "not tried for ever"
    await ana.sends("/start")
    await ana.taps("🛠 Jobs")
    await ana.sees("2 photos of faces could not be deleted")


async def test_a_clock_that_jumps_takes_the_photos_along(
    gym: Gym,
    clock: FrozenClock,
    desk_bot: RunningBot,
    sandbox: SandboxServer,
    telegram: SandboxClient,
    ana: Person,
) -> None:
    """Next week on the chat page is no week in which the bot was away."""

    async def advance(by: timedelta) -> datetime:
        clock.advance(by)
        return datetime.now(UTC) + by

    async def before(by: timedelta) -> None:
        await handled(gym)
        await PictureExpiry(gym, desk_bot.assembly.bot).drain(by)

    sandbox.set_hooks(SandboxHooks(advance_clock=advance, before_jump=before))
    await ana.sends_photo(stranger())
    await ana.sees("do not know this face")
    await telegram.advance("1 week")
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []
    assert await told(gym) == []


async def test_in_a_group_the_bot_asks_once_for_the_right_it_lacks(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, telegram: SandboxClient
) -> None:
    sol = await telegram.person("Sol")
    number = (await telegram.group("Recepción", [sol]))["id"]
    here = sol.in_group(number)
    notes = desk_bot.assembly.services.pictures
    for right in (False, False, True):
        if right:
            await telegram.call("POST", f"/groups/{number}/promote")
        sent = await here.sends_photo(stranger())
        await notes.note(number, sent.message_id, own=False, now=clock.now())
        clock.advance(timedelta(minutes=10))
        await expire(gym, desk_bot)
    assert len(await faces_in(gym, here)) == 2, "the third could be deleted"
    assert await told(gym) == ["no_right"]
    await telegram.call("POST", f"/groups/{number}/kick")
    await notes.note(number, 1, own=False, now=clock.now())
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await told(gym) == ["no_right", "no_chat"]


async def test_when_telegram_is_out_of_reach_it_is_tried_again(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, telegram: SandboxClient, ana: Person
) -> None:
    await ana.sends_photo(stranger())
    await ana.sees("do not know this face")
    clock.advance(timedelta(minutes=10))
    await telegram.fault("deleteMessage", 502, times=1)
    await telegram.fault("deleteMessage", 429, times=1, retry_after=40)
    await expire(gym, desk_bot)
    assert len(await faces_in(gym, ana)) == 2
    clock.advance(timedelta(seconds=39))
    await expire(gym, desk_bot)
    clock.advance(timedelta(seconds=2))
    await expire(gym, desk_bot)
    assert await faces_in(gym, ana) == []
    assert await told(gym) == []


def too_dark() -> bytes:
    """A face that enrolment refuses."""
    pixels = cv2.imdecode(np.frombuffer(people()[LUCIA].photo(0), np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return jpeg((pixels * 0.15).astype(np.uint8), 90)


def test_pictures_come_in_and_go_out_through_one_door_each() -> None:
    """Whoever sends or fetches a picture elsewhere would not note that its message shows a face."""
    calls = re.compile(
        r"\b(send_photo|send_media_group|InputMediaPhoto|copy_message|forward_message|get_file)\("
    )
    root = Path(__file__).parents[2] / "bot"
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "sandbox" not in path.parts and calls.search(path.read_text())
    }
    assert found <= {
        "ui/sending/messenger.py",
        "ui/sending/editing.py",
        "ui/pictures/incoming_files.py",
        "telegram/picture_expiry.py",
        "telegram/backup_download.py",
        "outbox/answers.py",  # what staff answer with stays in the chat of the member
        "outbox/backup_sender.py",  # reads the manifest that the bot itself has pinned
        "outbox/charts.py",  # sends what `draw_chart` has drawn, and no picture of anybody
    }


# What left without a number ───────────────────────────────────────────────────────────────────────────────


async def test_a_face_is_on_the_list_before_it_leaves(
    gym: Gym,
    clock: FrozenClock,
    desk_bot: RunningBot,
    ana: Person,
    rosa: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that a crash at any moment leaves it on the list."""
    real, listed = GymBot.send_photo, list[list[tuple[bool, str | None]]]()

    async def looked_at(self: GymBot, *args: Any, **options: Any) -> Message:
        listed.append(await noted(gym))
        return await real(self, *args, **options)

    monkeypatch.setattr(GymBot, "send_photo", looked_at)
    await ana.sends("Rosa")
    card = await ana.sees("Rosa Vargas")
    await handled(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = (await uow.session.scalars(select(ChatPicture.message_id))).all()
    assert listed == [[(True, None)]]
    assert rows == [card.message_id]
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await told(gym) == []


@pytest.mark.parametrize("unknown", ["no number", "no answer"])
async def test_a_face_whose_message_nobody_knows_is_told_to_the_desk(
    gym: Gym,
    clock: FrozenClock,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    ana: Person,
    rosa: Client,
    unknown: str,
) -> None:
    if unknown == "no number":
        await telegram.fault("sendPhoto", 200, body='{"ok":true')
    else:
        await telegram.fault("sendPhoto", 0, afterwards=True, times=9)
    await ana.sends("Rosa")
    await ana.sees("Rosa Vargas")
    await handled(gym)
    clock.advance(timedelta(minutes=10))
    await expire(gym, desk_bot)
    assert await noted(gym) == [(True, "unnumbered")]
    assert await told(gym) == ["unnumbered"]


async def test_a_face_that_surely_did_not_leave_is_on_no_list(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, ana: Person, rosa: Client
) -> None:
    await telegram.fault("sendPhoto", 500, times=9)
    await ana.sends("Rosa")
    await ana.sees("does not take pictures")
    await handled(gym)
    assert await noted(gym) == []


def test_a_claim_is_done_within_its_lease_when_every_answer_is_the_slowest(api: Api) -> None:
    slowest = (make_bot(api)._request[1].read_timeout or 0) + UPLOAD_SECONDS
    assert timedelta(seconds=BATCH * slowest) < LEASE
