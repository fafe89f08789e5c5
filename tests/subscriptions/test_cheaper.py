"""Approved discounts and earned rewards: exactly as much cheaper as was approved or earned."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import Conflict
from gym.plans.models import Plan
from gym.rewards.errors import NotYourReward, RewardExpired, RewardGone
from gym.rewards.models import Reward, RewardKind
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount, DiscountAbovePrice, DiscountTooLarge
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.support.memberships import PRICE, DeskClerk

HALF = Discount.percent(Decimal(50))
NOTHING = Discount(Decimal(0))


async def sell(
    desk: DeskClerk, client: Client, plan: Plan, discount: Discount, granted: Discount | None
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        return await service.sell(client.id, plan.id, discount=discount, granted=granted)


async def renew(
    desk: DeskClerk,
    client: Client,
    *,
    reward_id: UUID | None = None,
    discount: Discount = NOTHING,
    granted: Discount | None = None,
    seen: str | None = None,
    key: UUID | None = None,
) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).renew(
            client.id, discount=discount, granted=granted, reward_id=reward_id, seen=seen, key=key
        )


async def earn(desk: DeskClerk, client: Client, percent: int = 20) -> Reward:
    """A reward, straight into the table."""
    today = desk.gym.clock.now().date()
    row = Reward(
        client_id=client.id,
        kind=RewardKind.MILESTONE,
        threshold=percent,
        percent=Decimal(percent),
        granted_on=today,
        expires_on=today + timedelta(days=6),
        granted_at=desk.gym.clock.now(),
    )
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(row)
    return row


async def spent(desk: DeskClerk, reward: Reward) -> UUID | None:
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        return (await uow.session.get_one(Reward, reward.id)).redeemed_by


@pytest.mark.parametrize("discount", [HALF, NOTHING])
async def test_an_approved_discount_lifts_the_limit(
    desk: DeskClerk, rosa: Client, monthly: Plan, discount: Discount
) -> None:
    sold = await sell(desk, rosa, monthly, discount, HALF)
    assert (sold.discount, sold.final_price) == (PRICE / 2, PRICE / 2)


@pytest.mark.parametrize("wanted", [Discount.percent(Decimal(51)), Discount.percent(Decimal(49))])
async def test_an_approval_is_for_exactly_that_discount(
    desk: DeskClerk, rosa: Client, monthly: Plan, wanted: Discount
) -> None:
    with pytest.raises(DiscountTooLarge):
        await sell(desk, rosa, monthly, wanted, HALF)
    small = await sell(desk, rosa, monthly, Discount.percent(Decimal(10)), HALF)
    assert small.discount == Decimal(15000)


async def test_even_an_approved_discount_is_not_above_the_price(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    with pytest.raises(DiscountAbovePrice):
        await sell(desk, rosa, monthly, NOTHING, Discount(PRICE + 1))


async def test_a_renewal_uses_an_earned_reward(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    first = await desk.sell(rosa, monthly)
    reward = await earn(desk, rosa)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        quote = await SubscriptionService(uow).quote_renewal(rosa.id, reward_id=reward.id)
    assert (quote.discount, quote.final_price) == (Decimal(30000), Decimal(120000))
    sold = await renew(desk, rosa, reward_id=reward.id, seen=quote.mark)
    assert (sold.final_price, sold.account.balance, sold.renews_id) == (120000, 120000, first.id)
    assert await spent(desk, reward) == sold.id


async def test_reward_and_discount_add_up_and_the_limit_is_for_the_discount(
    desk: DeskClerk, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    reward = await earn(desk, rosa, 20)
    with pytest.raises(DiscountTooLarge):
        await renew(desk, rosa, reward_id=reward.id, discount=Discount.percent(Decimal(11)))
    assert await spent(desk, reward) is None
    sold = await renew(desk, rosa, reward_id=reward.id, discount=Discount.percent(Decimal(10)))
    assert sold.discount == Decimal(45000)
    otto = await desk.client("Otto")
    await boss.sell(otto, monthly)
    most = await earn(desk, otto, 60)
    free = await renew(boss, otto, reward_id=most.id, discount=Discount.percent(Decimal(60)))
    assert (free.discount, free.final_price) == (PRICE, 0), "never above the price"


async def test_only_the_own_unspent_reward_in_its_days_lowers_the_price(
    desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    otto = await desk.client("Otto")
    for client in (rosa, otto):
        await desk.sell(client, monthly)
    reward = await earn(desk, rosa)
    with pytest.raises(NotYourReward):
        await renew(desk, otto, reward_id=reward.id)
    late = await earn(desk, otto, 30)
    clock.advance(timedelta(days=7))
    with pytest.raises(RewardExpired):
        await renew(desk, otto, reward_id=late.id)
    again = await earn(desk, rosa, 40)
    sold = await renew(desk, rosa, reward_id=again.id)
    assert await spent(desk, again) == sold.id
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).cancel(sold.id, "by mistake")
    with pytest.raises(RewardGone):
        await renew(desk, rosa, reward_id=again.id)


async def test_another_price_than_was_shown_spends_no_reward(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    reward = await earn(desk, rosa)
    with pytest.raises(JustChanged):
        await renew(desk, rosa, reward_id=reward.id, seen="another")
    assert await spent(desk, reward) is None


async def test_the_same_tap_spends_a_reward_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    reward, key = await earn(desk, rosa), new_id()
    first = await renew(desk, rosa, reward_id=reward.id, key=key)
    assert (await renew(desk, rosa, reward_id=reward.id, key=key)).id == first.id


async def test_thirty_two_renewals_with_one_reward_are_one(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    await desk.sell(rosa, monthly)
    reward = await earn(desk, rosa)
    tries = (renew(desk, rosa, reward_id=reward.id) for _ in range(32))
    results = await asyncio.gather(*tries, return_exceptions=True)
    won = [one for one in results if isinstance(one, Subscription)]
    assert len(won) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 31
    assert await spent(desk, reward) == won[0].id
