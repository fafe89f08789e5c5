"""No link leads to a bot before Telegram has said that it is this gym's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from bot.app import RunningApp, open_application
from bot.routers import ROUTERS
from bot.sandbox.server import SANDBOX_USERNAME, SandboxServer
from bot.sandbox.token import BOT_ID
from bot.serving import greet, greet_late
from bot.telegram.application import Api
from bot.telegram.running_bot import run_bot
from gym.app import Gym
from gym.commands import app
from gym.core.config import Config
from gym.security.models import OneTimeLink
from gym.security.permissions import Actor, Role
from gym.security.signed_links import MemberQr, SignedLinks
from gym.settings.addresses import BotUnnamed, bot_link
from gym.settings.models import GymState
from tests.conftest import hire
from tests.support.sandbox.client import Person, SandboxClient

pytestmark = pytest.mark.live
TOKEN = f"{BOT_ID}:the-token-that-BotFather-gave-out"
OTHER_TOKEN = "200000002:another-token-that-BotFather-gave-out"


async def links_issued(gym: Gym) -> int:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(func.count()).select_from(OneTimeLink)) or 0


@pytest.fixture
async def telegram_server() -> AsyncGenerator[SandboxServer]:
    """Telegram, where this gym's bot has a name that nobody would guess."""
    server = SandboxServer(store_path=None)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def environment(database_url: str, tmp_path: Path, config: Config, telegram_server: SandboxServer) -> Config:
    """A gym with a real token, on free ports."""
    return config.model_copy(
        update={
            "database_url": database_url,
            "powergym_home": tmp_path,
            "face_root": config.packs_root,
            "web_port": 0,
            "telegram_bot_token": SecretStr(telegram_server.token),
            "telegram_api_url": telegram_server.url,
        }
    )


@pytest.fixture
async def silent_house(environment: Config, telegram_server: SandboxServer) -> AsyncGenerator[RunningApp]:
    """Open, and Telegram does not say who the bot is."""
    async with SandboxClient(telegram_server.url) as telegram:
        await telegram.fault("getMe", 502, times=100_000)
        async with open_application(environment) as running:
            yield running


async def test_a_new_gym_prints_no_link_until_telegram_has_said_who_the_bot_is(
    silent_house: RunningApp, telegram_server: SandboxServer, capsys: pytest.CaptureFixture[str]
) -> None:
    await asyncio.wait([silent_house.claim], timeout=1)
    greet(silent_house)
    said = capsys.readouterr().out
    assert "t.me/" not in said
    assert "set-up link is printed here" in said
    assert await links_issued(silent_house.gym) == 0

    async with SandboxClient(telegram_server.url) as telegram:
        await telegram.no_faults()
        async with asyncio.timeout(60):
            url = await silent_house.claim
        greet_late(silent_house.claim)
        assert url is not None
        assert url.startswith(f"https://t.me/{SANDBOX_USERNAME}?start=")
        assert f"Set-up link {url}" in capsys.readouterr().out
        ana = await telegram.person("Ana")
        await ana.opens(url)
        await ana.sees("Welcome to the team")


async def test_a_local_gym_offers_its_own_bots_link_at_once(
    environment: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = environment.model_copy(update={"telegram_bot_token": None, "sandbox_port": 0})
    async with open_application(sandbox) as running:
        async with asyncio.timeout(60):
            url = await running.claim
        greet(running)
        assert f"Set-up link {url}" in capsys.readouterr().out
        assert running.sandbox is not None
        async with SandboxClient(running.sandbox.url) as telegram:
            assert (await telegram.call("GET", "/demo"))["claim_url"] == url
            assert url is not None
            ana = await telegram.person("Ana")
            await ana.opens(url)
            await ana.sees("Welcome to the team")


@pytest.fixture
def shell(gym: Gym, config: Config, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": gym.database.url,
        "POWERGYM_HOME": str(tmp_path),
        "FACE_ROOT": str(config.packs_root),
        "LOG_LEVEL": "ERROR",
        "TELEGRAM_BOT_TOKEN": TOKEN,
    }


async def invited(shell: dict[str, str]) -> tuple[int, str]:
    """What `python -m gym staff invite --role admin` prints."""

    def run() -> tuple[int, str]:
        done = CliRunner().invoke(app, ["staff", "invite", "--role", "admin"], env=shell)
        return done.exit_code, f"{done.output}{done.exception or ''}"

    return await asyncio.to_thread(run)


async def test_the_shell_invites_nobody_before_the_bot_has_a_name(gym: Gym, shell: dict[str, str]) -> None:
    status, said = await invited(shell)
    assert status == 1
    assert "t.me/" not in said
    assert "Start the gym" in said
    assert await links_issued(gym) == 0, "nothing was issued that nobody can open"

    await gym.remember_bot(BOT_ID, SANDBOX_USERNAME)
    status, said = await invited(shell)
    assert (status, said.strip().startswith(f"https://t.me/{SANDBOX_USERNAME}?start=")) == (0, True)


async def test_with_another_token_the_old_bots_name_is_not_used(gym: Gym, shell: dict[str, str]) -> None:
    await gym.remember_bot(BOT_ID, SANDBOX_USERNAME)
    status, said = await invited(shell | {"TELEGRAM_BOT_TOKEN": OTHER_TOKEN})
    assert (status, "t.me/" in said) == (1, False)


async def test_a_name_that_an_older_release_kept_without_its_bot_is_asked_for_again(gym: Gym) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings={"bot_username": "earlier_bot"}))
    mine = replace(gym, config=gym.config.model_copy(update={"telegram_bot_token": SecretStr(OTHER_TOKEN)}))
    with pytest.raises(BotUnnamed):
        bot_link(await mine.settings(), "x")
    await mine.remember_bot(200000002, "earlier_bot")
    assert bot_link(await mine.settings(), "x") == "https://t.me/earlier_bot?start=x"


async def test_links_follow_the_bot_to_its_next_name_and_old_codes_still_open_the_door(gym: Gym) -> None:
    """The kiosk reads what is behind the name; a printed card outlives the bot that it names."""
    ana, links = await hire(gym, "Ana", Role.ADMIN), SignedLinks(gym.secrets.jwt)
    assert ana.id is not None
    payload, seen = links.sign_member_qr(ana.id, None, 3), list[str]()
    for name in ("first_gym_bot", "second_gym_bot"):
        server = SandboxServer(store_path=None, bot_username=name)
        await server.start()
        api = Api(server.token, server.bot_api_url, server.bot_file_url)
        async with run_bot(gym, api, routers=ROUTERS) as running:
            await running.connected.wait()
            seen.append(bot_link(await gym.settings(), payload))
        await server.stop()
    assert [one.partition("?")[0] for one in seen] == [
        "https://t.me/first_gym_bot",
        "https://t.me/second_gym_bot",
    ]
    read = {links.read_member_qr(one, gym.clock.now()) for one in (*seen, payload)}
    assert read == {MemberQr(UUID(str(ana.id)), 3)}


async def test_a_persons_phone_refuses_to_be_led_to_another_bot(telegram_server: SandboxServer) -> None:
    """Every test that opens a link looks at whose it is."""
    async with SandboxClient(telegram_server.url) as telegram:
        ana: Person = await telegram.person("Ana")
        with pytest.raises(AssertionError, match="does not lead to"):
            await ana.opens("https://t.me/powergym_bot?start=claim_1")
