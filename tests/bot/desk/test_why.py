"""*Why?* through the real bot: under a denial, a card and a receipt, and in the member's own chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


async def test_desk_and_member_ask_why(
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Callable[[Person, Role], Awaitable[Actor]],
) -> None:
    bruno, rosa = await telegram.person("Bruno"), await telegram.person("Rosa")
    desk = DeskClerk(gym, await make_staff(bruno, Role.EMPLOYEE))
    client = await desk.client("Rosa", rosa.id)
    sold = await desk.sell(client, await desk.plan(Decimal(100000)))
    await desk.pay(sold, Decimal(40000))

    await bruno.sends("Rosa")
    await bruno.taps("❓ Why?")
    seen = await bruno.sees("⛔ $60,000 is still to pay.")
    assert "May not come in." in seen.words
    assert "📅 31 days bought, from Mon, 3 Aug 2026 on" in seen.words
    assert "the price + $100,000" in seen.words
    assert "= to pay $60,000" in seen.words
    await bruno.taps("Back")
    await bruno.taps("✅ Check in")
    await bruno.taps("❓ Why?")
    await bruno.sees("⛔ $60,000 is still to pay.")
    await bruno.taps("Back")
    await bruno.taps("⋯ More")
    await bruno.taps("🧾 Payments")
    await bruno.taps("№ 1 · $40,000")
    await bruno.taps("❓ Why?")
    await bruno.sees("Up to this receipt")

    await rosa.sends("/start")
    await rosa.taps("🎫 My plan")
    await rosa.taps("❓ Why?")
    told = await rosa.sees("⛔ $60,000 is still to pay.")
    assert "the price + $100,000" in told.words
    assert "Bruno" not in told.words
