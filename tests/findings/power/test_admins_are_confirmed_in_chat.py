"""Inviting an admin through the chat: the invitee waits, an admin answers, nobody else reads of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from bot.outbox.rate_limits import SendRateLimits
from bot.outbox.worker import OutboxWorker
from bot.telegram.running_bot import RunningBot
from bot.ui.buttons.staff import ConfirmCandidate, Team
from bot.ui.callbacks import pack
from gym.app import Gym
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.security.permissions import Actor, Role
from gym.staff.service import StaffService
from tests.findings.groups.conftest import Spot
from tests.findings.groups.test_surfaces import put_message
from tests.support.sandbox.client import Person, SandboxClient
from tests.support.sandbox.desk_menu import behind_manage

Tell = Callable[[], Awaitable[int]]
Hire = Callable[[Person, Role], Awaitable[Actor]]


@pytest.fixture
def tell(gym: Gym, desk_bot: RunningBot) -> Tell:
    async def no_waiting(_: float) -> None: ...

    return OutboxWorker(gym, desk_bot.assembly.bot, SendRateLimits(gym.clock, sleep=no_waiting)).drain


@pytest.fixture
async def ana(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Ana")
    await make_staff(person, Role.ADMIN)
    return person


@pytest.fixture
async def berta(desk_bot: RunningBot, telegram: SandboxClient, make_staff: Hire) -> Person:
    person = await telegram.person("Berta", language_code="es")
    await make_staff(person, Role.ADMIN)
    await person.sends("/language")
    await person.taps("Español")
    await person.sees("Envía una foto")
    return person


async def link_of(ana: Person, label: str = "➕ Admin") -> str:
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps(label)
    message = await ana.sees("It works once, for 24 hours")
    return next(word for word in message.words.split() if word.startswith("https://t.me/"))


async def waiting_eva(telegram: SandboxClient, ana: Person) -> Person:
    eva = await telegram.person("Eva", last_name="Ruiz", username="eva_ruiz")
    await eva.opens(await link_of(ana))
    await eva.sees("Ana or another admin of PowerGym has to confirm you first")
    return eva


async def role_of(gym: Gym, person: Person) -> Role | None:
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await StaffService(uow).by_telegram(person.id)
        return row.role if row else None


async def test_the_inviter_confirms_in_private_and_the_new_admin_hears_it(
    gym: Gym, telegram: SandboxClient, ana: Person, tell: Tell
) -> None:
    eva = await waiting_eva(telegram, ana)
    for words in ("/start", "Rosa", "/today", "/team"):
        await eva.sends(words)
    home = await eva.sees("has to confirm you first")
    tapped = await eva.taps_button_data(home, pack(Team(), gym.clock.now()))
    assert tapped.alert, "a button of the desk answers that it is not open"
    assert await role_of(gym, eva) is None
    await tell()
    asked = await ana.sees("wants to be an admin here")
    assert "@eva_ruiz" in asked.words
    assert "Eva Ruiz" in asked.words
    await ana.taps("Confirm")
    await ana.sees("Ana has confirmed Eva Ruiz as an admin")
    assert await role_of(gym, eva) is Role.ADMIN
    await tell()
    await eva.sees("Ana has confirmed you: you are an admin of PowerGym now")
    await eva.taps("Home")
    await eva.sees("Send a photo")
    assert any("Team" in label for label in await behind_manage(eva))


async def test_the_candidate_cannot_confirm_themselves_by_a_forged_button(
    gym: Gym, telegram: SandboxClient, ana: Person
) -> None:
    eva = await waiting_eva(telegram, ana)
    async with gym.unit_of_work(Actor.system()) as uow:
        key = await uow.session.scalar(text("SELECT id FROM admin_candidates"))
    message = await eva.sees("has to confirm you first")
    tapped = await eva.taps_button_data(message, pack(ConfirmCandidate(key), gym.clock.now()))
    assert tapped.alert
    assert await role_of(gym, eva) is None


async def test_the_team_shows_who_waits_and_the_other_admins_question_ends(
    gym: Gym, telegram: SandboxClient, ana: Person, berta: Person, tell: Tell
) -> None:
    eva = await waiting_eva(telegram, ana)
    await tell()
    await berta.sees("quiere ser administrador aquí")
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Eva Ruiz waits to be an admin")
    await ana.sees("@eva_ruiz")
    await ana.taps("Refuse")
    await ana.sees("Ana has refused Eva Ruiz")
    await ana.taps("Back")
    team = await ana.sees("Team")
    assert not any("waits" in label for label in team.labels)
    await tell()
    over = await berta.sees("Ana rechazó a Eva Ruiz")
    assert not any("Confirmar" in label for label in over.labels)
    await eva.sends("/start")
    await eva.sees("If you train here")
    assert await role_of(gym, eva) is None


async def test_who_answers_too_late_is_told_who_was_faster(
    gym: Gym, telegram: SandboxClient, ana: Person, berta: Person, tell: Tell
) -> None:
    eva = await waiting_eva(telegram, ana)
    await tell()
    await ana.sees("wants to be an admin here")
    question = await berta.sees("quiere ser administrador aquí")
    await ana.taps("Confirm")
    await ana.sees("Ana has confirmed")
    tapped = await berta.taps_button_data(
        question, next(one.data for row in question.buttons for one in row if "Rechazar" in one.label)
    )
    assert "Ana ya confirmó a Eva Ruiz" in (tapped.alert or "")
    await berta.sees("Ana confirmó a Eva Ruiz como administrador")
    assert await role_of(gym, eva) is Role.ADMIN


async def test_no_group_reads_who_waits(
    gym: Gym, telegram: SandboxClient, ana: Person, desk_bot: RunningBot, tell: Tell
) -> None:
    await ana.sends("/start")
    await ana.sees("Send a photo")
    group = await telegram.group("Desk", [ana])
    async with gym.unit_of_work(Actor.system()) as uow:
        await DeskChatService(uow).confirm(ChatPlace(group["id"], None, "Desk"))
    await waiting_eva(telegram, ana)
    await tell()
    await ana.sees("wants to be an admin here")
    here = ana.in_group(group["id"])
    assert not [one for one in await here.chat() if "Eva" in one.words]
    async with gym.unit_of_work(Actor.system()) as uow:
        key = await uow.session.scalar(text("SELECT id FROM admin_candidates"))
    confirm = pack(ConfirmCandidate(key), gym.clock.now())
    sent = await put_message(desk_bot, Spot("desk", group["id"]), [confirm])
    tapped = await here.taps_button_data(sent, confirm)
    assert "Others read along" in (tapped.alert or "")
    assert not [one for one in await here.chat() if "Eva" in one.words]


async def test_an_invitation_is_withdrawn_with_one_tap(
    gym: Gym, telegram: SandboxClient, ana: Person
) -> None:
    url = await link_of(ana, "➕ Employee")
    await ana.sends("/start")
    await ana.taps("Team")
    await ana.taps("Invitations (1)")
    listed = await ana.sees("1. Employee, made by Ana, until")
    assert "Open invitations" in listed.words
    tapped = await ana.taps("Withdraw 1")
    assert "opens nothing any more" in (tapped.toast or "")
    await ana.sees("No invitation is open")
    eva = await telegram.person("Eva")
    await eva.opens(url)
    await eva.sees("has run out")
    assert await role_of(gym, eva) is None
