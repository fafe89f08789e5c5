"""Debts at the desk: the aged list, reminders, and due dates put off."""

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
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import status
from gym.core.database.repository import Page
from gym.core.language import N_
from gym.security.permissions import Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.money.debts import AgeBand, Debt, DebtOverview, DebtService
from gym.subscriptions.status.statuses import is_open

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
    subscription_id: UUID


@callback("dremnd", changes=True)
class RemindNow(Callback):
    subscription_id: UUID


@callback("dsnooz")
class Snooze(Callback):
    """Ask until when a debt is put off."""

    subscription_id: UUID


@callback("dwake", changes=True)
class Wake(Callback):
    subscription_id: UUID


router.home(N_("💵 Collect"), Debts(), permission=Permission.TAKE_PAYMENT)


@router.on(Debts)
async def debts(context: UpdateContext, press: Debts) -> None:
    async with context.unit_of_work() as uow:
        service = DebtService(uow)
        overview = await service.overview()
        found = await service.by_age(press.page, press.band)
    t = context.t
    lines = _overview(t, overview)
    if press.band:
        lines.append(t("Shown: <b>{band}</b>", band=t(BANDS[press.band])))
    pages = pager(found.number, found.pages, lambda number: Debts(press.band, number))
    rows = [*_rows(t, found), pages, *_filters(t, overview, press.band)]
    await context.show(Screen("\n".join(lines), [*rows, nav(t)]))


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
    name = debt.subscription.client.full_name
    return t("{client}: {balance} until {until}", client=name, balance=debt.balance, until=debt.snoozed_until)


def _rows(t: HtmlTranslator, found: Page[Debt]) -> list[Row]:
    return [[button(_label(t, debt), ShowDebt(debt.subscription.id), wide=True)] for debt in found.items]


def _label(t: HtmlTranslator, debt: Debt) -> str:
    """A button's label: the sum and the age first, for a long name is cut at its end."""
    days = t.plural("{count} day", "{count} days", debt.days)
    return f"{MARKS[debt.band]} {t.money(debt.balance)} · {days} · {debt.subscription.client.full_name}"


@router.on(ShowDebt)
async def show_debt(context: UpdateContext, press: ShowDebt) -> None:
    await _show(context, press.subscription_id)


async def _show(context: UpdateContext, subscription_id: UUID, heading: str = "") -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).get(subscription_id)
    text = "\n".join(_facts(context.t, debt))
    asleep = bool(debt.snoozed_until and debt.snoozed_until > context.today)
    keyboard = [*_actions(context.t, debt, asleep, context.today), nav(context.t, back=Debts())]
    await context.show(Screen(f"{heading}\n\n{text}" if heading else text, keyboard))


def _facts(t: HtmlTranslator, debt: Debt) -> list[str]:
    one = debt.subscription
    since = t.plural("for {count} day", "for {count} days", debt.days)
    lines = [
        t("👤 <b>{client}</b>", client=one.client.full_name),
        t("🏷 {plan} {status}", plan=one.plan.name, status=status(t, one)),
        t("📅 {starts_on} – {ends_on}", starts_on=one.starts_on, ends_on=one.ends_on),
        t("💵 To pay: <b>{balance}</b>", balance=debt.balance) + f" ({since})",
    ]
    if one.client.phone:
        lines.append(t("📞 {phone}", phone=one.client.phone))
    if debt.snoozed_until:
        lines.append(t("😴 put off until {until}", until=debt.snoozed_until))
    return lines


def _actions(t: HtmlTranslator, debt: Debt, asleep: bool, today: date) -> list[Row]:
    one = debt.subscription
    over = button(t("🧹 Write off"), WriteOff(one.id))
    if is_open(one, today):  # its debt is not lost yet
        over = button(t("✖️ Cancel plan"), CancelSubscription(one.id))
    later = button(t("😴 Put off"), Snooze(one.id))
    first: Sequence[Button] = [later]
    if asleep:
        first = [button(t("Ask again now"), Wake(one.id)), later]
    elif one.client.telegram_id is not None:
        first = [button(t("🔔 Remind now"), RemindNow(one.id)), later]
    return [
        [button(t("💵 Take payment"), TakePayment(one.id), wide=True)],
        first,
        [over],
        [button(t("📒 Statement"), AccountStatement(one.id)), button(t("👤 Card"), Card(one.client_id))],
    ]


@router.on(RemindNow)
async def remind_now(context: UpdateContext, press: RemindNow) -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).remind(press.subscription_id)
    heading = context.t("🔔 {client} is being reminded.", client=debt.subscription.client.full_name)
    await _show(context, press.subscription_id, heading)


@router.on(Wake)
async def wake(context: UpdateContext, press: Wake) -> None:
    async with context.unit_of_work() as uow:
        await DebtService(uow).snooze(press.subscription_id, None)
    await _show(context, press.subscription_id, context.t("Back among the debts."))


@router.on(Snooze)
async def snooze(context: UpdateContext, press: Snooze) -> None:
    async with context.unit_of_work() as uow:
        debt = await DebtService(uow).get(press.subscription_id)
        needed, client_id = Permission.TAKE_PAYMENT, debt.subscription.client_id
        await FourEyes(uow).require_another(client_id, needed, acts=False)
    values = {
        "subscription_id": press.subscription_id,
        "client": debt.subscription.client.full_name,
        "balance": debt.balance,
    }
    await begin(context, SNOOZE, values, back=ShowDebt(press.subscription_id))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    days = [ctx.context.today + timedelta(days=days) for days in SNOOZES]
    return day_choices(ctx, days)


async def _snooze(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        debt = await DebtService(uow).snooze(ctx.value("subscription_id", UUID), ctx.value("until", date))
    t = ctx.t
    text = t(
        "😴 Nobody asks {client} for {balance} before {until}.",
        client=debt.subscription.client.full_name,
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
