"""Clients of a gym that is a year old are erased: none of their values stands anywhere, and no sum moves."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from gym.app import Gym
from gym.attendance.models import CheckIn
from gym.audit.verification import verify_trail
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.demo.history.story import DemoOrder
from gym.demo.history.team import Fraud
from gym.jobs.runner import run_due
from gym.privacy.erasure import ErasureService
from gym.security.permissions import Actor
from tests.audit.conftest import connected
from tests.demo.gyms import Fill
from tests.privacy.life import found_in, sums

SERVED: Final = DemoOrder(clients=30, years=1, frauds=frozenset(Fraud))
"""Told through the services, so that trail, messages and drafts are there too."""
ERASED: Final = 3


async def busiest(gym: Gym) -> list[Client]:
    """Those who came most often."""
    visits = select(func.count()).where(CheckIn.client_id == Client.id).scalar_subquery()
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.scalars(select(Client).order_by(visits.desc(), Client.id).limit(ERASED))
        return list(found)


def theirs(client: Client) -> list[str]:
    values = (client.document_number, client.phone, client.email, client.full_name)
    return [value for value in values if value]


async def test_nothing_of_a_client_of_a_year_is_left_and_no_sum_moves(fill: Fill, clock: FrozenClock) -> None:
    async with fill(SERVED) as gym:
        words = [word for one in await busiest(gym) for word in theirs(one)]
        found = set(await found_in(gym, words))
        assert len(found) >= 2 * ERASED, "documents and phones were there to be found"
        await run_due(gym.run)
        counted = await sums(gym)
        for one in await busiest(gym):
            async with gym.unit_of_work(Actor.system()) as uow:
                await ErasureService(uow).ask(one.id)
        clock.advance(timedelta(hours=25))
        await run_due(gym.run)
        assert await found_in(gym, words) == {}
        assert await sums(gym) == counted
        async with connected(gym) as connection:
            assert (await verify_trail(connection, keyring=gym.secrets.data)).is_whole
