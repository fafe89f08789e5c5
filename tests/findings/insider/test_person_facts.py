"""The figures per person that an owner looks at, each counted by hand from an evening that is told here."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from gym.app import Gym
from gym.approvals.service import ApprovalService
from gym.attendance.checkin.service import AttendanceService
from gym.clients.schemas import ClientInput
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.payments.models import Method
from gym.reports.person_facts import PersonFacts, PersonFactsService
from gym.security.permissions import Actor, NotAllowed, Role
from gym.subscriptions.discounts import Discount
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from tests.conftest import hire
from tests.support.memberships import DeskClerk

ZERO = Decimal(0)
IRIS_TELEGRAM = 77


def nothing(actor: Actor) -> PersonFacts:
    assert actor.id is not None
    return PersonFacts(actor.id, actor.name, 0, ZERO, 0, 0, ZERO, 0, ZERO, 0, ZERO, 0, ZERO, 0, 0, 0, 0, 0)


async def facts(gym: Gym, actor: Actor, *, days_ago: int = 0) -> dict[str, PersonFacts]:
    async with gym.unit_of_work(actor) as uow:
        day = uow.today - timedelta(days=days_ago)
        return {one.staff_name: one for one in await PersonFactsService(uow).of_days(day, day)}


async def canceled(gym: Gym, actor: Actor, sold: Subscription, mode: RefundMode, method: Method) -> None:
    async with gym.unit_of_work(actor) as uow:
        await SubscriptionService(uow).cancel(sold.id, "moves away", refund=mode, method=method)


async def test_each_figure_is_what_was_done_that_day_and_by_whom(gym: Gym, clock: FrozenClock) -> None:
    ana, iris = await hire(gym, "Ana", Role.ADMIN), await hire(gym, "Iris", Role.EMPLOYEE, IRIS_TELEGRAM)
    of_ana, of_iris = DeskClerk(gym, ana), DeskClerk(gym, iris)
    rosa, luis, own = (
        await of_ana.client("Rosa"),
        await of_ana.client("Luis"),
        await of_ana.client("Iris", 77),
    )
    month, week = await of_ana.plan(Decimal(150000)), await of_ana.plan(Decimal(45000), name="Short")
    assert await facts(gym, ana) == {"Ana": nothing(ana), "Iris": nothing(iris)}

    # Iris: one sale at 10 % off, one payment and its void, one approved refund, one visit taken back.
    sold = await of_iris.sell(rosa, month, discount=Discount.percent(Decimal(10)))
    paid = await of_iris.pay(sold, Decimal(135000))
    await of_iris.void(paid.entry_id)
    await of_iris.pay(sold, Decimal(135000))
    async with gym.unit_of_work(iris) as uow:
        visit = await AttendanceService(uow).check_in_client(rosa.id)
    async with gym.unit_of_work(iris) as uow:
        await AttendanceService(uow).undo(visit.id)
    await canceled(gym, iris, sold, RefundMode.NONE, Method.CASH)
    async with gym.unit_of_work(iris) as uow:
        asked = await ApprovalService(uow).ask_refund(sold.id, Decimal(20000), Method.CASH, "has left")
    async with gym.unit_of_work(ana) as uow:
        await ApprovalService(uow).approve(asked.id)
    # Iris: somebody let in without a plan, a friend brought by Rosa, a plan canceled for credit.
    async with gym.unit_of_work(iris) as uow:
        denied = await AttendanceService(uow).check_in_client(luis.id)
    async with gym.unit_of_work(iris) as uow:
        await AttendanceService(uow).admit_anyway(denied.id, "is nice")
    async with gym.unit_of_work(iris) as uow:
        await ClientService(uow).register(
            ClientInput(first_name="New", last_name="Friend", referred_by=rosa.id)
        )
    other = await of_iris.sell(luis, week)
    await of_iris.pay(other, Decimal(45000))
    await canceled(gym, iris, other, RefundMode.PRO_RATA, Method.CREDIT)
    # Ana: goodwill, a debt written off, a plan of Iris's own at a price that only Ana may make.
    third = await of_ana.sell(luis, month)
    async with gym.unit_of_work(ana) as uow:
        await SubscriptionService(uow).credit(third.id, Decimal(7000), "cold showers")
    await canceled(gym, ana, third, RefundMode.NONE, Method.CASH)
    async with gym.unit_of_work(ana) as uow:
        await SubscriptionService(uow).write_off(third.id, "has moved")
    await of_ana.sell(own, week, discount=Discount.percent(Decimal(40)))

    today = await facts(gym, ana)
    assert today["Iris"] == replace(
        nothing(iris),
        discounts=1,
        discount_amount=Decimal(15000),
        voids=1,
        void_amount=Decimal(135000),
        credits=1,
        credit_amount=Decimal(43550),  # 30 of 31 days: today he has come in
        overrides=1,
        undone=1,
        referred=1,
        granted=1,
    )
    assert today["Ana"] == replace(
        nothing(ana),
        discounts=1,
        discount_amount=Decimal(18000),
        refunds=1,
        refund_amount=Decimal(20000),
        credits=1,
        credit_amount=Decimal(7000),
        write_offs=1,
        write_off_amount=Decimal(143000),
    )
    clock.advance(timedelta(days=1))
    assert await facts(gym, ana) == {"Ana": nothing(ana), "Iris": nothing(iris)}, "a day is a day"
    assert await facts(gym, ana, days_ago=1) == today


async def test_an_employee_does_not_see_them(gym: Gym) -> None:
    iris = await hire(gym, "Iris", Role.EMPLOYEE)
    with pytest.raises(NotAllowed):
        await facts(gym, iris)
