"""Receipts at the desk: shown, sent as a PDF, voided."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.forms.definition import Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskVoid
from bot.ui.buttons.clients import Card
from bot.ui.buttons.door import CheckInClient
from bot.ui.buttons.money import ShowReceipt, TakeBack, TakePayment, VoidPayment, WhyReceipt
from bot.ui.buttons.plans import ShowSale
from bot.ui.callbacks import Callback, callback
from bot.ui.documents import send_receipt
from bot.ui.keyboards import Button, Row, button, copying, nav
from bot.ui.screens import Html, HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import receipt_rests
from bot.ui.wording.terms import METHODS, receipt_number
from bot.ui.wording.verdicts import denial_reason
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import VerdictCode
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.debts.joint_payments import JointPayments
from gym.payments.errors import AlreadyVoided, VoidNeedsAdmin, not_to_void
from gym.payments.models import EntryCause, Method
from gym.payments.schemas import Receipt
from gym.payments.service import PaymentService
from gym.products.sales.service import SaleService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("rcpdf")
class ReceiptPdf(Callback):
    """Send the receipt as a file, in the client's language."""

    entry_id: UUID


@router.on(ShowReceipt)
async def show_receipt(context: UpdateContext, press: ShowReceipt) -> None:
    async with context.unit_of_work() as uow:
        sale = await SaleService(uow).of_entry(press.entry_id)
    if sale is not None:
        await go(context, ShowSale(sale.id))
        return
    async with context.unit_of_work() as uow:
        found = await SubscriptionService(uow).receipt(press.entry_id)
        payments = PaymentService(uow)
        may_void = payments.may_void(await payments.payment(press.entry_id))
    returns = context.identity.may(Permission.REFUND)
    await context.show(receipt_screen(context.t, found, may_void=may_void, may_return=returns))


def receipt_screen(
    t: HtmlTranslator,
    receipt: Receipt,
    *,
    may_void: bool = True,
    may_return: bool = False,
    door: Verdict | None = None,
) -> Screen:
    """The receipt at the desk. Whoever has just taken the payment may void it; others ask an admin.

    A payment that was refunded cannot be voided as well; an admin books when the refund came back. `door` is
    what the door would say now, which whoever has just been paid tells the client.
    """
    lines = [_heading(t, receipt), "", *_facts(t, receipt)]
    if receipt.balance_after:
        lines.append(t("Still to pay: <b>{balance}</b>", balance=receipt.balance_after))
    else:
        lines.append(t("Paid in full."))
    if receipt.surplus and receipt.method is not Method.CREDIT:
        lines.append(t("👛 More than was owed: it became the client's credit."))
    if _is_given_back(receipt):
        lines.append(_why_kept(t, receipt))
    lines += door_lines(t, door)
    pdf = button(t("📄 PDF"), ReceiptPdf(receipt.entry_id))
    rows: list[Row] = [*door_row(t, door), [pdf, *_undo(t, receipt, may_void)]]
    number = copying(f"📋 {receipt_number(t, receipt.number)}", str(receipt.number))
    rows.append([button(t("❓ Why?"), WhyReceipt(receipt.entry_id)), number])
    if _is_given_back(receipt) and may_return and not receipt.surplus:
        rows.append([_came_back(t, receipt)])
    if receipt.balance_after and not receipt.voided:
        rows.insert(0, [button(t("💵 Take payment"), TakePayment(receipt.subscription_id), wide=True)])
    return Screen("\n".join(lines), [*rows, nav(t, back=Card(receipt.client_id))])


def door_lines(t: HtmlTranslator, door: Verdict | None) -> list[str]:
    """That the door refuses, and why: a part of the price, say, opens nothing."""
    if door is None or door.admitted:
        return []
    return ["", t("⛔ May not come in yet: {why}", why=Html(denial_reason(t, door)))]


def door_row(t: HtmlTranslator, door: Verdict | None) -> list[Row]:
    """*Check in* for whoever pays on the way in and was not counted today."""
    if door is None or door.client_id is None or door.code is not VerdictCode.ADMITTED:
        return []
    return [[button(t("✅ Check in"), CheckInClient(door.client_id), wide=True)]]


def _heading(t: HtmlTranslator, receipt: Receipt) -> str:
    number = receipt_number(t, receipt.number)
    if receipt.voided:
        return t("↩️ Receipt {number} of <s>{amount}</s> was voided.", number=number, amount=receipt.amount)
    return t(
        "✅ <b>Paid {amount}</b> ({method})\nReceipt {number}",
        amount=receipt.amount,
        method=t(METHODS[receipt.method]),
        number=number,
    )


def _facts(t: HtmlTranslator, receipt: Receipt) -> list[str]:
    lines = [
        t("👤 {client}", client=receipt.client_name),
        t("🏷 {plan}", plan=receipt.plan_name),
        t("📅 {starts_on} – {ends_on}", starts_on=receipt.starts_on, ends_on=receipt.ends_on),
        *receipt_rests(t, receipt.rests),
        t("🕓 {at}, {staff}", at=receipt.at, staff=receipt.staff_name),
    ]
    if receipt.destination:
        lines.append(t("🏦 {account}", account=receipt.destination))
    if receipt.paid_on and receipt.paid_on != receipt.at.astimezone(t.zone).date():
        lines.append(t("📅 paid on {day}", day=receipt.paid_on))
    if receipt.note:
        lines.append(t("📝 {note}", note=receipt.note))
    return lines


def _why_kept(t: HtmlTranslator, receipt: Receipt) -> str:
    if not receipt.surplus:
        return t("💸 {amount} of it were given back: it cannot be voided.", amount=receipt.given_back)
    if receipt.method is Method.CREDIT:
        return t("👛 Taken out of the client's credit, as a payment was voided.")
    return t("👛 {amount} of it were used: it cannot be voided.", amount=receipt.given_back)


def _is_given_back(receipt: Receipt) -> bool:
    return not receipt.voided and bool(receipt.given_back)


def _undo(t: HtmlTranslator, receipt: Receipt, may_void: bool) -> list[Button]:
    if receipt.voided or receipt.given_back:
        return []
    if may_void:
        return [button(t("Void"), VoidPayment(receipt.entry_id))]
    return [button(t("Ask to void"), AskVoid(receipt.entry_id))]


def _came_back(t: HtmlTranslator, receipt: Receipt) -> Button:
    return button(t("💵 The money came back"), TakeBack(receipt.subscription_id), wide=True)


@router.on(ReceiptPdf)
async def receipt_pdf(context: UpdateContext, press: ReceiptPdf) -> None:
    async with context.unit_of_work() as uow:
        found = await JointPayments(uow).receipts(press.entry_id)
        client = await ClientService(uow).get(found.first.client_id)
    await send_receipt(context, found.parts, client.language)


@router.on(VoidPayment)
async def void(context: UpdateContext, press: VoidPayment) -> None:
    """Ask why and void; of a payment that is too old for this person an admin is asked."""
    async with context.unit_of_work() as uow:
        receipt = await SubscriptionService(uow).receipt(press.entry_id)
        await FourEyes(uow).require_another(receipt.client_id, Permission.TAKE_PAYMENT, acts=False)
        payments = PaymentService(uow)
        payment = await payments.payment(press.entry_id)
        may_void = payments.may_void(payment)
    if receipt.voided:
        raise AlreadyVoided
    if receipt.given_back:
        await _refuse_given_back(context, receipt)
        return
    if not may_void:
        ask = button(context.t("Ask to void"), AskVoid(press.entry_id))
        back = nav(context.t, back=ShowReceipt(press.entry_id))
        await context.show(Screen(say_error(context.t, VoidNeedsAdmin()), [[ask], back]))
        return
    values = {
        "entry_id": press.entry_id,
        "number": receipt.number,
        "amount": receipt.amount,
        "client": receipt.client_name,
        "method": receipt.method,
        "came_back": payment.cause is EntryCause.RETURNED,
        "surplus": payment.cause is EntryCause.SURPLUS,
    }
    await begin(context, VOID, values, back=ShowReceipt(press.entry_id))


async def _refuse_given_back(context: UpdateContext, receipt: Receipt) -> None:
    """Answer a button that was shown before the refund: what to do first, and the way there."""
    text = say_error(context.t, not_to_void(receipt))
    may_return = context.identity.may(Permission.REFUND) and not receipt.surplus
    returns = [_came_back(context.t, receipt)] if may_return else []
    await context.show(Screen(text, [returns, nav(context.t, back=ShowReceipt(receipt.entry_id))]))


async def _void_summary(ctx: FormContext) -> str:
    method = ctx.value("method", Method)
    lines = [
        ctx.t(
            "Void receipt {number} of {amount} ({method})?\n👤 {client}\nReason: {reason}",
            number=receipt_number(ctx.t, ctx.value("number", int)),
            amount=ctx.value("amount", Decimal),
            method=ctx.t(METHODS[method]),
            client=ctx.value("client", str),
            reason=ctx.value("reason", str),
        ),
        _afterwards(ctx),
    ]
    if method is Method.CREDIT:
        lines.append(ctx.t("They go back to the client's credit."))
    return "\n".join(lines)


def _afterwards(ctx: FormContext) -> str:
    amount = ctx.value("amount", Decimal)
    if ctx.maybe("came_back", bool):
        return ctx.t("The {amount} count as given back again, and nothing is owed for them.", amount=amount)
    if ctx.maybe("surplus", bool):
        return ctx.t("The {amount} leave the client's credit, and nothing is owed for them.", amount=amount)
    return ctx.t("The {amount} are owed again afterwards.", amount=amount)


async def _void(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        subscription = await SubscriptionService(uow).void_payment(
            ctx.value("entry_id", UUID), ctx.value("reason", str)
        )
    t = ctx.t
    balance = subscription.account.balance
    text = t("Voided. To pay now: {balance}", balance=balance) if balance else t("Voided. Nothing is owed.")
    pay = button(t("💵 Take payment"), TakePayment(subscription.id), wide=True)
    rows = [[pay]] if balance else []
    return Screen(text, [*rows, nav(t, back=Card(subscription.client_id))])


VOID = router.form(
    Form(
        name="void",
        title=N_("Void a payment"),
        steps=[reason_step(N_("Why is it void? Write it in a few words."))],
        summary=_void_summary,
        submit=_void,
        confirm=N_("Void it"),
        takes_back=True,
    )
)


def paid_already(t: HtmlTranslator, number: int) -> str:
    """A toast for a second press: its receipt stands in the chat."""
    return t("Taken once: receipt {number}.", number=receipt_number(t, number))
