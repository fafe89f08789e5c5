"""A debt that nobody will pay is written off with a reason: by an admin, or asked for; never the own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

import pytest
from sqlalchemy import select, update

from bot.ui.wording.requests import STANDS
from gym.app import Gym
from gym.approvals.errors import OwnRequest
from gym.approvals.models import Approval, ApprovalState
from gym.approvals.service import ApprovalService
from gym.audit.models import AuditEntry
from gym.clients.models import Client
from gym.core.clock import FrozenClock
from gym.core.database.ids import new_id
from gym.notifications.models import NotificationKind
from gym.payments.errors import NothingOwed, PaymentKeyReused, ReasonNeeded
from gym.payments.models import EntryCause, EntryKind, Method
from gym.payments.tills.cash_counts import CashService
from gym.plans.models import Plan
from gym.security.permissions import Actor, NotAllowed
from gym.staff.errors import OwnMembershipRefused
from gym.staff.models import Staff
from gym.subscriptions.errors import PlanStillOpen
from gym.subscriptions.models import Subscription, SubscriptionStatus
from gym.subscriptions.service import SubscriptionService
from tests.findings.money.conftest import Chat, cancel
from tests.support.memberships import PRICE, DeskClerk, entries, run_nightly, told
from tests.support.sandbox.client import Person

REASON: Final = "moved away, never answered"


async def write_off(desk: DeskClerk, sold: Subscription, **more: object) -> Subscription:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await SubscriptionService(uow).write_off(sold.id, REASON, **more)  # type: ignore[arg-type]


async def ask(desk: DeskClerk, sold: Subscription) -> Approval:
    async with desk.gym.unit_of_work(desk.actor) as uow:
        return await ApprovalService(uow).ask_write_off(sold.id, REASON)


async def labels(chat: Chat) -> list[str]:
    """Of the debt that is shown."""
    shown = await chat.person.sees("📅")
    return [button.label for row in shown.buttons for button in row]


async def approve(boss: DeskClerk, asked: Approval) -> Approval:
    async with boss.gym.unit_of_work(boss.actor) as uow:
        return await ApprovalService(uow).approve(asked.id)


async def trains_here(gym: Gym, client: Client, actor: Actor) -> None:
    """The client and the colleague are one person, by their Telegram account."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(Client).where(Client.id == client.id).values(telegram_id=7))
        await uow.session.execute(update(Staff).where(Staff.id == actor.id).values(telegram_id=7))


async def test_a_key_that_wrote_something_else_writes_nothing_off(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    """Not a payment's, not a goodwill credit's, not another plan's."""
    mario = await cancel(boss, await boss.sell(await boss.client("Mario"), monthly))
    sold, paid, given, other = await boss.sell(rosa, monthly), new_id(), new_id(), new_id()
    async with boss.gym.unit_of_work(boss.actor) as uow:
        service = SubscriptionService(uow)
        await service.take_payment(sold.id, Decimal(1000), Method.CASH, key=paid)
        await service.credit(sold.id, Decimal(1000), "was ill", key=given)
    await write_off(boss, mario, key=other)
    await cancel(boss, sold)
    for key in (paid, given, other):
        with pytest.raises(PaymentKeyReused):
            await write_off(boss, sold, key=key)
    assert (await boss.see(sold)).account.balance == PRICE - 2000


async def test_the_debt_of_an_ended_plan_is_written_off(
    boss: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold, Decimal(100000))
    clock.advance(timedelta(days=40))
    await run_nightly(boss.gym)
    done = await write_off(boss, sold)
    assert (done.status, done.account.balance) == (SubscriptionStatus.EXPIRED, 0)
    entry = (await entries(boss.gym))[-1]
    assert (entry.kind, entry.cause, entry.amount) == (EntryKind.CREDIT, EntryCause.WRITTEN_OFF, 50000)
    [desk] = await told(boss.gym, NotificationKind.DESK_REFUND)
    assert (desk["cause"], desk["credited"], desk["reason"]) == ("written_off", 50000, REASON)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        till = await CashService(uow).expected(uow.today, boss.actor.id or new_id())
        written = select(AuditEntry.after).where(AuditEntry.action == "ledger.credit")
        [audited] = await uow.session.scalars(written)
    assert till.besides.written_off == Decimal(50000)
    assert audited["cause"] == "written_off"
    with pytest.raises(NothingOwed):
        await write_off(boss, sold)


async def test_what_an_open_plan_costs_is_not_written_off(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan, clock: FrozenClock
) -> None:
    """Else a friend's month is free: sell, ask, and somebody approves who looks at the reason alone."""
    sold = await desk.sell(rosa, monthly)
    for refused in (write_off(boss, sold), ask(desk, sold)):
        with pytest.raises(PlanStillOpen):
            await refused
    assert (await boss.see(sold)).account.balance == PRICE
    clock.advance(timedelta(days=40))  # its days are over, whether or not the nightly job has run
    assert (await write_off(boss, sold)).account.balance == 0


async def test_an_open_debt_is_canceled_where_a_closed_one_is_written_off(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    sold = await desk.sell(rosa, monthly)
    await chat.sends("/start")
    await chat.taps("💵 Collect")
    await chat.person.taps("Rosa")
    assert chat.t("🧹 Write off") not in await labels(chat)
    await chat.taps("✖️ Cancel plan")
    await cancel(desk, sold)
    await chat.sends("/start")
    await chat.taps("💵 Collect")
    await chat.person.taps("Rosa")
    assert chat.t("🧹 Write off") in await labels(chat)


async def test_the_debt_of_a_canceled_plan_is_written_off_once_for_a_key(
    boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold, key = await cancel(boss, await boss.sell(rosa, monthly)), new_id()
    for _ in range(2):
        done = await write_off(boss, sold, key=key)
        assert (done.status, done.account.balance) == (SubscriptionStatus.CANCELED, 0)


async def test_an_employee_asks_and_an_admin_decides(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await cancel(boss, await desk.sell(rosa, monthly))
    with pytest.raises(NotAllowed):
        await write_off(desk, sold)
    asked = await ask(desk, sold)
    await desk.pay(sold, Decimal(100000))
    decided = await approve(boss, asked)
    assert decided.state is ApprovalState.APPROVED
    assert (await desk.see(sold)).account.balance == 0, "what was paid meanwhile is not credited as well"
    assert (await entries(boss.gym))[-1].amount == Decimal(50000)


async def test_nobody_approves_what_they_asked_for(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    """An employee who has become an admin meanwhile."""
    asked = await ask(boss, await cancel(boss, await boss.sell(rosa, monthly)))
    with pytest.raises(OwnRequest):
        await approve(boss, asked)


async def test_nobody_writes_off_their_own_debt(
    boss: DeskClerk, desk: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await cancel(boss, await desk.sell(rosa, monthly))
    asked = await ask(desk, sold)
    await trains_here(boss.gym, rosa, boss.actor)
    for refused in (write_off(boss, sold), ask(boss, sold), approve(boss, asked)):
        with pytest.raises(OwnMembershipRefused):
            await refused
    assert (await boss.see(sold)).account.balance == PRICE


async def test_a_reason_is_wanted(boss: DeskClerk, rosa: Client, monthly: Plan) -> None:
    sold = await cancel(boss, await boss.sell(rosa, monthly))
    with pytest.raises(ReasonNeeded):
        async with boss.gym.unit_of_work(boss.actor) as uow:
            await SubscriptionService(uow).write_off(sold.id, "x")


async def test_a_debt_is_written_off_from_the_list(chat: Chat, rosa: Client, monthly: Plan) -> None:
    desk = chat.clerk
    sold = await cancel(desk, await desk.sell(rosa, monthly))
    await chat.sends("/start")
    await chat.taps("💵 Collect")
    await chat.person.taps("Rosa")
    await chat.taps("🧹 Write off")
    await chat.sends(REASON)
    await chat.sees("🧹 What is owed is written off: nobody is asked for it any more.")
    await chat.taps("Write it off")
    await chat.sees("🧹 Written off. {client} owes nothing for {plan}.", client="Rosa Vargas", plan="Monthly")
    assert (await desk.see(sold)).account.balance == 0


async def test_an_employees_wish_says_what_is_written_off(
    chat: Chat, bruno: Person, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    sold = await cancel(desk, await desk.sell(rosa, monthly))
    await bruno.sends("/start")
    await bruno.taps("💵 Collect")
    await bruno.taps("Rosa")
    await bruno.taps("🧹 Write off")
    await bruno.sends(REASON)
    await bruno.sees("Waiting for an admin")
    await chat.sends("/start")
    await chat.taps("🙋 Requests")
    await chat.person.taps("Rosa")
    await chat.sees("🧹 <b>Write {amount} off</b> for {plan}", amount=PRICE, plan="Monthly")
    await chat.taps("✅ Approve")
    await chat.person.sees(chat.t(STANDS[ApprovalState.APPROVED]).split("{")[0])
    assert (await desk.see(sold)).account.balance == 0
