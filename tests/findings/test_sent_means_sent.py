"""A message is sent again only while it may not have arrived, whatever the answer looks like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select
from telegram.error import RetryAfter, TelegramError

from bot import home
from bot.bot_api.delivery_status import DeliveryStatus, Unanswered, Unreadable, acknowledged
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.routing.router import Router
from bot.sandbox.state.store import Json
from bot.telegram.application import Api, make_bot
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState, Priority
from gym.notifications.outbox import Recipient
from gym.security.permissions import Actor
from tests.bot import flow
from tests.bot.conftest import MakeMember, settled
from tests.support.messages.samples import complete, samples
from tests.support.sandbox.client import Person, SandboxClient

SENT, NOT_SENT, UNKNOWN = DeliveryStatus.SENT, DeliveryStatus.NOT_SENT, DeliveryStatus.UNKNOWN
CHAT = '{"id":7,"type":"private","first_name":"Ana"}'
GOOD = f'{{"ok":true,"result":{{"message_id":5,"date":0,"chat":{CHAT},"text":"hi"}}}}'
HTML = "<html><body>Bad Gateway</body></html>"


def http(status: int, body: str, *, length: int | None = None, more: str = "") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body) if length is None else length}\r\n{more}\r\n"
    return (head + body).encode()


@dataclass(frozen=True, slots=True)
class Case:
    """What the other side does with one sendMessage."""

    answer: bytes | None = b""
    """None: silence until the client gives up; empty: the connection is closed."""
    after: int | None = None
    """Bytes of the request that are read before that; None: all."""
    accepts: bool = True
    big: bool = False
    """The request is larger than what the sockets between hold."""


CASES = {
    "missing field": (Case(http(200, '{"ok":true,"result":{"message_id":5}}')), SENT, 5),
    "wrong type": (
        Case(http(200, f'{{"ok":true,"result":{{"message_id":5,"date":"x","chat":{CHAT}}}}}')),
        SENT,
        5,
    ),
    "number of another shape": (Case(http(200, '{"ok":true,"result":{"message_id":{}}}')), SENT, None),
    "result is no object": (Case(http(200, '{"ok":true,"result":17}')), SENT, None),
    "result is null": (Case(http(200, '{"ok":true,"result":null}')), SENT, None),
    "no result": (Case(http(200, '{"ok":true}')), SENT, None),
    "a list": (Case(http(200, "[]")), SENT, None),
    "truncated JSON": (Case(http(200, GOOD[:60])), SENT, 5),
    "body cut off": (Case(http(200, GOOD[:60], length=400)), SENT, 5),
    "garbage": (Case(http(200, "\x00\x01")), SENT, None),
    "a page": (Case(http(200, HTML)), SENT, None),
    "empty": (Case(http(200, "")), SENT, None),
    "no content": (Case(b"HTTP/1.1 204 X\r\n\r\n"), SENT, None),
    "refused in a 200": (
        Case(http(200, '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}')),
        NOT_SENT,
        None,
    ),
    "refused": (Case(http(400, '{"ok":false,"description":"Bad Request: chat not found"}')), NOT_SENT, None),
    "forbidden": (Case(http(403, '{"ok":false,"description":"Forbidden: bot was blocked"}')), NOT_SENT, None),
    "token": (Case(http(401, '{"ok":false,"description":"Unauthorized"}')), NOT_SENT, None),
    "unknown method": (Case(http(404, '{"ok":false,"description":"Not Found"}')), NOT_SENT, None),
    "conflict": (Case(http(409, '{"ok":false,"description":"Conflict"}')), NOT_SENT, None),
    "too many": (
        Case(http(429, '{"ok":false,"description":"x","parameters":{"retry_after":9}}')),
        NOT_SENT,
        9,
    ),
    "too many, in words": (
        Case(http(429, '{"ok":false,"description":"Too Many Requests: retry after 8"}')),
        NOT_SENT,
        8,
    ),
    "too many, a page": (Case(http(429, HTML)), NOT_SENT, 5),
    "error of its own": (Case(http(500, '{"ok":false,"error_code":500,"description":"x"}')), NOT_SENT, None),
    "own gateway": (Case(http(504, '{"ok":false,"error_code":504,"description":"x"}')), NOT_SENT, None),
    "proxy 502": (Case(http(502, HTML)), NOT_SENT, None),
    "proxy 503": (Case(http(503, HTML)), NOT_SENT, None),
    "proxy 504": (Case(http(504, HTML)), UNKNOWN, False),
    "proxy 524": (Case(http(524, HTML)), UNKNOWN, False),
    "redirect": (Case(http(302, "", more="Location: http://127.0.0.1:9/login\r\n")), NOT_SENT, None),
    "closed after the request": (Case(b""), UNKNOWN, False),
    "half a status line": (Case(b"HTTP/1.1 20"), UNKNOWN, False),
    "not HTTP": (Case(b"SSH-2.0-OpenSSH\r\n\r\n"), UNKNOWN, False),
    "silence": (Case(None), UNKNOWN, True),
    "closed before the request": (Case(b"", after=0, big=True), NOT_SENT, None),
    "closed in its middle": (Case(b"", after=100_000, big=True), NOT_SENT, None),
    "nobody listens": (Case(accepts=False), NOT_SENT, None),
}


@asynccontextmanager
async def other_side(case: Case) -> AsyncGenerator[str]:
    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if case.after is None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            await reader.readexactly(int(length.split(b":")[1]))
        elif case.after:
            await reader.readexactly(case.after)
        if case.answer is None:
            await reader.read()
        writer.write(case.answer or b"")
        writer.transport.abort() if case.after is not None else writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if not case.accepts:
        server.close()
    yield f"http://127.0.0.1:{port}"
    server.close()


def silent_for_a_moment(api: Api):
    bot = make_bot(api)
    bot._request[1]._read_seconds = 0.3  # type: ignore[attr-defined]
    return bot


@pytest.mark.parametrize("name", CASES)
async def test_every_answer_says_whether_the_message_was_sent(name: str) -> None:
    case, status, detail = CASES[name]
    async with other_side(case) as url:
        bot = silent_for_a_moment(Api.at("1:x", url))
        await bot._request[1].initialize()
        send = partial(bot.send_message, 7, "hi")
        if case.big:
            send = partial(bot.send_document, 7, bytes(40_000_000))
        try:
            with pytest.raises(Exception) as raised:
                await acknowledged(send)
        finally:
            await bot._request[1].shutdown()
    match raised.value:
        case Unreadable(message_id=number):
            assert (SENT, number) == (status, detail)
        case Unanswered(timed_out=timed_out):
            assert (UNKNOWN, timed_out) == (status, detail)
        case RetryAfter(_retry_after=pause):
            assert (NOT_SENT, pause) == (status, timedelta(seconds=detail or 0))
        case error:
            assert isinstance(error, TelegramError)
            assert (status, detail) == (NOT_SENT, None)


async def test_a_good_answer_with_fields_of_tomorrow_is_a_message() -> None:
    async with other_side(Case(http(200, GOOD.replace('"text"', '"aura":{"x":[1]},"text"')))) as url:
        bot = make_bot(Api.at("1:x", url))
        await bot._request[1].initialize()
        assert (await acknowledged(partial(bot.send_message, 7, "hi"))).message_id == 5
        await bot._request[1].shutdown()


# The outbox

UNREADABLE = ['{"ok":true,"result":{"message_id":5}}', '{"ok":true', "", HTML, '{"ok":true,"result":17}']


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 8, 3, 15, 0, tzinfo=UTC))


@pytest.fixture
async def ana(telegram: SandboxClient) -> Person:
    person = await telegram.person("Ana")
    await person.sends("/start")
    return person


@pytest.fixture
async def member(make_member: MakeMember, ana: Person) -> UUID:
    return (await make_member(ana)).id


@pytest.fixture
async def outbox(gym: Gym, api: Api) -> AsyncGenerator[OutboxWorker]:
    async def no_waiting(_: float) -> None: ...

    async with silent_for_a_moment(api) as bot:
        yield OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting))


async def tell(gym: Gym, client: UUID, kind: NotificationKind, payload: Json, *, bulk: bool = False) -> None:
    priority = Priority.BULK if bulk else Priority.NORMAL
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(Recipient.client(client), complete(kind, payload), priority=priority)


async def tries(outbox: OutboxWorker, gym: Gym, times: int = 12) -> None:
    for _ in range(times):
        await outbox.drain()
        gym.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]


async def told(gym: Gym) -> list[tuple[NotificationState, int | None]]:
    async with gym.database.session() as session:
        rows = select(Notification.state, Notification.message_id)
        return [(row.state, row.message_id) for row in await session.execute(rows)]


async def sent_to(telegram: SandboxClient) -> int:
    return len(await telegram.calls(method="sendMessage"))


WELCOME = (NotificationKind.WELCOME, {"first_name": "Ana"})


@pytest.mark.parametrize("body", UNREADABLE)
async def test_a_message_with_an_unreadable_answer_leaves_once(
    gym: Gym, outbox: OutboxWorker, telegram: SandboxClient, member: UUID, body: str
) -> None:
    await telegram.fault("sendMessage", 200, body=body, times=20)
    await tell(gym, member, *WELCOME)
    await tries(outbox, gym)
    assert await sent_to(telegram) == 1
    assert await told(gym) == [(NotificationState.SENT, 5 if '"message_id":5' in body else None)]


async def test_a_reminder_that_may_have_arrived_is_not_said_twice(
    gym: Gym, outbox: OutboxWorker, telegram: SandboxClient, member: UUID
) -> None:
    await telegram.fault("sendMessage", 0, afterwards=True, times=20)
    await tell(gym, member, NotificationKind.ENDED, {"plan_name": "A", "ends_on": gym.clock.now().date()})
    await tell(gym, member, NotificationKind.BROADCAST, {"text": "Party!"}, bulk=True)
    await tries(outbox, gym, 4)
    assert await sent_to(telegram) == 2
    assert await told(gym) == [(NotificationState.SENT, None)] * 2


async def test_a_receipt_that_may_not_have_arrived_is_repeated_and_the_answer_ends_it(
    gym: Gym, outbox: OutboxWorker, telegram: SandboxClient, member: UUID, ana: Person
) -> None:
    await telegram.fault("sendMessage", 0, times=2)  # it did not
    await tell(gym, member, *WELCOME)
    await tries(outbox, gym)
    assert len([message for message in await ana.chat() if message.from_bot]) == 1
    assert await sent_to(telegram) == 3


async def test_what_never_gets_an_answer_while_others_do_is_shown_to_an_admin(
    gym: Gym,
    outbox: OutboxWorker,
    telegram: SandboxClient,
    member: UUID,
    ana: Person,
    make_member: MakeMember,
) -> None:
    eve = await telegram.person("Eve")
    await eve.sends("/start")
    other = (await make_member(eve, "Eve", "Ruiz")).id
    await telegram.fault("sendMessage", 0, afterwards=True, times=20, chat_id=ana.id)
    await tell(gym, member, *WELCOME)
    for _ in range(10):
        await tell(gym, other, *WELCOME)
        await outbox.drain()
        gym.clock.advance(timedelta(minutes=10))  # type: ignore[attr-defined]
    calls = await telegram.calls(method="sendMessage")
    assert sum(int(call["arguments"]["chat_id"]) == ana.id for call in calls) == 4
    assert (NotificationState.FAILED, None) in await told(gym)


async def test_an_edit_with_an_unreadable_answer_is_no_failure(
    gym: Gym, outbox: OutboxWorker, telegram: SandboxClient, member: UUID, ana: Person
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(Recipient.client(member), complete(*WELCOME), dedup_key=f"asked:{member}")
    await outbox.drain()
    ends = {**samples(NotificationKind.DESK_FREEZE_TAKEN_BACK)[0], "replaces": "asked"}
    await tell(gym, member, NotificationKind.DESK_FREEZE_TAKEN_BACK, ends)
    await telegram.fault("editMessageText", 200, body=HTML)
    await outbox.drain()
    assert len(await telegram.calls(method="editMessageText")) == 1
    assert {state for state, _ in await told(gym)} == {NotificationState.SENT}


# Answers


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, flow.router)


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff: Callable[..., Awaitable[Actor]]) -> Person:
    person = await telegram.person("Bob")
    await make_staff(person)
    return person


async def answers(person: Person) -> list[str | None]:
    return [message.text for message in await person.chat() if message.from_bot]


@pytest.mark.parametrize("body", UNREADABLE)
async def test_an_answer_in_chat_with_an_unreadable_answer_is_given_once(
    desk_bot: object, gym: Gym, telegram: SandboxClient, bob: Person, body: str
) -> None:
    await telegram.fault("sendMessage", 200, body=body)
    await bob.sends("one")
    await bob.sends("two")
    await settled(gym, 2)
    assert await answers(bob) == ["You typed one", "You typed two"]


async def test_an_edit_with_an_unreadable_answer_is_done(
    desk_bot: object, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    await bob.sends("/start")
    await bob.sees("Or choose")
    for method in ("editMessageText", "answerCallbackQuery", "editMessageReplyMarkup"):
        await telegram.fault(method, 200, body='{"ok":true,"result":{"message_id":5}}')
    await bob.taps("New locker")
    await bob.sees("What is the name?")
    await settled(gym, 2)
    assert len(await answers(bob)) == 1


async def test_an_answer_whose_connection_broke_is_repeated_once_at_most(
    desk_bot: object, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    await telegram.fault("sendMessage", 0)
    await bob.sends("one")
    await settled(gym, 1)
    assert await answers(bob) == ["You typed one"]
    await telegram.fault("sendMessage", 0, afterwards=True, times=9)
    await bob.sends("two")
    await settled(gym, 2)
    assert (await answers(bob)).count("You typed two") == 2
    await telegram.no_faults()
    await bob.sends("three")
    await bob.sees("You typed three")


async def test_an_answer_that_was_waited_for_in_full_is_not_repeated(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, bob: Person
) -> None:
    desk_bot.assembly.bot._request[1]._read_seconds = 0.5
    await telegram.fault("sendMessage", 200, delay=1.0)
    await bob.sends("one")
    await settled(gym, 1)
    await bob.sends("two")
    await bob.sees("You typed two")
    await bob.sees("You typed one")
    assert sorted(await answers(bob), key=str) == ["You typed one", "You typed two"]
