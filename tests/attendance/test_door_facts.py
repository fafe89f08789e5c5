"""Door facts as the one query reads them: typed, and the same in a session and on the hot path."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.app import Gym
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.plans.models import DurationUnit
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription


async def test_a_session_and_the_hot_path_read_the_same_facts(
    gym: Gym, rosa: Client, paid: Subscription
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        at = uow.now.astimezone(uow.settings.zone)
        in_session = await CheckInQueries(uow.statements).facts(rosa.id, uow.today, at)
    directly = await CheckInQueries(gym.database.direct_pool).facts(rosa.id, at.date(), at)
    assert directly == in_session
    assert directly.client is not None
    assert (directly.client.id, directly.client.full_name) == (rosa.id, "Rosa Vargas")
    assert directly.plan is not None
    assert (directly.plan.subscription_id, directly.plan.unit) == (paid.id, DurationUnit.MONTH)
    assert directly.plan.access.starts_on == date(2026, 8, 3)
    assert (directly.plan.access.balance, directly.visits_in_all) == (Decimal(0), 0)


async def test_facts_about_nobody_name_nobody(gym: Gym, paid: Subscription) -> None:
    at = gym.clock.now()
    for client_id in (None, new_id()):
        facts = await CheckInQueries(gym.database.direct_pool).facts(client_id, at.date(), at)
        assert (facts.client, facts.plan, facts.visits_used, facts.done_id) == (None, None, 0, None)
