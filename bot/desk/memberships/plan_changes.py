"""Plan changes: what can be done with a subscription, the quote of another plan, and the change."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.desk.idempotency import press_key
from bot.desk.memberships.sale_screens import sold_screen
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import (
    CancelSubscription,
    ChangePlan,
    CreditPlan,
    FreezePlan,
    ManagePlan,
    RefundPlan,
    StartNow,
)
from bot.ui.buttons.money import TakeBack, TakePayment, WriteOff
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.keyboards import Button, Keyboard, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import closed_lines, rest_lines
from bot.ui.wording.memberships.plans import coming_lines
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from bot.ui.wording.terms import plan_text
from gym.payments.credit import ClientCredit
from gym.payments.money_back import MoneyBack
from gym.plans.service import PlanService
from gym.security.permissions import Permission
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.models import OPEN, Subscription
from gym.subscriptions.schemas import ChangeQuote
from gym.subscriptions.service import SubscriptionService
from gym.subscriptions.status.statuses import is_open, is_used_up, is_waiting

router = Router(Audience.STAFF)


@callback("chto")
class ChangeTo(Callback):
    """Show the change to one plan, to be confirmed."""

    subscription_id: UUID
    plan_id: UUID


@callback("chok", changes=True, style=ButtonStyle.SUCCESS)
class ConfirmChange(Callback):
    """Change the plan; `seen` is the mark of what was shown."""

    subscription_id: UUID
    plan_id: UUID
    seen: str


# One plan and what can be done with it ────────────────────────────────────────────────────────────────────


@router.on(ManagePlan)
async def manage(context: UpdateContext, press: ManagePlan) -> None:
    async with context.unit_of_work() as uow:
        service = SubscriptionService(uow)
        one = await service.get(press.subscription_id)
        current = await service.current(one.client_id)
        paid = await MoneyBack(uow).refundable(one.account_id)
        given_back = await MoneyBack(uow).given_back(one.account_id)
    pack_over = current is not None and current.id != one.id and is_used_up(current)
    rows = [*grid(_running(context, one, pack_over=pack_over)), *grid(_money(context, one, paid, given_back))]
    text = "\n".join([plan_text(context.t, one), *rest_lines(context.t, one, context.today)])
    await context.show(Screen(text, [*rows, nav(context.t, back=Card(one.client_id))]))


def _running(context: UpdateContext, one: Subscription, *, pack_over: bool) -> list[Button]:
    if one.status not in OPEN:
        return []
    t, waits = context.t, is_waiting(one, context.today)
    buttons = [button(t("▶️ Start now"), StartNow(one.id))] if waits and pack_over else []
    if not waits:
        buttons.append(button(t("🔀 Change plan"), ChangePlan(one.id)))
    buttons.append(button(t("❄️ Freeze"), FreezePlan(one.id)))
    return [*buttons, button(t("✖️ Cancel plan"), CancelSubscription(one.id))]


def _money(context: UpdateContext, one: Subscription, paid: Decimal, given_back: Decimal) -> list[Button]:
    t, buttons = context.t, list[Button]()
    if one.account.balance:
        buttons.append(button(t("💵 Take payment"), TakePayment(one.id)))
        if not is_open(one, context.today):
            buttons.append(button(t("🧹 Write off"), WriteOff(one.id)))
    if paid:
        buttons.append(button(t("💸 Money back"), RefundPlan(one.id)))
    if given_back and context.identity.may(Permission.REFUND):
        buttons.append(button(t("💵 The money came back"), TakeBack(one.id)))
    if context.identity.may(Permission.CREDIT):
        buttons.append(button(t("🤝 Goodwill"), CreditPlan(one.id)))
    return buttons


# Another plan ─────────────────────────────────────────────────────────────────────────────────────────────


@router.on(ChangePlan)
async def choose(context: UpdateContext, press: ChangePlan) -> None:
    """The other plans on sale."""
    async with context.unit_of_work() as uow:
        old = await SubscriptionService(uow).get(press.subscription_id)
        plans = [one for one in await PlanService(uow).active() if one.plan.id != old.plan_id]
    t = context.t
    rows = [
        [button(f"{one.plan.name} · {t.money(one.price)}", ChangeTo(old.id, one.plan.id), wide=True)]
        for one in plans
    ]
    text = t(
        "{client} has <b>{plan}</b>. Which plan from today on?",
        client=old.client.full_name,
        plan=old.plan.name,
    )
    text = "\n".join([text, *coming_lines(t, plans)])
    if not plans:
        text = t("There is no other plan on sale. An admin creates one under Plans.")
    await context.show(Screen(text, [*rows, nav(t, back=ManagePlan(old.id))]))


@router.on(ChangeTo)
async def offer_change(context: UpdateContext, press: ChangeTo) -> None:
    """The quote of a change: where the money of the unused days goes, to the cent."""
    try:
        async with context.unit_of_work() as uow:
            quote = await PlanChangeService(uow).quote(press.subscription_id, press.plan_id)
    except REFUSALS as error:
        await _refused(context, press.subscription_id, error)
        return
    t = context.t
    keyboard: Keyboard = [
        [button(t("✅ Change"), ConfirmChange(press.subscription_id, press.plan_id, quote.mark))],
        [button(t("Other plan"), ChangePlan(press.subscription_id))],
        nav(t, back=ManagePlan(press.subscription_id)),
    ]
    await context.show(Screen(t("<b>Change the plan?</b>") + "\n\n" + change_text(t, quote), keyboard))


@router.on(ConfirmChange)
async def change(context: UpdateContext, press: ConfirmChange) -> None:
    try:
        async with context.unit_of_work() as uow:
            new = await PlanChangeService(uow).change(
                press.subscription_id, press.plan_id, seen=press.seen, key=press_key(context)
            )
            credit = await ClientCredit(uow).balance(new.client_id)
    except REFUSALS as error:
        await _refused(context, press.subscription_id, error)
        return
    await context.show(sold_screen(context.t, new, credit, heading=context.t("🔀 <b>Changed</b>")))


async def _refused(context: UpdateContext, subscription_id: UUID, error: Exception) -> None:
    assert isinstance(error, REFUSALS)
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(subscription_id)).client_id
    await context.show(refusal_screen(context.t, error, client_id, again=ChangePlan(subscription_id)))


def paid_before_lines(t: HtmlTranslator, amount: Decimal) -> list[str]:
    """Lines about money that was paid before the gym kept its books here."""
    if not amount:
        return []
    return [t("ℹ️ {amount} was paid before the list was imported; it counts.", amount=amount)]


def change_text(t: HtmlTranslator, quote: ChangeQuote) -> str:
    """The old and the new plan, what the unused days are worth, and where that goes."""
    old, period = quote.old, quote.period
    lines = [
        t("👤 {client}", client=old.client.full_name),
        t("🏷 {old} → <b>{new}</b>", old=old.plan.name, new=quote.plan.name),
        t("📅 {starts_on} – {ends_on}", starts_on=period.starts_on, ends_on=period.ends_on),
        *closed_lines(t, quote.closed),
        t("💵 {price}", price=quote.price),
        "",
        t.plural(
            "{count} unused day is worth {value}.",
            "{count} unused days are worth {value}.",
            quote.unused_days,
            value=quote.value,
        ),
        *paid_before_lines(t, quote.paid_before),
        *_shares(t, quote),
        t("To pay: <b>{balance}</b>", balance=quote.to_pay),
    ]
    if quote.visits_moved:
        lines.append(t("🏋️ Today's visit counts on the new plan."))
    if quote.renewal_starts_on:
        lines.append(t("⏭ The plan that waits moves to {day}.", day=quote.renewal_starts_on))
    return "\n".join(lines)


def _shares(t: HtmlTranslator, quote: ChangeQuote) -> list[str]:
    lines: list[str] = []
    if quote.to_debt:
        lines.append(t("− {amount} off what the old plan owes", amount=quote.to_debt))
    if quote.debt_left:
        lines.append(t("⚠️ {amount} of the old plan stay to pay.", amount=quote.debt_left))
    if quote.to_new:
        lines.append(t("− {amount} paid onto the new plan", amount=quote.to_new))
    if quote.to_credit:
        lines.append(t("💳 {amount} stay as the client's credit.", amount=quote.to_credit))
    return lines
