"""Broadcasts: whom they reach, what they say, how they go on after a crash, and that a receipt never waits
for one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update
from telegram import Bot, Message

from bot.outbox.broadcasts import BroadcastRunner
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.broadcasts.errors import BroadcastOver, NobodyToTell
from gym.broadcasts.segments import BroadcastAudience, Segment
from gym.broadcasts.service import BATCH, BroadcastService
from gym.chats.preferences import PreferenceService
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.kinds import KindGroup
from gym.notifications.models import BroadcastState, Notification, NotificationKind, Priority
from gym.notifications.outbox import Recipient
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import DeskClerk
from tests.support.messages.samples import complete
from tests.support.sandbox.client import Person, SandboxClient

ACTIVE = BroadcastAudience(Segment.ACTIVE)
TEXT = "We close at <2 pm> on Saturday & open on Sunday."


async def no_waiting(_: float) -> None: ...


@dataclass
class Moving:
    """Seconds that pass when somebody waits, and not otherwise."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 8, 3, 15, 0, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
async def boss(telegram: SandboxClient, desk_bot: RunningBot, make_staff) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person)
    await person.sends("/start")
    await person.sees("Send a photo")
    return person


@pytest.fixture
async def members(gym: Gym, admin: Actor, telegram: SandboxClient, desk_bot: RunningBot) -> list[Person]:
    """Three with a running plan, and one whose plan has ended."""
    clerk = DeskClerk(gym, admin)
    plan, people = await clerk.plan(), []
    for name in ("Eva", "Leo", "Mia"):
        person = await telegram.person(name)
        await person.sends("/start")
        await person.sees("share your phone")
        await clerk.sell(await clerk.client(name, person.id), plan)
        people.append(person)
    gone = await telegram.person("Old")
    await gone.sends("/start")
    await clerk.client("Old", gone.id)
    await deliver(gym, desk_bot)
    return [*people, gone]


async def deliver(gym: Gym, bot: RunningBot) -> None:
    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()


async def begin(
    gym: Gym, actor: Actor, audience: BroadcastAudience = ACTIVE, key: UUID | None = None
) -> UUID:
    async with gym.unit_of_work(actor) as uow:
        return (await BroadcastService(uow).begin(audience, TEXT, key=key or uuid4())).id


async def written(runner: BroadcastRunner) -> None:
    """Until it has found the broadcast, which the chat may still hold locked for a moment."""
    async with asyncio.timeout(30):
        while not await runner.step():  # noqa: ASYNC110 - another connection lets go
            await asyncio.sleep(0.01)


async def test_an_admin_tells_everybody_with_a_running_plan(
    gym: Gym, desk_bot: RunningBot, boss: Person, members: list[Person]
) -> None:
    await boss.taps("Messages")
    await boss.taps("📣 Broadcast")
    await boss.taps("Write one")
    await boss.taps("With a running plan")
    await boss.sends(TEXT)
    shown = await boss.sees("Goes to 3 members")
    assert "“With a running plan”: 3 in all" in shown.text
    assert TEXT in shown.text, "what was typed stands as it was typed"
    await boss.taps("Send it")
    await boss.sees("on its way")
    runner = BroadcastRunner(gym, desk_bot.assembly.bot)
    await written(runner)
    await deliver(gym, desk_bot)
    for person in members[:3]:
        await person.sees(TEXT)
    assert not [message for message in await members[3].chat() if "Saturday" in message.text]
    await runner.step()
    await runner.step()
    shown = await boss.sees("Sent: 3 of 3")
    assert "👥 With a running plan" in shown.text


async def test_in_quiet_hours_and_beside_another_one_the_preview_says_so(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, boss: Person, admin: Actor, members: list[Person]
) -> None:
    await begin(gym, admin)
    clock.advance(timedelta(hours=12))
    await boss.taps("Messages")
    await boss.taps("📣 Broadcast")
    await boss.taps("Write one")
    await boss.taps("With a running plan")
    await boss.sends(TEXT)
    shown = await boss.sees("Another broadcast is on its way")
    assert "it leaves at 08:00" in shown.text
    await boss.taps("Send it")
    await boss.sees("it leaves at 08:00")
    runner = BroadcastRunner(gym, desk_bot.assembly.bot)
    await written(runner)
    await deliver(gym, desk_bot)
    assert not [
        message for person in members for message in await person.chat() if "Saturday" in message.text
    ]
    clock.advance(timedelta(hours=10))
    await deliver(gym, desk_bot)
    for person in members[:3]:
        assert sum("Saturday" in message.text for message in await person.chat()) == 2


async def test_a_stopped_broadcast_says_nothing_more(
    gym: Gym, desk_bot: RunningBot, boss: Person, members: list[Person]
) -> None:
    await boss.taps("Messages")
    await boss.taps("📣 Broadcast")
    await boss.taps("Write one")
    await boss.taps("With a running plan")
    await boss.sends(TEXT)
    await boss.taps("Send it")
    await boss.sees("on its way")
    await written(BroadcastRunner(gym, desk_bot.assembly.bot))
    await boss.taps("⏹ Stop")
    await boss.sees("stopped")
    await deliver(gym, desk_bot)
    assert not [message for message in await members[0].chat() if "Saturday" in message.text]


class BlockedInTime:
    """The bot's line to Telegram; one reader blocks the bot just before the message would be theirs."""

    def __init__(self, bot: Bot, reader: Person) -> None:
        self.bot = bot
        self.reader = reader

    async def send_message(self, chat_id: int, text: str, **options: Any) -> Message:
        if chat_id == self.reader.id:
            await self.reader.blocks()
        return await self.bot.send_message(chat_id, text, **options)


async def test_a_member_who_blocks_the_bot_in_the_middle_is_counted_and_the_rest_goes_on(
    gym: Gym, desk_bot: RunningBot, boss: Person, members: list[Person], admin: Actor
) -> None:
    eva, leo, mia, _ = members
    key = await begin(gym, admin)
    runner = BroadcastRunner(gym, desk_bot.assembly.bot)
    await written(runner)
    bot: Bot = BlockedInTime(desk_bot.assembly.bot, leo)  # type: ignore[assignment]
    await OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()
    for person in (eva, mia):
        await person.sees(TEXT)
    assert not [message for message in await leo.chat() if "Saturday" in message.text]
    await runner.step()
    async with gym.unit_of_work(admin) as uow:
        progress = await BroadcastService(uow).progress(key)
        reach = await BroadcastService(uow).reach(ACTIVE)
    assert (progress.state, progress.total, progress.sent) == (BroadcastState.DONE, 3, 2)
    assert (progress.missed, progress.failed) == (1, 0)
    assert (reach.members, reach.told) == (3, 2), "the next broadcast leaves him out"
    await boss.taps("Messages")
    await boss.taps("📣 Broadcast")
    await boss.taps("We close at")
    shown = await boss.sees("Sent: 2 of 3")
    assert "Not reached: 1" in shown.text


async def test_the_same_confirmation_twice_is_one_broadcast(
    gym: Gym, admin: Actor, members: list[Person]
) -> None:
    key = uuid4()
    assert await begin(gym, admin, key=key) == await begin(gym, admin, key=key)


async def test_whoever_wants_no_news_or_blocks_the_bot_is_not_counted(
    gym: Gym, admin: Actor, members: list[Person], desk_bot: RunningBot
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        eva = await uow.session.scalar(select(Client).where(Client.telegram_id == members[0].id))
    assert eva is not None
    async with gym.unit_of_work(Actor.member(eva.id, "Eva")) as uow:
        await PreferenceService(uow).set_group(KindGroup.NEWS, wanted=False)
    await desk_bot.assembly.services.chats.set_reachable(members[1].id, False)
    async with gym.unit_of_work(admin) as uow:
        reach = await BroadcastService(uow).reach(ACTIVE)
    assert (reach.members, reach.told) == (3, 1)


async def test_each_segment_finds_its_members(gym: Gym, admin: Actor, clock: FrozenClock) -> None:
    clerk = DeskClerk(gym, admin)
    plan, week = await clerk.plan(), await clerk.plan(count=3, name="Quarter")
    monthly, quarterly = await clerk.client("Eva", 1), await clerk.client("Leo", 2)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == quarterly.id).values(tags=["vip"]))
    await clerk.pay(await clerk.sell(monthly, plan))
    await clerk.sell(quarterly, week)

    async def found(audience: BroadcastAudience) -> int:
        async with gym.unit_of_work(admin) as uow:
            return (await BroadcastService(uow).reach(audience)).told

    assert await found(ACTIVE) == 2
    assert await found(BroadcastAudience(Segment.EXPIRING)) == 0
    assert await found(BroadcastAudience(Segment.ABSENT)) == 0
    assert await found(BroadcastAudience(Segment.PLAN, plan_id=plan.id)) == 1
    assert await found(BroadcastAudience(Segment.TAG, tag="vip")) == 1
    assert await found(BroadcastAudience(Segment.TAG, tag="nobody")) == 0
    clock.advance(timedelta(days=25))
    assert await found(BroadcastAudience(Segment.EXPIRING)) == 1
    assert await found(BroadcastAudience(Segment.ABSENT)) == 1, "who owes is not asked to come"
    clock.advance(timedelta(days=10))
    async with gym.unit_of_work(Actor.system()) as uow:
        await SubscriptionService(uow).expire_due()
    assert await found(BroadcastAudience(Segment.EXPIRED)) == 1


async def test_nobody_to_tell_is_said_before_anything_is_written(gym: Gym, admin: Actor) -> None:
    with pytest.raises(NobodyToTell):
        await begin(gym, admin)


async def test_an_employee_may_not_broadcast(gym: Gym, employee: Actor) -> None:
    with pytest.raises(NotAllowed):
        await begin(gym, employee)


async def crowd(gym: Gym, count: int) -> None:
    """Clients with a chat and a tag, straight into the table."""
    now = gym.clock.now()
    async with gym.unit_of_work(Actor.system()) as uow:
        for number in range(count):
            client = Client(first_name=f"C{number}", last_name="X", telegram_id=1000 + number, tags=["crowd"])
            client.created_at = client.updated_at = now
            uow.session.add(client)


CROWD = BroadcastAudience(Segment.TAG, tag="crowd")


async def test_a_restart_in_the_middle_goes_on_where_it_stopped(gym: Gym, admin: Actor) -> None:
    await crowd(gym, BATCH + 20)
    key = await begin(gym, admin, CROWD)

    async def write() -> int:
        async with gym.unit_of_work(Actor.system()) as uow:
            return await BroadcastService(uow).write_next()

    assert await write() == BATCH

    class Killed(Exception):
        pass

    async def write_and_die() -> None:
        async with gym.unit_of_work(Actor.system()) as uow:
            assert await BroadcastService(uow).write_next() == 20
            raise Killed

    with pytest.raises(Killed):
        await write_and_die()
    assert [await write(), await write()] == [20, 0]
    async with gym.unit_of_work(admin) as uow:
        progress = await BroadcastService(uow).progress(key)
        rows = select(func.count(Notification.recipient_id.distinct())).where(
            Notification.broadcast_id == key
        )
        assert await uow.session.scalar(rows) == progress.total == BATCH + 20
    assert progress.state is BroadcastState.SENDING
    async with gym.unit_of_work(admin) as uow:
        await BroadcastService(uow).stop(key)
    with pytest.raises(BroadcastOver):
        async with gym.unit_of_work(admin) as uow:
            await BroadcastService(uow).stop(key)


class Line:
    """Telegram's side: keeps what was sent, and when."""

    def __init__(self, time: Moving, when: Callable[[int], Awaitable[None]]) -> None:
        self.time = time
        self.when = when
        self.sent: list[tuple[float, int, str]] = []

    async def send_message(self, chat_id: int, text: str, **_: object) -> Message:
        self.sent.append((self.time.seconds, chat_id, text))
        await self.when(len(self.sent))
        chat = {"id": chat_id, "type": "private"}
        return Message.de_json({"message_id": len(self.sent), "date": 0, "chat": chat})


async def test_a_receipt_waits_less_than_a_second_however_long_the_broadcast(gym: Gym, admin: Actor) -> None:
    """Written in the middle of a broadcast, it leaves within a second of the pacer's clock."""
    await crowd(gym, 300)
    await begin(gym, admin, CROWD)
    async with gym.unit_of_work(Actor.system()) as uow:
        await BroadcastService(uow).write_next()
    client = (await DeskClerk(gym, admin).client("Rosa", 7)).id
    time, written = Moving(), list[float]()

    async def wait(seconds: float) -> None:
        """Those who wait at once wait together."""
        until = time.seconds + seconds
        await asyncio.sleep(0)
        time.seconds = max(time.seconds, until)

    async def when(count: int) -> None:
        if count % 50 == 0:
            written.append(time.seconds)
            async with gym.unit_of_work(Actor.system()) as uow:
                kind, payload = NotificationKind.WELCOME, {"first_name": f"#{count}"}
                uow.notify(Recipient.client(client), complete(kind, payload), priority=Priority.URGENT)

    line = Line(time, when)
    bot: Bot = line  # type: ignore[assignment]
    await OutboxWorker(gym, bot, SendRateLimits(time, sleep=wait)).drain()
    receipts = [at for at, chat, _ in line.sent if chat == 7]
    assert len(receipts) == len(written) >= 5
    assert max(left - asked for left, asked in zip(receipts, written, strict=True)) < 1
    times = [at for at, _, _ in line.sent]
    assert all(later - sooner >= 0.99 for sooner, later in zip(times, times[28:], strict=False))
    assert time.seconds > 300 / 28 - 1, "the broadcast itself was paced"


async def test_what_was_on_its_way_at_the_stop_and_came_back_stays_unsaid(gym: Gym, admin: Actor) -> None:
    await crowd(gym, 1)
    key = await begin(gym, admin, CROWD)
    async with gym.unit_of_work(Actor.system()) as uow:
        await BroadcastService(uow).write_next()
    async with gym.unit_of_work(Actor.system()) as uow:
        wall = uow.context.wall
        lease = wall + timedelta(seconds=45)
        [taken] = await OutboxRepository(uow.session).claim(now=uow.now, wall=wall, lease=lease, size=6)
    async with gym.unit_of_work(admin) as uow:
        await BroadcastService(uow).stop(key)
    async with gym.unit_of_work(Actor.system()) as uow:
        await OutboxRepository(uow.session).again(taken.id, at=uow.now, reason="retry after", counts=False)
    async with gym.unit_of_work(Actor.system()) as uow:
        wall = uow.context.wall
        claimed = await OutboxRepository(uow.session).claim(now=uow.now, wall=wall, lease=wall, size=6)
        assert claimed == []
        assert (await BroadcastService(uow).progress(key)).left == 0
