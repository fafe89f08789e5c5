"""Plan holders, counted before a plan is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.plan_holders import PlanHolders
from tests.support.memberships import DeskClerk


async def count(gym: Gym, plan: Plan, actor: Actor) -> int:
    async with gym.unit_of_work(actor) as uow:
        return await PlanHolders(uow).count(plan.id)


async def test_those_who_have_it_or_wait_for_it_are_counted_once(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    desk = DeskClerk(gym, admin)
    plan, other = await desk.plan(unit=DurationUnit.WEEK), await desk.plan(name="Other")
    rosa, mateo = await desk.client("Rosa"), await desk.client("Mateo")
    await desk.pay(await desk.sell(rosa, plan))
    await desk.renew(rosa, plan)
    await desk.sell(mateo, other)
    assert (await count(gym, plan, admin), await count(gym, other, admin)) == (1, 1)
    clock.advance(timedelta(days=20))
    assert (await count(gym, plan, admin), await count(gym, other, admin)) == (0, 1)


async def test_members_do_not_count_each_other(gym: Gym, admin: Actor) -> None:
    desk = DeskClerk(gym, admin)
    plan, rosa = await desk.plan(), await desk.client("Rosa")
    with pytest.raises(NotAllowed):
        await count(gym, plan, Actor.member(rosa.id, rosa.full_name))


async def test_who_rests_until_the_return_has_the_plan_whatever_its_last_day_says(
    gym: Gym, admin: Actor, clock: FrozenClock
) -> None:
    desk = DeskClerk(gym, admin)
    plan, other, rosa = await desk.plan(), await desk.plan(name="Other"), await desk.client("Rosa")
    resting = await desk.sell(rosa, plan)
    await desk.pay(resting)
    async with gym.unit_of_work(admin) as uow:
        await FreezeService(uow).freeze(resting.id, uow.today, None, "a journey")
    await desk.renew(rosa, other)
    clock.advance(timedelta(days=90))
    assert (await count(gym, plan, admin), await count(gym, other, admin)) == (1, 1)
