"""What the desk reads after money has moved is true at the door, and leads on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from bot.ui.wording.verdicts import WHY
from gym.attendance.models import VerdictCode
from gym.clients.models import Client
from gym.notifications.models import NotificationKind
from gym.payments.errors import NOTHING_TO_GIVE_BACK, RefundTooLarge
from gym.plans.models import Plan
from gym.subscriptions.freezes.service import FreezeService
from tests.findings.money.conftest import Chat
from tests.support.memberships import PRICE, DeskClerk, told
from tests.support.sandbox.client import Person

DAY = timedelta(days=1)


async def test_the_receipt_of_a_part_says_that_the_door_refuses(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    await chat.clerk.sell(rosa, monthly)
    await chat.sends("Rosa")
    await chat.taps("💵 Collect", "Other amount")
    await chat.sends("100000")
    await chat.taps("Cash", "Confirm")
    left = PRICE - 100000
    why = chat.t(WHY[VerdictCode.PAYMENT_DUE], balance=left)
    await chat.sees("⛔ May not come in yet: {why}", why=why)
    shown = await chat.person.sees(why)
    assert chat.t("✅ Check in") not in shown.labels
    await chat.taps("💵 Take payment", "Cash")
    await chat.sees("Paid in full.")
    shown = await chat.person.sees(chat.t("Paid in full."))
    assert "⛔" not in shown.words
    await chat.taps("✅ Check in")
    await chat.sees("✅ <b>{client}</b>: entry recorded.", client="Rosa Vargas")


async def test_one_receipt_for_all_debts_leads_to_the_door(chat: Chat, rosa: Client, monthly: Plan) -> None:
    first = await chat.clerk.sell(rosa, monthly)
    await chat.clerk.pay(first)
    await chat.clerk.renew(rosa)
    await chat.sends("Rosa")
    await chat.taps("💵 Collect", "Cash")
    shown = await chat.person.sees(chat.t("Paid in full."))
    assert chat.t("✅ Check in") in shown.labels


async def test_an_old_button_for_money_that_was_voided_asks_for_no_amount(
    chat: Chat, bruno: Person, rosa: Client, monthly: Plan
) -> None:
    paid = await chat.clerk.pay(await chat.clerk.sell(rosa, monthly))
    await chat.sends("Rosa")
    await chat.taps("⚙️ Plan")
    await bruno.sends("Rosa")
    await bruno.taps("⚙️ Plan")
    await bruno.sees("🟢 active")
    await chat.clerk.void(paid.entry_id)
    await chat.taps("💸 Money back")
    await chat.sees(NOTHING_TO_GIVE_BACK)
    await bruno.taps("💸 Money back")
    await bruno.sees(NOTHING_TO_GIVE_BACK)


async def test_a_canceled_plan_is_named_by_the_days_that_were_on_the_summary(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    await desk.pay(await desk.sell(rosa, monthly))
    waiting = await desk.renew(rosa)
    async with desk.gym.unit_of_work(desk.actor) as uow:
        closed = waiting.starts_on + 2 * DAY
        await FreezeService(uow).close_gym(closed, closed + DAY, "painting", key=uuid4())
    known = await desk.see(waiting)
    assert known.ends_on == waiting.ends_on + 2 * DAY
    await chat.sends("Rosa")
    await chat.taps("⏭ Next plan", "✖️ Cancel plan")
    await chat.sends("moves to another city")
    days = {"starts_on": known.starts_on, "ends_on": known.ends_on}
    await chat.sees("📅 {starts_on} – {ends_on}", **days)
    await chat.taps("Cancel the plan")
    await chat.sees(
        "Canceled: <b>{plan}</b> of {client}, {starts_on} – {ends_on}.",
        plan="Monthly",
        client="Rosa Vargas",
        **days,
    )
    [notice] = await told(desk.gym, NotificationKind.SUBSCRIPTION_CANCELED)
    assert notice["ends_on"] == known.ends_on


async def test_a_freeze_that_ends_while_the_gym_is_closed_leads_to_no_door(
    boss: DeskClerk, bruno: Person, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    async with boss.gym.unit_of_work(boss.actor) as uow:
        service, today = FreezeService(uow), uow.today
        await service.freeze(sold.id, today, today + 9 * DAY, "a journey")
        await service.close_gym(today, today + DAY, "painting", key=uuid4())
    await bruno.sends("Rosa")
    await bruno.taps("☀️ End freeze")
    await bruno.taps("✅ Back today")
    shown = await bruno.sees("The freeze is over")
    assert "🔒 The gym is closed until Tue, 4 Aug 2026." in shown.words
    assert "✅ Check in" not in shown.labels


def test_a_limit_of_money_is_named_where_there_is_one() -> None:
    assert "{limit}" in RefundTooLarge(Decimal(5)).message
    assert "{limit}" not in RefundTooLarge(Decimal(0)).message
