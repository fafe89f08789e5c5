"""Taking money at the desk, and taking a mistake back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import Card, TakePayment
from bot.desk.keys import tap_key
from bot.desk.words import METHODS
from bot.forms import Choice, Form, FormContext, Step
from bot.keyboards import button, grid, nav
from bot.render import Html, HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.core.language import N_
from gym.core.money import parse_amount
from gym.payments.errors import owed_only, parse_reason
from gym.payments.models import TILL, Method
from gym.payments.schemas import Receipt
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("paynow", changes=True)
class PayNow(Callback):
    """The whole balance, as it was shown, by one method."""

    subscription_id: UUID
    amount: Decimal
    method: Method


@callback("payoth")
class OtherAmount(Callback):
    subscription_id: UUID


@callback("void")
class VoidPayment(Callback):
    entry_id: UUID


@router.on(TakePayment)
async def take_payment(turn: Turn, tap: TakePayment) -> None:
    """The balance and the ways to pay it: choosing one takes the money."""
    async with turn.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).get(tap.subscription_id)
    t, balance = turn.t, subscription.account.balance
    if not balance:
        raise owed_only(balance)
    methods = [
        button(t(label), PayNow(tap.subscription_id, balance, method))
        for method, label in METHODS.items()
        if method in TILL
    ]
    keyboard = [
        *grid(methods),
        [button(t("Other amount"), OtherAmount(tap.subscription_id))],
        nav(t, back=Card(subscription.client_id)),
    ]
    await turn.show(Screen(_question(t, subscription), keyboard))


def _question(t: HtmlTranslator, subscription: Subscription) -> str:
    return t(
        "<b>Take {balance}</b>\n\n👤 {client}\n🏷 {plan}\n📅 {starts_on} – {ends_on}\n\nHow is it paid?",
        balance=subscription.account.balance,
        client=subscription.client.full_name,
        plan=subscription.plan.name,
        starts_on=subscription.starts_on,
        ends_on=subscription.ends_on,
    )


@router.on(PayNow)
async def pay_now(turn: Turn, tap: PayNow) -> None:
    async with turn.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).take_payment(
            tap.subscription_id, tap.amount, tap.method, key=tap_key(turn)
        )
    await turn.show(receipt_screen(turn.t, receipt))


def receipt_screen(t: HtmlTranslator, receipt: Receipt) -> Screen:
    """The receipt as the desk sees it, with the way to undo it."""
    text = t(
        "✅ <b>Paid {amount}</b> ({method})\nReceipt {number}\n\n👤 {client}\n🏷 {plan}",
        amount=receipt.amount,
        method=t(METHODS[receipt.method]),
        number=Html(f"№ {receipt.number}"),
        client=receipt.client_name,
        plan=receipt.plan_name,
    )
    left = t("Still to pay: <b>{balance}</b>", balance=receipt.balance_after)
    text += "\n" + (left if receipt.balance_after else t("Paid in full."))
    rows = [[button(t("Void"), VoidPayment(receipt.entry_id))]]
    if receipt.balance_after:
        rows.insert(0, [button(t("💵 Take payment"), TakePayment(receipt.subscription_id), wide=True)])
    return Screen(text, [*rows, nav(t, back=Card(receipt.client_id))])


@router.on(OtherAmount)
async def other_amount(turn: Turn, tap: OtherAmount) -> None:
    async with turn.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).get(tap.subscription_id)
    values = {
        "subscription_id": tap.subscription_id,
        "balance": subscription.account.balance,
        "client": subscription.client.full_name,
        "plan": subscription.plan.name,
    }
    await turn.begin(PAYMENT, values, back=TakePayment(tap.subscription_id))


async def _amounts(ctx: FormContext) -> Sequence[Choice]:
    balance = ctx.value("balance", Decimal)
    return [Choice(balance, ctx.t.money(balance))]


def _read_amount(text: str, ctx: FormContext) -> Decimal:
    """Refused while it is typed when it is more than what is owed."""
    amount, balance = parse_amount(text), ctx.value("balance", Decimal)
    if amount > balance:
        raise owed_only(balance)
    return amount


async def _summary(ctx: FormContext) -> str:
    return ctx.t(
        "👤 {client}\n🏷 {plan}\n💵 <b>{amount}</b> of {balance} ({method})",
        client=ctx.value("client", str),
        plan=ctx.value("plan", str),
        amount=ctx.value("amount", Decimal),
        balance=ctx.value("balance", Decimal),
        method=ctx.t(METHODS[ctx.value("method", Method)]),
    )


async def _take(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).take_payment(
            ctx.value("subscription_id", UUID),
            ctx.value("amount", Decimal),
            ctx.value("method", Method),
            key=ctx.key,
        )
    return receipt_screen(ctx.t, receipt)


PAYMENT = router.form(
    Form(
        name="payment",
        title=N_("Take payment"),
        steps=[
            Step(
                "amount",
                N_("Amount"),
                N_("How much is paid? Choose or type an amount."),
                choices=_amounts,
                parse=_read_amount,
            ),
            Step(
                "method",
                N_("Method"),
                N_("How is it paid?"),
                choices=[Choice(method, label) for method, label in METHODS.items() if method in TILL],
                columns=2,
            ),
        ],
        summary=_summary,
        submit=_take,
    )
)


@router.on(VoidPayment)
async def void(turn: Turn, tap: VoidPayment) -> None:
    async with turn.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).receipt(tap.entry_id)
    values = {"entry_id": tap.entry_id, "number": receipt.number, "amount": receipt.amount}
    await turn.begin(VOID, values, back=Card(receipt.client_id))


def _read_reason(text: str, ctx: FormContext) -> str:
    return parse_reason(text)


async def _void_summary(ctx: FormContext) -> str:
    return ctx.t(
        "Void receipt {number} of {amount}?\nReason: {reason}",
        number=Html(f"№ {ctx.value('number', int)}"),
        amount=ctx.value("amount", Decimal),
        reason=ctx.value("reason", str),
    )


async def _void(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).void_payment(
            ctx.value("entry_id", UUID), ctx.value("reason", str)
        )
    text = ctx.t("Voided. {balance} are to pay again.", balance=subscription.account.balance)
    return Screen(text, [nav(ctx.t, back=Card(subscription.client_id))])


VOID = router.form(
    Form(
        name="void",
        title=N_("Void a payment"),
        steps=[
            Step("reason", N_("Reason"), N_("Why is it void? Write it in a few words."), parse=_read_reason)
        ],
        summary=_void_summary,
        submit=_void,
        confirm=N_("Void it"),
    )
)
