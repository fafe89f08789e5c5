"""Whatever a peer sends: it is handled or put aside, and the next one is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from bot import home
from bot.desk.menu import manage
from bot.desk.messaging import dead_updates
from bot.desk.messaging import menu as messages
from bot.desk.messaging.dead_updates import REASONS
from bot.routing.router import Router
from bot.telegram.inbox import MOST_CRASHES, Done, Inbox, Outcome
from bot.telegram.running_bot import RunningBot, run_bot
from gym.app import Gym
from gym.chats.intake import DeadReason, Reject, accept, read_each, read_update
from gym.chats.models import DeadUpdate, InboxUpdate
from gym.chats.schemas import ClaimedUpdate, IncomingUpdate
from gym.chats.service import LEASE, InboxService
from gym.chats.sessions import AutocommitSessions
from gym.core.clock import FrozenClock
from tests.bot import flow
from tests.support.hostile_telegram import HostileTelegram, tap_of, text_of
from tests.support.sandbox.client import Person, SandboxClient
from web.api.telegram_webhook import SECRET_HEADER, Webhook
from web.app import make_app

DEEP = 10_000
DEEP_JSON = b"[" * DEEP + b"]" * DEEP


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, manage.router, flow.router, messages.router, dead_updates.router)


@pytest.fixture
async def polling(
    gym: Gym, hostile: HostileTelegram, routers: tuple[Router, ...]
) -> AsyncGenerator[RunningBot]:
    async with run_bot(gym, hostile.api, routers=routers) as running:
        await running.connected.wait()
        yield running


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff) -> Person:
    person = await telegram.person("Bob")
    await make_staff(person)
    await person.sends("/start")  # whom nobody has written to, the bot may not write to
    return person


async def dead(gym: Gym) -> list[tuple[int | None, str]]:
    async with gym.database.session() as session:
        rows = await session.execute(select(DeadUpdate.update_id, DeadUpdate.reason).order_by(DeadUpdate.at))
        return [(number, reason) for number, reason in rows]


async def answered(hostile: HostileTelegram, person: Person, word: str) -> None:
    """A healthy update that comes next is answered."""
    await person.catch_up()
    hostile.send(message=text_of(person, word))
    await person.sees(f"You typed {word}")


async def test_one_update_with_a_nul_does_not_stop_the_queue(
    gym: Gym, hostile: HostileTelegram, polling: RunningBot, bob: Person
) -> None:
    hostile.send(callback_query=tap_of(bob, "ho\0me"))
    hostile.send(message=text_of(bob, "a\0b \ud800 \udfff c"))
    await bob.sees("You typed ab \ufffd \ufffd c")
    await answered(hostile, bob, "next")
    assert await dead(gym) == []


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"update_id": %d, "message": {"deep": ' + DEEP_JSON + b"}}", DeadReason.TOO_DEEP),
        (b'{"update_id": %d, "message": {"deep": ' + b"[" * 100 + b"]" * 100 + b"}}", DeadReason.TOO_DEEP),
        (
            b'{"update_id": %d, "message": {"n": ' + b"9" * 5000 + b'}, "callback_query": {"data": 1}}',
            DeadReason.WRONG_SHAPE,
        ),
        (b'{"update_id": %d, "message": {"text": }}', DeadReason.UNREADABLE),
        (b'{"update_id": %d, "message": {"text": "' + b"x" * 600_000 + b'"}}', DeadReason.TOO_LARGE),
        (b'{"update_id": %d, "message": {"chat": {"id": 99999999999999999999}}}', DeadReason.WRONG_SHAPE),
        (b'{"update_id": %d, "message": {"chat": {"id": NaN}}}', DeadReason.WRONG_SHAPE),
        (b'{"update_id": %d, "callback_query": {"data": {}}}', DeadReason.WRONG_SHAPE),
        (b'{"update_id": %d, "message": {"photo": [5]}}', DeadReason.WRONG_SHAPE),
        (b'{"update_id": %d, "message": {"message_id": 1, "date": 1e300}}', DeadReason.WRONG_SHAPE),
    ],
)
async def test_what_cannot_be_kept_is_put_aside_with_its_number(
    gym: Gym,
    hostile: HostileTelegram,
    polling: RunningBot,
    bob: Person,
    broken: bytes,
    reason: DeadReason,
) -> None:
    number = hostile.next_id()
    hostile.queue(broken.replace(b"%d", str(number).encode()), number)
    await answered(hostile, bob, "next")
    assert await dead(gym) == [(number, reason)]
    assert hostile.waiting <= 1, "the offset has moved"


@pytest.mark.parametrize("number", ["null", '"12"', "1.5", "-3", "true", "99999999999", "[]"])
async def test_an_update_without_a_usable_number_is_passed_by(
    gym: Gym, hostile: HostileTelegram, polling: RunningBot, bob: Person, number: str
) -> None:
    await answered(hostile, bob, "first")
    for _ in range(3):
        hostile.queue(b'{"update_id": %s, "message": {}}' % number.encode())
    await answered(hostile, bob, "next")
    assert await dead(gym) == [(None, DeadReason.NO_ID)], "one line, however many"


@pytest.mark.parametrize("rest", ['"text": "never closed', '"n": {{{{{', "", '"}}}]'])
async def test_an_update_that_breaks_its_answer_is_asked_for_alone(
    gym: Gym,
    hostile: HostileTelegram,
    polling: RunningBot,
    bob: Person,
    rest: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.telegram.connection.SHORTEST_PAUSE", 0.01)
    await answered(hostile, bob, "first")
    hostile.send(message=text_of(bob, "before"))
    number = hostile.next_id()
    hostile.queue(b'{"update_id": %d, "message": {%s' % (number, rest.encode()), number)
    await bob.sees("You typed before")
    for word in ("next", "after"):
        await answered(hostile, bob, word)
    assert await dead(gym) == [(number, DeadReason.UNREADABLE)]


async def test_a_batch_the_database_refuses_is_stored_one_by_one(gym: Gym, clock: FrozenClock) -> None:
    inbox = InboxService(AutocommitSessions(gym.database), gym.clock)
    good = [IncomingUpdate(number, 1, {"update_id": number}) for number in (1, 4)]
    bad = [
        IncomingUpdate(2, 2**70, {}),
        IncomingUpdate(3, 1, {"text": "a\0b"}),
        IncomingUpdate(5, 1, {"n": float("nan")}),
    ]
    await inbox.keep([good[0], *bad, good[1]])
    assert [item.update_id for item in await inbox.claim(10)] == [1]
    async with gym.database.session() as session:
        assert set(await session.scalars(select(InboxUpdate.update_id))) == {1, 4}
    assert sorted(number or 0 for number, _ in await dead(gym)) == [2, 3, 5]


async def test_an_update_that_ends_the_process_each_time_is_given_up(gym: Gym, clock: FrozenClock) -> None:
    service = InboxService(AutocommitSessions(gym.database), gym.clock)
    await service.keep([IncomingUpdate(7, 1, {}), IncomingUpdate(8, 1, {})])
    for _ in range(MOST_CRASHES):
        assert [item.update_id for item in await service.claim(10)] == [7]  # and the process dies
        clock.advance(LEASE)
    handled, seen = asyncio.Event(), list[int]()

    async def handle(item: ClaimedUpdate) -> Outcome:
        seen.append(item.update_id)
        handled.set()
        return Done()

    inbox = Inbox(service, handle)
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(30):
        await handled.wait()
    inbox.stop()
    await working
    assert seen == [8]
    assert await dead(gym) == [(7, DeadReason.GIVEN_UP)]


async def test_a_handler_that_breaks_off_is_listed_and_not_tried_again(gym: Gym) -> None:
    service = InboxService(AutocommitSessions(gym.database), gym.clock)
    done, seen = asyncio.Event(), list[int]()

    async def handle(item: ClaimedUpdate) -> Outcome:
        seen.append(item.update_id)
        if item.update_id == 1:
            raise OverflowError
        done.set()
        return Done()

    inbox = Inbox(service, handle)
    await inbox.keep([{"update_id": 1}, {"update_id": 2}])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(30):
        await done.wait()
    inbox.stop()
    await working
    assert seen == [1, 2]
    assert await dead(gym) == [(1, DeadReason.FAILED)]


async def test_a_handler_that_hangs_is_ended_and_its_chat_goes_on(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.MOST_SECONDS", 0.05)
    service, done = InboxService(AutocommitSessions(gym.database), gym.clock), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        if item.update_id == 1:
            await asyncio.Event().wait()
        done.set()
        return Done()

    inbox = Inbox(service, handle)
    await inbox.keep([{"update_id": 1}, {"update_id": 2}])
    working = asyncio.create_task(inbox.run())
    async with asyncio.timeout(30):
        await done.wait()
    inbox.stop()
    await working
    assert await dead(gym) == [(1, DeadReason.TIMED_OUT)]


async def test_an_admin_sees_what_was_put_aside_and_dismisses_it(
    gym: Gym, hostile: HostileTelegram, polling: RunningBot, bob: Person
) -> None:
    number = hostile.next_id()
    hostile.queue(b'{"update_id": %d, "callback_query": {"data": 5}}' % number, number)
    await answered(hostile, bob, "first")
    hostile.queue(b'{"message": 5}')
    await answered(hostile, bob, "next")
    hostile.send(message=text_of(bob, "/start"))
    menu = await bob.sees("Send a photo")
    hostile.send(callback_query=tap_of(bob, "upds|0", menu.message_id))
    listed = await bob.sees("2 messages or taps could not be handled")
    assert f"{number}, 3 Aug 2026, 10:00: It was not built as Telegram builds them." in listed.text
    assert "—, 3 Aug 2026, 10:00: It came without a valid number." in listed.text
    [every] = [one.data for row in listed.buttons for one in row if one.label == "Dismiss all"]
    hostile.send(callback_query=tap_of(bob, every, menu.message_id))
    await bob.sees("Everything that came was handled")
    assert await dead(gym) == []


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == set(DeadReason)


def test_nothing_of_a_number_in_a_text_is_taken_for_the_number() -> None:
    raw = json.dumps({"message": {"text": '{"update_id": 5', "update_id": 6}, "update_id": 7}).encode()
    assert read_update(raw[:-1]) == Reject(7, DeadReason.UNREADABLE)


def test_each_update_of_a_broken_answer_is_read_by_itself() -> None:
    sound = json.dumps({"update_id": 1, "message": {"text": '}]\\" {[', "n": [1, {"a": []}]}}).encode()
    answer = b'{"ok":true,"result":[%s,{"update_id":2,"x":%s},%s,{"update_id":9' % (sound, DEEP_JSON, sound)
    assert read_each(answer) == [json.loads(sound), Reject(2, DeadReason.TOO_DEEP), json.loads(sound)]


def test_a_healthy_update_is_kept_as_it_came() -> None:
    payload: dict[str, Any] = {
        "update_id": 5,
        "message": {
            "message_id": 1,
            "chat": {"id": -100},
            "from": {"id": 7},
            "text": "ñandú 👩‍👩‍👧 \u202e rtl",
        },
    }
    tap = {"update_id": 6, "callback_query": {"from": {"id": 7}, "message": payload["message"]}}
    bare = {"update_id": 7, "callback_query": {"from": {"id": 7}}}
    for update, chat in ((payload, -100), (tap, -100), (bare, 7)):
        taken = accept(update)
        assert isinstance(taken, IncomingUpdate)
        assert (taken.update_id, taken.chat_id, taken.payload) == (update["update_id"], chat, update)


# By webhook


@dataclass
class Bringer:
    """Telegram's side of a webhook."""

    webhook: Webhook

    async def brings(self, raw: bytes) -> int:
        headers = {SECRET_HEADER: self.webhook.secret, "Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook.url, data=raw, headers=headers) as answer,
        ):
            return answer.status


@asynccontextmanager
async def served(gym: Gym) -> AsyncGenerator[Bringer]:
    webhook = Webhook.of("http://127.0.0.1/telegram/updates", gym.secrets.jwt)
    app = make_app(gym)
    app.add_routes([webhook.route()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    webhook.url = f"http://127.0.0.1:{runner.addresses[0][1]}{webhook.path}"
    yield Bringer(webhook)
    await runner.cleanup()


@pytest.fixture
def bringer(gym: Gym) -> AbstractAsyncContextManager[Bringer]:
    return served(gym)


async def test_by_webhook_nothing_is_asked_for_again(
    gym: Gym, api, bringer: AbstractAsyncContextManager[Bringer], bob: Person, routers: tuple[Router, ...]
) -> None:
    poison = [
        b'{"update_id": 101, "message": {"deep": ' + DEEP_JSON + b"}}",
        b'{"update_id": 102, "message": ',
        b'{"update_id": 103, "message": {"text": "' + b"x" * 3_000_000 + b'"}}',
        b"<html>",
        b"\xff\xfe\x00",
        b"[]",
        b"",
        b'{"message": {}}',
        b'{"update_id": 104, "message": {"chat": {"id": 1e400}}}',
    ]
    async with bringer as telegram, run_bot(gym, api, routers=routers, webhook=telegram.webhook):
        for raw in poison:
            assert await telegram.brings(raw) == 200
        nul = {"update_id": 105, "message": text_of(bob, "a\0\ud800b")}
        assert await telegram.brings(json.dumps(nul).encode()) == 200
        await bob.sees("You typed a\ufffdb")
    assert {number for number, _ in await dead(gym)} == {101, 102, 103, 104, None}


async def test_by_webhook_an_update_is_brought_again_when_the_database_is_away(
    gym: Gym, api, bringer: AbstractAsyncContextManager[Bringer], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gym.core.errors import DatabaseUnavailable

    async with bringer as telegram, run_bot(gym, api, routers=(home.router,), webhook=telegram.webhook):

        async def away(_updates: object) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(telegram.webhook, "keep", away)
        assert await telegram.brings(b'{"update_id": 1}') == 503
