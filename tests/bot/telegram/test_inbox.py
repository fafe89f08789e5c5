"""The inbox: in order per chat, chats side by side, nothing lost and nothing done twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from bot import home
from bot.routing.router import Router
from bot.sandbox.server import SandboxServer
from bot.telegram.application import Api
from bot.telegram.inbox import MOST_ATTEMPTS, Done, Inbox, Later, Outcome
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.chats.intake import accept
from gym.chats.models import Draft, InboxUpdate
from gym.chats.schemas import ClaimedUpdate, IncomingUpdate
from gym.chats.service import LEASE, InboxService
from gym.chats.sessions import AutocommitSessions
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.security.permissions import Actor
from tests.bot import flow
from tests.bot.conftest import OpenBot, settled
from tests.bot.forms.test_forms import to_the_summary
from tests.support.sandbox.client import Person, SandboxClient

COPIES = (
    "CREATE TABLE arrivals AS SELECT update_id, payload FROM inbox_updates",
    "CREATE FUNCTION copy_arrival() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN INSERT INTO arrivals VALUES (NEW.update_id, NEW.payload); RETURN NULL; END $$",
    "CREATE TRIGGER copy AFTER INSERT ON inbox_updates FOR EACH ROW EXECUTE FUNCTION copy_arrival()",
)


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, flow.router)


@pytest.fixture
async def bob(telegram: SandboxClient, make_staff) -> Person:
    person = await telegram.person("Bob")
    await make_staff(person)
    return person


def update_of(update_id: int, chat_id: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat_id}}}


def arrival(payload: dict[str, Any]) -> IncomingUpdate:
    taken = accept(payload)
    assert isinstance(taken, IncomingUpdate)
    return taken


def service(gym: Gym) -> InboxService:
    return InboxService(AutocommitSessions(gym.database), gym.clock)


async def work_until(inbox: Inbox, done: asyncio.Event) -> None:
    task = asyncio.create_task(inbox.run())
    async with asyncio.timeout(30):
        await done.wait()
    inbox.stop()
    await task


async def row(gym: Gym, update_id: int) -> InboxUpdate:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.get_one(InboxUpdate, update_id)


@pytest.fixture(autouse=True)
async def arrivals(gym: Gym) -> None:
    """A copy of what arrives: an update that was marked is empty, one that was not lies there as it came."""
    async with gym.database.engine.begin() as connection:
        for statement in COPIES:
            await connection.execute(text(statement))


async def handle_again(gym: Gym, update_id: int) -> None:
    """As if the process had died after the work and before it was marked."""
    came = "SELECT payload FROM arrivals WHERE update_id = :update_id"
    again = f"UPDATE inbox_updates SET done_at = NULL, leased_until = NULL, payload = ({came})"
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text(f"{again} WHERE update_id = :update_id"), {"update_id": update_id})


async def last_update(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.max(InboxUpdate.update_id))) or 0


async def test_a_slow_chat_keeps_its_order_and_does_not_hold_up_the_others(gym: Gym) -> None:
    handled: list[tuple[int, int]] = []
    others_done, everything = asyncio.Event(), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        if item.chat_id == 1 and not handled:
            await others_done.wait()  # deadlocks unless the other chats go on
        handled.append((item.chat_id, item.update_id))
        if sum(chat == 2 for chat, _ in handled) == 20:
            others_done.set()
        if len(handled) == 40:
            everything.set()
        return Done()

    inbox = Inbox(service(gym), handle, slots=3)
    await inbox.keep([update_of(number, 1 + number % 2) for number in range(1, 41)])
    await work_until(inbox, everything)
    for chat in (1, 2):
        of_chat = [number for one, number in handled if one == chat]
        assert of_chat == sorted(of_chat)


async def test_two_processes_share_the_work_and_do_nothing_twice(gym: Gym) -> None:
    handled: list[int] = []
    busy: set[int] = set()
    everything = asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        assert item.chat_id not in busy, "two updates of one chat at once"
        busy.add(item.chat_id)
        await asyncio.sleep(0)
        busy.remove(item.chat_id)
        handled.append(item.update_id)
        if len(handled) == 200:
            everything.set()
        return Done()

    one, two = Inbox(service(gym), handle), Inbox(service(gym), handle)
    await one.keep([update_of(number, number % 7) for number in range(1, 101)])
    await two.keep([update_of(number, number % 7) for number in range(101, 201)])
    await asyncio.gather(work_until(one, everything), work_until(two, everything))
    assert sorted(handled) == list(range(1, 201))


async def test_an_update_that_telegram_sends_again_is_kept_once(gym: Gym) -> None:
    inbox = service(gym)
    for _ in range(2):
        await inbox.keep([arrival(update_of(7, 1)), arrival(update_of(8, 1))])
    [first] = await inbox.claim(10)
    assert first.update_id == 7
    assert await inbox.finish(first)
    await inbox.keep([arrival(update_of(7, 1))])
    assert [item.update_id for item in await inbox.claim(10)] == [8]


async def test_what_a_dead_worker_held_is_claimed_again_when_its_lease_ends(
    gym: Gym, clock: FrozenClock
) -> None:
    inbox = service(gym)
    await inbox.keep([arrival(update_of(7, 1)), arrival(update_of(8, 1))])
    assert len(await inbox.claim(10)) == 1  # and then the process dies
    assert await inbox.claim(10) == []
    clock.advance(LEASE)
    [again] = await inbox.claim(10)
    assert (again.update_id, again.attempts) == (7, 2)


async def test_a_worker_that_is_alive_keeps_what_it_holds(gym: Gym, clock: FrozenClock) -> None:
    inbox = service(gym)
    await inbox.keep([arrival(update_of(7, 1))])
    await inbox.claim(10)
    clock.advance(LEASE - timedelta(seconds=1))
    await inbox.extend([7])
    clock.advance(LEASE - timedelta(seconds=1))
    assert await inbox.claim(10) == []


async def test_an_update_that_must_wait_holds_back_those_behind_it(gym: Gym, clock: FrozenClock) -> None:
    handled: list[int] = []
    postponed, everything = asyncio.Event(), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        if item.attempts == 1 and item.update_id == 1:
            postponed.set()
            return Later(30)
        handled.append(item.update_id)
        if len(handled) == 2:
            everything.set()
        return Done()

    first = Inbox(service(gym), handle)
    await first.keep([update_of(1, 5), update_of(2, 5)])
    await work_until(first, postponed)
    assert handled == []
    clock.advance(timedelta(seconds=31))
    await work_until(Inbox(service(gym), handle), everything)
    assert handled == [1, 2]


async def test_an_update_that_never_succeeds_is_put_aside(gym: Gym) -> None:
    tried, next_one = asyncio.Event(), asyncio.Event()

    async def handle(item: ClaimedUpdate) -> Outcome:
        (tried if item.update_id == 1 else next_one).set()
        return Done()

    inbox = Inbox(service(gym), handle)
    await inbox.keep([update_of(1, 5), update_of(2, 5)])
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(InboxUpdate).where(InboxUpdate.update_id == 1).values(attempts=MOST_ATTEMPTS)
        )
    await work_until(inbox, next_one)
    assert not tried.is_set()
    assert (await row(gym, 1)).failed


async def test_a_bot_killed_in_the_middle_answers_after_the_restart(
    gym: Gym, api: Api, bob: Person, clock: FrozenClock, open_bot: OpenBot
) -> None:
    reached = asyncio.Event()
    stuck = Router(flow.router.audience)

    @stuck.text
    async def hang(context: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    async with run_bot(gym, api, routers=(home.router, stuck)) as running:
        await bob.sends("hello?")
        async with asyncio.timeout(30):
            await reached.wait()
        for task in list(running.assembly.inbox._held.values()):
            task.cancel()  # the machine is gone; nothing is marked
    assert (await row(gym, await last_update(gym))).done_at is None
    clock.advance(LEASE)
    async with open_bot():
        await bob.sees("You typed hello?")


async def test_an_answer_that_is_handled_again_after_a_crash_does_not_count_twice(
    desk_bot, bob: Person, gym: Gym
) -> None:
    await bob.sends("/start")
    await bob.taps("New locker")
    await bob.sees("What is the name?")
    await bob.sends("Tom")
    await bob.sees("An alias?")
    await settled(gym, 3)
    await handle_again(gym, await last_update(gym))
    desk_bot.assembly.inbox._wake.set()
    await settled(gym, 3)
    async with gym.unit_of_work(Actor.system()) as uow:
        draft = await uow.session.scalar(select(Draft))
    assert draft is not None
    assert draft.step == "alias"
    assert draft.data["values"] == {"name": "Tom"}


async def test_a_confirmation_that_is_handled_again_saves_once(desk_bot, bob: Person, gym: Gym) -> None:
    await to_the_summary(bob)
    async with gym.unit_of_work(Actor.system()) as uow:
        draft = await uow.session.scalar(select(Draft))
    await bob.taps("Confirm")
    await bob.sees("Saved Tom.")
    await settled(gym, 7)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(copy_of(draft))  # as if the crash had come before the draft was closed
    await handle_again(gym, await last_update(gym))
    desk_bot.assembly.inbox._wake.set()
    await settled(gym, 7)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(func.count()).select_from(Client)) == 1
        assert await uow.session.scalar(select(func.count()).select_from(Draft)) == 0


def copy_of(draft: Draft | None) -> Draft:
    assert draft is not None
    return Draft(**{column.key: getattr(draft, column.key) for column in Draft.__mapper__.column_attrs})


async def test_a_hiccup_of_telegram_is_waited_out_and_answered_once(
    desk_bot, bob: Person, telegram: SandboxClient
) -> None:
    await telegram.fault("sendMessage", 502, times=1)
    await bob.sends("one")
    await bob.sees("You typed one")
    await telegram.fault("sendMessage", 429, retry_after=1, times=1)
    await bob.sends("two")
    await bob.sees("You typed two")
    answers = [message.text for message in await bob.chat() if message.from_bot]
    assert answers == ["You typed one", "You typed two"]


async def test_the_bot_joins_later_when_there_is_no_internet_at_the_start(
    gym: Gym, routers: tuple[Router, ...]
) -> None:
    first = SandboxServer(store_path=None)
    await first.start()
    port = int(first.url.rpartition(":")[2])
    await first.stop()
    api = Api(first.token, first.bot_api_url, first.bot_file_url)
    async with run_bot(gym, api, routers=routers) as running:
        assert not running.connected.is_set()
        late = SandboxServer(store_path=None, token=first.token)
        await late.start(port=port)
        async with SandboxClient(late.url) as telegram:
            eve = await telegram.person("Eve")
            await eve.sends("/start")
            await eve.sees("If you train here")
    await late.stop()


async def test_handlers_in_flight_finish_before_the_bot_stops(gym: Gym, api: Api, bob: Person) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    slow = Router(flow.router.audience)

    @slow.text
    async def think(context: Any) -> None:
        reached.set()
        await go_on.wait()
        await context.say("thought through")

    async with run_bot(gym, api, routers=(home.router, slow)):
        await bob.sends("hm?")
        async with asyncio.timeout(30):
            await reached.wait()
        asyncio.get_running_loop().call_soon(go_on.set)
    await bob.sees("thought through")
    assert (await row(gym, await last_update(gym))).done_at is not None


async def test_an_answer_that_left_before_a_crash_is_not_sent_again(desk_bot, bob: Person, gym: Gym) -> None:
    await bob.sends("hello")
    await bob.sees("You typed hello")
    await settled(gym, 1)
    await handle_again(gym, await last_update(gym))
    desk_bot.assembly.inbox._wake.set()
    await settled(gym, 1)
    answers = [message.text for message in await bob.chat() if message.from_bot]
    assert answers == ["You typed hello"]


async def test_an_answer_that_failed_is_sent_when_the_update_is_handled_again(
    desk_bot, bob: Person, gym: Gym, telegram: SandboxClient, clock: FrozenClock
) -> None:
    await telegram.fault("sendMessage", 502, times=3)
    await bob.sends("hello")
    async with asyncio.timeout(30):
        while not (number := await last_update(gym)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        # A claim counts as a crash until its update is put back: only then does the moved clock reach it.
        while (tried := await row(gym, number)).attempts == 0 or tried.crashes:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert (await row(gym, number)).done_at is None
    clock.advance(timedelta(minutes=2))
    desk_bot.assembly.inbox._wake.set()
    await bob.sees("You typed hello")


async def test_an_update_that_comes_while_the_one_before_is_being_marked_is_not_left_waiting(
    gym: Gym,
) -> None:
    """It is looked for too early, and the mark does not see it yet: still somebody looks again."""
    looked, second = asyncio.Event(), asyncio.Event()

    class Racing(InboxService):
        async def claim(self, size: int) -> list[ClaimedUpdate]:
            found = await super().claim(size)
            looked.set()
            return found

        async def finish(self, item: ClaimedUpdate, *, failed: bool = False) -> bool:
            if item.update_id == 2:
                return await super().finish(item, failed=failed)
            looked.clear()
            await inbox.keep([update_of(2, 5)])
            await looked.wait()
            await super().finish(item, failed=failed)
            return False

    async def handle(item: ClaimedUpdate) -> Outcome:
        if item.update_id == 2:
            second.set()
        return Done()

    inbox = Inbox(Racing(AutocommitSessions(gym.database), gym.clock), handle, idle_seconds=3600)
    await inbox.keep([update_of(1, 5)])
    await work_until(inbox, second)
