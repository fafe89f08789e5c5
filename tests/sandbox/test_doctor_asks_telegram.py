"""The doctor asks Telegram who the bot is, and never shows the token."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from bot.sandbox.server import SandboxServer
from gym.commands.doctor import telegram_finding
from gym.core.config import Config
from tests.support.sandbox.client import SandboxClient


def configured(home: Path, token: str, url: str) -> Config:
    return Config(powergym_home=home, telegram_bot_token=SecretStr(token), telegram_api_url=url)


async def test_the_doctor_names_the_bot_that_telegram_knows(server: SandboxServer, tmp_path: Path) -> None:
    found = await telegram_finding(configured(tmp_path, server.token, server.url))
    assert found.well
    assert found.seen == "@0sandbox_bot answers"


async def test_the_doctor_says_that_a_token_is_not_known(server: SandboxServer, tmp_path: Path) -> None:
    token = "123456:" + "x" * 35
    found = await telegram_finding(configured(tmp_path, token, server.url))
    assert not found.well
    assert "not known" in found.seen
    assert "@BotFather" in found.advice
    assert token not in found.seen + found.advice


async def test_the_doctor_says_that_telegram_is_out_of_reach(tmp_path: Path) -> None:
    found = await telegram_finding(configured(tmp_path, "123456:" + "x" * 35, "http://127.0.0.1:9"))
    assert not found.well
    assert found.seen == "out of reach (ClientConnectorError)"


async def test_the_doctor_says_that_telegram_is_ill(
    server: SandboxServer, telegram: SandboxClient, tmp_path: Path
) -> None:
    await telegram.fault("getMe", 502, times=1)
    found = await telegram_finding(configured(tmp_path, server.token, server.url))
    assert not found.well
    assert "502" in found.seen
