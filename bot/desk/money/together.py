"""Joint payments: all debts of a client paid at once, one payment for each and one receipt for all."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.idempotency import press_key, was_answered
from bot.desk.money.receipts import ReceiptPdf, door_lines, door_row, paid_already
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import TakeEverything, pay_press
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Keyboard, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.refusals import refusal_screen
from bot.ui.wording.terms import METHODS, receipt_number
from gym.attendance.cards.door_outlook import DoorOutlook
from gym.attendance.checkin.schemas import Verdict
from gym.debts.joint_payments import JointPayments, JointReceipt
from gym.debts.schemas import Debt, DebtKind, total_of
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.payments.errors import owed_only
from gym.payments.models import TILL, Method
from gym.payments.schemas import JointPart, ProductsReceipt
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.errors import JustChanged

router = Router(Audience.STAFF)


@callback("payaln", changes=True)
class PayEverything(Callback):
    """Pay the sum that was shown, by one method; `account` counts the gym's bank accounts from 1."""

    client_id: UUID
    amount: Decimal
    method: Method
    account: int = 0


@router.on(TakeEverything)
async def take_everything(context: UpdateContext, press: TakeEverything) -> None:
    """Every debt and the ways to pay them all; choosing one takes the payments."""
    async with context.unit_of_work() as uow:
        await FourEyes(uow).require_another(press.client_id, Permission.TAKE_PAYMENT, acts=False)
        owed = await DebtService(uow).of_client(press.client_id)
        credit = await ClientCredit(uow).balance(press.client_id)
    if not owed:
        raise owed_only(Decimal(0))
    t, total = context.t, total_of(owed)
    lines = [
        t("<b>Charge everything: {total}</b>", total=total),
        t("👤 {client}", client=owed[0].client_name),
        "",
        *(debt_line(t, one) for one in owed),
        *([t("💳 Credit: {credit}", credit=credit)] if credit else []),
        "",
        t("How is it paid?"),
    ]
    methods = [button(t(METHODS[method]), PayEverything(press.client_id, total, method)) for method in TILL]
    single = [button(_only(t, one, owed), pay_press(one), wide=True) for one in owed]
    if credit >= total:
        use = PayEverything(press.client_id, total, Method.CREDIT)
        single.insert(0, button(t("💳 Use credit: {amount}", amount=total), use, wide=True))
    rows: Keyboard = [*grid(methods), *([one] for one in single), nav(t, back=Card(press.client_id))]
    await context.show(Screen("\n".join(lines), rows))


@router.on(PayEverything)
async def pay_everything(context: UpdateContext, press: PayEverything) -> None:
    accounts = context.settings.bank_accounts
    if press.method is Method.TRANSFER and accounts and not 0 < press.account <= len(accounts):
        await context.show(_which_account(context.t, press, accounts))
        return
    destination = accounts[press.account - 1] if press.method is Method.TRANSFER and accounts else None
    try:
        async with context.unit_of_work() as uow:
            done = await JointPayments(uow).take_everything(
                press.client_id, press.amount, press.method, key=press_key(context), destination=destination
            )
            door, now = await DoorOutlook(uow).verdict(press.client_id), uow.now
    except JustChanged as error:
        again = TakeEverything(press.client_id)
        await context.show(refusal_screen(context.t, error, press.client_id, again=again))
        return
    if was_answered(context, done.first.at, now):
        await context.answer(paid_already(context.t, done.first.number))
        return
    await context.keep(joint_screen(context.t, done, door))


def _which_account(t: HtmlTranslator, press: PayEverything, accounts: Sequence[str]) -> Screen:
    rows = [
        [button(name, PayEverything(press.client_id, press.amount, press.method, number), wide=True)]
        for number, name in enumerate(accounts, 1)
    ]
    return Screen(t("To which account?"), [*rows, nav(t, back=TakeEverything(press.client_id))])


def joint_screen(t: HtmlTranslator, done: JointReceipt, door: Verdict | None = None) -> Screen:
    """The receipt of a joint payment, part by part, and what the door would say now."""
    first = done.first
    lines = [
        t("✅ <b>Paid {amount}</b> ({method})", amount=done.total, method=t(METHODS[first.method])),
        t("👤 {client}", client=first.client_name),
        "",
    ]
    lines += [_part_line(t, one) for one in done.parts]
    lines += ["", t("Paid in full."), *door_lines(t, door)]
    pdf = button(t("📄 PDF"), ReceiptPdf(first.entry_id))
    rows: Keyboard = [*door_row(t, door), [pdf], nav(t, back=Card(first.client_id))]
    return Screen("\n".join(lines), rows)


def _part_line(t: HtmlTranslator, one: JointPart) -> str:
    facts = {"number": receipt_number(t, one.number), "amount": one.amount}
    if isinstance(one, ProductsReceipt):
        return t("🧾 {number}: {amount} for {what}, {day}", what=one.what, day=one.sold_on, **facts)
    return t(
        "🧾 {number}: {amount} for {plan}, {starts_on} – {ends_on}",
        plan=one.plan_name,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        **facts,
    )


def _only(t: HtmlTranslator, one: Debt, owed: Sequence[Debt]) -> str:
    """The label of one debt alone; with its first day where the same is owed for twice."""
    if sum(other.what == one.what for other in owed) == 1:
        return t("Only {plan}: {balance}", plan=one.what, balance=one.balance)
    day = t.day(one.since, short=True)
    return t("Only {plan} from {day}: {balance}", plan=one.what, day=day, balance=one.balance)


def debt_line(t: HtmlTranslator, one: Debt) -> str:
    """One debt: its sum, and its plan or products."""
    if one.kind is DebtKind.PRODUCTS:
        return t("🥤 {what}, {day}: <b>{balance}</b>", what=one.what, day=one.since, balance=one.balance)
    return t(
        "🏷 {plan}, {starts_on} – {ends_on}: <b>{balance}</b>",
        plan=one.what,
        starts_on=one.since,
        ends_on=one.until,
        balance=one.balance,
    )


def everything_button(t: HtmlTranslator, owed: Sequence[Debt]) -> list[Button]:
    """The button of a joint payment, where there is more than one debt."""
    if len(owed) < 2:
        return []
    total, client_id = total_of(owed), owed[0].client_id
    return [button(t("💵 Charge everything: {total}", total=total), TakeEverything(client_id), wide=True)]
