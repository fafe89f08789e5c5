"""The card in chat: the buttons of the moment, the rest behind *More*, one live card in a chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.chats.models import NewestCard
from gym.clients.models import Client
from gym.security.permissions import Actor, Role
from tests.bot.conftest import MakeMember, OpenBot, all_handled
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


async def test_the_card_shows_what_fits_the_moment_and_more_the_rest(
    bruno: Person, gym: Gym, admin: Actor, make_member: MakeMember
) -> None:
    desk, rosa = DeskClerk(gym, admin), await make_member(None, "Rosa", "Vargas")
    born = {"birth_date": date(2012, 1, 1), "guardian_name": "Marta Vargas", "phone": "+573001234567"}
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == rosa.id).values(born))
    await bruno.sends("rosa")
    card = await bruno.sees("Rosa Vargas")
    assert card.words.startswith("⛔ May not come in. There is no plan.")
    assert "Guardian: Marta Vargas" in card.words
    assert card.labels == [
        *("✅ Check in", "🏷 Sell plan", "🥤 Product", "📱 WhatsApp", "❓ Why?", "⋯ More", "Home")
    ]
    assert card.links == ["https://wa.me/573001234567"]
    sold = await desk.sell(rosa, await desk.plan())
    await bruno.sends("rosa")
    assert (await bruno.sees("is still to pay")).labels[:3] == ["✅ Check in", "🔁 Renew", "💵 Collect"]
    await desk.pay(sold, Decimal(150_000))
    await bruno.sends("rosa")
    card = await bruno.sees("Rosa Vargas")
    assert card.words.startswith("✅ May come in\n")
    assert "💵 Collect" not in card.labels
    await bruno.taps("⋯ More")
    more = await bruno.sees("May come in")
    assert more.message_id == card.message_id
    assert {"❄️ Freeze", "⚙️ Plan", "🙂 Face", "🧾 Payments", "Deactivate", "🌐 Language"} <= set(more.labels)
    assert "✅ Check in" not in more.labels
    pictures = [label.split()[0] for label in more.labels if not label[0].isalnum()]
    assert len(pictures) == len(set(pictures))
    await bruno.taps("‹ Back")
    assert "✅ Check in" in (await bruno.last()).labels


async def test_staff_set_the_language_in_which_a_client_is_written_to(
    bruno: Person, gym: Gym, make_member: MakeMember
) -> None:
    rosa = await make_member(None, "Rosa", "Vargas")
    await bruno.sends("rosa")
    await bruno.taps("⋯ More")
    await bruno.taps("🌐 Language")
    await bruno.sees("Which language does Rosa Vargas read? It is English now.")
    tapped = await bruno.taps("Español")
    assert tapped.toast == "Rosa Vargas reads Español now."
    assert "🌐 Español" in (await bruno.sees("May not come in")).words
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(Client.language).where(Client.id == rosa.id)) == "es"
    await bruno.sends("/start")
    assert "Send a photo" in (await bruno.sees("PowerGym")).words, "the receptionist keeps the own"


async def test_a_new_card_takes_the_buttons_of_the_one_before_it_and_a_check_in_names_its_client(
    bruno: Person, make_member: MakeMember
) -> None:
    await make_member(None, "Rosa", "Vargas")
    await make_member(None, "Mateo", "Paz")
    await bruno.sends("rosa")
    older = await bruno.sees("Rosa Vargas")
    await bruno.sends("mateo")
    newer = await bruno.sees("Mateo Paz")
    await bruno.sends("nobody at all")  # whatever is answered next comes after the buttons have gone
    await bruno.sees("Nobody found")
    kept = {message.message_id: message.labels for message in await bruno.chat()}
    assert kept[older.message_id] == []
    assert "✅ Check in" in kept[newer.message_id], "what is no card takes nothing away"
    tapped = await bruno.taps("✅ Check in")
    assert tapped.toast == "👤 Mateo Paz"
    await bruno.sends("rosa")
    card = await bruno.sees("Rosa Vargas")
    await bruno.taps("Home")
    await bruno.sends("mateo")
    await bruno.sees("Mateo Paz")
    await bruno.sends("nobody at all")
    await bruno.sees("Nobody found")
    home = next(one for one in await bruno.chat() if one.message_id == card.message_id)
    assert "📅 Today" in home.labels, "it was a card and is none any more"


async def test_a_card_of_before_a_restart_or_of_another_process_loses_its_buttons_too(
    gym: Gym, open_bot: OpenBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    for name in ("Rosa", "Mateo"):
        await make_member(None, name, "Paz")
    cards: list[int] = []
    for name in ("rosa", "mateo"):
        async with open_bot():
            await bruno.sends(name)
            cards.append((await bruno.sees("Paz")).message_id)
            await all_handled(gym)
    labels = {message.message_id: message.labels for message in await bruno.chat()}
    assert [bool(labels[card]) for card in cards] == [False, True]
    async with open_bot():
        await bruno.taps("Home")
        await all_handled(gym)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await uow.session.scalar(select(NewestCard)) is None, "the message is no card any more"
