"""Payments at the desk: the whole balance by one press, from credit, or another amount by the form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from bot.desk.idempotency import press_key, was_answered
from bot.desk.money.payment_form import ask_payment
from bot.desk.money.receipts import paid_already, receipt_screen
from bot.desk.money.together import everything_button
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import PayNow, TakePayment
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.payments.errors import owed_only
from gym.payments.models import TILL, Method
from gym.payments.service import PaymentService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("payoth")
class OtherAmount(Callback):
    """Ask for the amount; `earlier` asks for the day of the payment too."""

    subscription_id: UUID
    earlier: bool = False


@router.on(TakePayment)
async def take_payment(context: UpdateContext, press: TakePayment) -> None:
    """The balance and the ways to pay it; choosing one takes the payment."""
    async with context.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).get(press.subscription_id)
        await FourEyes(uow).require_another(subscription.client_id, Permission.TAKE_PAYMENT, acts=False)
        credit = await ClientCredit(uow).balance(subscription.client_id)
        earliest = PaymentService(uow).earliest_day(subscription.account, subscription.starts_on)
        owed = await DebtService(uow).of_client(subscription.client_id)
    t, balance = context.t, subscription.account.balance
    if not balance:
        raise owed_only(balance)
    methods = [button(t(METHODS[method]), PayNow(press.subscription_id, balance, method)) for method in TILL]
    keyboard = [
        *grid(methods),
        _from_credit(t, press.subscription_id, min(credit, balance)),
        _other_ways(context, press.subscription_id, earliest),
        everything_button(t, owed),
        nav(t, back=Card(subscription.client_id)),
    ]
    await context.show(Screen(_question(t, subscription, credit), keyboard))


def _from_credit(t: HtmlTranslator, subscription_id: UUID, amount: Decimal) -> Sequence[Button]:
    if not amount:
        return ()
    label = t("💳 Use credit: {amount}", amount=amount)
    return [button(label, PayNow(subscription_id, amount, Method.CREDIT), wide=True)]


def _other_ways(context: UpdateContext, subscription_id: UUID, earliest: date) -> Sequence[Button]:
    row = [button(context.t("Other amount"), OtherAmount(subscription_id))]
    if context.identity.may(Permission.BACKDATE_PAYMENT) and earliest < context.today:
        row.append(button(context.t("📅 Paid earlier"), OtherAmount(subscription_id, earlier=True)))
    return row


def _question(t: HtmlTranslator, subscription: Subscription, credit: Decimal) -> str:
    text = t(
        "<b>Take {balance}</b>\n\n👤 {client}\n🏷 {plan}\n📅 {starts_on} – {ends_on}",
        balance=subscription.account.balance,
        client=subscription.client.full_name,
        plan=subscription.plan.name,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
    )
    if credit:
        text += "\n" + t("💳 Credit: {credit}", credit=credit)
    return f"{text}\n\n" + t("How is it paid?")


@router.on(PayNow)
async def pay_now(context: UpdateContext, press: PayNow) -> None:
    """Take the payment; of a transfer the account is asked first, where the gym has several."""
    if press.method is Method.TRANSFER and context.settings.bank_accounts:
        await ask_payment(context, press.subscription_id, {"amount": press.amount, "method": press.method})
        return
    async with context.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).take_payment(
            press.subscription_id, press.amount, press.method, key=press_key(context)
        )
        door, now = await DoorOutlook(uow).verdict(receipt.client_id), uow.now
    if was_answered(context, receipt.at, now):
        await context.answer(paid_already(context.t, receipt.number))
        return
    await context.keep(receipt_screen(context.t, receipt, door=door))


@router.on(OtherAmount)
async def other_amount(context: UpdateContext, press: OtherAmount) -> None:
    await ask_payment(context, press.subscription_id, {"earlier": press.earlier})
