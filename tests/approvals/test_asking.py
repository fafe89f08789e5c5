"""Requests: kept as they were asked, told to those who may decide, and asked once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.approvals.errors import AlreadyAsked, ApprovalNotNeeded, DebtBeforeFreeze, NothingToFreeze
from gym.approvals.models import ApprovalKind, ApprovalState
from gym.approvals.schemas import discount_of, facts_of
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import Notification, NotificationKind, RecipientKind
from gym.payments.errors import AlreadyVoided, PaymentKeyReused, ReasonNeeded, RefundTooLarge
from gym.payments.models import Method
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed, OnlyFromDesk
from gym.staff.models import Staff
from gym.subscriptions.discounts import Discount
from gym.subscriptions.errors import PlanInactive
from gym.subscriptions.freezes.errors import FreezeOutside
from tests.approvals.conftest import Voice
from tests.support.memberships import PRICE, DeskClerk, told

TODAY = date(2026, 8, 3)


async def recipients(gym: Gym, kind: NotificationKind) -> list[tuple[RecipientKind, object]]:
    query = select(Notification.recipient_kind, Notification.recipient_id).where(Notification.kind == kind)
    async with gym.unit_of_work(Actor.system()) as uow:
        return [(row[0], row[1]) for row in await uow.session.execute(query)]


def member(gym: Gym, client: Client) -> Voice:
    return Voice(gym, Actor.member(client.id, client.full_name))


async def test_a_larger_discount_is_asked_at_the_price_of_now(
    bruno: Voice, ana: Voice, rosa: Client, monthly: Plan
) -> None:
    approval = await bruno.asks_half(rosa, monthly)
    facts = discount_of(approval)
    assert (approval.kind, approval.state) == (ApprovalKind.DISCOUNT, ApprovalState.PENDING)
    assert (facts.base_price, facts.off, facts.final_price) == (PRICE, Decimal(75000), Decimal(75000))
    assert (facts.percent, facts.discount) == (50, Discount.percent(Decimal(50)))
    assert approval.asked_by_name == "Bruno Employee"
    assert approval.client.full_name == "Rosa Vargas"


async def test_every_active_admin_is_told_in_their_own_chat_and_nobody_else(
    gym: Gym, bruno: Voice, ana: Voice, second_admin: Voice, rosa: Client, monthly: Plan
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        off = update(Staff).where(Staff.id == second_admin.actor.id).values(active=False)
        await uow.session.execute(off)
    await bruno.asks_half(rosa, monthly)
    asked = await recipients(gym, NotificationKind.APPROVAL_ASKED)
    assert asked == [(RecipientKind.STAFF, ana.actor.id)]
    [payload] = await told(gym, NotificationKind.APPROVAL_ASKED)
    assert (payload["client_name"], payload["off"]) == ("Rosa Vargas", Decimal(75000))


async def test_what_an_employee_may_give_is_not_asked(
    bruno: Voice, ana: Voice, rosa: Client, monthly: Plan
) -> None:
    small = Discount.percent(Decimal(10))
    with pytest.raises(ApprovalNotNeeded):
        await bruno.does("ask_discount", rosa.id, monthly.id, small, renews=False, reason="a friend")
    with pytest.raises(ApprovalNotNeeded):
        await ana.asks_half(rosa, monthly)


async def test_what_could_not_be_sold_is_not_asked(
    gym: Gym, bruno: Voice, rosa: Client, monthly: Plan
) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).values(active=False))
    with pytest.raises(PlanInactive):
        await bruno.asks_half(rosa, monthly)


async def test_the_same_tap_asks_once_and_another_one_is_told_that_it_waits(
    bruno: Voice, rosa: Client, monthly: Plan
) -> None:
    key = new_id()
    first = await bruno.asks_half(rosa, monthly, key=key)
    assert (await bruno.asks_half(rosa, monthly, key=key)).id == first.id
    with pytest.raises(AlreadyAsked) as refused:
        await bruno.asks_half(rosa, monthly, key=new_id())
    assert refused.value.approval_id == first.id
    assert len(await told(bruno.gym, NotificationKind.APPROVAL_ASKED)) == 0, "there is no admin"


async def test_a_key_of_somebody_else_is_refused(
    gym: Gym, bruno: Voice, employee: Actor, rosa: Client, monthly: Plan, desk: DeskClerk
) -> None:
    key = new_id()
    await bruno.asks_half(rosa, monthly, key=key)
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    with pytest.raises(PaymentKeyReused):
        await bruno.does("ask_void", receipt.entry_id, "wrong person", key=key)


async def test_a_void_is_asked_once_whoever_asks(
    gym: Gym, bruno: Voice, ana: Voice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    approval = await bruno.does("ask_void", receipt.entry_id, "wrong person")
    assert facts_of(approval).model_dump() == {
        "plan_name": "Monthly",
        "entry_id": receipt.entry_id,
        "receipt_number": receipt.number,
        "amount": PRICE,
        "method": Method.CASH,
        "taken_by": "Bruno Employee",
        "taken_at": receipt.at,
    }
    with pytest.raises(AlreadyAsked):
        await ana.does("ask_void", receipt.entry_id, "really wrong")


async def test_a_voided_payment_is_not_asked_for(
    bruno: Voice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    receipt = await desk.pay(await desk.sell(rosa, monthly))
    await desk.void(receipt.entry_id)
    with pytest.raises(AlreadyVoided):
        await bruno.does("ask_void", receipt.entry_id, "wrong person")


async def test_no_more_is_asked_back_than_was_paid_and_a_reason_is_needed(
    bruno: Voice, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    with pytest.raises(RefundTooLarge):
        await bruno.does("ask_refund", sold.id, PRICE + 1, Method.CASH, "moves away")
    with pytest.raises(ReasonNeeded):
        await bruno.does("ask_refund", sold.id, Decimal(1000), Method.CASH, " ")


async def test_a_members_freeze_is_told_to_the_desk(
    gym: Gym, desk: DeskClerk, bruno: Voice, rosa: Client, monthly: Plan
) -> None:
    await desk.pay(await desk.sell(rosa, monthly))
    until = TODAY + timedelta(days=7)
    approval = await member(gym, rosa).does("ask_freeze", TODAY + timedelta(days=1), until, "a journey")
    assert approval.asked_by is None
    assert await recipients(gym, NotificationKind.DESK_FREEZE_WANTED) == [(RecipientKind.DESK, None)]
    assert [one.id for one in (await bruno.does("pending")).items] == [approval.id]
    assert await bruno.does("count_pending") == 1


async def test_a_freeze_is_asked_only_by_members_who_owe_nothing_for_days_to_come(
    gym: Gym, desk: DeskClerk, bruno: Voice, rosa: Client, monthly: Plan
) -> None:
    wish = TODAY, TODAY + timedelta(days=3), "a journey"
    with pytest.raises(OnlyFromDesk):
        await bruno.does("ask_freeze", *wish)
    with pytest.raises(NothingToFreeze):
        await member(gym, rosa).does("ask_freeze", *wish)
    sold = await desk.sell(rosa, monthly)
    with pytest.raises(DebtBeforeFreeze):
        await member(gym, rosa).does("ask_freeze", *wish)
    await desk.pay(sold)
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Plan).values(freeze_days=10))
    with pytest.raises(FreezeOutside):
        await member(gym, rosa).does("ask_freeze", TODAY - timedelta(days=1), TODAY, "a journey")


async def test_members_see_their_own_request_only(
    gym: Gym, desk: DeskClerk, bruno: Voice, rosa: Client, monthly: Plan
) -> None:
    asked = await bruno.asks_half(rosa, monthly)
    for operation in ("get", "approve", "reject", "quote", "sell"):
        with pytest.raises(NotAllowed):
            await member(gym, rosa).does(operation, asked.id)


async def test_admins_list_what_employees_do_not_see(
    bruno: Voice, ana: Voice, rosa: Client, monthly: Plan, gym: Gym, clock: FrozenClock
) -> None:
    asked = await bruno.asks_half(rosa, monthly)
    assert [one.id for one in (await ana.does("pending")).items] == [asked.id]
    assert [one.id for one in (await bruno.does("pending")).items] == [asked.id], "one's own"
    assert (await ana.does("count_pending"), await bruno.does("count_pending")) == (1, 0)
    clock.advance(timedelta(hours=25))
    assert (await ana.does("pending")).total == 0
