"""The chat offers no void that would be refused, says what to do first, and shows what moves no till."""

from __future__ import annotations

from bot.ui.keyboards import BACK, HOME
from gym.clients.models import Client
from gym.payments.errors import MoneyGivenBack
from gym.payments.models import Method
from gym.plans.models import Plan
from gym.subscriptions.schemas import RefundMode
from tests.findings.money.conftest import Chat, cancel, net_paid, refund
from tests.support.memberships import PRICE, DeskClerk
from tests.support.sandbox.client import Person


async def test_a_receipt_whose_money_was_given_back_offers_the_way_back(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    sold = await desk.sell(rosa, monthly)
    receipt = await desk.pay(sold)
    await chat.sends("Rosa")
    await chat.taps("🧾 Payments")
    await chat.person.taps(chat.t("№ {number}", number=1))
    shown = await chat.person.sees(chat.t("№ {number}", number=1))
    assert chat.t("Void") in shown.labels
    await refund(desk, sold)
    await chat.taps("Void")
    await chat.sees(MoneyGivenBack.message, given_back=PRICE)
    await chat.taps(BACK)
    again = await chat.person.sees(chat.t("№ {number}", number=1))
    assert chat.t("Void") not in again.labels
    await chat.taps("💵 The money came back", "Cash")
    await chat.sends("it was the wrong client")
    await chat.taps("Confirm")
    await chat.sees("Paid in full.")
    assert await net_paid(desk, sold.account_id) == PRICE
    await desk.void(receipt.entry_id)


async def test_a_return_tapped_by_mistake_is_voided_and_nothing_is_owed(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    desk = chat.clerk
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    await refund(desk, sold)
    await chat.sends("Rosa")
    await chat.taps("🧾 Payments")
    await chat.person.taps(chat.t("№ {number}", number=1))
    await chat.taps("💵 The money came back", "Cash")
    await chat.sends("it was the wrong client")
    await chat.taps("Confirm")
    await chat.sees("Paid in full.")
    await chat.taps("Void")
    await chat.sends("it never came")
    await chat.sees("The {amount} count as given back again, and nothing is owed for them.", amount=PRICE)
    await chat.taps("Void it")
    shown = await chat.person.sees(chat.t("Voided. Nothing is owed."))
    assert chat.t("💵 Take payment") not in shown.labels
    assert await net_paid(desk, sold.account_id) == 0


async def test_an_employee_reads_who_can_take_it_back(
    bruno: Person, boss: DeskClerk, rosa: Client, monthly: Plan
) -> None:
    sold = await boss.sell(rosa, monthly)
    await boss.pay(sold)
    await refund(boss, sold)
    await bruno.sends("Rosa")
    await bruno.taps("🧾 Payments")
    await bruno.taps("№ 1")
    shown = await bruno.sees("it cannot be voided")
    assert not any("oid" in label or "came back" in label for label in shown.labels)


async def test_what_is_paid_with_credit_stands_beside_what_was_voided(
    chat: Chat, rosa: Client, monthly: Plan
) -> None:
    """The traces of cash that was kept: an owner sees them on the day's tills."""
    desk = chat.clerk
    sold = await desk.sell(rosa, monthly)
    await desk.pay(sold)
    await cancel(desk, sold, RefundMode.PRO_RATA, Method.CREDIT)
    otto = await desk.sell(await desk.client("Otto"), monthly)
    await desk.void((await desk.pay(otto)).entry_id)
    await chat.sends("Otto")
    await chat.taps(HOME, "🧮 Cash count")
    await chat.sees("   ↩️ voided: {amount}", amount=PRICE)
    await chat.sees("   💳 kept as clients' credit: {amount}", amount=PRICE)
    await chat.person.taps("Ana")
    await chat.sees("Beside the till:")
