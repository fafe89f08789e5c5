"""The real bot with a gym's team, a member, and groups that are the gym's or somebody else's."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.approvals.models import Approval
from gym.approvals.service import ApprovalService
from gym.chats.desk_chats import ChatPlace, DeskChatService
from gym.clients.models import Client, DocumentType
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from gym.subscriptions.discounts import Discount
from tests.bot.conftest import api, desk_bot, make_member, make_staff, open_bot, routers, sandbox, telegram
from tests.conftest import hire
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient

__all__ = ["api", "desk_bot", "make_member", "make_staff", "open_bot", "routers", "sandbox", "telegram"]
DOCUMENT, PHONE, MAIL = "1020309991", "+573001234567", "dario@example.com"
REASON = f"best friend, {PHONE} or {MAIL}, CC {DOCUMENT}, https://example.com/x and t.me/gym?start=s123"


@dataclass(frozen=True)
class Cast:
    """Who writes; the member is Dario Vélez, whose card the team may see."""

    ana: Person
    bruno: Person
    dario: Person
    eve: Person
    client: Client
    admin: Actor

    @property
    def everybody(self) -> tuple[Person, ...]:
        """Those who change nothing first."""
        return self.eve, self.dario, self.bruno, self.ana


@dataclass(frozen=True)
class Spot:
    """A group, or one topic of it."""

    name: str
    chat: int
    thread: int | None = None


@pytest.fixture
async def people(gym: Gym, telegram: SandboxClient, desk_bot: RunningBot, make_member: Any) -> Cast:
    ana, bruno = await telegram.person("Ana"), await telegram.person("Bruno")
    dario, eve = await telegram.person("Dario"), await telegram.person("Eve")
    admin = await hire(gym, "Ana", Role.ADMIN, ana.id)
    await hire(gym, "Bruno", Role.EMPLOYEE, bruno.id)
    client = await make_member(dario, "Dario", "Vélez")
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(Client, client.id)
        row.document_type = DocumentType.CC
        row.document_number, row.phone, row.email = DOCUMENT, PHONE, MAIL
    for person in (ana, bruno, dario, eve):
        await person.sends("/start")
        await person.sees("gym")
    return Cast(ana, bruno, dario, eve, client, admin)


@pytest.fixture
async def spots(gym: Gym, telegram: SandboxClient, people: Cast) -> dict[str, Spot]:
    """A stranger's group, one that an admin took the bot to, a desk chat, and two topics of a forum."""
    ana, bruno, dario, eve = people.ana, people.bruno, people.dario, people.eve
    team = [ana, bruno, dario, eve]
    foreign = await telegram.group("Somewhere", [eve, dario, bruno, ana])
    asked = await telegram.group("Asked", team)
    desk = await telegram.group("Desk", [eve, dario, bruno, ana])
    forum = await telegram.group("Forum", [eve, dario, bruno, ana], ["Desk", "Chat"])
    inside, beside = (topic["thread"] for topic in forum["topics"])
    async with gym.unit_of_work(people.admin) as uow:
        for place in (ChatPlace(desk["id"], None, "Desk"), ChatPlace(forum["id"], inside, "Forum / Desk")):
            await DeskChatService(uow).confirm(place)
    found = (
        Spot("foreign", foreign["id"]),
        Spot("asked", asked["id"]),
        Spot("desk", desk["id"]),
        Spot("topic", forum["id"], inside),
        Spot("other topic", forum["id"], beside),
    )
    return {spot.name: spot for spot in found}


@pytest.fixture
async def wanted(gym: Gym, people: Cast) -> Approval:
    """Bruno asks for a discount for Dario, with a reason that reaches and opens things outside."""
    plan = await DeskClerk(gym, people.admin).plan(Decimal(90000))
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.scalar(select(Staff).where(Staff.telegram_id == people.bruno.id))
        assert row is not None
        bruno = Actor.staff(row.id, row.name, Role.EMPLOYEE, "en")
    async with gym.unit_of_work(bruno) as uow:
        percent, key = Discount.percent(Decimal(90)), uuid.uuid4()
        return await ApprovalService(uow).ask_discount(
            people.client.id, plan.id, percent, renews=False, reason=REASON, key=key
        )
