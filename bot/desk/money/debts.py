"""Debts at the desk, of plans and of products: the aged list, reminders, and due dates put off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from bot.forms.answers import read_coming_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import day_choices
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import CancelSubscription
from bot.ui.buttons.money import AccountStatement, Debts, TakePayment, WriteOff
from bot.ui.buttons.plans import ShowSale
from bot.ui.buttons.transfers.proofs import Proofs
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import status
from gym.core.database.repository import Page
from gym.core.language import N_
from gym.debts.schemas import AgeBand, Debt, DebtKind, DebtOverview
from gym.debts.service import DebtService
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.statuses import is_open
from gym.transfers.schemas import ProofSums
from gym.transfers.service import ProofService

router = Router(Audience.STAFF)
BANDS: Final = {
    AgeBand.FRESH: N_("up to 7 days"),
    AgeBand.OLDER: N_("8 to 30 days"),
    AgeBand.OLD: N_("over 30 days"),
}
MARKS: Final = {AgeBand.FRESH: "🟡", AgeBand.OLDER: "🟠", AgeBand.OLD: "🔴"}
SNOOZES: Final = (3, 7, 14, 30)
"""The offered numbers of days."""


@callback("snoozd")
class Snoozed(Callback):
    """List debts that are put off."""

    page: int = 0


@callback("debt")
class ShowDebt(Callback):
    """Show one debt; like the three below it names the subscription or the sale."""

    debt_id: UUID


@callback("dremnd", changes=True)
class RemindNow(Callback):
    debt_id: UUID


@callback("dsnooz")
class Snooze(Callback):
    """Ask until when a debt is put off."""

    debt_id: UUID


@callback("dwake", changes=True)
class Wake(Callback):
    debt_id: UUID


router.home(N_("💵 Collect"), Debts(), permission=Permission.TAKE_PAYMENT)


@router.on(Debts)
async def debts(context: UpdateContext, press: Debts) -> None:
    async with context.unit_of_work() as uow:
        service = DebtService(uow)
        overview = await service.overview()
        found = await service.by_age(press.page, press.band)
        waiting = await ProofService(uow).sum_open()
    t = context.t
    lines = _overview(t, overview)
    if press.band:
        lines.append(t("Shown: <b>{band}</b>", band=t(BANDS[press.band])))
    pages = pager(found.number, found.pages, lambda number: Debts(press.band, number))
    rows = [*_rows(t, found), pages, *_filters(t, overview, press.band)]
    # Somebody waits for an answer to a proof; to none of them the way is still here, below what is owed.
    rows = [_proofs(t, waiting), *rows] if waiting.count else [*rows, _proofs(t, waiting)]
    await context.show(Screen("\n".join(lines), [*rows, nav(t)]))


def _proofs(t: HtmlTranslator, waiting: ProofSums) -> Row:
    """The way to the proofs of payment, with how many wait."""
    label = t("🧾 Proofs ({count})", count=waiting.count) if waiting.count else t("🧾 Proofs")
    return [button(label, Proofs())]


def _overview(t: HtmlTranslator, overview: DebtOverview) -> list[str]:
    total = overview.total
    if not total.count:
        return [t("💵 <b>Debts</b>"), "", t("Nobody owes anything. 🎉")]
    owed = t.plural(
        "💵 <b>{count} debt</b>, {amount}",
        "💵 <b>{count} debts</b>, {amount}",
        total.count,
        amount=total.amount,
    )
    parts = [(f"{MARKS[band]} {t(BANDS[band])}", part) for band, part in overview.bands.items()]
    parts.append((t("😴 put off"), overview.snoozed))
    lines = [
        t("{what}: {count}, {amount}", what=what, count=part.count, amount=part.amount)
        for what, part in parts
        if part.count
    ]
    return [owed, "", *lines]


def _filters(t: HtmlTranslator, overview: DebtOverview, shown: AgeBand | None) -> list[Row]:
    """A button for each age that has debts."""
    buttons = [
        button(f"{MARKS[band]} {t(BANDS[band])}", Debts(band))
        for band, part in overview.bands.items()
        if part.count and band is not shown
    ]
    if shown is not None:
        buttons.append(button(t("All"), Debts()))
    if len(buttons) == 1 and shown is None:
        buttons = []  # every debt that is listed is of this age
    if overview.snoozed.count:
        buttons.append(button(t("😴 Put off"), Snoozed()))
    return grid(buttons)


@router.on(Snoozed)
async def snoozed(context: UpdateContext, press: Snoozed) -> None:
    async with context.unit_of_work() as uow:
        found = await DebtService(uow).snoozed(press.page)
    t = context.t
    lines = [t("😴 <b>Debts put off</b>"), ""]
    lines += (
        [t("No debt is put off.")] if not found.total else [_snoozed_line(t, debt) for debt in found.items]
    )
    pages = pager(found.number, found.pages, Snoozed)
    await context.show(Screen("\n".join(lines), [*_rows(t, found), pages, nav(t, back=Debts())]))


def _snoozed_line(t: HtmlTranslator, debt: Debt) -> str:
    facts = {"client": debt.client_name, "balance": debt.balance, "until": debt.snoozed_until}
    return t("{client}: {balance} until {until}", **facts)


def _rows(t: HtmlTranslator, found: Page[Debt]) -> list[Row]:
    return [[button(_label(t, debt), ShowDebt(debt.id), wide=True)] for debt in found.items]


def _label(t: HtmlTranslator, debt: Debt) -> str:
    """A button's label: the sum and the age first, for a long name is cut at its end."""
    days = t.plural("{count} day", "{count} days", debt.days) if debt.days else t("today")
    return f"{MARKS[debt.band]} {t.money(debt.balance)} · {days} · {debt.client_name}"


@router.on(ShowDebt)
async def show_debt(context: UpdateContext, press: ShowDebt) -> None:
    await _show(context, press.debt_id)


async def _show(context: UpdateContext, debt_id: UUID, heading: str = "") -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).get(debt_id)
        plan = await SubscriptionService(uow).get(debt_id) if debt.kind is DebtKind.PLAN else None
    text = "\n".join(_facts(context.t, debt, plan))
    keyboard = [*_actions(context.t, debt, plan, context.today), nav(context.t, back=Debts())]
    await context.show(Screen(f"{heading}\n\n{text}" if heading else text, keyboard))


def _facts(t: HtmlTranslator, debt: Debt, plan: Subscription | None) -> list[str]:
    since = t.plural("for {count} day", "for {count} days", debt.days) if debt.days else t("since today")
    lines = [
        t("👤 <b>{client}</b>", client=debt.client_name),
        *_owed_for(t, debt, plan),
        t("💵 To pay: <b>{balance}</b>", balance=debt.balance) + f" ({since})",
    ]
    if debt.phone:
        lines.append(t("📞 {phone}", phone=debt.phone))
    if debt.snoozed_until:
        lines.append(t("😴 put off until {until}", until=debt.snoozed_until))
    return lines


def _owed_for(t: HtmlTranslator, debt: Debt, plan: Subscription | None) -> list[str]:
    if plan is None:
        return [t("🥤 {what}", what=debt.what), t("📅 on account since {day}", day=debt.since)]
    return [
        t("🏷 {plan} {status}", plan=debt.what, status=status(t, plan)),
        t("📅 {starts_on} – {ends_on}", starts_on=plan.starts_on, ends_on=plan.ends_on),
    ]


def _actions(t: HtmlTranslator, debt: Debt, plan: Subscription | None, today: date) -> list[Row]:
    later = button(t("😴 Put off"), Snooze(debt.id))
    first: Sequence[Button] = [later]
    if debt.snoozed_until and debt.snoozed_until > today:
        first = [button(t("Ask again now"), Wake(debt.id)), later]
    elif debt.has_chat:
        first = [button(t("🔔 Remind now"), RemindNow(debt.id)), later]
    card = button(t("👤 Card"), Card(debt.client_id))
    if plan is None:
        sale = button(t("🧾 Sale"), ShowSale(debt.id))
        lost = [] if debt.band is AgeBand.FRESH else [button(t("🧹 Write off"), WriteOff(debt.id))]
        return [[button(t("💵 Take payment"), ShowSale(debt.id), wide=True)], first, lost, [sale, card]]
    over = button(t("🧹 Write off"), WriteOff(plan.id))
    if is_open(plan, today):  # its debt is not lost yet
        over = button(t("✖️ Cancel plan"), CancelSubscription(plan.id))
    return [
        [button(t("💵 Take payment"), TakePayment(plan.id), wide=True)],
        first,
        [button(t("📒 Statement"), AccountStatement(plan.id)), card],
        [over],
    ]


@router.on(RemindNow)
async def remind_now(context: UpdateContext, press: RemindNow) -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).remind(press.debt_id)
    heading = context.t("🔔 {client} is being reminded.", client=debt.client_name)
    await _show(context, press.debt_id, heading)


@router.on(Wake)
async def wake(context: UpdateContext, press: Wake) -> None:
    async with context.unit_of_work() as uow:
        await DebtService(uow).snooze(press.debt_id, None)
    await _show(context, press.debt_id, context.t("Back among the debts."))


@router.on(Snooze)
async def snooze(context: UpdateContext, press: Snooze) -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).get(press.debt_id)
        await FourEyes(uow).require_another(debt.client_id, Permission.TAKE_PAYMENT, acts=False)
    values = {"subscription_id": press.debt_id, "client": debt.client_name, "balance": debt.balance}
    await begin(context, SNOOZE, values, back=ShowDebt(press.debt_id))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    days = [ctx.context.today + timedelta(days=days) for days in SNOOZES]
    return day_choices(ctx, days)


async def _snooze(ctx: FormContext) -> Screen:
    """The draft says `subscription_id`, as drafts of 0.1.0 that may still wait do; a sale's serves too."""
    async with ctx.unit_of_work() as uow:
        debt = await DebtService(uow).snooze(ctx.value("subscription_id", UUID), ctx.value("until", date))
    t = ctx.t
    text = t(
        "😴 Nobody asks {client} for {balance} before {until}.",
        client=debt.client_name,
        balance=debt.balance,
        until=debt.snoozed_until,
    )
    return Screen(text, [nav(t, back=Debts())])


SNOOZE = router.form(
    Form(
        name="debt_snooze",
        title=N_("Put off a debt"),
        steps=[
            Step(
                "until",
                N_("Until"),
                N_("Until when? Choose a day or type one, such as 3 August or Friday."),
                choices=_days,
                parse=read_coming_day,
            )
        ],
        submit=_snooze,
        confirm=None,
    )
)
