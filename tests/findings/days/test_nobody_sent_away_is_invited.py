"""Messages that leave by themselves ask nobody to come whom the door would send away."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot.messages import render
from gym.app import Gym
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.notifications.models import Notification
from gym.notifications.models import NotificationKind as Kind
from gym.security.permissions import Actor
from gym.settings.schemas import GymSettings
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from tests.support.memberships import DeskClerk, told
from tests.support.messages.samples import complete

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
INVITING: Final = ("come", "visit", "miss you", "see you", "esper", "ven ", "venir", "extrañ")


BEFORE: Final = 8 * DAY
"""Nothing is told of a plan's end earlier; each day of jobs is a fifth of a second of processor."""


async def days_pass(gym: Gym, clock: FrozenClock, count: int) -> None:
    for _ in range(count):
        clock.advance(DAY)
        await run_due(gym.run)


async def test_who_is_blocked_is_not_told_that_we_miss_them(
    gym: Gym, admin: Actor, desk: DeskClerk, clock: FrozenClock
) -> None:
    """Three and ten days after the end, unless the block lasts so long: for two days, four and thirty."""
    plan, ends_on, blocked = await desk.plan(), TODAY, dict[UUID, int]()
    for number, blocked_for in enumerate((2, 4, 30)):
        member = await desk.client(f"Member {number}", telegram_id=77 + number)
        sold = await desk.sell(member, plan)
        await desk.pay(sold)
        ends_on = sold.ends_on
        async with gym.unit_of_work(admin) as uow:
            await ClientService(uow).block(member.id, ends_on + blocked_for * DAY, "shouted at the desk")
        blocked[member.id] = blocked_for
    clock.advance(ends_on - TODAY - BEFORE)
    await days_pass(gym, clock, BEFORE.days + 12)
    async with gym.unit_of_work(Actor.system()) as uow:
        query = select(Notification.recipient_id).where(Notification.kind == Kind.ENDED)
        missed_aloud = Counter(blocked[key] for key in await uow.session.scalars(query) if key)
    assert missed_aloud == {2: 2, 4: 1}


async def test_who_was_deactivated_hears_neither_of_a_start_nor_of_an_end_and_the_desk_does(
    gym: Gym, admin: Actor, desk: DeskClerk, paid: Subscription, rosa: Client, clock: FrozenClock
) -> None:
    renewed = await desk.renew(rosa)
    async with gym.unit_of_work(admin) as uow:
        await ClientService(uow).deactivate(rosa.id)
    clock.advance(paid.ends_on - TODAY - BEFORE)
    await days_pass(gym, clock, BEFORE.days + 12)
    clock.advance(renewed.ends_on - paid.ends_on - 12 * DAY - BEFORE)
    await days_pass(gym, clock, BEFORE.days + 2)
    for kind in (Kind.SUBSCRIPTION_ACTIVATED, Kind.SUBSCRIPTION_EXPIRED, Kind.ENDS_SOON, Kind.ENDED):
        assert await told(gym, kind) == [], kind
    assert len(await told(gym, Kind.DESK_ACTIVATED)) == 1
    assert len(await told(gym, Kind.DESK_EXPIRED)) == 2


async def test_a_freeze_that_ends_before_a_closing_names_the_day_on_which_the_plan_runs_again(
    gym: Gym, admin: Actor, paid: Subscription, clock: FrozenClock
) -> None:
    async with gym.unit_of_work(admin) as uow:
        freezes = FreezeService(uow)
        await freezes.close_gym(TODAY + 6 * DAY, TODAY + 7 * DAY, "painting", key=uuid4())
        await freezes.freeze(paid.id, TODAY + DAY, TODAY + 5 * DAY, "travels")
    await days_pass(gym, clock, 5)
    [payload] = await told(gym, Kind.FREEZE_ENDS)
    assert (payload["frozen_until"], payload["back_on"]) == (TODAY + 5 * DAY, TODAY + 8 * DAY)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("late", [0, 1, 2])
def test_the_end_of_a_freeze_or_closing_is_told_without_asking_anybody_to_come(
    gym: Gym, language: str, late: int
) -> None:
    """The same words reach those who owe for the plan or are blocked."""
    now = gym.clock.now() + late * DAY
    for kind in (Kind.FREEZE_ENDS, Kind.FREEZE_ENDED, Kind.GYM_OPENED):
        facts = {"plan_name": "Monthly", "back_on": TODAY + DAY, "planned": False}
        payload = complete(kind, facts).values()
        said = render(kind, payload, GymSettings(), language, now).text.casefold()
        assert not [word for word in INVITING if word in said], said
