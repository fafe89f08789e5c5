"""The outbox: every message leaves once, in order, in the reader's language, whatever Telegram answers."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from telegram import Bot, Message
from telegram.error import Forbidden, NetworkError, RetryAfter, TelegramError

from bot.messages import RENDERERS
from bot.outbox import CHANNEL, Dispatcher
from bot.pacing import Pacer
from gym.app import Gym
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.outbox import DESK, Recipient
from gym.security.permissions import Actor, Role
from tests.conftest import hire


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


def dispatcher(gym: Gym, line: Line) -> Dispatcher:
    async def no_waiting(_: float) -> None: ...

    bot: Bot = line  # type: ignore[assignment]
    return Dispatcher(gym, bot, Pacer(gym.clock, sleep=no_waiting))


async def member(gym: Gym, staff: Actor, telegram_id: int | None, language: str = "en") -> UUID:
    async with gym.unit_of_work(staff) as uow:
        client = await ClientService(uow).register(ClientInput(first_name="Eva", last_name="Ruiz"))
        client.telegram_id, client.language = telegram_id, language
        return client.id


async def tell(gym: Gym, recipient: Recipient, *plans: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        for plan in plans:
            payload = {"plan_name": plan, "ends_on": uow.today}
            uow.notify(recipient, NotificationKind.ENDED, payload)


async def states(gym: Gym) -> list[NotificationState]:
    async with gym.unit_of_work(Actor.system()) as uow:
        ended = select(Notification.state).where(Notification.kind == NotificationKind.ENDED)
        return list(await uow.session.scalars(ended.order_by(Notification.created_at, Notification.id)))


async def test_a_message_is_worded_in_its_readers_language(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7, "es")), "Mensual <b>")
    line = Line()
    await dispatcher(gym, line).drain()
    [(chat, text)] = [one for one in line.sent if "Mensual" in one[1]]
    assert chat == 7
    assert "Mensual &lt;b&gt;" in text
    assert "ended" not in text
    assert await states(gym) == [NotificationState.SENT]


async def test_nothing_is_sent_twice(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    line = Line()
    works = dispatcher(gym, line)
    await works.drain()
    assert await works.drain() == 0
    assert len(line.sent) == 1


@pytest.mark.parametrize("fault", [NetworkError("no answer"), RetryAfter(timedelta(seconds=3))])
async def test_a_failed_message_waits_and_those_behind_it_wait_too(
    gym: Gym, employee: Actor, fault: TelegramError
) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A", "B", "C")
    line = Line(fault)
    works = dispatcher(gym, line)
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
    works = dispatcher(gym, Line(Forbidden("bot was blocked by the user")))
    await works.drain()
    gym.clock.advance(timedelta(days=1))  # type: ignore[attr-defined]
    await works.drain()
    assert await states(gym) == [NotificationState.UNREACHABLE]


async def test_a_client_without_a_chat_is_unreachable(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, None)), "A")
    await dispatcher(gym, Line()).drain()
    assert await states(gym) == [NotificationState.UNREACHABLE]


async def test_what_happens_at_the_desk_is_told_to_the_other_admins(gym: Gym) -> None:
    ana = await hire(gym, "Ana", Role.ADMIN, 1)
    await hire(gym, "Berta", Role.ADMIN, 2)
    await hire(gym, "Bruno", Role.EMPLOYEE, 3)
    async with gym.unit_of_work(ana) as uow:
        uow.notify(DESK, NotificationKind.DESK_NEW_KIOSK, {"name": "Front door"})
    line = Line()
    await dispatcher(gym, line).drain()
    assert [chat for chat, _ in line.sent] == [2]


async def test_an_outage_of_any_length_gives_no_message_up(gym: Gym, employee: Actor) -> None:
    await tell(gym, Recipient.client(await member(gym, employee, 7)), "A")
    line = Line(*(NetworkError("down") for _ in range(15)))
    works = dispatcher(gym, line)
    for _ in range(16):
        await works.drain()
        gym.clock.advance(timedelta(hours=2))  # type: ignore[attr-defined]
    assert len(line.sent) == 1


async def test_a_message_that_cannot_be_worded_does_not_hold_up_the_others(gym: Gym, employee: Actor) -> None:
    client = Recipient.client(await member(gym, employee, 7))
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(client, NotificationKind.RECEIPT, {})
    await tell(gym, client, "A")
    line = Line()
    await dispatcher(gym, line).drain()
    assert [text for _, text in line.sent if "A" in text]


async def test_an_idle_dispatcher_wakes_nobody(gym: Gym) -> None:
    works = dispatcher(gym, Line())
    woken: list[object] = []
    async with gym.database.direct() as connection:
        await connection.add_listener(CHANNEL, lambda *told: woken.append(told))
        await works.drain()
        await connection.fetchval("SELECT 1")
    assert woken == []


def test_every_kind_has_its_words() -> None:
    assert set(RENDERERS) == set(NotificationKind)
