"""A client's past on pages: visits, payments, plans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import Card, TakePayment
from bot.desk.payments import receipt_screen
from bot.desk.words import METHODS, status
from bot.keyboards import Button, button, nav, pager
from bot.render import HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.attendance.models import CheckIn, Outcome, VerdictCode
from gym.attendance.service import AttendanceService
from gym.clients.service import ClientService
from gym.core.language import N_
from gym.payments.models import LedgerEntry
from gym.payments.service import PaymentService
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService

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
"""An attempt at the door in a few words."""


@callback("visits")
class Visits(Callback):
    client_id: UUID
    page: int = 0


@callback("pays")
class Payments(Callback):
    client_id: UUID
    page: int = 0


@callback("rcpt")
class Receipt(Callback):
    """One payment, with the way to void it."""

    entry_id: UUID


@callback("subs")
class Plans(Callback):
    """What was sold to a client."""

    client_id: UUID
    page: int = 0


def visit_line(t: HtmlTranslator, visit: CheckIn) -> str:
    """One attempt at the door."""
    mark = "✅" if visit.outcome is Outcome.ADMITTED else "⛔"
    line = t("{at}: {why}", at=visit.at, why=t(WHY[visit.code]))
    return f"↩️ <s>{line}</s>" if visit.undone_at else f"{mark} {line}"


@router.on(Visits)
async def visits(turn: Turn, tap: Visits) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        found = await AttendanceService(uow).visits(tap.client_id, tap.page)
    t = turn.t
    lines = [visit_line(t, visit) for visit in found.items] or [t("No visits yet.")]
    heading = t("🚪 <b>{client}</b>: visits", client=client.full_name)
    pages = pager(found.number, found.pages, lambda number: Visits(tap.client_id, number))
    await turn.show(_page(t, tap.client_id, [heading, "", *lines], [pages]))


@router.on(Payments)
async def payments(turn: Turn, tap: Payments) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        found = await PaymentService(uow).client_payments(tap.client_id, tap.page)
        voided = await PaymentService(uow).voided([entry.id for entry in found.items])
    t = turn.t
    lines = [_payment_line(t, entry, entry.id in voided) for entry in found.items]
    heading = t("🧾 <b>{client}</b>: payments", client=client.full_name)
    rows = [[button(_payment_label(t, entry), Receipt(entry.id), wide=True)] for entry in found.items]
    pages = pager(found.number, found.pages, lambda number: Payments(tap.client_id, number))
    await turn.show(
        _page(t, tap.client_id, [heading, "", *(lines or [t("No payments yet.")])], [*rows, pages])
    )


def _payment_line(t: HtmlTranslator, entry: LedgerEntry, voided: bool) -> str:
    method = t(METHODS[entry.method]) if entry.method else ""
    line = t("{day}: {amount} ({method})", day=entry.gym_day, amount=entry.amount, method=method)
    return f"↩️ <s>{line}</s>" if voided else f"💵 {line}"


def _payment_label(t: HtmlTranslator, entry: LedgerEntry) -> str:
    return f"№ {entry.receipt_number} · {t.money(entry.amount)}"


@router.on(Receipt)
async def receipt(turn: Turn, tap: Receipt) -> None:
    async with turn.unit_of_work() as uow:
        found = await SubscriptionService(uow).receipt(tap.entry_id)
    if not found.voided:
        await turn.show(receipt_screen(turn.t, found))
        return
    t = turn.t
    text = t("Receipt {number} of {amount} was voided.", number=str(found.number), amount=found.amount)
    await turn.show(Screen(text, [nav(t, back=Payments(found.client_id))]))


@router.on(Plans)
async def plans(turn: Turn, tap: Plans) -> None:
    async with turn.unit_of_work() as uow:
        client = await ClientService(uow).get(tap.client_id)
        found = await SubscriptionService(uow).history(tap.client_id, tap.page)
        owed = await SubscriptionService(uow).owed(tap.client_id)
    t = turn.t
    lines = [_plan_line(t, one) for one in found.items] or [t("No plan was sold yet.")]
    heading = t("🏷 <b>{client}</b>: plans", client=client.full_name)
    dues = [
        [
            button(
                t("💵 {balance}, {plan}", balance=one.balance, plan=one.subscription.plan.name),
                TakePayment(one.subscription.id),
                wide=True,
            )
        ]
        for one in owed
    ]
    pages = pager(found.number, found.pages, lambda number: Plans(tap.client_id, number))
    await turn.show(_page(t, tap.client_id, [heading, "", *lines], [*dues, pages]))


def _plan_line(t: HtmlTranslator, one: Subscription) -> str:
    return t(
        "{starts_on} – {ends_on}\n<b>{plan}</b> {status}, {price}",
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        plan=one.plan.name,
        status=status(t, one),
        price=one.final_price,
    )


def _page(
    t: HtmlTranslator, client_id: UUID, lines: Sequence[str], rows: Sequence[Sequence[Button]]
) -> Screen:
    return Screen("\n".join(lines), [*rows, nav(t, back=Card(client_id))])
