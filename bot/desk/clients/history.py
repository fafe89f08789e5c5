"""A client's history by page: visits, payments, subscriptions, and the statement of an account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.money import AccountStatement, ShowReceipt, TakePayment, pay_press
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, button, nav, pager
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.ledger import method_words, money_line, receipt_label
from bot.ui.wording.memberships.freezes import rest_lines
from bot.ui.wording.terms import receipt_number, status
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import CheckIn, Outcome, VerdictCode
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryCause, EntryKind, LedgerEntry
from gym.payments.service import PaymentService
from gym.payments.statements import StatementLine, StatementService, running
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.statuses import is_open

router = Router(Audience.STAFF)
Code = VerdictCode
WHY: Final = {
    Code.NOT_RECOGNIZED: N_("not recognised"),
    Code.UNCERTAIN: N_("not sure who it was"),
    Code.SPOOF_SUSPECTED: N_("not a live face"),
    Code.CLIENT_INACTIVE: N_("deactivated"),
    Code.BLOCKED: N_("blocked"),
    Code.NO_SUBSCRIPTION: N_("no plan"),
    Code.NOT_STARTED: N_("plan not started"),
    Code.EXPIRED: N_("plan ended"),
    Code.FROZEN: N_("plan frozen"),
    Code.PAYMENT_DUE: N_("payment due"),
    Code.VISITS_USED_UP: N_("visits used up"),
    Code.OUTSIDE_HOURS: N_("outside the plan's hours"),
    Code.ALREADY_INSIDE: N_("inside already"),
    Code.ADMITTED: N_("came in"),
    Code.REENTRY: N_("came in again"),
}
"""The verdict of an attempt at the door in a few words."""


@callback("visits")
class Visits(Callback):
    client_id: UUID
    page: int = 0


@callback("pays")
class Payments(Callback):
    """List a client's payments, voids and refunds."""

    client_id: UUID
    page: int = 0


@callback("subs")
class PlanHistory(Callback):
    """List the subscriptions sold to a client."""

    client_id: UUID
    page: int = 0


@callback("crstmt")
class CreditStatement(Callback):
    """Show a client's credit and the entries that make it up."""

    client_id: UUID


def visit_line(t: HtmlTranslator, visit: CheckIn) -> str:
    """One attempt at the door."""
    mark = "✅" if visit.outcome is Outcome.ADMITTED else "⛔"
    line = t("{at}: {why}", at=visit.at, why=t(WHY[visit.code]))
    return f"↩️ <s>{line}</s>" if visit.undone_at else f"{mark} {line}"


@router.on(Visits)
async def visits(context: UpdateContext, press: Visits) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        found = await AttendanceService(uow).visits(press.client_id, press.page)
    t = context.t
    lines = [visit_line(t, visit) for visit in found.items] or [t("No visits yet.")]
    heading = t("🚪 <b>{client}</b>: visits", client=client.full_name)
    pages = pager(found.number, found.pages, lambda number: Visits(press.client_id, number))
    await context.show(_page(t, press.client_id, [heading, "", *lines], [pages]))


@router.on(Payments)
async def payments(context: UpdateContext, press: Payments) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        found = await StatementService(uow).money(press.client_id, press.page)
        credit = await ClientCredit(uow).balance(press.client_id)
    t = context.t
    lines = [money_line(t, row) for row in found.items] or [t("No payments yet.")]
    heading = t("🧾 <b>{client}</b>: payments", client=client.full_name)
    rows: list[Sequence[Button]] = [
        [button(receipt_label(t, row), ShowReceipt(row.entry.id), wide=True)]
        for row in found.items
        if row.entry.kind is EntryKind.PAYMENT
    ]
    if credit:
        label = t("💳 Credit: {credit}", credit=credit)
        rows.append([button(label, CreditStatement(press.client_id), wide=True)])
    pages = pager(found.number, found.pages, lambda number: Payments(press.client_id, number))
    await context.show(_page(t, press.client_id, [heading, "", *lines], [*rows, pages]))


@router.on(AccountStatement)
async def statement(context: UpdateContext, press: AccountStatement) -> None:
    async with context.unit_of_work() as uow:
        one = await SubscriptionService(uow).get(press.subscription_id)
        lines = running(await PaymentService(uow).entries(one.account_id))
    t = context.t
    numbers: dict[UUID | None, int | None] = {line.entry.id: line.entry.receipt_number for line in lines}
    heading = t(
        "📒 <b>{client}</b>\n🏷 {plan}, {starts_on} – {ends_on}",
        client=one.client.full_name,
        plan=one.plan.name,
        starts_on=one.starts_on,
        ends_on=one.ends_on,
    )
    balance = t("💵 To pay: <b>{balance}</b>", balance=one.account.balance)
    body = [_statement_line(t, line, numbers.get(line.entry.voids_id)) for line in lines]
    rows = [[button(t("💵 Take payment"), TakePayment(one.id), wide=True)]] if one.account.balance else []
    screen = Screen(
        "\n".join([heading, "", *body, "", balance]), [*rows, nav(t, back=PlanHistory(one.client_id))]
    )
    await context.show(screen)


@router.on(CreditStatement)
async def credit_statement(context: UpdateContext, press: CreditStatement) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        lines = running(await ClientCredit(uow).movements(press.client_id))
    t = context.t
    heading = t("💳 <b>{client}</b>: credit", client=client.full_name)
    body = [
        t(
            "{day}: <b>{change}</b>, {balance} left: {reason}",
            day=line.entry.gym_day,
            change=line.change,
            balance=line.balance,
            reason=line.entry.reason or "",
        )
        for line in lines
    ]
    text = "\n".join([heading, "", *(body or [t("No credit yet.")])])
    await context.show(Screen(text, [nav(t, back=Payments(press.client_id))]))


def _statement_line(t: HtmlTranslator, line: StatementLine, voided_number: int | None) -> str:
    return t(
        "{day}: {what} <b>{change}</b>, {balance} to pay",
        day=line.entry.gym_day,
        what=Html(_what(t, line.entry, voided_number)),
        change=line.change,
        balance=line.balance,
    )


def _what(t: HtmlTranslator, entry: LedgerEntry, voided_number: int | None) -> str:
    number = receipt_number(t, entry.receipt_number or voided_number)
    match entry.kind:
        case EntryKind.CHARGE:
            return t("charged")
        case EntryKind.OPENING:
            return t("import undone") if entry.cause is EntryCause.PAID_BEFORE else t("brought forward")
        case EntryKind.PAYMENT:
            return t("receipt {number} ({method})", number=number, method=method_words(t, entry))
        case EntryKind.VOID:
            return t("receipt {number} voided ({reason})", number=number, reason=entry.reason)
        case EntryKind.CREDIT:
            return _off(t, entry)
        case EntryKind.REFUND:
            return t("given back, {method} ({reason})", method=method_words(t, entry), reason=entry.reason)


def _off(t: HtmlTranslator, entry: LedgerEntry) -> str:
    """What was credited, by its reason."""
    if entry.cause is EntryCause.WRITTEN_OFF:
        return t("written off ({reason})", reason=entry.reason)
    if entry.cause is EntryCause.ROUNDING:
        return t("rounding")
    if entry.cause is EntryCause.PAID_BEFORE:
        return t("paid before the import")
    return t("taken off ({reason})", reason=entry.reason)


@router.on(PlanHistory)
async def plans(context: UpdateContext, press: PlanHistory) -> None:
    async with context.unit_of_work() as uow:
        client = await ClientService(uow).get(press.client_id)
        found = await SubscriptionService(uow).history(press.client_id, press.page)
        owed = await DebtService(uow).of_client(press.client_id)
    t = context.t
    lines = [_plan_line(t, one, context.today) for one in found.items] or [t("No plan was sold yet.")]
    heading = t("🏷 <b>{client}</b>: plans", client=client.full_name)
    dues = [
        [
            button(
                t("💵 {balance}, {plan}", balance=one.balance, plan=one.what),
                pay_press(one),
                wide=True,
            )
        ]
        for one in owed
    ]
    statements = [
        [
            button(
                f"📒 {one.plan.name}, {t.day(one.starts_on, short=True)}", AccountStatement(one.id), wide=True
            )
        ]
        for one in found.items
    ]
    pages = pager(found.number, found.pages, lambda number: PlanHistory(press.client_id, number))
    await context.show(_page(t, press.client_id, [heading, "", *lines], [*dues, *statements, pages]))


def _plan_line(t: HtmlTranslator, one: Subscription, today: date) -> str:
    line = t(
        "{starts_on} – {ends_on}\n<b>{plan}</b> {status}, {price}",
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        plan=one.plan.name,
        status=status(t, one),
        price=one.final_price,
    )
    open_now = is_open(one, today)
    return "\n".join([line, *(rest_lines(t, one, today) if open_now else [])])


def _page(
    t: HtmlTranslator, client_id: UUID, lines: Sequence[str], rows: Sequence[Sequence[Button]]
) -> Screen:
    return Screen("\n".join(lines), [*rows, nav(t, back=Card(client_id))])
