"""Sales: which plan may be sold to whom, from when and for how much."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.clients.errors import ClientNotFound
from gym.clients.models import Client
from gym.core.database.ids import new_id
from gym.core.reading.conventions import Conventions
from gym.notifications.models import NotificationKind
from gym.payments.errors import PaymentKeyReused
from gym.payments.models import AccountKind
from gym.payments.service import PaymentService
from gym.plans.errors import PlanNotFound
from gym.plans.models import DurationUnit, Plan, PlanPrice
from gym.security.permissions import Actor, NotAllowed
from gym.subscriptions.discounts import (
    Discount,
    DiscountAbovePrice,
    DiscountInvalid,
    DiscountTooLarge,
    parse_discount,
)
from gym.subscriptions.errors import (
    AlreadyWaiting,
    ClientInactive,
    JustChanged,
    PeriodOver,
    PeriodTaken,
    PlanInactive,
    PlanWithoutPrice,
    StartTooEarly,
    StartTooFar,
    TrialUsed,
)
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.support.lock_waits import until_waiting
from tests.support.memberships import LONG_AGO, PRICE, DeskClerk, told

TODAY = date(2026, 8, 3)


async def change(gym: Gym, row: Client | Plan, **values: object) -> None:
    """Set columns of a row, as another room would."""
    async with gym.unit_of_work(Actor.system()) as uow:
        found = await uow.session.get_one(type(row), row.id)
        for name, value in values.items():
            setattr(found, name, value)


async def test_a_sale_waits_for_its_money(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    assert sold.status is SubscriptionStatus.PENDING_PAYMENT
    assert (sold.starts_on, sold.ends_on, sold.anchor) == (TODAY, date(2026, 9, 2), TODAY)
    assert (sold.base_price, sold.final_price, sold.account.balance) == (PRICE, PRICE, PRICE)
    assert sold.sold_by == desk.actor.id


async def test_client_and_desk_are_told_of_a_sale(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    await desk.sell(rosa, monthly)
    [client] = await told(desk.gym, NotificationKind.SUBSCRIPTION_SOLD)
    [at_desk] = await told(desk.gym, NotificationKind.DESK_SOLD)
    assert client["plan_name"] == "Monthly"
    assert client["balance"] == PRICE
    assert client["ends_on"] == date(2026, 9, 2)
    assert at_desk["client_name"] == "Rosa Vargas"
    assert at_desk["staff_name"] == "Bruno Employee"


async def test_a_free_plan_is_active_at_once(desk: DeskClerk, rosa: Client) -> None:
    free = await desk.plan(Decimal(0))
    assert (await desk.sell(rosa, free)).status is SubscriptionStatus.ACTIVE


async def test_a_discount_of_everything_makes_it_active_at_once(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly, discount=Discount.percent(Decimal(100)))
    assert sold.status is SubscriptionStatus.ACTIVE
    assert (sold.discount, sold.final_price, sold.account.balance) == (PRICE, 0, 0)


async def test_a_sale_for_later_is_scheduled(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly, TODAY + timedelta(days=5))
    assert sold.status is SubscriptionStatus.SCHEDULED
    assert await desk.current(rosa) is None


async def test_the_same_tap_twice_sells_once(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    key = new_id()
    first = await desk.sell(rosa, monthly, key=key)
    assert (await desk.sell(rosa, monthly, key=key)).id == first.id
    assert len(await told(desk.gym, NotificationKind.DESK_SOLD)) == 1


async def test_a_tap_of_one_client_sells_nothing_to_another(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    key = new_id()
    await desk.sell(rosa, monthly, key=key)
    with pytest.raises(PaymentKeyReused):
        await desk.sell(await desk.client("Otto"), monthly, key=key)


async def test_the_database_has_the_last_word_on_overlaps(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """A row that comes past the service, while a sale is on its way, makes the sale say so."""
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        uow.session.add(await past_the_service(uow, rosa, monthly))
        await uow.session.flush()
        sale = asyncio.create_task(desk.sell(rosa, monthly))
        await until_waiting(desk.gym)
    with pytest.raises(JustChanged):
        await sale


async def past_the_service(uow: UnitOfWork, client: Client, plan: Plan) -> Subscription:
    account = await PaymentService(uow).open_account(client.id, AccountKind.SUBSCRIPTION)
    return Subscription(
        client_id=client.id,
        plan_id=plan.id,
        account_id=account.id,
        status=SubscriptionStatus.ACTIVE,
        starts_on=TODAY,
        ends_on=TODAY,
        anchor=TODAY,
        base_price=Decimal(0),
        discount=Decimal(0),
        final_price=Decimal(0),
        sold_at=uow.now,
    )


async def test_a_waiting_one_and_the_latest_are_found(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    first = await desk.sell(rosa, monthly)
    second = await desk.renew(rosa)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        waiting, latest = await service.waiting(rosa.id), await service.latest(rosa.id)
        assert waiting is not None
        assert waiting is latest
        assert waiting.id == second.id
        history = await service.history(rosa.id)
        assert [one.id for one in history.items] == [second.id, first.id]
        assert await service.ending_on(first.ends_on) == []
        assert [one.id for one in await service.ending_on(second.ends_on)] == [second.id]


async def test_the_price_is_the_one_of_the_first_day(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    change_day = TODAY + timedelta(days=10)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        plan = await uow.session.get_one(Plan, monthly.id)
        await uow.session.refresh(plan, ["prices"])
        plan.prices[0].valid_until = change_day
        await uow.session.flush()
        uow.session.add(PlanPrice(plan_id=plan.id, amount=PRICE * 2, valid_from=change_day))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        service = SubscriptionService(uow)
        today = await service.quote_sale(rosa.id, monthly.id)
        later = await service.quote_sale(rosa.id, monthly.id, change_day)
        assert (today.final_price, later.final_price) == (PRICE, PRICE * 2)


async def test_a_new_price_leaves_a_sold_subscription_alone(
    desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        plan = await uow.session.get_one(Plan, monthly.id)
        await uow.session.refresh(plan, ["prices"])
        plan.prices[0].amount = PRICE * 3
    seen = await desk.see(sold)
    assert (seen.base_price, seen.account.balance) == (PRICE, PRICE)


async def test_two_periods_of_a_client_never_overlap(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(PeriodTaken) as refused:
        await desk.sell(rosa, monthly, TODAY + timedelta(days=7))
    assert refused.value.ends_on == sold.ends_on


async def test_only_one_subscription_waits(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    day = await desk.plan(unit=DurationUnit.DAY, name="Day pass")
    await desk.sell(rosa, day, TODAY + timedelta(days=5))
    with pytest.raises(AlreadyWaiting):
        await desk.sell(rosa, day, TODAY + timedelta(days=9))


async def test_a_day_pass_fits_before_one_that_waits(desk: DeskClerk, rosa: Client) -> None:
    day = await desk.plan(unit=DurationUnit.DAY, name="Day pass")
    await desk.sell(rosa, day, TODAY + timedelta(days=5))
    assert (await desk.sell(rosa, day)).status is SubscriptionStatus.PENDING_PAYMENT


@pytest.mark.parametrize(("days", "error"), [(366, StartTooFar), (-31, StartTooEarly)])
async def test_the_first_day_lies_within_reach(
    desk: DeskClerk, rosa: Client, monthly: Plan, days: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await desk.sell(rosa, monthly, TODAY + timedelta(days=days))


@pytest.mark.parametrize("days", [365, -30])
async def test_the_farthest_first_days_are_sold(
    desk: DeskClerk, rosa: Client, monthly: Plan, days: int
) -> None:
    sold = await desk.sell(rosa, monthly, TODAY + timedelta(days=days))
    assert sold.starts_on == TODAY + timedelta(days=days)


async def test_a_period_that_is_over_already_is_not_sold(desk: DeskClerk, rosa: Client) -> None:
    day = await desk.plan(unit=DurationUnit.DAY)
    with pytest.raises(PeriodOver):
        await desk.sell(rosa, day, TODAY - timedelta(days=1))


async def test_a_trial_is_sold_once(desk: DeskClerk, rosa: Client) -> None:
    trial = await desk.plan(Decimal(0), DurationUnit.DAY, 3, name="Trial", once=True)
    await desk.sell(rosa, trial)
    desk.gym.clock.advance(timedelta(days=10))  # type: ignore[attr-defined]
    with pytest.raises(TrialUsed):
        await desk.sell(rosa, trial)
    with pytest.raises(TrialUsed):
        await desk.renew(rosa)


async def test_a_trial_canceled_before_its_first_day_was_not_had(desk: DeskClerk, rosa: Client) -> None:
    trial = await desk.plan(Decimal(0), DurationUnit.DAY, 3, name="Trial", once=True)
    sold = await desk.sell(rosa, trial, TODAY + timedelta(days=1))
    async with desk.gym.unit_of_work(desk.actor) as uow:
        await SubscriptionService(uow).cancel(sold.id, "came today instead")
    assert (await desk.sell(rosa, trial)).status is SubscriptionStatus.ACTIVE


async def test_the_inactive_and_the_unknown_buy_nothing(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    for unknown in (desk.sell(Client(id=new_id()), monthly), desk.sell(rosa, Plan(id=new_id()))):
        with pytest.raises((ClientNotFound, PlanNotFound)):
            await unknown
    await change(desk.gym, monthly, active=False)
    with pytest.raises(PlanInactive):
        await desk.sell(rosa, monthly)
    await change(desk.gym, rosa, active=False)
    with pytest.raises(ClientInactive):
        await desk.sell(rosa, monthly)


async def test_a_plan_without_a_price_is_not_sold(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    async with desk.gym.unit_of_work(Actor.system()) as uow:
        plan = await uow.session.get_one(Plan, monthly.id)
        await uow.session.refresh(plan, ["prices"])
        plan.prices[0].valid_until = LONG_AGO + timedelta(days=1)
    with pytest.raises(PlanWithoutPrice):
        await desk.sell(rosa, monthly)


async def test_an_employee_discounts_within_the_limit(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    with pytest.raises(DiscountTooLarge) as refused:
        await desk.sell(rosa, monthly, discount=Decimal("15000.01"))
    assert (refused.value.limit, refused.value.largest) == (Decimal(10), Decimal(15000))
    assert refused.value.context["limit"] == "10%"
    sold = await desk.sell(rosa, monthly, discount=Discount.percent(Decimal(10)))
    assert sold.final_price == Decimal(135000)


async def test_an_admin_discounts_up_to_the_price(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    with pytest.raises(DiscountAbovePrice):
        await boss.sell(rosa, monthly, discount=PRICE + 1)
    sold = await boss.sell(rosa, monthly, discount=Decimal(50000))
    assert sold.final_price == Decimal(100000)


@pytest.mark.parametrize("discount", [Discount(Decimal(-1)), Discount.percent(Decimal(101))])
def test_a_discount_lies_between_nothing_and_everything(discount: Discount) -> None:
    with pytest.raises(DiscountInvalid):
        discount.on(PRICE, Decimal(50))


def test_a_discount_is_read_as_people_write_it() -> None:
    spanish = Conventions("es")
    assert parse_discount(" 12,5 % ", spanish) == Discount.percent(Decimal("12.5"))
    assert parse_discount("15.000", spanish) == Discount(Decimal(15000))
    with pytest.raises(DiscountInvalid):
        parse_discount("101%", spanish)


async def test_a_member_sells_nothing(gym: Gym, rosa: Client, monthly: Plan) -> None:
    member = DeskClerk(gym, Actor.member(rosa.id, "Rosa"))
    with pytest.raises(NotAllowed):
        await member.sell(rosa, monthly)


async def test_a_member_sees_only_their_own(desk: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await desk.sell(rosa, monthly)
    other = await desk.client("Otto")
    member = DeskClerk(desk.gym, Actor.member(rosa.id, "Rosa"))
    found = await member.current(rosa)
    assert found is not None
    assert found.id == sold.id
    with pytest.raises(NotAllowed):
        await member.current(other)
