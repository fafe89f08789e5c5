"""What a member may ask of the desk: a few times a day, and what is taken back does not call anybody."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.approvals.errors import AlreadyAsked
from gym.approvals.requests import FREEZE_REQUESTS_A_DAY
from gym.approvals.service import ApprovalService
from gym.audit.daily_limits import TooOftenToday
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.clients.service import LANGUAGES_A_DAY, ClientService
from gym.core.clock import FrozenClock
from gym.faces.models import ConsentMethod
from gym.faces.service import CONSENTS_A_DAY, FaceRecognitionService
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import SandboxClient

FIRST, LAST = date(2026, 8, 4), date(2026, 8, 10)
TIMES = 60


@pytest.fixture
async def member(gym: Gym) -> Client:
    """Rosa, whose month is paid."""
    desk = DeskClerk(gym, Actor.system())
    rosa, monthly = await desk.client("Rosa"), await desk.plan()
    await desk.pay(await desk.sell(rosa, monthly))
    return rosa


def actor_of(client: Client) -> Actor:
    return Actor.member(client.id, client.full_name)


async def ask(gym: Gym, client: Client) -> Any:
    return await gym.run(
        actor_of(client), lambda uow: ApprovalService(uow).ask_freeze(FIRST, LAST, "holidays")
    )


async def take_back(gym: Gym, client: Client, wish: Any) -> None:
    await gym.run(actor_of(client), lambda uow: ApprovalService(uow).withdraw(wish.id))


async def ask_and_take_back(gym: Gym, client: Client, times: int) -> int:
    """Returns how often it was taken."""
    for done in range(times):
        try:
            await take_back(gym, client, await ask(gym, client))
        except TooOftenToday:
            return done
    return times


async def rows(gym: Gym, actor_id: object) -> int:
    mine = select(func.count()).select_from(AuditEntry).where(AuditEntry.actor_id == actor_id)
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(mine) or 0


async def states(gym: Gym, kind: NotificationKind) -> list[NotificationState]:
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalars(select(Notification.state).where(Notification.kind == kind))
        return list(found)


async def test_a_freeze_asked_and_taken_back_sixty_times_is_three_wishes_of_which_none_is_told(
    gym: Gym, member: Client, clock: FrozenClock
) -> None:
    assert await ask_and_take_back(gym, member, TIMES) == FREEZE_REQUESTS_A_DAY
    assert await rows(gym, member.id) == 2 * FREEZE_REQUESTS_A_DAY
    wanted = await states(gym, NotificationKind.DESK_FREEZE_WANTED)
    assert wanted == [NotificationState.DISMISSED] * FREEZE_REQUESTS_A_DAY, "nothing had left yet"
    clock.advance(timedelta(days=1))
    assert await ask_and_take_back(gym, member, TIMES) == FREEZE_REQUESTS_A_DAY, "tomorrow is another day"


async def test_wishes_sent_at_the_same_moment_keep_to_the_days_limit(gym: Gym, member: Client) -> None:
    await ask_and_take_back(gym, member, FREEZE_REQUESTS_A_DAY - 1)
    asked = await asyncio.gather(*(ask(gym, member) for _ in range(32)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in asked) == 1
    assert all(isinstance(one, TooOftenToday | AlreadyAsked) for one in asked if isinstance(one, Exception))


async def test_whatever_is_limited_a_day_keeps_to_it_when_it_is_done_many_times_at_once(
    gym: Gym, member: Client
) -> None:
    """By the limit's own lock: each kind may hold another one, or none."""

    async def act() -> None:
        async with gym.unit_of_work(actor_of(member)) as uow:
            await uow.require_below_daily_limit("client.language_changed", 3)
            uow.audit("client.language_changed", member)

    await gym.database.warm(32)
    done = await asyncio.gather(*(act() for _ in range(32)), return_exceptions=True)
    assert sum(one is None for one in done) == 3
    assert all(isinstance(one, TooOftenToday) for one in done if one is not None)


async def test_a_wish_taken_back_leaves_no_question_in_the_desks_chat(
    gym: Gym, member: Client, desk_bot: RunningBot, telegram: SandboxClient, make_staff: Any
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await ana.sends("/start")
    await ana.sees("type a name")
    worker = OutboxWorker(gym, desk_bot.assembly.bot)
    wish = await ask(gym, member)
    await worker.drain()
    question = await ana.sees("A member asks for a freeze")
    assert "✅ Approve" in question.labels
    await take_back(gym, member, wish)
    await worker.drain()
    [told] = [one for one in await ana.chat() if "taken this back" in one.words]
    assert (told.message_id, told.labels) == (question.message_id, []), "no second message"


async def test_a_request_to_admins_that_is_taken_back_is_not_asked_any_more(
    gym: Gym, employee: Actor, desk_bot: RunningBot, telegram: SandboxClient, make_staff: Any
) -> None:
    ana = await telegram.person("Ana")
    await make_staff(ana, Role.ADMIN)
    await ana.sends("/start")
    await ana.sees("type a name")
    worker = OutboxWorker(gym, desk_bot.assembly.bot)
    desk = DeskClerk(gym, employee)
    receipt = await desk.pay(await desk.sell(await desk.client("Rosa"), await desk.plan()))
    for told in (False, True):
        asked = await gym.run(
            employee, lambda uow: ApprovalService(uow).ask_void(receipt.entry_id, "wrong person")
        )
        if told:
            await worker.drain()
            await ana.sees("asks an admin")
        await gym.run(employee, lambda uow: ApprovalService(uow).withdraw(asked.id))  # noqa: B023
        await worker.drain()
        words = [message.words for message in await ana.chat() if "asks an admin" in message.words]
        assert words == []
    assert sum("has taken this back" in message.words for message in await ana.chat()) == 1


async def test_a_member_agrees_to_face_check_in_a_few_times_a_day_and_withdraws_as_often_as_they_like(
    gym: Gym, member: Client
) -> None:
    async def toggle() -> None:
        async with gym.unit_of_work(actor_of(member)) as uow:
            await FaceRecognitionService(uow).give_consent(member.id, ConsentMethod.CHAT)
        async with gym.unit_of_work(actor_of(member)) as uow:
            await FaceRecognitionService(uow).withdraw_consent(member.id)

    for _ in range(CONSENTS_A_DAY):
        await toggle()
    with pytest.raises(TooOftenToday):
        await toggle()
    async with gym.unit_of_work(actor_of(member)) as uow:
        await FaceRecognitionService(uow).withdraw_consent(member.id)
    assert await rows(gym, member.id) == 2 * CONSENTS_A_DAY


async def test_a_member_changes_the_language_to_and_fro_ten_times_a_day_and_staff_at_will(
    gym: Gym, member: Client, employee: Actor
) -> None:
    async def switch(actor: Actor, number: int) -> None:
        language = ("en", "es")[number % 2]
        async with gym.unit_of_work(actor) as uow:
            await ClientService(uow).set_language(member.id, language)

    async with gym.unit_of_work(employee) as uow:
        await ClientService(uow).set_language(member.id, "es")
    for number in range(LANGUAGES_A_DAY):
        await switch(actor_of(member), number)
    with pytest.raises(TooOftenToday):
        await switch(actor_of(member), LANGUAGES_A_DAY)
    for number in range(2 * LANGUAGES_A_DAY):
        await switch(employee, number)
