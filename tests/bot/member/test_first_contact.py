"""First contact: who writes to the bot for the first time, and as whom they are known."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import ChatPerson
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.staff.service import StaffService
from tests.bot.conftest import MakeMember, settled
from tests.support.sandbox.client import SandboxClient

pytestmark = pytest.mark.usefixtures("desk_bot")


async def test_a_stranger_gets_one_polite_sentence_and_the_button_to_share_a_phone(
    telegram: SandboxClient,
) -> None:
    eve = await telegram.person("Eve")
    await eve.sends("/start")
    await eve.sees("If you train here")
    assert await eve.keyboard() == ["Share my phone"]


async def test_a_stranger_is_answered_in_the_language_of_their_telegram_and_remembered(
    telegram: SandboxClient, gym: Gym
) -> None:
    eve = await telegram.person("Eva", language_code="es-CO")
    await eve.sends("hola")
    await eve.sees("PowerGym")
    async with gym.unit_of_work(Actor.system()) as uow:
        person = await uow.session.get(ChatPerson, eve.id)
    assert person is not None
    assert person.language == "es"


@pytest.mark.parametrize("command", ["/privacy", "/today", "/nothing"])
async def test_a_stranger_who_sends_a_command_of_others_hears_how_to_be_let_in(
    telegram: SandboxClient, command: str
) -> None:
    eve = await telegram.person("Eve")
    await eve.sends(command)
    await eve.sees("If you train here")


async def test_the_claim_link_makes_the_first_admin_and_shows_the_desk(
    telegram: SandboxClient, gym: Gym
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        link = await StaffService(uow).claim_link()
    ana = await telegram.person("Ana")
    await ana.sends(f"/start {link.token}")
    await ana.sees("Welcome to the team")
    await ana.sees("type a name")
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.scalar(select(Staff).where(Staff.telegram_id == ana.id))
    assert row is not None
    assert row.role is Role.ADMIN


async def test_a_wrong_claim_link_is_refused_with_a_way_on(telegram: SandboxClient) -> None:
    ana = await telegram.person("Ana")
    await ana.sends("/start gAAAAAAAAAAAAAAAAAAAAAAAA")
    seen = await ana.sees("not from this gym")
    assert [button.label for row in seen.buttons for button in row] == ["Home"]


async def test_a_client_links_the_chat_with_the_link_from_the_desk(
    telegram: SandboxClient, gym: Gym, admin: Actor, make_member: MakeMember
) -> None:
    client = await make_member(None, "Luisa", "Pérez")
    async with gym.unit_of_work(admin) as uow:
        link = await ClientService(uow).issue_link(client.id)
    luisa = await telegram.person("Luisa")
    await luisa.sends(f"/start {link.token}")
    await luisa.sees("What would you like to see?")
    said = [message.words for message in await luisa.chat() if message.from_bot]
    assert [text.split("\n")[-1] for text in said] == [
        "✅ This chat is yours now.",
        "What would you like to see?",
    ], "the greeting is the outbox's"


async def test_a_client_links_by_their_own_contact(
    telegram: SandboxClient, gym: Gym, make_member: MakeMember
) -> None:
    client = await make_member(None)
    async with gym.unit_of_work(Actor.system()) as uow:
        (await uow.session.get_one(Client, client.id)).phone = "+573001112233"
    ana = await telegram.person("Ana", phone_number="+573001112233")
    await ana.sends("/start")
    await ana.sees("If you train here")
    await ana.sends_contact()
    await ana.sees("this chat is yours now")
    assert await ana.keyboard() == []


async def test_a_deactivated_employee_is_a_stranger_on_the_next_tap(
    telegram: SandboxClient, gym: Gym, admin: Actor, make_staff
) -> None:
    bob = await telegram.person("Bob")
    bobs = await make_staff(bob, Role.EMPLOYEE)
    await bob.sends("/start")
    await bob.sees("type a name")
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).deactivate(bobs.id)
    await bob.sends("/start")
    await bob.sees("If you train here")


async def test_the_command_menu_has_at_most_five_commands_and_follows_the_role(
    telegram: SandboxClient, make_staff
) -> None:
    bob = await telegram.person("Bob")
    await bob.sends("/start")
    await bob.sees("If you train here")
    await make_staff(bob)
    await bob.sends("/start")
    await bob.sees("type a name")
    commands = await bob.commands()
    assert "cancel" in commands
    assert len(commands) <= 5


async def test_blocking_the_bot_marks_the_person_unreachable_until_they_come_back(
    telegram: SandboxClient, gym: Gym, desk_bot: RunningBot
) -> None:
    eve = await telegram.person("Eve")
    await eve.sends("/start")
    await eve.sees("If you train here")

    async def reachable() -> bool:
        async with gym.unit_of_work(Actor.system()) as uow:
            return (await uow.session.get_one(ChatPerson, eve.id)).reachable

    await eve.blocks()
    await settled(gym, 2)
    assert not await reachable()
    await eve.unblocks()
    await settled(gym, 3)
    assert await reachable()


async def test_a_person_changes_the_language_and_is_spoken_to_in_it(
    telegram: SandboxClient, gym: Gym, make_staff
) -> None:
    bob = await telegram.person("Bob")
    await make_staff(bob)
    await bob.sends("/language")
    await bob.taps("Español")
    await settled(gym, 2)
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.scalar(select(Staff).where(Staff.telegram_id == bob.id))
    assert row is not None
    assert row.language == "es"
