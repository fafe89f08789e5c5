"""A desk group that became a supergroup, with another number, goes on hearing the desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from bot.telegram.running_bot import RunningBot
from gym.app import ATTEMPTS, Gym
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.core.clock import FrozenClock
from gym.notifications.models import DeskChat, Notification, NotificationKind, NotificationState
from gym.notifications.outbox import DESK
from gym.notifications.reachability import ChatReachability
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Actor
from tests.findings.groups.conftest import Cast
from tests.support.messages.samples import complete
from tests.support.sandbox.client import SandboxClient

OLD, NEW, OTHER = -4_000_001, -1_001_999_999_999, -1_001_888_888_888


async def confirm(gym: Gym, admin: Actor, *chats: int) -> None:
    async with gym.unit_of_work(admin) as uow:
        for chat in chats:
            await DeskChatService(uow).confirm(ChatPlace(chat, None, "Desk"))


async def spread(gym: Gym) -> None:
    """One message for the desk, written for each chat that listens."""
    async with gym.unit_of_work(Actor.system()) as uow:
        uow.notify(DESK, complete(NotificationKind.DESK_NEW_KIOSK, {"name": "Side door"}))
    async with gym.unit_of_work(Actor.system()) as uow:
        await OutboxRepository(uow.session).spread(now=uow.now, wall=uow.context.wall, size=10)


async def move(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await OutboxRepository(uow.session).moved(OLD, NEW)


async def places(gym: Gym) -> Sequence[int]:
    async with gym.database.session() as session:
        return (await session.scalars(select(DeskChat.chat_id).order_by(DeskChat.chat_id))).all()


async def waiting(gym: Gym) -> list[int]:
    """The chats of what is still to be said."""
    query = (
        select(DeskChat.chat_id)
        .join(Notification, Notification.recipient_id == DeskChat.id)
        .where(Notification.state == NotificationState.PENDING)
        .order_by(DeskChat.chat_id)
    )
    async with gym.database.session() as session:
        return list(await session.scalars(query))


async def test_both_numbers_confirmed_are_one_desk_chat_that_hears_everything_once(
    gym: Gym, admin: Actor
) -> None:
    await confirm(gym, admin, OLD)
    await spread(gym)
    await confirm(gym, admin, NEW, OTHER)
    await spread(gym)
    await move(gym)
    await move(gym)
    assert await places(gym) == sorted([NEW, OTHER])
    assert await waiting(gym) == sorted([NEW, NEW, OTHER]), "the older one was handed over, none is doubled"


async def test_a_number_that_only_waits_for_an_admins_word_takes_over_what_was_confirmed(
    gym: Gym, admin: Actor
) -> None:
    await confirm(gym, admin, OLD)
    async with gym.unit_of_work(admin) as uow:
        await DeskChatService(uow).offer(ChatPlace(NEW, None, "Desk"))
    await move(gym)
    async with gym.database.session() as session:
        row = (await session.scalars(select(DeskChat))).one()
        assert (row.chat_id, row.active, row.offered_at) == (NEW, True, None)


def word_of_the_move(side: str) -> dict[str, Any]:
    old, new = {"id": OLD, "type": "group"}, {"id": NEW, "type": "supergroup"}
    bot = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}
    body = {"message_id": 7, "date": 1_795_000_000, "from": bot}
    return (
        {**body, "chat": {**old, "title": "Desk"}, "migrate_to_chat_id": NEW}
        if side == "to"
        else {**body, "chat": {**new, "title": "Desk"}, "migrate_from_chat_id": OLD}
    )


@pytest.mark.parametrize("side", ["to", "from"])
async def test_telegrams_own_word_moves_the_desk_chat(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, people: Cast, side: str
) -> None:
    await confirm(gym, people.admin, OLD, NEW)
    await telegram.inject({"update_id": 900_000_000, "message": word_of_the_move(side)})
    async with asyncio.timeout(30):
        while await places(gym) != [NEW]:
            pass  # asking the database lets the bot hear of it
    async with gym.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(DeskChat)) == 1


async def test_an_answer_that_hears_of_the_move_moves_the_desk_chat(
    gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, people: Cast
) -> None:
    """Where Telegram's own word has been lost."""
    group = (await telegram.group("Desk", [people.ana]))["id"]
    await confirm(gym, people.admin, group)
    moved = {"ok": False, "error_code": 400, "description": "Bad Request: group chat was upgraded"}
    body = json.dumps(moved | {"parameters": {"migrate_to_chat_id": NEW}})
    await telegram.fault("sendMessage", 400, body=body, chat_id=group)
    await people.ana.in_group(group).sends("/today")
    async with asyncio.timeout(30):
        while await places(gym) != [NEW]:
            pass  # asking the database lets the bot hear of it


@pytest.mark.parametrize("races", [1, ATTEMPTS])
async def test_a_move_that_loses_a_race_is_done_again(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    people: Cast,
    monkeypatch: pytest.MonkeyPatch,
    clock: FrozenClock,
    races: int,
) -> None:
    """However often: Telegram says it only once."""
    await confirm(gym, people.admin, OLD)
    real, lost = ChatReachability.moved, list[int]()

    async def moved(self: ChatReachability, old: int, new: int) -> None:
        if len(lost) < races:
            lost.append(new)
            await self.session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$"))
        await real(self, old, new)

    monkeypatch.setattr(ChatReachability, "moved", moved)
    await telegram.inject({"update_id": 900_000_000, "message": word_of_the_move("to")})
    while len(lost) < races:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    async with asyncio.timeout(30):
        while await places(gym) != [NEW]:
            await asyncio.sleep(0.2)
            clock.advance(timedelta(seconds=1))
            desk_bot.assembly.inbox._wake.set()
