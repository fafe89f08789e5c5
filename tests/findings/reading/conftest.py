"""Chats of the desk in both languages."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update

from bot.telegram.running_bot import RunningBot
from gym.app import Gym
from gym.core.language import Translator
from gym.security.permissions import Actor, Role
from gym.staff.models import Staff
from tests.support.front_desk import Desk
from tests.support.memberships import DeskClerk
from tests.support.sandbox.client import Person, SandboxClient


class Chat:
    """An admin's chat in one language: buttons and sentences are named in English."""

    def __init__(self, person: Person, clerk: DeskClerk, language: str) -> None:
        self.person = person
        self.clerk = clerk
        self.t = Translator(language)

    async def taps(self, *labels: str) -> None:
        for label in labels:
            await self.person.taps(self.t(label))

    async def sees(self, text: str, **values: object) -> None:
        await self.person.sees(re.sub("<[^>]+>", "", self.t(text, **values)))

    async def sends(self, text: str) -> None:
        await self.person.sends(text)


@pytest.fixture(params=["en", "es"])
async def chat(
    request: pytest.FixtureRequest,
    gym: Gym,
    desk_bot: RunningBot,
    telegram: SandboxClient,
    make_staff: Callable[[Person, Role], Awaitable[Actor]],
) -> Chat:
    person = await telegram.person("Ana")
    actor = await make_staff(person, Role.ADMIN)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Staff).values(language=request.param))
    return Chat(person, DeskClerk(gym, actor), request.param)


@pytest.fixture
def front(gym: Gym, admin: Actor) -> Desk:
    """A desk that registers, changes and finds."""
    return Desk(gym, admin)
