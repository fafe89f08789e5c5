"""An approved discount: spent once, for exactly the sale it was approved for."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.approvals.errors import AlreadyUsed, ApprovalExpired, NotApproved, PriceChangedSince
from gym.approvals.models import Approval
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.core.errors import GymError
from gym.plans.models import Plan, PlanPrice
from gym.security.permissions import Actor
from gym.subscriptions.discounts import Discount, DiscountTooLarge
from gym.subscriptions.errors import JustChanged, PeriodTaken
from gym.subscriptions.models import Subscription
from tests.approvals.conftest import HALF, Voice
from tests.support.memberships import PRICE, DeskClerk

TODAY = date(2026, 8, 3)
RIVALS = 32


@pytest.fixture
async def approved(bruno: Voice, ana: Voice, rosa: Client, monthly: Plan) -> Approval:
    """Half the price off a sale."""
    return await ana.does("approve", (await bruno.asks_half(rosa, monthly)).id)


async def sold_rows(gym: Gym) -> list[Subscription]:
    async with gym.unit_of_work(Actor.system()) as uow:
        return list(await uow.session.scalars(select(Subscription).order_by(Subscription.id)))


async def used_at(gym: Gym, approval: Approval) -> object:
    async with gym.unit_of_work(Actor.system()) as uow:
        return await uow.session.scalar(select(Approval.used_at).where(Approval.id == approval.id))


async def test_the_employee_sells_at_the_approved_price(
    gym: Gym, bruno: Voice, rosa: Client, monthly: Plan, approved: Approval
) -> None:
    quote = await bruno.does("quote", approved.id)
    assert (quote.final_price, quote.client.id, quote.plan.id) == (PRICE / 2, rosa.id, monthly.id)
    sold = await bruno.does("sell", approved.id, seen=quote.mark)
    assert (sold.client_id, sold.final_price, sold.discount) == (rosa.id, PRICE / 2, PRICE / 2)
    assert await used_at(gym, approved) is not None


async def test_without_the_approval_the_limit_stands(
    desk: DeskClerk, rosa: Client, monthly: Plan, approved: Approval
) -> None:
    with pytest.raises(DiscountTooLarge):
        await desk.sell(rosa, monthly, discount=HALF)


async def test_an_approved_renewal_follows_what_was_on_the_screen(
    bruno: Voice, ana: Voice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    first = await desk.sell(rosa, monthly)
    asked = await bruno.asks_half(rosa, monthly, renews=True)
    await ana.does("approve", asked.id)
    sold = await bruno.does("sell", asked.id)
    assert (sold.renews_id, sold.starts_on) == (first.id, first.ends_on + timedelta(days=1))
    assert sold.final_price == PRICE / 2


async def test_another_renewal_in_between_is_not_sold_over(
    bruno: Voice, ana: Voice, desk: DeskClerk, rosa: Client, monthly: Plan, gym: Gym, clock: FrozenClock
) -> None:
    await desk.sell(rosa, monthly)
    clock.advance(timedelta(days=40))
    asked = await bruno.asks_half(rosa, monthly, renews=True)
    await ana.does("approve", asked.id)
    await desk.renew(rosa)
    with pytest.raises(JustChanged):
        await bruno.does("sell", asked.id)
    with pytest.raises(JustChanged):
        await bruno.does("quote", asked.id)
    assert await used_at(gym, asked) is None


async def test_thirty_two_sales_spend_it_once(gym: Gym, bruno: Voice, approved: Approval) -> None:
    runs = [bruno.does("sell", approved.id, key=new_id()) for _ in range(RIVALS)]
    results = await asyncio.gather(*runs, return_exceptions=True)
    assert [type(one) for one in results].count(Subscription) == 1
    assert all(isinstance(one, Subscription | AlreadyUsed) for one in results)
    assert len(await sold_rows(gym)) == 1


async def test_a_double_tap_gives_the_same_sale(gym: Gym, bruno: Voice, approved: Approval) -> None:
    key = new_id()
    results = await asyncio.gather(*(bruno.does("sell", approved.id, key=key) for _ in range(8)))
    assert len({one.id for one in results}) == 1
    assert len(await sold_rows(gym)) == 1


async def test_it_is_not_good_for_a_second_sale(
    bruno: Voice, desk: DeskClerk, approved: Approval, clock: FrozenClock
) -> None:
    await bruno.does("sell", approved.id, key=new_id())
    for operation in ("sell", "quote"):
        with pytest.raises(AlreadyUsed):
            await bruno.does(operation, approved.id)


async def test_a_refused_sale_leaves_it_unspent(
    gym: Gym, bruno: Voice, desk: DeskClerk, rosa: Client, monthly: Plan, approved: Approval
) -> None:
    await desk.sell(rosa, monthly)
    with pytest.raises(PeriodTaken):
        await bruno.does("sell", approved.id)
    assert await used_at(gym, approved) is None


async def test_another_price_has_to_be_asked_for_again(gym: Gym, bruno: Voice, approved: Approval) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(PlanPrice).values(amount=Decimal(200000)))
    for operation in ("quote", "sell"):
        with pytest.raises(PriceChangedSince) as refused:
            await bruno.does(operation, approved.id)
        assert (refused.value.approved, refused.value.now) == (PRICE, Decimal(200000))
    assert (await sold_rows(gym), await used_at(gym, approved)) == ([], None)


async def test_another_screen_than_the_one_confirmed_is_not_sold(
    gym: Gym, bruno: Voice, approved: Approval, clock: FrozenClock
) -> None:
    quote = await bruno.does("quote", approved.id)
    clock.advance(timedelta(hours=15))
    with pytest.raises(JustChanged):
        await bruno.does("sell", approved.id, seen=quote.mark)
    assert await used_at(gym, approved) is None


async def test_it_is_good_as_long_again_as_a_request_waits(
    bruno: Voice, ana: Voice, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    asked = await bruno.asks_half(rosa, monthly)
    clock.advance(timedelta(hours=20))
    await ana.does("approve", asked.id)
    clock.advance(timedelta(hours=20))
    assert (await bruno.does("quote", asked.id)).starts_on == TODAY + timedelta(days=2)
    clock.advance(timedelta(hours=4))
    for operation in ("sell", "quote"):
        with pytest.raises(ApprovalExpired):
            await bruno.does(operation, asked.id)


async def test_what_waits_or_was_rejected_sells_nothing(
    gym: Gym, bruno: Voice, ana: Voice, rosa: Client, monthly: Plan
) -> None:
    asked = await bruno.asks_half(rosa, monthly)
    with pytest.raises(NotApproved):
        await bruno.does("sell", asked.id)
    await ana.does("reject", asked.id)
    for operation in ("sell", "quote"):
        with pytest.raises(NotApproved):
            await bruno.does(operation, asked.id)
    assert await sold_rows(gym) == []


async def test_an_approved_void_is_no_discount(
    bruno: Voice, ana: Voice, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    asked = await bruno.does("ask_void", receipt.entry_id, "wrong person")
    await ana.does("approve", asked.id)
    for operation in ("sell", "quote"):
        with pytest.raises(GymError):
            await bruno.does(operation, asked.id)


async def test_an_amount_and_a_later_day_are_kept(
    bruno: Voice, ana: Voice, rosa: Client, monthly: Plan
) -> None:
    off, day = Discount(Decimal(40000)), TODAY + timedelta(days=10)
    asked = await bruno.does(
        "ask_discount", rosa.id, monthly.id, off, starts_on=day, renews=False, reason="an old debt of ours"
    )
    await ana.does("approve", asked.id)
    sold = await bruno.does("sell", asked.id)
    assert (sold.starts_on, sold.final_price) == (day, PRICE - 40000)
