"""What readers switch off, when nothing may ring, and what nobody can switch off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from telegram import Bot, Message

from bot.messages import RENDERERS
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from gym.app import Gym
from gym.chats.preferences import PreferenceService, QuietHoursUnclear, parse_quiet_hours
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.kinds import ALWAYS, GROUP_OF, WAITS, KindGroup
from gym.notifications.models import Notification, NotificationKind, NotificationState, Priority
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.quiet_hours import after_quiet
from gym.security.permissions import Actor, NotAllowed, Role
from gym.settings.schemas import GymSettings
from tests.conftest import hire
from tests.support.memberships import DeskClerk
from tests.support.messages.gallery import page
from tests.support.messages.samples import complete

Kind = NotificationKind
NIGHT = datetime(2026, 8, 4, 3, 0, tzinfo=UTC)
"""22:00 in Bogota."""


class Line:
    """Telegram's side: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []

    async def send_message(self, chat_id: int, text: str, **_: object) -> Message:
        self.sent.append((chat_id, text))
        chat = {"id": chat_id, "type": "private"}
        return Message.de_json({"message_id": len(self.sent), "date": 0, "chat": chat})


async def deliver(gym: Gym) -> list[str]:
    """Everything that may leave now."""

    async def no_waiting(_: float) -> None: ...

    line = Line()
    bot: Bot = line  # type: ignore[assignment]
    await OutboxWorker(gym, bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()
    return [text for _, text in line.sent]


@pytest.fixture
async def rosa(gym: Gym, admin: Actor) -> Actor:
    """A member with a chat, acting in it; her welcome was sent."""
    client = await DeskClerk(gym, admin).client("Rosa", 7)
    await deliver(gym)
    return Actor.member(client.id, "Rosa")


async def tell(
    gym: Gym, reader: Actor, kind: Kind, payload: Mapping[str, object], priority: Priority = Priority.NORMAL
) -> None:
    assert reader.id is not None
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(Recipient.client(reader.id), complete(kind, payload), priority=priority)


async def want(gym: Gym, reader: Actor, group: KindGroup, wanted: bool) -> None:
    async with gym.unit_of_work(reader) as uow:
        await PreferenceService(uow).set_group(group, wanted=wanted)


async def test_a_reader_does_not_hear_what_they_switched_off_until_they_switch_it_on(
    gym: Gym, rosa: Actor
) -> None:
    await want(gym, rosa, KindGroup.REWARDS, False)
    await tell(gym, rosa, Kind.BIRTHDAY, {"first_name": "Rosa"})
    assert await deliver(gym) == []
    async with gym.database.session() as session:
        state = select(Notification.state).where(Notification.kind == Kind.BIRTHDAY)
        assert await session.scalar(state) is NotificationState.MUTED
    await want(gym, rosa, KindGroup.REWARDS, True)
    await tell(gym, rosa, Kind.BIRTHDAY, {"first_name": "Rosa"})
    assert len(await deliver(gym)) == 1


async def test_receipts_come_whatever_is_switched_off_and_at_any_hour(
    gym: Gym, rosa: Actor, admin: Actor, clock: FrozenClock
) -> None:
    for group in (KindGroup.CHECK_INS, KindGroup.REMINDERS, KindGroup.REWARDS, KindGroup.NEWS):
        await want(gym, rosa, group, False)
    clock.advance(NIGHT - clock.now())
    boss = DeskClerk(gym, admin)
    async with gym.unit_of_work(Actor.system()) as uow:
        client = await uow.session.get_one(Client, rosa.id)
    sold = await boss.sell(client, await boss.plan())
    await boss.pay(sold)
    said = await deliver(gym)
    assert [text for text in said if "Receipt" in text]


async def test_reminders_wait_for_the_morning_and_entries_do_not(
    gym: Gym, rosa: Actor, clock: FrozenClock
) -> None:
    clock.advance(NIGHT - clock.now())
    await tell(gym, rosa, Kind.ABSENT, {"first_name": "Rosa", "days": 10})
    await tell(gym, rosa, Kind.CHECKED_IN, {"at": clock.now()})
    assert [text[:1] for text in await deliver(gym)] == ["✅"], "what waits holds nothing else up"
    clock.advance(timedelta(hours=9, minutes=59))
    assert await deliver(gym) == []
    clock.advance(timedelta(minutes=1))
    assert len(await deliver(gym)) == 1


async def test_quiet_hours_of_ones_own_take_the_place_of_the_gyms(
    gym: Gym, rosa: Actor, clock: FrozenClock
) -> None:
    async with gym.unit_of_work(rosa) as uow:
        await PreferenceService(uow).set_quiet_hours((time(9), time(12)))
    await tell(gym, rosa, Kind.ABSENT, {"first_name": "Rosa", "days": 10})
    assert await deliver(gym) == [], "10:00 is quiet for her"
    clock.advance(NIGHT - clock.now())
    assert len(await deliver(gym)) == 1, "22:00 is not"
    async with gym.unit_of_work(rosa) as uow:
        assert (await PreferenceService(uow).set_quiet_hours(None)).quiet is None


async def test_an_admin_who_does_not_want_to_hear_of_the_door_hears_of_the_house(gym: Gym) -> None:
    ana = await hire(gym, "Ana", Role.ADMIN, 1)
    await want(gym, ana, KindGroup.DESK_DOOR, False)
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(DESK, complete(Kind.DESK_CHECKED_IN, {"client_name": "Rosa", "client_id": UUID(int=1)}))
        uow.notify(DESK, complete(Kind.DESK_NEW_KIOSK, {"name": "Side door"}))
    assert await deliver(gym) == ["🚪 A kiosk was paired: Side door"]


async def test_nobody_switches_off_what_is_not_theirs(gym: Gym, rosa: Actor) -> None:
    await want(gym, rosa, KindGroup.DESK_MONEY, False)
    async with gym.unit_of_work(rosa) as uow:
        assert (await PreferenceService(uow).get()).muted == frozenset()
    with pytest.raises(NotAllowed):
        async with gym.unit_of_work(Actor.system()) as uow:
            await PreferenceService(uow).get()


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22-7", (time(22), time(7))),
        ("22:30 – 7", (time(22, 30), time(7))),
        ("0-0", (time(0), time(0))),
        ("21 - 24", (time(21), time(0))),
    ],
)
def test_two_hours_are_understood(text: str, hours: tuple[time, time]) -> None:
    assert parse_quiet_hours(text) == hours


@pytest.mark.parametrize("text", ["", "22", "25-7", "a-b", "22-7-8", "22:99-7", "²-³", "9" * 5000 + "-7"])
def test_anything_else_is_asked_again(text: str) -> None:
    with pytest.raises(QuietHoursUnclear):
        parse_quiet_hours(text)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (datetime(2026, 3, 28, 21, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_at_eight_in_the_night_in_which_the_clocks_change(
    evening: datetime, morning: datetime
) -> None:
    madrid = GymSettings.model_validate({"timezone": "Europe/Madrid"})
    assert after_quiet(evening, madrid) == morning
    assert after_quiet(morning, madrid) == morning


def test_every_kind_is_in_a_group_or_always_told() -> None:
    assert set(GROUP_OF) | ALWAYS == set(Kind)
    assert not set(GROUP_OF) & ALWAYS
    assert not WAITS & {Kind.RECEIPT, Kind.CHECKED_IN, Kind.DENIED, Kind.WELCOME}


def test_the_gallery_shows_every_kind_in_both_languages() -> None:
    shown = page()
    for kind in Kind:
        assert f"<h2>{kind.value} " in shown
    assert set(RENDERERS) == set(Kind)
    assert "Welcome to" in shown
