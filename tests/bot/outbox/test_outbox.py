"""The outbox: every message leaves once, in order, in the reader's language, whatever Telegram answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import structlog
from sqlalchemy import select, text
from telegram import Bot, Message
from telegram.error import ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.app import sandbox_hooks
from bot.messages import RENDERERS, render
from bot.outbox.outcomes import MOST_IN_ORDER
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import CHANNEL, OutboxWorker
from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.ui.buttons.member import MyPlan, WantToRenew
from bot.ui.callbacks import stays, unpack
from gym.app import Gym
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState, Priority
from gym.notifications.outbox import DESK, RANKS, Recipient
from gym.notifications.payloads.money import ReceiptPayload
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor, Role
from gym.settings.models import GymKind
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork
from tests.conftest import hire
from tests.support.lock_waits import until_waiting
from tests.support.memberships import DeskClerk
from tests.support.messages.samples import complete


class Line:
    """The edge of the world: answers as Telegram would, and keeps what was sent."""

    def __init__(self, *faults: TelegramError) -> None:
        self.faults = list(faults)
        self.sent: list[tuple[int, str]] = []

    async def send_message(self, chat_id: int, text: str, **_: object) -> Message:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append((chat_id, text))
        return Message.de_json(
            {"message_id": len(self.sent), "date": 0, "chat": {"id": chat_id, "type": "private"}}
        )


def outbox_worker(gym: Gym, line: Line) -> OutboxWorker:
    async def no_waiting(_: float) -> None: ...

    bot: Bot = line  # type: ignore[assignment]
    return OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting))


async def member(gym: Gym, staff: Actor, telegram_id: int | None, language: str = "en") -> UUID:
    async with gym.unit_of_work(staff) as uow:
        client = await ClientService(uow).register(ClientInput(first_name="Eva", last_name="Ruiz"))
        client.telegram_id, client.language = telegram_id, language
        return client.id


async def tell(gym: Gym, recipient: Recipient, *plans: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for plan in plans:
            payload = {"plan_name": plan, "ends_on": uow.today}
            uow.notify(recipient, complete(NotificationKind.ENDED, payload))


async def states(gym: Gym) -> list[NotificationState]:
    async with gym.unit_of_work(Actor.system()) as uow:
        ended = select(Notification.state).where(Notification.kind == NotificationKind.ENDED)
        return list(await uow.session.scalars(ended.order_by(Notification.created_at, Notification.id)))


async def test_a_message_is_worded_in_its_readers_language(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7, "es")), "Mensual <b>")
    line = Line()
    await outbox_worker(gym, line).drain()
    [(chat, text)] = [one for one in line.sent if "Mensual" in one[1]]
    assert chat == 7
    assert "Mensual &lt;b&gt;" in text
    assert "ended" not in text
    assert await states(gym) == [NotificationState.SENT]


@pytest.mark.parametrize(("tries", "pictures"), [(0, 1), (MOST_IN_ORDER, 0)])
async def test_the_monthly_letter_has_its_chart_unless_that_keeps_it(
    gym: Gym, clock: FrozenClock, tries: int, pictures: int
) -> None:
    """Its words and buttons arrive either way; after some tries without the picture."""
    boss = DeskClerk(gym, await hire(gym, "Ana", Role.ADMIN, 9))
    await boss.pay(await boss.sell(await boss.client(), await boss.plan()))
    clock.advance(timedelta(days=31))
    month = {"first": date(2026, 8, 1), "last": date(2026, 8, 31)}
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("DELETE FROM notifications"))
        assert boss.actor.id is not None
        uow.notify(Recipient.staff(boss.actor.id), complete(NotificationKind.MONTHLY_LETTER, month))
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("UPDATE notifications SET attempts = :tries"), {"tries": tries})

    class Camera(Line):
        def __init__(self) -> None:
            super().__init__()
            self.photos: list[bytes] = []

        async def send_photo(self, chat_id: int, photo: bytes, caption: str, **more: object) -> Message:
            assert more["reply_markup"] is not None
            self.photos.append(photo)
            return await self.send_message(chat_id, caption)

    line = Camera()
    await outbox_worker(gym, line).drain()
    [(chat, words)] = line.sent
    assert (chat, words.splitlines()[0]) == (9, "📬 <b>The month: 1 Aug – Mon, 31 Aug 2026</b>")
    assert [photo[:4] for photo in line.photos] == [b"\x89PNG"] * pictures


async def test_what_the_desk_hears_of_one_moment_keeps_its_order(gym: Gym, admin: Actor) -> None:
    await hire(gym, "Olga", Role.ADMIN, 8)
    names = [f"Door {number:02}" for number in range(75)]
    async with gym.unit_of_work(Actor.system()) as uow:
        for name in names:
            uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": name}))
    line = Line()
    await outbox_worker(gym, line).drain()
    assert [text.rpartition(": ")[2] for _, text in line.sent] == names


async def test_nothing_is_sent_twice(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    line = Line()
    works = outbox_worker(gym, line)
    await works.drain()
    assert await works.drain() == 0
    assert len(line.sent) == 1


async def test_what_is_on_its_way_for_longer_than_its_lease_leaves_once(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A", "B")
    leaves, arrived = asyncio.Event(), asyncio.Event()

    class Slow(Line):
        async def send_message(self, chat_id: int, text: str, **more: object) -> Message:
            leaves.set()
            await arrived.wait()
            return await super().send_message(chat_id, text, **more)

    line = Slow()
    works = outbox_worker(gym, line)
    first = asyncio.create_task(works.drain())
    await leaves.wait()
    gym.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    again = asyncio.create_task(works.drain())
    await until(lambda: held_until(gym, gym.clock.now()))
    arrived.set()
    await asyncio.gather(first, again)
    assert [text[text.index("<b>") : text.index("</b>")] for _, text in line.sent] == ["<b>A", "<b>B"]


async def held_until(gym: Gym, moment: datetime) -> bool:
    async with gym.database.session() as session:
        query = select(Notification.id).where(Notification.leased_until > moment)
        return await session.scalar(query) is not None


@pytest.mark.parametrize("fault", [NetworkError("no answer"), RetryAfter(timedelta(seconds=3))])
async def test_a_failed_message_waits_and_those_behind_it_wait_too(
    gym: Gym, employee: Actor, fault: TelegramError
) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A", "B", "C")
    line = Line(fault)
    works = outbox_worker(gym, line)
    await works.drain()
    assert line.sent == []
    gym.clock.advance(timedelta(seconds=10))  # type: ignore[attr-defined]
    await works.drain()
    assert [text for _, text in line.sent] == sorted(text for _, text in line.sent)
    assert len(line.sent) == 3


async def test_whoever_blocked_the_bot_is_unreachable_and_nobody_is_stormed(
    gym: Gym, employee: Actor
) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    works = outbox_worker(gym, Line(Forbidden("bot was blocked by the user")))
    await works.drain()
    gym.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    await works.drain()
    assert await states(gym) == [NotificationState.UNREACHABLE]


async def test_a_client_without_a_chat_is_unreachable(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, None)), "A")
    await outbox_worker(gym, Line()).drain()
    assert await states(gym) == [NotificationState.UNREACHABLE]


async def test_what_happens_at_the_desk_is_told_to_the_other_admins(gym: Gym) -> None:
    ana = await hire(gym, "Ana", Role.ADMIN, 1)
    await hire(gym, "Berta", Role.ADMIN, 2)
    await hire(gym, "Bruno", Role.EMPLOYEE, 3)
    async with gym.unit_of_work(ana) as uow:
        uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": "Front door"}))
    line = Line()
    await outbox_worker(gym, line).drain()
    assert [chat for chat, _ in line.sent] == [2]


async def test_an_outage_of_any_length_gives_no_message_up(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    line = Line(*(NetworkError("down") for _ in range(15)))
    works = outbox_worker(gym, line)
    for _ in range(32):  # some of them at night, when reminders wait
        await works.drain()
        gym.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    assert len(line.sent) == 1


async def test_a_message_that_cannot_be_worded_does_not_hold_up_the_others(gym: Gym, employee: Actor) -> None:
    client = Recipient.client(await member(gym, employee, 7))
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(client, ReceiptPayload.model_construct())
    await tell(gym, client, "A")
    line = Line()
    await outbox_worker(gym, line).drain()
    assert [text for _, text in line.sent if "A" in text]


async def test_an_idle_worker_wakes_nobody(gym: Gym) -> None:
    works = outbox_worker(gym, Line())
    woken: list[object] = []
    async with gym.database.direct() as connection:
        await connection.add_listener(CHANNEL, lambda *told: woken.append(told))
        await works.drain()
        await connection.fetchval("SELECT 1")
    assert woken == []


async def test_a_jump_of_the_clock_sends_at_once_what_waited_for_its_hour(gym: Gym, employee: Actor) -> None:
    await gym.stamp(GymKind.SANDBOX)
    client = Recipient.client(await member(gym, employee, 7))
    async with gym.unit_of_work(Actor.system()) as uow:
        payload = {"plan_name": "A", "ends_on": uow.today}
        uow.notify(client, complete(NotificationKind.ENDED, payload), due_at=uow.now + timedelta(hours=9))
    line = Line()
    running = asyncio.create_task(outbox_worker(gym, line).run())
    try:
        await listening(gym)
        assert line.sent == []
        advance = sandbox_hooks(gym).advance_clock
        assert advance is not None
        now = await advance(timedelta(hours=10))
        assert now.utcoffset() == timedelta(hours=-5), "the gym's own hour"

        async def told() -> bool:
            return any("A" in words for _, words in line.sent)

        await until(told)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def listening(gym: Gym) -> None:
    """Wait until the worker hears what is committed; what is due has left by then."""
    listens = text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' || :channel || '%'")

    async def there() -> bool:
        async with gym.database.session() as session:
            return bool(await session.scalar(listens, {"channel": CHANNEL}))

    await until(there)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.01)


def test_every_kind_has_its_words() -> None:
    assert set(RENDERERS) == set(NotificationKind)


NOW = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
DENIAL = {
    "code": "payment_due",
    "method": "face",
    "client_id": UUID(int=7),
    "client_name": "Rosa Vargas",
    "balance": Decimal(75000),
}


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (0, "ends in 3 days"),
        (2, "ends in 1 day,"),
        (3, "Today is the last day"),
        (4, "<b>Monthly</b> ended on"),
    ],
)
async def test_a_reminder_that_telegram_took_days_late_says_what_is_true_then(late: int, words: str) -> None:
    facts = {"plan_name": "Monthly", "ends_on": NOW.date() + timedelta(days=3), "days": 3}
    payload = complete(NotificationKind.ENDS_SOON, facts).values()
    now = NOW + timedelta(days=late)
    assert words in render(NotificationKind.ENDS_SOON, payload, GymSettings(), "en", now).text


async def test_a_freeze_that_is_over_does_not_end_tomorrow() -> None:
    facts = {"plan_name": "Monthly", "back_on": NOW.date() + timedelta(days=1)}
    payload = complete(NotificationKind.FREEZE_ENDS, facts).values()

    def said(late: int) -> str:
        now = NOW + timedelta(days=late)
        return render(NotificationKind.FREEZE_ENDS, payload, GymSettings(), "en", now).text

    assert "ends tomorrow" in said(0)
    assert "is over" in said(1)


async def test_a_reminder_offers_the_next_step_all_day_and_stays() -> None:
    facts = {"plan_name": "Monthly", "ends_on": NOW.date(), "days": 3}
    payload = complete(NotificationKind.ENDS_SOON, facts).values()
    said = render(NotificationKind.ENDS_SOON, payload, GymSettings(), "en", NOW)
    assert said.keyboard is not None
    data = [str(button.callback_data) for row in said.keyboard.inline_keyboard for button in row]
    taps = [unpack(Routes(ROUTERS).codes, one) for one in data]
    assert [type(tap.callback) for tap in taps] == [MyPlan, WantToRenew]
    assert all(stays(one) for one in data)
    assert not any(tap.is_stale(NOW + timedelta(hours=9)) for tap in taps)


async def test_a_denial_is_told_to_the_member_and_about_the_member() -> None:
    member = render(NotificationKind.DENIED, DENIAL, GymSettings(), "en", NOW)
    desk = render(NotificationKind.DESK_DENIED, DENIAL, GymSettings(), "en", NOW)
    assert member.text == "🚪 You have $75,000 to pay. Please go to the desk."
    assert desk.text == "🚪 Rosa Vargas was not let in. $75,000 is still to pay."
    assert desk.keyboard is not None


class Poisoned(Line):
    """Fails for one chat and works for the others."""

    async def send_message(self, chat_id: int, text: str, **more: object) -> Message:
        if chat_id == 7:
            raise NetworkError("Internal Server Error (500)")
        return await super().send_message(chat_id, text, **more)


async def test_a_message_that_fails_ten_times_while_others_leave_is_given_up(
    gym: Gym, employee: Actor
) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    other = Recipient.client(await member(gym, employee, 8))
    works = outbox_worker(gym, Poisoned())
    for number in range(10):
        assert (await states(gym))[0] is NotificationState.PENDING
        await tell(gym, other, str(number))
        await works.drain()
        gym.clock.advance(timedelta(minutes=15))  # type: ignore[attr-defined]
    assert (await states(gym))[0] is NotificationState.FAILED


async def test_a_group_that_became_a_supergroup_is_written_to_under_its_new_number(
    gym: Gym, admin: Actor
) -> None:
    async with gym.unit_of_work(admin) as uow:
        await DeskChatService(uow).confirm(ChatPlace(-5, None, "Front desk"))
        uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": "Front door"}))
    line = Line(ChatMigrated(-1005))
    works = outbox_worker(gym, line)
    await works.drain()
    gym.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    await works.drain()
    assert [chat for chat, _ in line.sent] == [-1005]


async def claimed(gym: Gym) -> list[int]:
    """The ranks of what a worker takes in hand for 45 seconds."""
    async with gym.unit_of_work(Actor.system()) as uow:
        return await claimed_in(uow)


async def claimed_in(uow: UnitOfWork) -> list[int]:
    wall = uow.context.wall
    lease = wall + timedelta(seconds=45)
    found = await OutboxRepository(uow.session).claim(now=uow.now, wall=wall, lease=lease, size=6)
    return [one.rank for one in found]


async def tell_as(gym: Gym, recipient: Recipient, priority: Priority) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        payload = complete(NotificationKind.ENDED, {"plan_name": "A", "ends_on": uow.today})
        uow.notify(recipient, payload, priority=priority)


@pytest.fixture
async def reader(gym: Gym, employee: Actor) -> Recipient:
    """A member with one message that may wait, and none besides."""
    found = Recipient.client(await member(gym, employee, 7))
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(text("DELETE FROM notifications"))
    await tell_as(gym, found, Priority.NORMAL)
    return found


async def test_an_urgent_message_waits_for_the_readers_one_that_is_on_its_way(
    gym: Gym, clock: FrozenClock, reader: Recipient
) -> None:
    assert await claimed(gym) == [RANKS[Priority.NORMAL]]
    await tell_as(gym, reader, Priority.URGENT)
    assert await claimed(gym) == []
    clock.advance(timedelta(seconds=46))
    assert await claimed(gym) == [RANKS[Priority.URGENT]], "its worker is gone"


async def test_two_workers_that_claim_at_once_take_no_two_messages_of_one_reader(
    gym: Gym, reader: Recipient
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await claimed_in(uow) == [RANKS[Priority.NORMAL]]
        await tell_as(gym, reader, Priority.URGENT)
        other = asyncio.create_task(claimed(gym))
        await until_waiting(gym)
    assert await other == []


async def test_a_leader_that_breaks_is_a_fault_and_not_silence(
    gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The supervisor starts a failed worker again; one that waited for ever would never be noticed."""

    async def broken(_: OutboxWorker) -> None:
        raise LookupError("unexpected")

    monkeypatch.setattr(OutboxWorker, "_remember_lately", broken)
    with pytest.raises(LookupError):
        async with asyncio.timeout(30):
            await outbox_worker(gym, Line()).run()


async def test_a_delivery_that_breaks_is_seen_and_its_message_stays(
    gym: Gym, employee: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise LookupError("unexpected")

    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    works = outbox_worker(gym, Line())
    monkeypatch.setattr(works._sender, "deliver", broken)  # pyright: ignore[reportPrivateUsage]
    with structlog.testing.capture_logs() as logs:
        await works.drain()
    assert "delivery_failed" in [one["event"] for one in logs]
    assert await states(gym) == [NotificationState.PENDING]
