"""Help in chat: a question is answered by how and a button, before people are searched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.bot.conftest import MakeMember
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]


async def test_a_question_leads_to_the_screen_and_a_name_to_its_card(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    ana, bruno, carla = [await telegram.person(name) for name in ("Ana", "Bruno", "Carla")]
    await make_staff(ana, Role.ADMIN)
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(carla, "Carla", "Mora")
    await make_member(None, "Planas", "Reportero")
    await ana.sends("¿cómo importo mis clientes?")
    shown = await ana.sees("Send your list (Excel, CSV)")
    assert shown.labels[0] == "📥 Import"
    await ana.taps("📥 Import")
    await ana.sees("list")
    await bruno.sends("¿cómo importo mis clientes?")
    await bruno.sees("Nobody found")  # no employee may import
    await bruno.sends("how do I freeze?")
    shown = await bruno.sees("then More and Freeze on the card")
    assert shown.labels == ["👥 Clients", "🔎 Search: how do I freeze?", "Home"]
    await bruno.sends("freeze Константиновна Кузнецова?")
    assert "🔎 Search: freeze Конста" in (await bruno.sees("then More and Freeze on the card")).labels
    await bruno.sends("arqueo")
    assert "🧮 Cash count" in (await bruno.sees("Count the till")).labels
    await bruno.sends("Reportero")
    await bruno.sees("👤 Planas Reportero")
    await bruno.sends("ayuda")
    assert "✅ Check in" in (await bruno.sees("How can I help?")).labels
    await carla.sends("when does my plan end?")
    await carla.sees("Your plan: its days")
    await carla.taps("🎫 My plan")
    await carla.sees("no plan yet")
    await carla.sends("/help")
    await carla.sees("How can I help?")
    await carla.sends("the music is too loud")
    while not (await carla.last()).reactions:  # noqa: ASYNC110 - said in words a minute ago
        await asyncio.sleep(0.01)


async def test_a_stranger_reads_hours_address_and_prices_where_the_gym_has_set_them(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_member: MakeMember, admin: Actor
) -> None:
    sam, eva, carla = [await telegram.person(name) for name in ("Sam", "Eva", "Carla")]
    await make_member(carla, "Carla", "Mora")
    await DeskClerk(gym, admin).plan(name="Monthly")
    await sam.sends("¿cuánto vale?")
    assert "$" not in (await sam.sees("This is the chat of PowerGym")).words, "nothing that was not set"
    told = {"opening_hours": "Mon–Fri <5–22>", "street_address": "Calle 1 # 2-3", "tell_prices": "yes"}
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings(told)
    await eva.sends("¿cuánto vale?")
    shown = await eva.sees("This is the chat of PowerGym")
    for line in ("🕐 Mon–Fri <5–22>", "📍 Calle 1 # 2-3", "🏷 Monthly: $150,000"):
        assert line in shown.words
    await carla.sends("¿a qué hora abren?")
    assert "🕐 Mon–Fri <5–22>" in (await carla.sees("The desk has your message")).words
