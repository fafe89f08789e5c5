"""Members write and staff answer, in chat: by reply, by button and in a desk chat, each reading their own."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func, select

from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.conversations.models import Conversation, ConversationMessage, MessageKind, MessageSide
from gym.core.clock import FrozenClock
from gym.notifications.models import DeskChat
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, all_handled
from tests.bot.desk.test_transfers_chat import Hire, slip
from tests.conversations.conftest import MINUTE
from tests.support.sandbox.client import SandboxClient


@pytest.fixture
def outbox(gym: Gym, desk_bot: RunningBot) -> OutboxWorker:
    return OutboxWorker(gym, desk_bot.assembly.bot)


async def kept(gym: Gym) -> list[tuple[MessageSide, MessageKind]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(select(ConversationMessage).order_by(ConversationMessage.id))
        return [(one.side, one.kind) for one in rows]


async def handled(gym: Gym, telegram: SandboxClient) -> None:
    """Until the bot has handled what was sent and answers to nobody in words."""
    while await telegram.pending_updates():  # noqa: ASYNC110 - the server rings nobody for it
        await asyncio.sleep(0.002)
    await all_handled(gym)


async def waiting(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(func.count()).select_from(Conversation).where(Conversation.waits_since.is_not(None))
        return await uow.session.scalar(query) or 0


async def test_a_member_asks_and_is_answered_by_reply_and_by_button_as_from_the_gym(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
    clock: FrozenClock,
    outbox: OutboxWorker,
) -> None:
    boss, bruno, rosa, eve = [await telegram.person(name) for name in ("Ana", "Bruno", "Rosa", "Eve")]
    await make_staff(boss, Role.ADMIN)
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(rosa, "Rosa", "Vargas")
    for person in (boss, bruno, rosa):
        await person.sends("/start")
        await person.sees("PowerGym")

    await rosa.sends("Do you sell gloves?")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    told = await bruno.sees("Rosa Vargas has written to the desk")
    assert "Do you sell gloves?" in told.words
    await boss.sees("Do you sell gloves?")
    await bruno.replies(told, "Yes, from 30,000 on")
    await bruno.sees("Your answer goes to Rosa Vargas")
    await outbox.drain()
    answered = await rosa.sees("Yes, from 30,000 on")
    assert "Bruno" not in answered.words, "as from the gym"
    await bruno.replies_with_photo(told, slip(3), "like these")
    await bruno.sees("Your answer goes to Rosa Vargas")
    await outbox.drain()
    copied = await rosa.sees_photo()
    assert "PowerGym" in copied.words
    assert "like these" in copied.words
    assert "Yes, from 30,000 on" in (await boss.sees("Bruno has answered Rosa Vargas")).words

    clock.advance(MINUTE)
    await rosa.sends_photo(slip(7), "these?")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    await boss.sees("📷 Photo: these?")
    await rosa.sends_sticker()
    await handled(gym, telegram)
    await boss.taps("💬 Open")
    shown = await boss.sees("Do you sell gloves?")
    assert "Yes, from 30,000 on" in shown.words
    await boss.taps("📷 Photo")
    assert await boss.sees_photo()
    await boss.taps("✍️ Answer")
    await boss.sees("What do you answer Rosa Vargas?")
    await boss.sends("The red ones")
    await boss.sees("Your answer goes to Rosa Vargas")
    assert await waiting(gym) == 1, "what came after the photo waits"
    await outbox.drain()
    await rosa.sees("The red ones")
    assert await kept(gym) == [
        (MessageSide.MEMBER, MessageKind.TEXT),
        (MessageSide.DESK, MessageKind.TEXT),
        (MessageSide.DESK, MessageKind.PHOTO),
        (MessageSide.MEMBER, MessageKind.PHOTO),
        (MessageSide.MEMBER, MessageKind.STICKER),
        (MessageSide.DESK, MessageKind.TEXT),
    ]

    await eve.sends("Do you sell gloves?")
    await eve.sees("This is the chat of PowerGym")
    assert len(await kept(gym)) == 6, "a stranger's words do not reach the desk"


async def test_requests_lists_who_waits_and_a_word_of_thanks_is_closed_without_an_answer(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
    outbox: OutboxWorker,
) -> None:
    bruno, rosa = await telegram.person("Bruno"), await telegram.person("Rosa")
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(rosa, "Rosa", "Vargas")
    await bruno.sends("/start")
    await bruno.sees("PowerGym")
    await rosa.sends("Great class today")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    await bruno.sees("Great class today")
    await bruno.sends("/start")
    await bruno.taps("📅 Today")
    await bruno.sees("1 member waits for an answer")
    await bruno.sends("/start")
    await bruno.taps("🙋 Requests (1)")
    await bruno.taps("💬 Rosa Vargas")
    await bruno.sees("Great class today")
    await bruno.taps("☑️ No answer needed")
    await bruno.sees("Closed: Rosa Vargas needs no answer")
    assert not await waiting(gym)


async def test_a_desk_chat_reads_who_has_written_and_the_words_only_where_an_admin_allows_it(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
    clock: FrozenClock,
    outbox: OutboxWorker,
) -> None:
    boss, bruno, rosa, eve = [await telegram.person(name) for name in ("Ana", "Bruno", "Rosa", "Eve")]
    await make_staff(boss, Role.ADMIN)
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(rosa, "Rosa", "Vargas")
    for person in (boss, bruno):
        await person.sends("/start")
        await person.sees("PowerGym")
    group = await telegram.group("Desk", [boss, bruno, eve])
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(DeskChat(chat_id=group["id"], title="Desk", active=True, created_at=gym.clock.now()))
    inside, stranger = bruno.in_group(group["id"]), eve.in_group(group["id"])
    await rosa.sends("My knee hurts, may I freeze? rosa@example.com")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    told = await inside.sees("Rosa Vargas has written to the desk")
    assert "knee" not in told.words
    assert told.labels == ["Open in private"]
    await stranger.replies(told, "I answer that")
    await handled(gym, telegram)
    await inside.taps("Open in private")
    await bruno.sees("My knee hurts")
    await inside.replies(told, "Yes, with a note of your doctor")
    await handled(gym, telegram)
    assert (await inside.last()).reactions == ("👍",)
    await outbox.drain()
    await rosa.sees("Yes, with a note of your doctor")
    assert "Bruno has answered Rosa Vargas" in (await inside.sees("Bruno has answered")).words
    assert [side for side, _ in await kept(gym)] == [MessageSide.MEMBER, MessageSide.DESK]

    await boss.sends("/desk")
    await boss.taps("💬 Desk")
    await boss.taps("💬 Show what they write")
    await boss.sees("Everybody in it reads")
    clock.advance(MINUTE)
    await rosa.sends("Thank you, write me: rosa@example.com")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    shown = await inside.sees("Thank you")
    assert "rosa@example.com" not in shown.words, "no addresses where others read along"


async def test_whoever_answers_a_member_who_has_blocked_the_chat_is_told(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Hire,
    make_member: MakeMember,
    outbox: OutboxWorker,
) -> None:
    bruno, rosa = await telegram.person("Bruno"), await telegram.person("Rosa")
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(rosa, "Rosa", "Vargas")
    await bruno.sends("/start")
    await bruno.sees("PowerGym")
    await rosa.sends("Are you open?")
    await rosa.sees("The desk has your message")
    await outbox.drain()
    told = await bruno.sees("Are you open?")
    await bruno.replies(told, "Until ten")
    await bruno.sees("Your answer goes to Rosa Vargas")
    await rosa.blocks()
    await handled(gym, telegram)
    await outbox.drain()
    await bruno.sees("Your answer did not reach Rosa Vargas")
    await bruno.replies(told, "And from six on")
    await bruno.sees("Rosa Vargas does not hear from this chat")
    await outbox.drain()
    assert "does not hear" in (await bruno.last()).words, "and is not told it a second time"
