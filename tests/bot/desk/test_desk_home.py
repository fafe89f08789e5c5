"""The desk's first screen: six things of the day, and everything else behind *Manage*."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.bot.conftest import MakeMember
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.seen import Message

Hire = Callable[..., Awaitable[Actor]]
DAY = {
    "en": ["✅ Check in", "➕ Register", "📅 Today", "💵 Collect", "🙋 Requests", "🥤 Sell"],
    "es": ["✅ Entrada", "➕ Registrar", "📅 Hoy", "💵 Cobrar", "🙋 Solicitudes", "🥤 Vender"],
}
MANAGE = {"en": "☰ Manage ›", "es": "☰ Gestionar ›"}
LANGUAGE = {"en": "🌐 Language", "es": "🌐 Idioma"}
FORMER_DOORS = {
    *("find", "plans", "prods", "closeg", "cash", "rprts", "aud", "whoin", "kiosks", "msgs"),
    *("sets", "backs", "jobs", "expall", "me", "imp", "priv", "team", "pkeys"),
}
"""Codes of the buttons that stood on an admin's first screen, beside those of the day, or came since."""
EMPLOYEES = {"find", "plans", "prods", "cash", "rprts", "whoin", "me"}


def codes(message: Message) -> set[str]:
    data = [button.data or "" for row in message.buttons for button in row]
    return {one.split("|")[0] for one in data}


def icons(message: Message) -> list[str]:
    return [label.split()[0] for label in message.labels if not label[0].isalnum() and label[0] != "‹"]


async def groups_of(person: Person, language: str) -> list[Message]:
    """The menu behind *Manage* and each of its groups, as they are pressed one after another."""
    await person.taps(MANAGE[language])
    menu = await person.last()
    seen = [menu]
    for group in [label for label in menu.labels if label.endswith("›")]:
        await person.taps(group)
        seen.append(await person.last())
        await person.taps("‹")
    return seen


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_first_screen_holds_the_day_and_manage_holds_the_rest(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire, language: str
) -> None:
    ana, bruno = await telegram.person("Ana"), await telegram.person("Bruno")
    for person, role, behind in ((ana, Role.ADMIN, FORMER_DOORS), (bruno, Role.EMPLOYEE, EMPLOYEES)):
        await make_staff(person, role)
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(Staff).values(language=language))
        await person.sends("/start")
        home = await person.sees("PowerGym")
        day = [label for label in home.labels if not label.startswith("🚀")]
        assert day == [*DAY[language], MANAGE[language], LANGUAGE[language]]
        screens = [home, *await groups_of(person, language)]
        for screen in screens:
            assert len(icons(screen)) == len(set(icons(screen))), screen.labels
            assert len(screen.labels) <= 10, "few enough to be read"
        assert set().union(*map(codes, screens[1:])) - {"home", "manage", "mgroup"} == behind
        assert "Plan" in screens[1].words, "the menu says what is in its groups"


async def test_check_in_says_how(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await make_member(None, "Zoraida", "Quintanal")
    await bruno.sends("/start")
    await bruno.taps("✅ Check in")
    shown = await bruno.sees("Who comes in?")
    for way in ("photo", "name", "document", "QR"):
        assert way in shown.words
    await bruno.sends("zoraida")
    assert "✅ Check in" in (await bruno.sees("Quintanal")).labels


async def test_staff_who_train_find_their_membership_in_one_press(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, make_member: MakeMember
) -> None:
    bruno = await telegram.person("Bruno")
    await make_member(bruno, "Bruno", "Díaz")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    home = await bruno.sees("Or choose")
    assert "🎫 My plan" not in home.labels
    await bruno.taps("🏋️ My membership")
    assert "🎫 My plan" in (await bruno.sees("Bruno Díaz")).labels


@pytest.mark.parametrize("role", [Role.ADMIN, Role.EMPLOYEE])
async def test_every_screen_behind_manage_leads_back_to_where_its_button_was(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire, role: Role
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, role)
    await bruno.sends("/start")
    await bruno.taps(MANAGE["en"])

    async def leads_back(door: str, seen: Message) -> None:
        await bruno.taps(door)
        assert "‹ Back" in (await bruno.last()).labels, f"{door} leads nowhere but home"
        await bruno.taps("‹ Back")
        assert (await bruno.last()).words == seen.words, door

    menu = await bruno.last()
    for door in menu.labels[:-1]:
        if door.endswith("›"):
            await bruno.taps(door)
            group = await bruno.last()
            inside = [label for label in group.labels if label not in ("‹ Back", "Home")]
            assert door.removesuffix(" ›") not in inside, "a room has another name than its house"
            for label in inside:
                await leads_back(label, group)
            await bruno.taps("‹ Back")
        else:
            await leads_back(door, menu)
