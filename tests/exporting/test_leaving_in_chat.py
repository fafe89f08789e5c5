"""An admin takes everything along out of the chat, and the bot of an empty gym reads it back."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest
from sqlalchemy import select

from bot.desk.importing.everything import SHOWN, WHAT, counted_rows
from bot.telegram.running_bot import RunningBot
from bot.ui.screens import HtmlTranslator
from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database
from gym.exporting.errors import GymNotEmpty
from gym.exporting.reading import ExportArchive, is_export
from gym.security.keys.secrets import Secrets
from gym.security.permissions import Actor, Role
from tests.conftest import gym_over, hire
from tests.exporting.test_leaving_freely import exported, figures, lived_in
from tests.findings.reading.conftest import Chat
from tests.support.databases import Clones
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


@pytest.fixture
async def elsewhere(
    clones: Clones, config: Config, secrets: Secrets, clock: FrozenClock
) -> AsyncGenerator[Gym]:
    """Another gym, with months of data; the one of the chat is just installed."""
    async with clones.clone() as url, gym_over(Database(url), config, secrets, clock) as opened:
        await lived_in(opened, DeskClerk(opened, await hire(opened, "Nora", Role.ADMIN)), clock)
        yield opened


async def test_an_admin_takes_everything_along(
    chat: Chat, gym: Gym, telegram: SandboxClient, clock: FrozenClock
) -> None:
    await lived_in(gym, chat.clerk, clock)
    await chat.sends("/start")
    await chat.taps("📤 Export")
    await chat.sees(WHAT)
    await chat.taps("Make it and send it here")
    sent = await chat.person.sees_document()
    data = io.BytesIO(await telegram.download(sent.document_url or ""))
    assert is_export(data)
    rows = ExportArchive(data).manifest.rows
    assert rows["clients"] == 4
    t = HtmlTranslator(chat.t.language)
    done = await chat.person.sees(re.sub("<[^>]+>", "", chat.t("✅ <b>Exported.</b>")).split(" ")[0])
    assert [line for line in counted_rows(t, dict(rows)) if line not in done.words] == []
    async with gym.unit_of_work(Actor.system()) as uow:
        [row] = await uow.session.scalars(select(AuditEntry).where(AuditEntry.action == "gym.exported"))
    assert row.actor_id == chat.clerk.actor.id


async def test_an_empty_gyms_bot_reads_it_back_once(chat: Chat, gym: Gym, elsewhere: Gym) -> None:
    nora = Actor.system()
    data = await exported(elsewhere, nora)
    await chat.person.sends_document(data, "powergym.zip")
    shown = await chat.person.sees("powergym.zip")
    t = HtmlTranslator(chat.t.language)
    assert t("An export of {gym}:", gym="El Toro") in shown.words
    expected = counted_rows(t, dict(ExportArchive(io.BytesIO(data)).manifest.rows))
    assert [line for line in expected if line not in shown.words] == []
    assert (await figures(gym))["people"] == [], "nothing before it is confirmed"
    await chat.taps("Read it")
    done = await chat.person.sees("✅")
    assert [line for line in expected if line not in done.words] == []
    assert len(expected) == len(SHOWN)
    assert await figures(gym) == await figures(elsewhere)
    await chat.sends("Eva")
    await chat.person.sees("👤 Eva")

    await chat.person.sends_document(data, "powergym.zip")
    await chat.taps("Read it")
    await chat.sees(GymNotEmpty.message)


async def test_an_employee_takes_nothing_along_and_reads_nothing(
    gym: Gym,
    telegram: SandboxClient,
    desk_bot: RunningBot,
    make_staff: Callable[[Person, Role], Awaitable[Actor]],
    elsewhere: Gym,
) -> None:
    bruno = await telegram.person("Bruno")
    await make_staff(bruno, Role.EMPLOYEE)
    await bruno.sends("/start")
    await bruno.sees("Send a photo")
    assert "📤 Export" not in await bruno.keyboard()
    await bruno.sends_document(await exported(elsewhere, Actor.system()), "powergym.zip")
    await bruno.sees("lists of members are an admin's to bring in")
    assert (await figures(gym))["people"] == []
