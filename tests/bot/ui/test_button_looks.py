"""Colours of buttons and what they copy, on the wire and in the chat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from bot.routers import ROUTERS
from bot.routing.routes import Routes
from bot.telegram.running_bot import RunningBot
from bot.ui.callbacks import ButtonStyle, Home
from bot.ui.keyboards import button, copying, link, markup
from gym.app import Gym
from gym.security.permissions import Actor, Role
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

GREEN: Final = {"apyes", "candok", "chok", "in", "pramt", "pryes", "ren", "sold"}
RED: Final = {"cancel", "mydask", "mydgo", "pdask", "pdgo", "pkdel", "salevd", "void"}
Hire = Callable[[Person, Role], Awaitable[Actor]]


def test_what_lets_in_is_green_what_takes_back_is_red_and_the_rest_is_plain() -> None:
    styles = {kind.code: kind.style for kind in Routes(ROUTERS).presses}
    green = {code for code, style in styles.items() if style is ButtonStyle.SUCCESS}
    red = {code for code, style in styles.items() if style is ButtonStyle.DANGER}
    assert (green, red) == (GREEN, RED)
    shown = markup(
        [[button("Home", Home()), copying("№ 7", "7"), link("Site", "https://gym.example")]],
        datetime.now(UTC),
    )
    assert shown is not None
    home, number, site = shown.inline_keyboard[0]
    assert home.style is None
    assert number.copy_text is not None
    assert (number.copy_text.text, number.callback_data) == ("7", None)
    assert (site.url, site.copy_text) == ("https://gym.example", None)


async def test_the_desk_sees_the_colours_and_copies_a_receipts_number(
    desk_bot: RunningBot, gym: Gym, telegram: SandboxClient, make_staff: Hire
) -> None:
    ana = await telegram.person("Ana")
    desk = DeskClerk(gym, await make_staff(ana, Role.ADMIN))
    await desk.sell(await desk.client(), await desk.plan())
    await ana.sends("rosa")
    card = await ana.sees("is still to pay")
    looks = {one.label: one.style for row in card.buttons for one in row}
    assert looks["✅ Check in"] == "success"
    assert looks["💵 Collect"] is None
    await ana.taps("💵 Collect")
    await ana.taps("Cash")
    receipt = await ana.sees("Paid in full")
    looks = {one.label: one.style for row in receipt.buttons for one in row}
    assert looks["Void"] == "danger"
    assert (await ana.taps("📋 № 1")).copied == "1"
    await ana.taps("Void")
    await ana.sends("wrong client")
    asked = await ana.sees("wrong client")
    looks = {one.label: one.style for row in asked.buttons for one in row}
    assert looks["✅ Void it"] == "danger"
    assert looks["Cancel"] is None
