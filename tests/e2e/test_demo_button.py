"""*Load demo gym* of the chat page: one tap fills a new sandbox, a second one says why it does not."""

from __future__ import annotations

import pytest

import bot.app
from bot.app import RunningApp
from gym.demo.history.story import DemoOrder
from tests.e2e.desk import claim_gym
from tests.support.sandbox.client import SandboxClient


async def test_the_button_fills_a_new_gym_once_and_its_owner_finds_the_reports(
    running_app: RunningApp, telegram: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.app, "DEMO", DemoOrder(clients=12, years=1, frauds=bot.app.DEMO.frauds))
    claim = (await telegram.call("GET", "/demo"))["claim_url"]
    loaded = await telegram.call("POST", "/demo")
    assert "The demo gym is here: 12 clients" in loaded["message"]
    again = await telegram.call("POST", "/demo")
    assert "12 clients" not in again["message"]
    assert "needs an empty database" in again["message"]
    ana = await claim_gym(telegram, claim)
    await ana.sends("/start")
    await ana.taps("📊 Reports")
    await ana.sees("received this month")
    await ana.taps("💵 Money")
    await ana.taps("🗓 Last month")
    await ana.sees(" brought most: $")
