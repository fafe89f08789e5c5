"""A freeze of more days than the plan has left is asked for by the desk and granted by an admin, once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import update

from gym.app import Gym
from gym.approvals.errors import AlreadyAsked, AlreadyDecided, ApprovalNotNeeded, FreezeDaysOver
from gym.approvals.models import ApprovalKind, ApprovalState
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind as Kind
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.staff.errors import OwnMembershipRefused
from gym.staff.models import Staff
from gym.subscriptions.freezes.errors import AlreadyFrozen, DebtFirst, VisitedToday
from gym.subscriptions.models import Subscription
from tests.approvals.conftest import Voice
from tests.attendance.conftest import Door
from tests.support.memberships import DeskClerk, told

TODAY: Final = date(2026, 8, 3)
DAY: Final = timedelta(days=1)
LEFT: Final = 5


@pytest.fixture
async def rosa(desk: DeskClerk) -> Client:
    return await desk.client("Rosa", telegram_id=77)


@pytest.fixture
async def one(gym: Gym, admin: Actor, desk: DeskClerk, rosa: Client) -> Subscription:
    """A paid month with five frozen days."""
    monthly = await DeskClerk(gym, admin).plan()
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).where(Plan.id == monthly.id).values(freeze_days=LEFT))
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    return sold


async def ask(
    voice: Voice, one: Subscription, days: int | None = 30, first: date = TODAY, **more: Any
) -> Any:
    last = None if days is None else first + (days - 1) * DAY
    return await voice.does("ask_long_freeze", one.id, first, last, "a broken leg", **more)


async def test_what_an_admin_grants_moves_the_end_once_and_each_hears_of_it_once(
    gym: Gym, bruno: Voice, ana: Voice, desk: DeskClerk, one: Subscription
) -> None:
    key = new_id()
    asked = await ask(bruno, one, key=key)
    assert (await ask(bruno, one, key=key)).id == asked.id
    assert (asked.kind, asked.state) == (ApprovalKind.LONG_FREEZE, ApprovalState.PENDING)
    [told_admin] = await told(gym, Kind.APPROVAL_ASKED)
    assert (told_admin["kind"], told_admin["days_left"]) == ("long_freeze", LEFT)
    with pytest.raises(AlreadyAsked):
        await ask(bruno, one, 20)
    with pytest.raises(NotAllowed):
        await bruno.does("approve", asked.id)
    assert (await desk.see(one)).ends_on == one.ends_on
    await ana.does("approve", asked.id)
    with pytest.raises(AlreadyDecided):
        await ana.does("approve", asked.id)
    assert (await desk.see(one)).ends_on == one.ends_on + 30 * DAY
    assert len(await told(gym, Kind.APPROVAL_DECIDED)) == 1
    assert len(await told(gym, Kind.FROZEN)) == 1, "the member did not ask, so the freeze itself is told"


async def test_only_what_the_plan_does_not_allow_is_asked_for(
    gym: Gym, bruno: Voice, ana: Voice, desk: DeskClerk, rosa: Client, one: Subscription
) -> None:
    for voice, days in ((bruno, LEFT), (bruno, 1), (ana, 30), (ana, None)):
        with pytest.raises(ApprovalNotNeeded):
            await ask(voice, one, days)
    for voice in (
        Voice(gym, Actor.member(rosa.id, rosa.full_name, "en")),
        Voice(gym, Actor.kiosk(new_id(), "Door")),
    ):
        with pytest.raises(NotAllowed):
            await ask(voice, one)
    await Door(gym, desk.actor).by_staff(rosa)
    with pytest.raises(VisitedToday):
        await ask(bruno, one)
    await ask(bruno, one, None, TODAY + DAY)
    owing = await desk.sell(await desk.client("Eva"), one.plan)
    with pytest.raises(DebtFirst):
        await ask(bruno, owing)


async def test_an_answer_that_comes_late_grants_the_days_that_are_left(
    gym: Gym, bruno: Voice, ana: Voice, desk: DeskClerk, one: Subscription, clock: FrozenClock
) -> None:
    asked = await ask(bruno, one, 10)
    clock.advance(timedelta(hours=23))
    await ana.does("approve", asked.id)
    assert (await desk.see(one)).ends_on == one.ends_on + 9 * DAY
    with pytest.raises(AlreadyFrozen):
        await ask(bruno, one, 30, TODAY + 5 * DAY)
    again = await ask(bruno, one, 6, TODAY + 20 * DAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(
            update(type(again)).where(type(again).id == again.id).values(expires_at=uow.now + 90 * DAY)
        )
    clock.advance(30 * DAY)
    with pytest.raises(FreezeDaysOver):
        await ana.does("approve", again.id)


async def test_nobody_asks_or_grants_it_for_the_own_plan(
    gym: Gym, bruno: Voice, ana: Voice, one: Subscription
) -> None:
    asked = await ask(bruno, one)
    for voice in (bruno, ana):
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(Staff).where(Staff.telegram_id == 77).values(telegram_id=None))
            await uow.session.execute(update(Staff).where(Staff.id == voice.actor.id).values(telegram_id=77))
        with pytest.raises(OwnMembershipRefused):
            await (ask(voice, one) if voice is bruno else voice.does("approve", asked.id))
