"""Groups and topics that hear the desk: offered, confirmed by an admin, each with its own kinds."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.desk.messaging.desk_chat_groups import DeskHere
from bot.desk.messaging.desk_chats import AcceptDeskChat
from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.core.clock import FrozenClock
from gym.notifications.kinds import KindGroup
from gym.notifications.models import DeskChat, Notification, NotificationKind
from gym.notifications.outbox import DESK, Recipient
from gym.security.permissions import Actor, Role
from tests.conftest import hire
from tests.support.messages.samples import complete
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
async def boss(telegram: SandboxClient, desk_bot: RunningBot, make_staff) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person)
    await person.sends("/start")
    await person.sees("Send a photo")
    return person


async def happens(gym: Gym, name: str) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": name}))


async def deliver(gym: Gym, bot: RunningBot) -> None:
    async def no_waiting(_: float) -> None: ...

    await OutboxWorker(gym, bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain()


async def chats(gym: Gym) -> list[DeskChat]:
    async with gym.database.session() as session:
        return list(await session.scalars(select(DeskChat).order_by(DeskChat.created_at, DeskChat.id)))


async def test_an_admin_makes_a_group_a_desk_chat_and_the_desk_is_heard_there(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, boss: Person
) -> None:
    group = await telegram.group("Front desk", [boss])
    here = boss.in_group(group["id"])
    await boss.sees("Shall Front desk hear what happens at the desk")
    await boss.taps("Make it a desk chat")
    await boss.sees("This is a desk chat")
    assert await here.chat() == [], "nothing was asked in front of everybody"
    await happens(gym, "Side door")
    await deliver(gym, desk_bot)
    await here.sees("A kiosk was paired: Side door")
    await here.sends("/desk")
    await here.sees("This is a desk chat: Front desk")
    assert not [message for message in await boss.news() if "Side door" in message.text]


async def test_only_an_admin_confirms_a_desk_chat(
    gym: Gym, telegram: SandboxClient, boss: Person, make_staff
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    group = await telegram.group("Front desk", [bruno, boss])
    asked = await bruno.sees("An admin decides")
    [waiting] = await chats(gym)
    now = gym.clock.now()
    await bruno.taps_button_data(asked, pack(AcceptDeskChat(waiting.id), now))
    await bruno.sees("You may not do this")
    await bruno.in_group(group["id"]).sends("/desk")
    await boss.sends("/desk")
    await boss.taps("❔ Front desk")
    await boss.sees("It waits for an admin's word")
    assert not (await chats(gym))[0].active
    assert not [message for message in await boss.in_group(group["id"]).chat() if message.from_bot]
    await boss.taps("Make it a desk chat")
    await boss.sees("This is a desk chat")
    assert (await chats(gym))[0].active


async def test_a_button_that_an_earlier_version_put_into_a_group_still_confirms_it(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, boss: Person, make_staff
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    group = await telegram.group("Front desk", [bruno, boss])
    there = boss.in_group(group["id"])
    data = pack(DeskHere(), gym.clock.now())
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Make it a desk chat", callback_data=data)]])
    await desk_bot.assembly.bot.send_message(group["id"], "Shall this chat hear?", reply_markup=keys)
    await bruno.in_group(group["id"]).taps("Make it a desk chat")
    assert not any(chat.active for chat in await chats(gym))
    await there.taps("Make it a desk chat")
    await there.sees("This is a desk chat: Front desk")
    assert [chat.active for chat in await chats(gym)] == [True]


async def test_the_bot_says_nothing_in_a_strangers_group(
    gym: Gym, telegram: SandboxClient, boss: Person
) -> None:
    eve = await telegram.person("Eve")
    group = await telegram.group("Somewhere else", [eve])
    await boss.sends("/desk")
    await boss.sees("Desk chats")
    assert await eve.in_group(group["id"]).chat() == []


async def test_a_topic_is_a_desk_chat_of_its_own_with_its_own_kinds(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, boss: Person
) -> None:
    group = await telegram.group("Team", [boss], ["House", "Money"])
    house, money = (boss.in_group(group["id"], topic["thread"]) for topic in group["topics"])
    await boss.sees("Shall Team hear")
    for topic, name in ((house, "House"), (money, "Money")):
        await topic.sends("/desk")
        await boss.sees(f"Shall Team / {name} hear")
        await boss.taps("Make it a desk chat")
        await boss.sees("This is a desk chat")
    await boss.sends("/desk")
    [first, second] = [chat for chat in await chats(gym) if chat.active]
    assert (first.title, second.title) == ("Team / House", "Team / Money"), "topics go by their names"
    await boss.taps(f"💬 {second.title}")
    await boss.taps("🔔 House")
    await boss.sees("🔕 House")
    await happens(gym, "Side door")
    await deliver(gym, desk_bot)
    async with gym.database.session() as session:
        topics = select(Notification.recipient_id).where(
            Notification.kind == NotificationKind.DESK_NEW_KIOSK, Notification.recipient_id.is_not(None)
        )
        assert list(await session.scalars(topics)) == [first.id]
    sent = [
        call for call in await telegram.calls(method="sendMessage") if "Side door" in str(call["arguments"])
    ]
    assert [int(call["arguments"]["message_thread_id"]) for call in sent] == [group["topics"][0]["thread"]]


async def test_a_group_that_throws_the_bot_out_is_marked_and_the_admins_hear_instead(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, boss: Person
) -> None:
    group = await telegram.group("Front desk", [boss])
    await boss.taps("Make it a desk chat")
    await boss.sees("This is a desk chat")
    await telegram.call("POST", f"/groups/{group['id']}/kick")
    async with asyncio.timeout(30):
        while (await chats(gym))[0].gone_at is None:
            pass  # asking the database lets the bot hear of it
    await happens(gym, "Side door")
    await deliver(gym, desk_bot)
    await boss.sees("A kiosk was paired: Side door")
    await boss.sends("/desk")
    await boss.taps("🚫 Front desk")
    await boss.sees("take me in again")


async def test_what_a_lost_desk_chat_was_about_to_hear_goes_to_the_admins(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, boss: Person
) -> None:
    group = await telegram.group("Front desk", [boss])
    await boss.taps("Make it a desk chat")
    await boss.sees("This is a desk chat")
    await telegram.fault("sendMessage", 403, chat_id=group["id"])
    await happens(gym, "Side door")
    await deliver(gym, desk_bot)
    await boss.sees("A kiosk was paired: Side door")


async def test_a_paused_desk_chat_hears_nothing_and_a_removed_one_is_gone(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient, boss: Person
) -> None:
    await telegram.group("Front desk", [boss])
    await boss.taps("Make it a desk chat")
    await boss.sees("This is a desk chat")
    await boss.sends("/desk")
    await boss.taps("💬 Front desk")
    await boss.taps("⏸ Pause")
    await boss.sees("Paused")
    await happens(gym, "Side door")
    await deliver(gym, desk_bot)
    await boss.sees("A kiosk was paired: Side door")
    await boss.sends("/desk")
    await boss.taps("⏸ Front desk")
    await boss.taps("🗑 Remove")
    await boss.sees("hears nothing of the desk any more")
    await boss.taps("🗑 Remove")
    await boss.sees("There is none that listens")
    assert await chats(gym) == []


async def test_a_slow_desk_group_delays_nobody_else(
    gym: Gym, desk_bot: RunningBot, telegram: SandboxClient
) -> None:
    """The group's answer takes longer than everything else together."""
    ana = await hire(gym, "Ana", Role.ADMIN)
    people = [await telegram.person(f"A{n}") for n in range(3)]
    for person in people:
        await person.sends("/start")
    group = await telegram.group("Slow", people)
    async with gym.unit_of_work(ana) as uow:
        await DeskChatService(uow).confirm(ChatPlace(group["id"], None, "Slow"))
    admins = [await hire(gym, person.name, Role.ADMIN, person.id) for person in people]
    await telegram.fault("sendMessage", 200, delay=3.0, chat_id=group["id"])
    await happens(gym, "first")
    async with gym.unit_of_work(ana) as uow:
        for admin in admins:
            payload = {"name": "later", "role": "employee"}
            uow.notify(Recipient.staff(admin.id), complete(NotificationKind.DESK_NEW_STAFF, payload))
    await deliver(gym, desk_bot)
    words = ("works here now", "first")
    calls = await telegram.calls(method="sendMessage")
    sent = [call for call in calls if any(one in str(call["arguments"]) for one in words)]
    assert int(sent[-1]["arguments"]["chat_id"]) == group["id"], "it came last, and held nobody up"
    assert len(sent) == 4


async def test_an_employees_list_of_desk_chats_is_closed(
    telegram: SandboxClient, boss: Person, make_staff
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/desk")
    await bruno.sees("You may not do this")


async def test_confirming_a_desk_chat_again_renames_it_and_all_kinds_mean_later_ones_too(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    async with gym.unit_of_work(admin) as uow:
        chat = await DeskChatService(uow).confirm(ChatPlace(-5, None, "Front desk"))
        await DeskChatService(uow).set_group(chat.id, KindGroup.DESK_DOOR, wanted=False)
        await DeskChatService(uow).set_group(chat.id, KindGroup.DESK_DOOR, wanted=True)
        assert chat.kinds is None, "everything again, kinds of later versions too"
    clock.advance(timedelta(days=1))
    async with gym.unit_of_work(admin) as uow:
        again = await DeskChatService(uow).confirm(ChatPlace(-5, None, "New name"))
        assert (again.id, again.title) == (chat.id, "New name")
