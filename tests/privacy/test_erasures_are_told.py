"""Admins hear of a wish to be erased, see who waits, and can stop it; the client hears of that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.messages import render
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import Notification, NotificationKind, NotificationState
from gym.privacy.erasure import TIME_TO_RECONSIDER, ErasureService
from gym.security.permissions import Actor, NotAllowed, Role
from tests.conftest import hire
from tests.findings.reading.conftest import Chat
from tests.support.memberships import DeskClerk


def member(client: Client) -> Actor:
    return Actor.member(client.id, client.full_name)


async def ask(gym: Gym, actor: Actor, client: Client) -> None:
    async with gym.unit_of_work(actor) as uow:
        await ErasureService(uow).ask(client.id)


async def take_back(gym: Gym, actor: Actor, client: Client) -> None:
    async with gym.unit_of_work(actor) as uow:
        await ErasureService(uow).take_back(client.id)


async def told(
    gym: Gym, kind: NotificationKind
) -> list[tuple[UUID | None, NotificationState, dict[str, Any]]]:
    async with gym.unit_of_work(Actor.system()) as uow:
        rows = await uow.session.scalars(select(Notification).where(Notification.kind == kind))
        return [(row.recipient_id, row.state, row.payload) for row in rows]


@pytest.fixture
async def rosa(gym: Gym, employee: Actor) -> Client:
    return await DeskClerk(gym, employee).client("Rosa")


async def test_every_admin_is_told_of_a_members_wish_and_all_but_the_asker_of_a_colleagues(
    gym: Gym, admin: Actor, employee: Actor, rosa: Client
) -> None:
    other = await hire(gym, "Marta", Role.ADMIN)
    await ask(gym, member(rosa), rosa)
    found = await told(gym, NotificationKind.ERASURE_ASKED)
    assert {who for who, _, _ in found} == {admin.id, other.id}
    assert {payload["asked_by"] for _, _, payload in found} == {""}
    await ask(gym, member(rosa), rosa)
    assert len(await told(gym, NotificationKind.ERASURE_ASKED)) == 2, "asked again it is the same wish"

    otto = await DeskClerk(gym, employee).client("Otto")
    await ask(gym, admin, otto)
    mine = [
        one
        for one in await told(gym, NotificationKind.ERASURE_ASKED)
        if str(otto.id) in str(one[2]["client_id"])
    ]
    assert [(who, payload["asked_by"]) for who, _, payload in mine] == [(other.id, admin.name)]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_message_names_the_client_the_asker_and_the_day(
    gym: Gym, admin: Actor, rosa: Client, language: str, clock: FrozenClock
) -> None:
    await ask(gym, member(rosa), rosa)
    [(_, _, payload)] = await told(gym, NotificationKind.ERASURE_ASKED)
    settings = await gym.settings()
    due = settings.translator(language).moment(clock.now() + TIME_TO_RECONSIDER)
    said = render(NotificationKind.ERASURE_ASKED, payload, settings, language, clock.now()).text
    assert rosa.full_name in said
    assert due in said


async def test_a_wish_taken_back_calls_off_the_messages_and_only_the_team_is_reported_to_the_client(
    gym: Gym, admin: Actor, rosa: Client
) -> None:
    await ask(gym, member(rosa), rosa)
    await take_back(gym, member(rosa), rosa)
    assert {state for _, state, _ in await told(gym, NotificationKind.ERASURE_ASKED)} == {
        NotificationState.DISMISSED
    }
    assert await told(gym, NotificationKind.ERASURE_STOPPED) == [], "it was their own wish"

    await ask(gym, member(rosa), rosa)
    await take_back(gym, admin, rosa)
    assert [who for who, _, _ in await told(gym, NotificationKind.ERASURE_STOPPED)] == [rosa.id]

    await ask(gym, admin, rosa)
    await take_back(gym, admin, rosa)
    assert len(await told(gym, NotificationKind.ERASURE_STOPPED)) == 1, "the client had not asked"


async def test_who_waits_is_listed_for_admins_and_the_day_stands_on_every_card(
    gym: Gym, admin: Actor, employee: Actor, rosa: Client, clock: FrozenClock
) -> None:
    async def due(actor: Actor) -> object:
        async with gym.unit_of_work(actor) as uow:
            return await ErasureService(uow).due_at(rosa.id)

    assert await due(employee) is None
    await ask(gym, member(rosa), rosa)
    assert await due(employee) == await due(admin) == clock.now() + TIME_TO_RECONSIDER
    async with gym.unit_of_work(admin) as uow:
        [one] = await ErasureService(uow).waiting()
    assert (one.client_name, one.by_client, one.due_at) == (
        rosa.full_name,
        True,
        clock.now() + TIME_TO_RECONSIDER,
    )
    with pytest.raises(NotAllowed):
        async with gym.unit_of_work(employee) as uow:
            await ErasureService(uow).waiting()
    clock.advance(TIME_TO_RECONSIDER)
    async with gym.unit_of_work(Actor.system()) as uow:
        await ErasureService(uow).carry_out_due()
    assert await due(employee) is None


# In chat ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_card_says_until_when_and_undoes_it(chat: Chat, gym: Gym, clock: FrozenClock) -> None:
    client = await chat.clerk.client("Petronila")
    await ask(gym, member(client), client)
    await chat.sends("/start")
    await chat.person.taps(f"{chat.t('🔏 Privacy')} (1)")
    await chat.person.sees(client.full_name)
    await chat.sends("Petronila")
    await chat.sees("🗑 <b>Will be erased on {at}.</b>", at=clock.now() + TIME_TO_RECONSIDER)
    await chat.taps("↩️ Undo the erasure")
    await chat.person.sees("👤 Petronila")
    assert chat.t("↩️ Undo the erasure") not in await chat.person.keyboard()
    await chat.sends("/start")
    await chat.taps("🔏 Privacy")
    await chat.sees("🗑 Nobody waits to be erased.")
