"""The team in chat, and everybody's own account."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.clients.models import Client
from gym.security.passwords import verify_secret
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.staff.service import StaffService
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.desk_menu import behind_manage
from web.app import make_app

Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


@pytest.fixture
async def bruno(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Bruno")
    await make_staff(person, Role.EMPLOYEE)
    return person


async def colleague(gym: Gym, name: str) -> Staff:
    async with gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.scalars(select(Staff).where(Staff.name == name))).one()


async def test_a_colleague_is_promoted_let_go_and_taken_back(ana: Person, bruno: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Bruno · Employee")
    await ana.taps("Make Admin")
    await ana.sees("An admin may do everything")
    await ana.taps("Make Admin")
    await ana.sees("Admin")
    await ana.taps("Deactivate")
    await ana.sees("Access ends at once")
    assert (await colleague(gym, "Bruno")).active, "not before it is confirmed"
    await ana.taps("Deactivate")
    await ana.sees("Does not work here any more")
    await bruno.sends("/start")
    await bruno.sees("ask at the desk")
    await ana.taps("Reactivate")
    back = await ana.sees("Bruno")
    assert "Make Employee" in back.labels
    await bruno.sends("/start")
    await bruno.sees("Send a photo")
    assert (await colleague(gym, "Bruno")).role is Role.ADMIN


async def test_the_last_admin_is_told_what_to_do_first(ana: Person, gym: Gym) -> None:
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Ana · Admin")
    await ana.taps("Make Employee")
    await ana.taps("Make Employee")
    await ana.sees("Make somebody else an admin first")
    await ana.taps("Keep")
    await ana.taps("Deactivate")
    await ana.taps("Deactivate")
    await ana.sees("Make somebody else an admin first")
    row = await colleague(gym, "Ana")
    assert (row.active, row.role) == (True, Role.ADMIN)


async def test_an_admin_who_steps_down_sees_what_is_left(
    ana: Person, telegram: SandboxClient, make_staff: Hire
) -> None:
    await make_staff(await telegram.person("Eva"), Role.ADMIN)
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Ana · Admin")
    await ana.taps("Make Employee")
    await ana.taps("Make Employee")
    await ana.sees("Send a photo")
    assert not any("Team" in label for label in await behind_manage(ana))


async def test_an_invitation_is_accepted_once_and_gives_its_role(
    ana: Person, telegram: SandboxClient
) -> None:
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("➕ Employee")
    message = await ana.sees("Invitation for a new employee")
    assert message.photo_url
    url = next(word for word in message.words.split() if word.startswith("https://t.me/"))
    leo, max_ = await telegram.person("Leo"), await telegram.person("Max")
    await leo.opens(url)
    await leo.sees("Welcome to the team")
    await max_.opens(url)
    await max_.sees("used before")


async def test_an_employee_cannot_open_the_team_with_forged_buttons(bruno: Person, gym: Gym) -> None:
    await bruno.sends("/start")
    home = await bruno.sees("Send a photo")
    assert not any("Team" in label for label in await behind_manage(bruno))
    tapped = await bruno.taps_button_data(home, "team|0")
    assert "may not" in (tapped.alert or "")


# My account ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_somebody_changes_their_own_name_and_language(bruno: Person, gym: Gym) -> None:
    await bruno.sends("/start")
    await bruno.taps("My account")
    await bruno.sees("Employee")
    await bruno.taps("Name")
    await bruno.sends("B")
    await bruno.sees("2 to 80 letters")
    await bruno.sends("Bruno  <b>Díaz</b>")
    await bruno.sees("You are called Bruno <b>Díaz</b> now")
    assert (await colleague(gym, "Bruno <b>Díaz</b>")).active
    await bruno.taps("Language")
    await bruno.taps("Español")
    assert (await colleague(gym, "Bruno <b>Díaz</b>")).language == "es"


async def test_a_password_is_chosen_on_the_page_and_never_stands_in_the_chat(bruno: Person, gym: Gym) -> None:
    await bruno.sends("/start")
    await bruno.taps("My account")
    await bruno.taps("API password")
    message = await bruno.sees("works once, for 30 minutes")
    [(host, token)] = re.findall(r"(http\S+)/password\?start=(\S+)", message.words)
    assert host == "http://127.0.0.1:8080"
    assert "gym's own computer only" in message.words
    form = {
        "start": token,
        "username": "bruno.desk",
        "password": "a quiet morning",
        "again": "a quiet morning",
    }
    async with TestClient[Any, Any](TestServer(make_app(gym))) as browser:
        answer = await browser.post("/password", data=form)
        assert answer.status == 200, await answer.text()
    await bruno.taps("Back")
    await bruno.sees("User name: bruno.desk")
    stored = (await colleague(gym, "Bruno")).password_hash
    assert (await asyncio.to_thread(verify_secret, "a quiet morning", stored))[0]


async def test_the_link_leads_to_the_address_of_the_settings(bruno: Person, gym: Gym, admin: Actor) -> None:
    async with gym.unit_of_work(admin) as uow:
        await StaffService(uow).change_settings({"web_address": "https://gym.example"})
    await bruno.sends("/start")
    await bruno.taps("My account")
    await bruno.taps("API password")
    message = await bruno.sees("https://gym.example/password?start=")
    assert message.photo_url, "a QR for the phone"


async def test_staff_who_train_reach_everything_of_their_own_membership(bruno: Person, gym: Gym) -> None:
    await bruno.sends("/start")
    await bruno.taps("My account")
    await bruno.taps("My membership")
    await bruno.sees("not linked to a membership")
    now = gym.clock.now()
    async with gym.unit_of_work(Actor.system()) as uow:
        row = Client(first_name="Bruno", last_name="Díaz", language="en", telegram_id=bruno.id)
        row.linked_at = row.created_at = row.updated_at = now
        uow.session.add(row)
    await bruno.taps("Back")
    await bruno.taps("My membership")
    doors = await bruno.sees("Bruno Díaz")
    assert any("My plan" in label for label in doors.labels)
    assert any("QR" in label for label in doors.labels)
    await bruno.taps("My plan")
    await bruno.sees("My plan")
