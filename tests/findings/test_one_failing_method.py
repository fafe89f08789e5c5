"""A method that Telegram fails to carry out for an hour costs its picture, and nobody's chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select
from telegram import Bot, Chat, Message

from bot import home
from bot.bot_api import retries
from bot.bot_api.delivery_status import ServerFault
from bot.bot_api.method_health import BROKEN_AFTER, PROBE_SECONDS, MethodHealth
from bot.outbox import delivery, outcomes
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.routing.router import Audience, Router
from bot.telegram.application import Api, make_bot
from bot.telegram.running_bot import RunningBot
from bot.ui.pictures.picture_register import PictureRegister
from bot.ui.screens import Screen
from bot.ui.sending.answer_counter import AnswerCounter
from bot.ui.sending.messenger import PLAIN_FROM, Messenger
from bot.ui.surfaces import Surface
from bot.ui.update_context import UpdateContext
from gym.app import Gym
from gym.chats.models import InboxUpdate
from gym.chats.schemas import ClaimedUpdate
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.outbox import Recipient
from gym.security.permissions import Actor
from tests.bot import flow
from tests.bot.conftest import MakeMember, settled
from tests.sandbox.front_desk import square
from tests.support.messages.samples import complete
from tests.support.sandbox.client import Person, SandboxClient

WELCOMES = Notification.kind == NotificationKind.WELCOME
HOUR = 10_000
SOON = 15.0
"""Seconds within which a person is answered all the same; it was 21 minutes."""


papers = Router(Audience.STAFF)


@papers.command("paper", flow.N_("A file"))
async def paper(context: UpdateContext) -> None:
    await context.send_document(b"%PDF", "receipt.pdf", "<b>Receipt</b> 7")


@papers.photo
async def photo(context: UpdateContext) -> None:
    await context.say(f"{len(await context.photo_bytes())} bytes")


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, flow.router, papers)


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff: Callable[..., Awaitable[Actor]]) -> Person:
    person = await telegram.person("Bob")
    await make_staff(person)
    return person


async def told_of(gym: Gym, method: str) -> int:
    query = select(func.count()).select_from(Notification)
    fails = query.where(
        Notification.kind == NotificationKind.DESK_TELEGRAM_FAILS,
        Notification.dedup_key.startswith(f"telegram:{method}:"),  # a payload that has served is emptied
        Notification.recipient_id.is_(None),
    )
    async with gym.database.session() as session:
        return await session.scalar(fails) or 0


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def failed_updates(gym: Gym) -> int:
    async with gym.database.session() as session:
        failed = select(func.count()).select_from(InboxUpdate).where(InboxUpdate.failed)
        return await session.scalar(failed) or 0


def later(running: RunningBot, clock: FrozenClock) -> None:
    """What was put off is due; what is in hand keeps its lease."""
    if not running.assembly.inbox._held:
        clock.advance(timedelta(minutes=2))
        running.assembly.inbox._wake.set()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_picture_that_cannot_be_sent_is_left_out_and_offered_again(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person, status: int
) -> None:
    before = counted("powergym_telegram_other_ways_total", method="sendPhoto")
    for method in ("sendPhoto", "editMessageMedia"):
        await telegram.fault(method, status, times=HOUR)
    await bob.sends("/start")
    await bob.taps("Picture")
    shown = await bob.sees("picture 0", SOON)
    if status == 504:
        return  # nobody knows: it is taken for sent
    assert "does not take pictures just now" in (shown.text or "")
    assert [button.label for row in shown.buttons for button in row][:1] == ["Another"]
    await bob.sends("and the rest?")
    await bob.sees("You typed and the rest?", SOON)
    assert await told_of(gym, "sendPhoto") == 1
    assert counted("powergym_telegram_other_ways_total", method="sendPhoto") == before + 1
    await telegram.no_faults()
    await bob.taps("Try again")
    assert (await bob.sees_photo()).caption == "picture 0"
    assert await failed_updates(gym) == 0


async def test_a_picture_that_cannot_be_changed_in_place_gives_way_to_the_text(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    await bob.sends("/start")
    await bob.taps("Picture")
    first = await bob.sees_photo()
    await telegram.fault("editMessageMedia", 500, times=HOUR)
    await telegram.fault("deleteMessage", 500, times=HOUR)
    await bob.taps("Another")
    await bob.sees("picture 1", SOON)
    await settled(gym, 3)
    assert next(m for m in await bob.chat() if m.message_id == first.message_id).buttons == ()


async def test_a_text_that_cannot_be_changed_in_place_comes_below(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    await bob.sends("/start")
    await bob.sees("Or choose")
    await telegram.fault("editMessageText", 500, times=HOUR)
    await bob.taps("Names")
    assert (await bob.sees("name 0", SOON)).edited is False


async def test_a_file_that_cannot_be_sent_leaves_its_words(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    await telegram.fault("sendDocument", 500, times=HOUR)
    await bob.sends("/paper")
    said = await bob.sees("Receipt 7", SOON)
    assert "does not take files just now" in (said.text or "")
    await bob.sends("next")
    await bob.sees("You typed next", SOON)
    assert await told_of(gym, "sendDocument") == 1


async def test_a_photo_that_telegram_does_not_hand_over_is_told_and_the_chat_goes_on(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person, clock: FrozenClock
) -> None:
    await telegram.fault("getFile", 500, times=HOUR)
    await bob.sends_photo(square(300))
    async with asyncio.timeout(60):
        while "does not hand over" not in await bob.transcript():
            await asyncio.sleep(0.3)
            later(desk_bot, clock)
    await bob.sees("does not hand over pictures", SOON)
    await bob.sends("Rosa")
    await bob.sees("You typed Rosa", SOON)
    assert await told_of(gym, "getFile") == 1


async def test_an_answer_that_alone_fails_is_given_up_and_the_rest_of_the_chat_goes_on(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person, clock: FrozenClock
) -> None:
    eve = await telegram.person("Eve")
    await telegram.fault("sendMessage", 500, times=HOUR, chat_id=bob.id)
    await bob.sends("poison")
    await bob.sends("next")
    async with asyncio.timeout(60):
        while await failed_updates(gym) == 0:
            await eve.sends("/start")
            await asyncio.sleep(0.3)
            later(desk_bot, clock)
    await telegram.no_faults()
    later(desk_bot, clock)
    await bob.sees("You typed next", SOON)
    assert await told_of(gym, "sendMessage") == 1


async def test_nobody_waits_for_a_method_that_is_known_to_fail(
    desk_bot: RunningBot, telegram: SandboxClient, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses, pause = list[float](), retries._pause

    async def noted(seconds: float) -> None:
        pauses.append(seconds)
        await pause(seconds)

    monkeypatch.setattr(retries, "_pause", noted)
    await telegram.fault("sendPhoto", 500, times=HOUR)
    for _ in range(2):
        await bob.sends("/start")
        await bob.taps("Picture")
        await bob.sees("does not take pictures", SOON)
    calls = len(await telegram.calls(method="sendPhoto"))
    assert pauses, "a failing call is made again, after a pause"
    await bob.sends("/start")
    pauses.clear()
    await bob.taps("Picture")
    await bob.sees("does not take pictures", SOON)
    assert pauses == []
    assert len(await telegram.calls(method="sendPhoto")) == calls == BROKEN_AFTER


def test_a_broken_method_is_probed_once_a_minute_and_works_again_by_one_success() -> None:
    now = [0.0]
    health = MethodHealth(lambda: now[0])
    for _ in range(BROKEN_AFTER):
        assert not health.is_broken("sendPhoto")
        health.note("sendPhoto", 500)
    assert health.is_broken("sendPhoto")
    assert not health.is_broken("sendMessage")
    now[0] = PROBE_SECONDS + 1
    assert not health.is_broken("sendPhoto")
    health.note("sendPhoto", 500)
    assert health.is_broken("sendPhoto")
    health.note("sendPhoto", 400)  # a refusal is an answer
    assert not health.is_broken("sendPhoto")
    assert health.works("sendPhoto")
    assert not health.works("sendMessage")


# The outbox


@pytest.fixture
async def outbox(gym: Gym, api: Api) -> AsyncGenerator[OutboxWorker]:
    async def no_waiting(_: float) -> None: ...

    async with make_bot(api) as bot:
        yield OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting))


async def welcome(gym: Gym, client: UUID, name: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(Recipient.client(client), complete(NotificationKind.WELCOME, {"first_name": name}))


async def test_a_message_that_fails_lets_those_behind_it_go_on_and_leaves_bare_at_last(
    gym: Gym,
    outbox: OutboxWorker,
    telegram: SandboxClient,
    make_member: MakeMember,
    clock: FrozenClock,
) -> None:
    ana, eve = await telegram.person("Ana"), await telegram.person("Eve")
    for person in (ana, eve):
        await person.sends("/start")
    member, other = (await make_member(ana)).id, (await make_member(eve, "Eve", "Ruiz")).id
    await telegram.fault("sendMessage", 500, times=6, chat_id=ana.id)  # the sixth: its bare copy too
    await welcome(gym, member, "First")
    await welcome(gym, member, "Second")
    heard: list[float] = []
    for second in range(120):
        if second % 10 == 0:
            await welcome(gym, other, f"{second}")
        await outbox.drain()
        words = " ".join(message.words for message in await ana.chat())
        heard += [second] if "Second" in words and not heard else []
        clock.advance(timedelta(seconds=1))
    words = [message.words for message in await ana.chat() if message.from_bot]
    assert len(words) == 2
    assert "Second" in words[0]
    assert "First" in words[1]
    assert heard[0] < 45, "not 21 minutes"
    assert await told_of(gym, "sendMessage") == 1
    async with gym.database.session() as session:
        pending = select(func.count()).where(Notification.state == NotificationState.PENDING)
        assert await session.scalar(pending) == 0


async def test_a_bare_message_is_marked_before_anything_else_can_fail(
    gym: Gym,
    outbox: OutboxWorker,
    telegram: SandboxClient,
    make_member: MakeMember,
    clock: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever is marked when the report begins is not sent again by a crash within it."""
    ana = await telegram.person("Ana")
    await ana.sends("/start")
    await welcome(gym, (await make_member(ana)).id, "First")
    found: list[NotificationState] = []
    report = delivery.report_trouble

    async def reported(gym: Gym, method: str) -> None:
        async with gym.database.session() as session:
            found.extend(await session.scalars(select(Notification.state).where(WELCOMES)))
        await report(gym, method)

    monkeypatch.setattr(delivery, "report_trouble", reported)
    monkeypatch.setattr(outcomes, "report_trouble", reported)
    await telegram.fault("sendMessage", 500, times=5, chat_id=ana.id)
    for _ in range(5):
        await outbox.drain()
        clock.advance(timedelta(minutes=1))
    assert found == [NotificationState.SENT]


async def test_a_bare_answer_stays_in_its_topic() -> None:
    threads: list[object] = []

    class NoMarkup(Bot):
        async def send_message(self, *_: Any, **options: Any) -> Message:
            threads.append(options["message_thread_id"])
            if "parse_mode" in options:
                raise ServerFault("no markup today")
            return Message(1, datetime.now(UTC), Chat(-5, Chat.SUPERGROUP))

    async def count(_update: int, _sent: int) -> None: ...

    bot = NoMarkup("1:x")
    counter = AnswerCounter(ClaimedUpdate(1, -5, {}, PLAIN_FROM), count)
    pictures = cast("PictureRegister", None)
    messenger = Messenger(bot, -5, counter, pictures, MethodHealth(), 77, Surface.DESK)
    await messenger.send(Screen("hi"), datetime.now(UTC))
    assert threads[-1] == 77
