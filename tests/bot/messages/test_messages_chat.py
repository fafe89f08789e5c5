"""Preferences and dead letters through the real bot."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.preferences import PreferenceService
from gym.notifications.kinds import KindGroup
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.notifications.outbox import Recipient
from gym.security.permissions import Actor
from gym.settings.models import GymKind
from tests.support.messages.samples import complete
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.desk_menu import behind_manage


@pytest.fixture
async def rosa(telegram: SandboxClient, desk_bot: RunningBot, make_member) -> tuple[Person, UUID]:
    person = await telegram.person("Rosa")
    client = await make_member(person, "Rosa")
    await person.sends("/start")
    await person.sees("What would you like")
    return person, client.id


async def deliver(gym: Gym, bot: RunningBot) -> None:
    async def no_waiting(_: float) -> None: ...

    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()


async def tell(gym: Gym, client: UUID, plan: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        kind = NotificationKind.FREEZE_ENDED
        payload = {"plan_name": plan, "planned": False, "ends_on": uow.today}
        uow.notify(Recipient.client(client), complete(kind, payload))


async def states(gym: Gym) -> list[NotificationState]:
    async with gym.database.session() as session:
        return list(await session.scalars(select(Notification.state).order_by(Notification.created_at)))


async def test_a_member_switches_news_off_and_sets_quiet_hours(gym: Gym, rosa: tuple[Person, UUID]) -> None:
    person, client = rosa
    await person.taps("Preferences")
    await person.sees("From 21:00 to 08:00")
    await person.taps("🔔 News")
    await person.sees("🔕 News")
    await person.taps("Quiet hours")
    await person.sends("half past ten")
    await person.sees("Type two hours")
    await person.sends("22:30-7")
    await person.sees("From 22:30 to 07:00")
    async with gym.unit_of_work(Actor.member(client, "Rosa")) as uow:
        kept = await PreferenceService(uow).get()
    assert (kept.muted, kept.quiet) == ({KindGroup.NEWS}, (time(22, 30), time(7)))
    await person.taps("Quiet hours")
    await person.taps("No quiet hours")
    await person.sees("reminders come at any time")
    await person.taps("Quiet hours")
    await person.taps("The gym's")
    await person.sees("From 21:00 to 08:00")


async def test_what_telegram_refuses_is_listed_for_an_admin_and_sent_again(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, rosa: tuple[Person, UUID], make_staff
) -> None:
    person, client = rosa
    ana = await telegram.person("Ana")
    await make_staff(ana)
    await gym.stamp(GymKind.SANDBOX)
    await gym.advance_clock(timedelta(days=3))
    await telegram.fault("sendMessage", 400, description="Bad Request: message is odd", chat_id=person.id)
    await tell(gym, client, "Monthly <b>")
    await deliver(gym, desk_bot)
    assert await states(gym) == [NotificationState.FAILED]
    await ana.sends("/start")
    await ana.taps("Messages (1)")
    await ana.taps("Undelivered (1)")
    await ana.taps("Rosa Gómez")
    card = await ana.sees("Why: Message is odd (1 try)")
    assert f"To Rosa Gómez, {await gym.now():%-d %b %Y}" in card.text, "the gym's day"
    assert "Monthly <b>" in card.text, "what was to be told, as it was typed"
    await ana.taps("Send again")
    await ana.sees("Everything was told")
    await deliver(gym, desk_bot)
    await person.sees("Monthly <b>")
    assert await states(gym) == [NotificationState.SENT]


async def test_a_dismissed_message_leaves_the_list(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, rosa: tuple[Person, UUID], make_staff
) -> None:
    person, client = rosa
    ana = await telegram.person("Ana")
    await make_staff(ana)
    await telegram.fault("sendMessage", 400, description="Bad Request: odd", times=2, chat_id=person.id)
    await tell(gym, client, "A")
    await tell(gym, client, "B")
    await deliver(gym, desk_bot)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            text(
                "UPDATE notifications SET error = 'restored'"
                " WHERE id = (SELECT id FROM notifications ORDER BY id DESC LIMIT 1)"
            )
        )
    await ana.sends("/start")
    await ana.taps("Messages (2)")
    await ana.taps("Undelivered (2)")
    list_ = await ana.sees("Telegram did not take 1 message")
    assert "1 message waits since the gym was restored" in list_.text, "nobody tried to send that one"
    await ana.taps("Dismiss all")
    await ana.sees("Everything was told")
    assert await states(gym) == [NotificationState.DISMISSED] * 2
    await ana.sends("/start")
    home = await ana.sees("Send a photo")
    assert "☰ Manage ›" in home.labels, "and no badge"
    assert "📨 Messages" in await behind_manage(ana), "and no badge"


async def test_whoever_let_the_bot_in_again_is_reached_again(
    gym: Gym, desk_bot: RunningBot, rosa: tuple[Person, UUID]
) -> None:
    person, client = rosa
    await person.blocks()
    await tell(gym, client, "while blocked")
    await deliver(gym, desk_bot)
    assert await states(gym) == [NotificationState.UNREACHABLE]
    await person.unblocks()
    await person.sends("/start")
    await person.sees("What would you like")
    await tell(gym, client, "afterwards")
    await deliver(gym, desk_bot)
    await person.sees("afterwards")


async def test_whoever_writes_is_reachable_though_telegram_never_said_so(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, rosa: tuple[Person, UUID]
) -> None:
    person, client = rosa
    await telegram.fault("sendMessage", 403, chat_id=person.id)
    await tell(gym, client, "refused")
    await deliver(gym, desk_bot)
    await tell(gym, client, "not even tried")
    await deliver(gym, desk_bot)
    assert await states(gym) == [NotificationState.UNREACHABLE] * 2
    await person.sends("/start")
    await person.sees("What would you like")
    await tell(gym, client, "afterwards")
    await deliver(gym, desk_bot)
    await person.sees("afterwards")
