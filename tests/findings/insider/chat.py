"""Evenings in the chat itself: an employee presses any button that is offered and types any answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from bot.ui.callbacks import STAYS
from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import gym_day
from gym.core.errors import GymError
from gym.plans.models import Plan
from gym.security.permissions import Actor, Role
from gym.settings.schemas import GymSettings
from tests.bot.conftest import MakeMember, all_handled
from tests.conftest import hire
from tests.findings.insider import slips
from tests.findings.insider.bank import BankStatement
from tests.findings.insider.buttons import ACTS_OF_BUTTONS
from tests.findings.insider.evening import has_payment_key
from tests.findings.insider.judging import Looks, gain, holdings, looks
from tests.findings.insider.search import CREDITED, Fraud
from tests.findings.insider.taps import see
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import ControlApiError, Person, SandboxClient
from tests.support.sandbox.seen import Button, Message

ANSWERS: Final = (
    "10%", "10000", "45000", "75000", "150000", "1", "4 days", "a week", "tomorrow", "today", "yesterday",
    "in 40 days", "moves away", "mistyped", "New Friend",
)  # fmt: skip
"""What fits the questions of the desk: discounts, amounts, days, reasons, names."""
TURNS_BACK: Final = ("‹ Back", "Cancel", "🏠 Home")
"""Pressed seldom, or most of an evening is spent on the way."""


@dataclass
class ChatEvening:
    """What `judging` looks at, and Iris's chat; whatever she does stays in the database."""

    gym: Gym
    settings: GymSettings
    iris: Actor
    ana: Actor
    own: UUID
    friend: UUID
    names: tuple[str, ...]
    phone: Person
    plans: tuple[UUID, ...]
    payment_key: UUID
    bank: BankStatement = field(default_factory=BankStatement)
    pressed: list[str] = field(default_factory=list[str])
    codes: list[str] = field(default_factory=list[str])

    @property
    def today(self) -> date:
        return gym_day(self.gym.clock.now(), self.settings.zone)

    async def act(self, actor: Actor, work: Any) -> Any:
        """None when it was refused."""
        with suppress(GymError):
            async with self.gym.unit_of_work(actor) as uow:
                return await work(uow)

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.gym.database.session() as session:
            return list((await session.execute(text(query), values)).all())


async def new_evening(
    gym: Gym, telegram: SandboxClient, make_member: MakeMember, plans: Sequence[Plan], number: int
) -> ChatEvening:
    """Iris, who trains here, her friend Otto with a false slip, Rosa with a true one, and two others."""
    phone = await telegram.person(f"Iris{number}")
    iris = await hire(gym, phone.name, Role.EMPLOYEE, phone.id)
    ana = await hire(gym, f"Ana{number}", Role.ADMIN)
    desk = DeskClerk(gym, ana)
    own = await make_member(phone, phone.name, "Own")
    others = [
        await make_member(None, f"{name}{number}", "Vargas") for name in ("Otto", "Rosa", "Luis", "Marta")
    ]
    for client in (own, others[-1]):
        await _paid_before(gym, desk, client, plans[0])
    async with gym.unit_of_work(ana) as uow:
        settings = uow.settings
    names = tuple(one.first_name for one in (own, *others))
    nequi, keys = await has_payment_key(gym, ana, f"300 {number}"), tuple(plan.id for plan in plans)
    e = ChatEvening(gym, settings, iris, ana, own.id, others[0].id, names, phone, keys, nequi)
    random = Random(number)
    for client, act in ((others[0], slips.send_false_slip), (others[1], slips.send_slip)):
        await act(e, await see(e, client.id), random)  # type: ignore[arg-type]
    return e


async def _paid_before(gym: Gym, desk: DeskClerk, client: Client, plan: Plan) -> None:
    """A month that began ten days ago, paid at that time."""
    await desk.pay(await desk.sell(client, plan, gym.clock.now().date() - timedelta(days=10)))


async def play(e: ChatEvening, seed: int, presses: int, honest: Looks) -> Fraud | None:
    """One evening of so many presses; what it has brought when it looks honest."""
    random, before = Random(seed), await holdings(e)  # type: ignore[arg-type]
    await _open_card(e, random)
    for _ in range(presses):
        await _next(e, random)
    brought = await gain(e, before)  # type: ignore[arg-type]
    shown = await looks(e)  # type: ignore[arg-type]
    return Fraud(brought, shown, e.pressed) if brought > CREDITED and shown.within(honest) else None


async def _next(e: ChatEvening, random: Random) -> None:
    """A button of the newest messages, an answer to the question that stands, or another client's card."""
    offered = [(message, button) for message in await _newest(e.phone) for button in _callbacks(message)]
    if not offered or random.random() < 0.05:
        await _open_card(e, random)
    elif any(code(button) == "f" for _, button in offered) and random.random() < 0.4:
        await _say(e, random.choice(ANSWERS))
    else:
        await _press(e, *random.choices(offered, [_weight(button) for _, button in offered])[0])


async def _press(e: ChatEvening, message: Message, button: Button) -> None:
    e.pressed.append(button.label)
    e.codes.append(code(button))
    try:
        await e.phone.taps_button_data(message, button.data or "")
    except ControlApiError:
        e.pressed[-1] += " (gone)"
    await _answered(e)


async def _newest(phone: Person) -> list[Message]:
    """The last two messages with buttons: the screen, and what stands under a receipt."""
    return [one for one in await phone.chat() if one.from_bot and _callbacks(one)][-2:]


def _callbacks(message: Message) -> list[Button]:
    return [button for row in message.buttons for button in row if button.data]


def code(button: Button) -> str:
    """The code of a button's data; a mark in front says that its message stays."""
    return (button.data or "").removeprefix(STAYS).split("|")[0]


def _weight(button: Button) -> float:
    """Twenty presses are few: mostly what moves money or days, or goes on with it."""
    if button.label in TURNS_BACK:
        return 0.2
    return {True: 6.0, False: 0.5}[code(button) in ACTS_OF_BUTTONS] if code(button) != "f" else 3.0


async def _open_card(e: ChatEvening, random: Random) -> None:
    await _say(e, "/start")
    await _say(e, random.choice(e.names))


async def _say(e: ChatEvening, words: str) -> None:
    e.pressed.append(f"“{words}”")
    await e.phone.sends(words)
    await _answered(e)


async def _answered(e: ChatEvening) -> None:
    """Until nothing is on its way and nothing in hand."""
    async with asyncio.timeout(30):
        while await e.phone.client.pending_updates():  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.005)
    await all_handled(e.gym)
