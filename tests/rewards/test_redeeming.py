"""A reward lowers the price of its own client's next subscription, once, while it lasts."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.errors import GymError
from gym.jobs.runner import run_due
from gym.notifications.models import Notification
from gym.notifications.models import NotificationKind as Kind
from gym.rewards.errors import NotYourReward, RewardExpired, RewardGone, RewardNotFound
from gym.rewards.models import Reward
from gym.rewards.redeeming import PricedSubscription, RewardRedemption
from gym.rewards.rules import RewardState, state_on
from gym.rewards.service import RewardService
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.attendance.conftest import Door
from tests.rewards.conftest import DAY, TWENTY, come, more_settings, rewards
from tests.rewards.test_granting import undo
from tests.support.memberships import DeskClerk, told

EARNED_ON = date(2026, 8, 5)
LAST_DAY = date(2026, 8, 11)


@pytest.fixture
async def reward(
    gym: Gym, door: Door, rosa: Client, paid: Subscription, clock: FrozenClock, three_visits: None
) -> Reward:
    """Rosa's twenty percent, earned on 5 August and good until the 11th."""
    await come(door, rosa, clock, 3)
    [earned] = await rewards(gym)
    assert (earned.granted_on, earned.expires_on) == (EARNED_ON, LAST_DAY)
    return earned


async def renew_with(
    desk: DeskClerk, client: Client, reward_id: UUID, seen: str | None = None, key: UUID | None = None
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).renew(client.id, reward_id=reward_id, seen=seen, key=key)


async def test_the_next_period_costs_a_fifth_less_and_the_reward_is_spent_with_the_price(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    renewed = await renew_with(desk, rosa, reward.id)
    assert (renewed.base_price, renewed.discount, renewed.final_price) == (
        Decimal(150000),
        Decimal(30000),
        Decimal(120000),
    )
    assert renewed.account.balance == Decimal(120000)
    [spent] = await rewards(gym)
    assert (spent.redeemed_by, spent.revoked_at) == (renewed.id, None)
    assert state_on(spent, LAST_DAY + DAY) is RewardState.REDEEMED
    [message] = await told(gym, Kind.DESK_REWARD_APPLIED)
    assert (message["client_name"], message["percent"], message["final_price"]) == (
        "Rosa Vargas",
        TWENTY,
        Decimal(120000),
    )


async def test_a_sale_that_fails_leaves_the_reward(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    with pytest.raises(JustChanged):
        await renew_with(desk, rosa, reward.id, seen="another price")
    assert (await rewards(gym))[0].redeemed_at is None
    assert (await renew_with(desk, rosa, reward.id)).discount == Decimal(30000)


async def test_the_same_key_spends_it_once_and_gives_the_same_subscription(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    key = uuid4()
    first = await renew_with(desk, rosa, reward.id, key=key)
    again = await renew_with(desk, rosa, reward.id, key=key)
    assert again.id == first.id


async def test_somebody_elses_reward_changes_no_price(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    eva = await desk.client("Eva")
    hers = await desk.sell(eva, await desk.plan())
    with pytest.raises(NotYourReward):
        await renew_with(desk, eva, reward.id)
    async with gym.unit_of_work(desk.actor) as uow:
        whole = await SubscriptionService(uow).get(hers.id)
        with pytest.raises(NotYourReward):
            await RewardRedemption(uow).redeem(reward.id, rosa.id, cast("PricedSubscription", whole))
        with pytest.raises(RewardNotFound):
            await RewardRedemption(uow).usable(uuid4(), rosa.id)
    assert (await rewards(gym))[0].redeemed_at is None
    assert (await desk.see(hers)).final_price == Decimal(150000)


async def test_a_spent_and_a_taken_back_reward_are_gone(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    last = (await door.attempts())[-1]
    await undo(gym, last.id)
    with pytest.raises(RewardGone):
        await renew_with(desk, rosa, reward.id)
    await door.by_staff(rosa)
    await renew_with(desk, rosa, reward.id)
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(RewardGone):
            await RewardRedemption(uow).usable(reward.id, rosa.id)
        assert list(await RewardRedemption(uow).waiting(rosa.id)) == []


async def test_undoing_the_visit_leaves_a_spent_reward_spent(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    await renew_with(desk, rosa, reward.id)
    await undo(gym, (await door.attempts())[-1].id)
    [spent] = await rewards(gym)
    assert (spent.revoked_at, spent.redeemed_at is None) == (None, False)
    await door.by_staff(rosa)
    assert len(await rewards(gym)) == 1


@pytest.mark.parametrize(
    ("moment", "good"),
    [
        (datetime(2026, 8, 12, 4, 30, tzinfo=UTC), True),
        (datetime(2026, 8, 12, 5, 30, tzinfo=UTC), False),
    ],
    ids=["23:30 of the last gym day", "00:30 of the next one"],
)
async def test_it_is_good_for_seven_gym_days_and_expires_without_a_job(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward, clock: FrozenClock, moment: datetime, good: bool
) -> None:
    clock.at = moment
    async with gym.unit_of_work(desk.actor) as uow:
        assert len(await RewardRedemption(uow).waiting(rosa.id)) == int(good)
    if good:
        assert (await renew_with(desk, rosa, reward.id)).discount == Decimal(30000)
        return
    with pytest.raises(RewardExpired) as refused:
        await renew_with(desk, rosa, reward.id)
    assert refused.value.expires_on == LAST_DAY


@pytest.mark.parametrize(
    ("earned", "last", "over"),
    [
        (
            datetime(2026, 3, 23, 9, 0, tzinfo=UTC),
            datetime(2026, 3, 29, 21, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 22, 30, tzinfo=UTC),
        ),
        (
            datetime(2026, 10, 19, 9, 0, tzinfo=UTC),
            datetime(2026, 10, 25, 22, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 23, 30, tzinfo=UTC),
        ),
    ],
    ids=["the day of 23 hours", "the day of 25 hours"],
)
async def test_the_last_day_may_be_longer_or_shorter_by_an_hour(
    gym: Gym,
    door: Door,
    desk: DeskClerk,
    rosa: Client,
    clock: FrozenClock,
    earned: datetime,
    last: datetime,
    over: datetime,
) -> None:
    """In Madrid the clocks change on the seventh day; it ends at midnight there."""
    await more_settings(gym, timezone="Europe/Madrid", reward_visits=1)
    clock.at = earned
    await desk.sell(rosa, await desk.plan(Decimal(0)))
    await door.by_staff(rosa)
    [reward] = await rewards(gym)
    assert (reward.expires_on - reward.granted_on).days == 6
    clock.at = last
    async with gym.unit_of_work(desk.actor) as uow:
        assert (await RewardRedemption(uow).usable(reward.id, rosa.id)).id == reward.id
    clock.at = over
    async with gym.unit_of_work(desk.actor) as uow:
        with pytest.raises(RewardExpired):
            await RewardRedemption(uow).usable(reward.id, rosa.id)


async def test_of_thirty_two_parallel_renewals_one_spends_it(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    await gym.database.warm(32)

    async def attempt() -> Subscription | GymError:
        try:
            return await renew_with(desk, rosa, reward.id)
        except GymError as refused:
            return refused

    done = await asyncio.gather(*(attempt() for _ in range(32)))
    sold = [one for one in done if isinstance(one, Subscription)]
    assert len(sold) == 1
    assert (await rewards(gym))[0].redeemed_by == sold[0].id


async def test_redeeming_and_undoing_at_once_leaves_one_truth(
    gym: Gym, door: Door, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    visit = (await door.attempts())[-1]
    await gym.database.warm(2)

    async def redeem() -> bool:
        try:
            await renew_with(desk, rosa, reward.id)
        except GymError:
            return False
        return True

    spent, _ = await asyncio.gather(redeem(), undo(gym, visit.id))
    [row] = await rewards(gym)
    assert (row.redeemed_at is not None, row.revoked_at is not None) == (spent, not spent)


async def test_a_client_sees_their_own_rewards_and_nobody_elses(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward
) -> None:
    async with gym.unit_of_work(Actor.member(rosa.id, "Rosa")) as uow:
        page = await RewardService(uow).of_client(rosa.id)
        assert [one.id for one in page.items] == [reward.id]
    async with gym.unit_of_work(Actor.member(uuid4(), "Eva")) as uow:
        with pytest.raises(NotAllowed):
            await RewardService(uow).of_client(rosa.id)
        with pytest.raises(NotAllowed):
            await RewardService(uow).waiting(rosa.id)


async def test_the_client_is_reminded_once_two_days_before_and_after_the_quiet_hours(
    gym: Gym, rosa: Client, reward: Reward, clock: FrozenClock
) -> None:
    async def due(leaves_at: datetime) -> int:
        async with gym.unit_of_work(Actor.system()) as uow:
            return await RewardService(uow).remind_due(leaves_at)

    clock.advance(3 * DAY)
    assert await due(clock.now()) == 0
    clock.advance(DAY)
    later = clock.now() + timedelta(hours=3)
    assert [await due(later), await due(later)] == [1, 1]
    clock.advance(DAY)
    await due(clock.now())
    [message] = await told(gym, Kind.REWARD_EXPIRES)
    assert (message["expires_on"], message["client_name"]) == (LAST_DAY, "Rosa Vargas")
    clock.advance(2 * DAY)
    assert await due(clock.now()) == 0


async def test_the_nightly_run_writes_the_reminder_for_the_morning(
    gym: Gym, rosa: Client, reward: Reward, clock: FrozenClock
) -> None:
    clock.at = datetime(2026, 8, 10, 3, 0, tzinfo=UTC)
    assert (await run_due(gym.run)).done["rewards"] == 1
    async with gym.unit_of_work(Actor.system()) as uow:
        waiting = select(Notification.due_at).where(Notification.kind == Kind.REWARD_EXPIRES)
        assert await uow.session.scalar(waiting) == datetime(2026, 8, 10, 13, 0, tzinfo=UTC)


async def test_a_spent_reward_is_not_reminded_of(
    gym: Gym, desk: DeskClerk, rosa: Client, reward: Reward, clock: FrozenClock
) -> None:
    await renew_with(desk, rosa, reward.id)
    clock.advance(4 * DAY)
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await RewardService(uow).remind_due(uow.now) == 0


async def test_only_the_jobs_write_the_reminders(gym: Gym, rosa: Client, employee: Actor) -> None:
    for actor in (employee, Actor.member(rosa.id, "Rosa")):
        async with gym.unit_of_work(actor) as uow:
            with pytest.raises(NotAllowed):
                await RewardService(uow).remind_due(uow.now)
