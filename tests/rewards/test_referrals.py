"""Whoever brings a friend is rewarded when the friend's first period is paid, once."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.notifications.models import NotificationKind as Kind
from gym.payments.models import Method
from gym.rewards.models import RewardKind
from gym.security.permissions import Actor
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.attendance.conftest import change
from tests.rewards.conftest import DAY, more_settings, rewards
from tests.support.memberships import DeskClerk, told


@pytest.fixture
async def eva(gym: Gym, desk: DeskClerk, rosa: Client) -> Client:
    """Rosa's friend, in a gym that gives fifteen percent for a friend."""
    await more_settings(gym, referral_percent="15")
    friend = await desk.client("Eva")
    await change(gym, friend, referred_by=rosa.id)
    return friend


async def test_the_first_paid_period_rewards_the_one_who_brought_the_friend(
    gym: Gym, desk: DeskClerk, rosa: Client, eva: Client
) -> None:
    sold = await desk.sell(eva, await desk.plan())
    await desk.pay(sold, Decimal(100000))
    assert await rewards(gym) == []
    await desk.pay(sold, Decimal(50000))
    [reward] = await rewards(gym)
    assert (reward.kind, reward.client_id, reward.friend_id) == (RewardKind.REFERRAL, rosa.id, eva.id)
    assert (reward.percent, reward.subscription_id) == (Decimal(15), sold.id)
    [message] = await told(gym, Kind.REWARD_EARNED)
    assert (message["friend_name"], message["client_name"]) == ("Eva", "Rosa Vargas")
    assert len(await told(gym, Kind.DESK_REWARD_EARNED)) == 1


async def test_a_free_trial_is_no_paid_period_and_a_second_period_earns_nothing_more(
    gym: Gym, desk: DeskClerk, eva: Client, clock: FrozenClock
) -> None:
    await desk.sell(eva, await desk.plan(Decimal(0)))
    assert await rewards(gym) == []
    paid = await desk.plan(name="Paid")
    await desk.pay(await desk.renew(eva, paid))
    assert len(await rewards(gym)) == 1
    clock.advance(31 * DAY)
    await desk.pay(await desk.renew(eva))
    assert len(await rewards(gym)) == 1


async def test_a_friend_who_had_paid_before_they_were_named_earns_nothing(
    gym: Gym, desk: DeskClerk, rosa: Client, clock: FrozenClock
) -> None:
    await more_settings(gym, referral_percent="15")
    friend = await desk.client("Eva")
    await desk.pay(await desk.sell(friend, await desk.plan()))
    await change(gym, friend, referred_by=rosa.id)
    clock.advance(DAY)
    await desk.pay(await desk.renew(friend))
    assert await rewards(gym) == []


async def test_a_voided_payment_takes_the_reward_until_it_is_paid_again(
    gym: Gym, desk: DeskClerk, eva: Client
) -> None:
    sold = await desk.sell(eva, await desk.plan())
    receipt = await desk.pay(sold)
    await desk.void(receipt.entry_id)
    assert (await rewards(gym))[0].revoked_at is not None
    await desk.pay(sold)
    [reward] = await rewards(gym)
    assert reward.revoked_at is None


async def test_without_a_percentage_or_an_active_member_nobody_is_rewarded(
    gym: Gym, desk: DeskClerk, rosa: Client, eva: Client
) -> None:
    await change(gym, rosa, active=False)
    await desk.pay(await desk.sell(eva, await desk.plan()))
    await change(gym, rosa, active=True)
    await more_settings(gym, referral_percent="0")
    other = await desk.client("Lia")
    await change(gym, other, referred_by=rosa.id)
    await desk.pay(await desk.sell(other, await desk.plan()))
    assert await rewards(gym) == []


async def test_two_periods_paid_at_once_earn_once(gym: Gym, desk: DeskClerk, eva: Client) -> None:
    first = await desk.sell(eva, await desk.plan())
    second = await desk.renew(eva)
    await gym.database.warm(2)
    await asyncio.gather(desk.pay(first), desk.pay(second))
    assert len(await rewards(gym)) == 1


async def test_goodwill_after_a_voided_payment_is_no_paid_period(
    gym: Gym, admin: Actor, desk: DeskClerk, eva: Client
) -> None:
    sold = await desk.sell(eva, await desk.plan())
    receipt = await desk.pay(sold, Decimal(1000))
    await desk.void(receipt.entry_id)
    async with gym.unit_of_work(admin) as uow:
        await SubscriptionService(uow).credit(sold.id, Decimal(150000), "a gift")
    assert await rewards(gym) == []


async def refunded(desk: DeskClerk, sold: Subscription) -> None:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).refund(sold.id, sold.final_price, Method.CASH, "was ill")


async def test_a_refund_takes_the_reward_until_the_money_comes_in_again(
    gym: Gym, admin: Actor, eva: Client
) -> None:
    boss = DeskClerk(gym, admin)
    sold = await boss.sell(eva, await boss.plan())
    await boss.pay(sold)
    await refunded(boss, sold)
    assert (await rewards(gym))[0].revoked_at is not None
    async with gym.unit_of_work(admin) as uow:
        await SubscriptionService(uow).take_back(sold.id, Method.CASH, "it was a mistake")
    [reward] = await rewards(gym)
    assert reward.revoked_at is None


async def test_a_period_whose_money_was_all_given_back_is_not_the_first_paid_one(
    gym: Gym, admin: Actor, eva: Client, clock: FrozenClock
) -> None:
    boss = DeskClerk(gym, admin)
    first = await boss.sell(eva, await boss.plan())
    await boss.pay(first)
    await refunded(boss, first)
    clock.advance(40 * DAY)
    second = await boss.renew(eva)
    await boss.pay(second)
    [reward] = [one for one in await rewards(gym) if one.revoked_at is None]
    assert reward.subscription_id == second.id
