"""Rewards are earned at the visit that reaches them, once, and go when it is undone."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import event

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind as Kind
from gym.plans.models import DurationUnit
from gym.rewards.models import RewardKind
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from tests.attendance.conftest import Door, change
from tests.rewards.conftest import DAY, TWENTY, come, more_settings, rewards
from tests.support.memberships import DeskClerk, told

Code = VerdictCode


async def undo(gym: Gym, check_in: UUID) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await AttendanceService(uow).undo(check_in)


async def test_the_twentieth_visit_of_a_month_earns_twenty_percent_for_seven_days(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    verdicts = await come(door, rosa, clock, 22)
    [reward] = await rewards(gym)
    assert (reward.kind, reward.threshold, reward.percent) == (RewardKind.VISITS, 20, TWENTY)
    assert (reward.client_id, reward.subscription_id) == (rosa.id, paid.id)
    assert (reward.granted_on, reward.expires_on) == (date(2026, 8, 22), date(2026, 8, 28))
    assert [one.loyalty.to_go for one in verdicts[:2]] == [19, 18]
    assert [one.loyalty.earned for one in verdicts[18:]] == [False, True, False, False]
    assert [one.loyalty.percent for one in verdicts[18:]] == [None, TWENTY, TWENTY, TWENTY]


async def test_client_and_desk_hear_of_it_once(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> None:
    await come(door, rosa, clock, 5)
    [client] = await told(gym, Kind.REWARD_EARNED)
    [desk] = await told(gym, Kind.DESK_REWARD_EARNED)
    assert client == desk
    assert (client["client_name"], client["percent"], client["threshold"]) == ("Rosa Vargas", TWENTY, 3)
    assert (client["kind"], client["expires_on"]) == ("visits", date(2026, 8, 11))


@pytest.mark.parametrize(
    ("unit", "count", "earns"),
    [
        (DurationUnit.MONTH, 3, True),
        (DurationUnit.YEAR, 1, False),
        (DurationUnit.WEEK, 4, False),
        (DurationUnit.DAY, 30, False),
    ],
)
async def test_only_plans_counted_in_months_earn(
    gym: Gym,
    door: Door,
    desk: DeskClerk,
    rosa: Client,
    clock: FrozenClock,
    three_visits: None,
    unit: DurationUnit,
    count: int,
    earns: bool,
) -> None:
    await desk.sell(rosa, await desk.plan(Decimal(0), unit, count))
    verdicts = await come(door, rosa, clock, 3)
    assert len(await rewards(gym)) == int(earns)
    assert verdicts[0].loyalty.to_go == (2 if earns else None)


async def test_visits_of_two_periods_do_not_add_up(
    gym: Gym,
    door: Door,
    desk: DeskClerk,
    rosa: Client,
    paid: Subscription,
    clock: FrozenClock,
    three_visits: None,
) -> None:
    await come(door, rosa, clock, 2)
    await desk.pay(await desk.renew(rosa))
    clock.advance(31 * DAY)
    await come(door, rosa, clock, 2)
    assert await rewards(gym) == []
    clock.advance(DAY)
    await door.by_staff(rosa)
    [reward] = await rewards(gym)
    assert reward.subscription_id != paid.id


async def test_entering_again_does_not_count_towards_it(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, three_visits: None
) -> None:
    for _ in range(5):
        await door.by_staff(rosa)
    assert await rewards(gym) == []


async def test_a_visit_against_the_verdict_counts_towards_it(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, clock: FrozenClock, three_visits: None
) -> None:
    await desk.sell(rosa, await desk.plan())
    for number in range(3):
        denied = await door.by_staff(rosa)
        async with gym.unit_of_work(door.actor) as uow:
            verdict = await AttendanceService(uow).admit_anyway(denied.id, "pays on Friday")
        assert verdict.loyalty.earned == (number == 2)
        clock.advance(DAY)
    assert len(await rewards(gym)) == 1


async def test_a_lower_rule_reaches_who_has_more_visits_already_and_a_changed_one_earns_no_second(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await come(door, rosa, clock, 4)
    await more_settings(gym, reward_visits=3)
    clock.advance(DAY)
    assert (await door.by_staff(rosa)).loyalty.earned
    await more_settings(gym, reward_visits=6)
    clock.advance(DAY)
    assert not (await door.by_staff(rosa)).loyalty.earned
    assert [reward.threshold for reward in await rewards(gym)] == [3]


@pytest.mark.parametrize("off", [{"reward_visits": 0}, {"reward_visits": 2, "reward_percent": "0"}])
async def test_without_a_rule_nothing_is_earned(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, off: dict[str, object]
) -> None:
    await more_settings(gym, **off)
    verdicts = await come(door, rosa, clock, 3)
    assert await rewards(gym) == []
    assert verdicts[0].loyalty.to_go is None


async def test_an_undone_visit_takes_the_unspent_reward_and_the_next_one_earns_it_again(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> None:
    last = (await come(door, rosa, clock, 3))[-1]
    await undo(gym, last.id)
    [reward] = await rewards(gym)
    assert reward.revoked_at == clock.now()
    again = await door.by_staff(rosa)
    [same] = await rewards(gym)
    assert (same.id, same.revoked_at, again.loyalty.earned) == (reward.id, None, True)
    assert len(await told(gym, Kind.REWARD_EARNED)) == 1


async def test_of_two_visits_beyond_the_threshold_undoing_one_leaves_the_reward(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> None:
    """An offline queue is replayed within minutes, so visits of several days can be undone."""
    start = clock.now()
    clock.advance(2 * DAY + timedelta(hours=1))
    replayed = [await kiosk.by_qr(rosa, at=start + number * DAY) for number in range(3)]
    assert [one.visit_number for one in replayed] == [1, 2, 3]
    await undo(gym, replayed[0].id)
    [reward] = await rewards(gym)
    assert reward.revoked_at is not None
    clock.advance(DAY)
    await kiosk.by_qr(rosa)
    clock.advance(DAY)
    extra = await kiosk.by_qr(rosa)
    await undo(gym, extra.id)
    assert (await rewards(gym))[0].revoked_at is None


@pytest.mark.parametrize("doors", [8, 32])
async def test_parallel_check_ins_grant_once(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None, doors: int
) -> None:
    await more_settings(gym, milestones=[3], milestone_percent="5")
    await come(door, rosa, clock, 2)
    clock.advance(DAY)
    await gym.database.warm(doors)
    verdicts = await asyncio.gather(*(door.by_staff(rosa) for _ in range(doors)))
    assert sum(one.loyalty.earned for one in verdicts) == 1
    assert sorted(reward.kind for reward in await rewards(gym)) == ["milestone", "visits"]
    assert len(await told(gym, Kind.REWARD_EARNED)) == len(await told(gym, Kind.MILESTONE)) == 1


async def test_days_that_are_replayed_at_once_miss_no_milestone(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> None:
    """Each door reads the count before the others have written; the number under the lock makes it right."""
    await more_settings(gym, milestones=[2, 3], milestone_percent="5")
    start = clock.now()
    clock.advance(2 * DAY + timedelta(hours=1))
    await gym.database.warm(16)
    moments = [start, start + DAY, start + 2 * DAY] * 5
    await asyncio.gather(*(kiosk.by_qr(rosa, at=at) for at in moments))
    found = [(reward.kind, reward.threshold) for reward in await rewards(gym)]
    assert sorted(found) == [("milestone", 2), ("milestone", 3), ("visits", 3)]


async def test_milestones_count_all_visits_of_a_client_and_congratulate_only_once(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await more_settings(gym, milestones=[4])
    await come(door, rosa, clock, 2)
    await desk.pay(await desk.renew(rosa))
    clock.advance(31 * DAY)
    verdicts = await come(door, rosa, clock, 3)
    assert [one.loyalty.milestone for one in verdicts] == [None, 4, None]
    [message] = await told(gym, Kind.MILESTONE)
    assert (message["threshold"], message["percent"]) == (4, Decimal(0))
    assert await told(gym, Kind.DESK_REWARD_EARNED) == []
    assert verdicts[1].loyalty.percent is None, "congratulations only"


async def test_a_milestone_with_a_percentage_is_a_reward_and_goes_with_its_visit(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await more_settings(gym, milestones=[2], milestone_percent="15")
    last = (await come(door, rosa, clock, 2))[-1]
    assert (last.loyalty.percent, last.loyalty.milestone) == (Decimal(15), 2)
    assert len(await told(gym, Kind.DESK_REWARD_EARNED)) == 1
    await undo(gym, last.id)
    [reward] = await rewards(gym)
    assert reward.revoked_at is not None
    assert (await door.by_staff(rosa)).loyalty.milestone == 2


async def test_the_door_asks_the_database_no_more_than_before(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> None:
    """Only the visit that earns costs statements of its own."""

    async def statements() -> int:
        count = 0

        def counting(*_: object) -> None:
            nonlocal count
            count += 1

        engine = gym.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", counting)
        await door.by_staff(rosa)
        event.remove(engine, "before_cursor_execute", counting)
        clock.advance(DAY)
        return count

    usual, second, earning, after = [await statements() for _ in range(4)]
    assert second == after == usual
    assert earning > usual


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(4, 30, date(2026, 8, 4)), (5, 30, date(2026, 8, 5))], ids=["23:30", "00:30"]
)
async def test_the_window_begins_on_the_gyms_own_day(
    gym: Gym,
    door: Door,
    rosa: Client,
    paid: Subscription,
    clock: FrozenClock,
    hour: int,
    minute: int,
    day: date,
) -> None:
    """23:30 and 00:30 in Bogota are 04:30 and 05:30 UTC of the same day."""
    await more_settings(gym, reward_visits=1)
    clock.at = datetime(2026, 8, 5, hour, minute, tzinfo=clock.at.tzinfo)
    await door.by_staff(rosa)
    [reward] = await rewards(gym)
    assert (reward.granted_on, reward.expires_on) == (day, day + 6 * DAY)


async def test_a_late_replay_gives_the_whole_window(
    gym: Gym, kiosk: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await more_settings(gym, reward_visits=1)
    seen = clock.now()
    clock.advance(2 * DAY)
    await kiosk.by_qr(rosa, at=seen)
    [reward] = await rewards(gym)
    assert (reward.granted_on, reward.expires_on) == (date(2026, 8, 5), date(2026, 8, 11))


async def test_an_expired_member_is_told_of_the_reward_that_waits(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock
) -> None:
    await more_settings(gym, reward_visits=1)
    clock.at += 30 * DAY
    await door.by_staff(rosa)
    clock.advance(3 * DAY)
    verdict = await door.by_staff(rosa)
    assert (verdict.code, verdict.loyalty.percent) == (Code.EXPIRED, TWENTY)
    clock.advance(5 * DAY)
    assert (await door.by_staff(rosa)).loyalty.percent is None


async def test_birthday_and_reward_stand_in_one_verdict(
    gym: Gym, door: Door, rosa: Client, paid: Subscription
) -> None:
    await more_settings(gym, reward_visits=1)
    await change(gym, rosa, birth_date=date(1990, 8, 3))
    verdict = await door.by_staff(rosa)
    assert (verdict.birthday, verdict.loyalty.earned) == (True, True)
