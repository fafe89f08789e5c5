"""The own card in chat: refused with who can do it, and *Ask a colleague* where a request fits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.approvals.models import Approval
from gym.approvals.schemas import discount_of
from gym.approvals.service import ApprovalService
from gym.clients.models import Client
from gym.core.language import Translator
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.subscriptions.models import Subscription
from tests.conftest import hire
from tests.support.memberships import PRICE, DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

COLLEAGUE = "This is your own membership: a colleague does this for you. Ask Carla"


@pytest.fixture
async def carla(gym: Gym) -> Actor:
    return await hire(gym, "Carla", Role.ADMIN)


@pytest.fixture
async def bruno(
    gym: Gym, carla: Actor, telegram: SandboxClient, desk_bot: RunningBot, make_member: Any
) -> Person:
    """An employee who trains here."""
    person = await telegram.person("Bruno")
    await hire(gym, "Bruno", Role.EMPLOYEE, person.id)
    await make_member(person, "Bruno", "Mora")
    await person.sends("/start")
    return person


@pytest.fixture
async def paid(gym: Gym, carla: Actor, bruno: Person) -> Subscription:
    """Bruno's paid month."""
    desk = DeskClerk(gym, carla)
    async with gym.unit_of_work(carla) as uow:
        client = (await uow.session.scalars(select(Client))).one()
    sold = await desk.sell(client, await desk.plan())
    await desk.pay(sold)
    return sold


async def opens_own_card(bruno: Person) -> None:
    await bruno.sends("Bruno Mora")
    await bruno.sees("Monthly")


async def the_request(gym: Gym, carla: Actor) -> Approval:
    async with gym.unit_of_work(carla) as uow:
        return (await uow.session.scalars(select(Approval))).one()


async def test_the_own_renewal_is_asked_for_and_sold_at_the_full_price(
    gym: Gym, bruno: Person, paid: Subscription, carla: Actor
) -> None:
    await opens_own_card(bruno)
    await bruno.taps("Renew")
    await bruno.sees(COLLEAGUE)
    await bruno.taps("Ask a colleague")
    await bruno.sees("Why?")
    await bruno.sends("goes on training")
    await bruno.sees("The own plan, at its full price")
    asked = await the_request(gym, carla)
    assert discount_of(asked).off == Decimal(0)
    async with gym.unit_of_work(carla) as uow:
        await ApprovalService(uow).approve(asked.id)
    await bruno.sends("/start")
    await bruno.taps("Requests")
    await opens_own_card(bruno)
    async with gym.unit_of_work(carla) as uow:
        sold = select(Subscription.final_price).where(Subscription.renews_id.is_not(None))
        assert await uow.session.scalar(sold) is None, "not before somebody sells it"


async def test_the_own_freeze_becomes_a_wish(bruno: Person, paid: Subscription) -> None:
    await opens_own_card(bruno)
    await bruno.taps("Freeze")
    await bruno.sees(COLLEAGUE)
    await bruno.taps("Ask a colleague")
    await bruno.sees("From which day")


async def test_undoing_the_own_payment_is_asked_for(bruno: Person, paid: Subscription) -> None:
    await opens_own_card(bruno)
    await bruno.taps("Payments")
    await bruno.taps("150,000")
    await bruno.taps("Ask to void")
    await bruno.sees("every admin reads it now")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_own_plan_is_canceled_by_a_colleague_and_money_back_alone_is_not_asked_for(
    gym: Gym, bruno: Person, paid: Subscription, language: str
) -> None:
    """Approved, such a request would hand the money back and leave the plan running, paid."""
    t = Translator(language)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).values(language=language))
    await opens_own_card(bruno)
    for label in ("⚙️ Plan", "✖️ Cancel plan"):
        await bruno.taps(t(label))
    refused = t("This is your own membership: a colleague does this for you. Ask {colleagues}.")
    message = await bruno.sees(refused.split("{")[0] + "Carla")
    assert "🙋" not in str(message.buttons)


async def test_money_for_the_own_plan_is_taken_by_a_colleague(
    gym: Gym, bruno: Person, carla: Actor, paid: Subscription
) -> None:
    async with gym.unit_of_work(carla) as uow:
        client = (await uow.session.scalars(select(Client))).one()
    await DeskClerk(gym, carla).renew(client)
    await opens_own_card(bruno)
    await bruno.taps("Collect")
    message = await bruno.sees(COLLEAGUE)
    assert "🙋" not in str(message.buttons)


async def test_it_is_said_in_spanish(gym: Gym, bruno: Person, paid: Subscription) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).values(language="es"))
    await opens_own_card(bruno)
    await bruno.taps("Renovar")
    await bruno.sees("Es tu propia membresía: esto lo hace un compañero por ti. Pídeselo a Carla")
    await bruno.taps("Pedir a un compañero")
    await bruno.sees("¿Por qué?")


async def test_team_marks_what_the_only_one_did_for_the_own_membership(
    gym: Gym, bruno: Person, carla: Actor, paid: Subscription
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).where(Staff.id == carla.id).values(active=False))
        await uow.session.execute(update(Staff).where(Staff.id != carla.id).values(role=Role.ADMIN))
    await opens_own_card(bruno)
    await bruno.taps("Renew")
    await bruno.taps("✅ Renew")
    await bruno.sees("Renewed")
    await bruno.sends("/start")
    await bruno.taps("Team")
    await bruno.taps("Bruno · Admin")
    said = (await bruno.sees("Trains here as Bruno Mora")).words
    assert "Did 1 thing for the own membership with nobody else at work" in said
    assert "Works here alone" in said
    async with gym.unit_of_work(carla) as uow:
        assert await uow.session.scalar(select(Subscription.final_price).limit(1)) == PRICE
