"""A press that is put off is carried out later, and its receipt arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta

import pytest

from bot import home
from bot.routing.router import Audience, Router
from bot.telegram.running_bot import RunningBot
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.errors import DatabaseUnavailable
from gym.security.permissions import Actor
from tests.bot.conftest import settled
from tests.support.sandbox.client import Person, SandboxClient

router = Router(Audience.STAFF)
SLOW = 0.6
"""Seconds after which the tap's spinner has been stopped."""
tries: list[bool] = []
"""Whether each attempt was slow."""


@callback("putoff", changes=True)
class Pay(Callback):
    slow: bool
    toast: bool


@router.text
async def ask(context: UpdateContext) -> None:
    rows = [
        [button("Slow", Pay(slow=True, toast=False)), button("Fast", Pay(slow=False, toast=False))],
        [button("Toast", Pay(slow=True, toast=True))],
    ]
    await context.show(Screen("Pay?", rows))


@router.on(Pay)
async def pay(context: UpdateContext, tap: Pay) -> None:
    """The first attempt meets a database that goes away."""
    tries.append(first := not tries)
    if first and tap.slow:
        await asyncio.sleep(SLOW)
    if tap.toast:
        await context.answer("Paid")
    if first:
        raise DatabaseUnavailable
    await context.keep(Screen("RECEIPT 123"))


@pytest.fixture(autouse=True)
def _first_try() -> Iterator[None]:
    tries.clear()
    yield
    tries.clear()


@pytest.fixture
def routers() -> tuple[Router, ...]:
    return (home.router, router)


@pytest.fixture
async def bob(
    desk_bot: RunningBot, telegram: SandboxClient, make_staff: Callable[..., Awaitable[Actor]]
) -> Person:
    person = await telegram.person("Bob")
    await make_staff(person)
    return person


async def handled_again(gym: Gym, clock: FrozenClock, bot: RunningBot) -> None:
    async with asyncio.timeout(10):
        while not tries or bot.assembly.inbox._held:  # noqa: ASYNC110 - the inbox tells nobody
            await asyncio.sleep(0.02)
    clock.advance(timedelta(minutes=2))
    bot.assembly.inbox._wake.set()
    await settled(gym, 2)


async def said(person: Person) -> list[str]:
    return [message.text or "" for message in await person.chat() if message.from_bot]


@pytest.mark.parametrize(("label", "shown"), [("Slow", []), ("Fast", []), ("Toast", ["Paid"])])
async def test_the_receipt_of_a_tap_that_was_put_off_arrives(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, bob: Person, label: str, shown: list[str]
) -> None:
    await bob.sends("pay")
    await bob.sees("Pay?")
    await settled(gym, 1)
    await bob.taps(label)
    await handled_again(gym, clock, desk_bot)
    assert len(tries) == 2
    assert await said(bob) == ["Pay?", *shown, "RECEIPT 123"]


async def test_a_tap_that_still_waits_is_told_that_it_will_be_done(
    gym: Gym, clock: FrozenClock, desk_bot: RunningBot, telegram: SandboxClient, bob: Person
) -> None:
    await bob.sends("pay")
    await bob.sees("Pay?")
    await settled(gym, 1)
    await bob.taps("Fast")
    await handled_again(gym, clock, desk_bot)
    calls = await telegram.calls(method="answerCallbackQuery")
    assert "is done as soon as it is back" in str(calls[0]["arguments"])
