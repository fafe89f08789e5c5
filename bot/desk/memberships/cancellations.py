"""Cancellations: the reason, and the refund or credit for the days left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from bot.desk.memberships.plan_changes import paid_before_lines
from bot.desk.memberships.refunds import given_lines
from bot.forms.answers import amount_up_to
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import amount_step, method_choices, method_step, reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import AskRefund
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import CancelSubscription
from bot.ui.buttons.money import TakePayment
from bot.ui.keyboards import Button, Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.payments.credit import ClientCredit
from gym.payments.errors import RefundTooLarge
from gym.payments.models import TILL, Method
from gym.payments.schemas import GivenBack
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import CancellationQuote, RefundMode
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)
ZERO = Decimal(0)


@router.on(CancelSubscription)
async def cancel(context: UpdateContext, press: CancelSubscription) -> None:
    async with context.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_cancellation(press.subscription_id)
    values: dict[str, object] = {"subscription_id": press.subscription_id, "begun": quote.begun}
    if quote.begun:
        values |= {"value": quote.value, "owed": quote.subscription.account.balance, "most": quote.most}
    else:
        # The cancellation itself takes the debt off, so the questions are about money that was paid.
        values |= {"value": quote.money, "owed": ZERO, "most": quote.money, "debt": quote.credit}
    await begin(context, CANCELLATION, values, back=Card(quote.subscription.client_id))


# What may be given back ───────────────────────────────────────────────────────────────────────────────────


def _is_admin(ctx: FormContext) -> bool:
    return ctx.context.identity.may(Permission.REFUND)


def _has_begun(ctx: FormContext) -> bool:
    """Whether the subscription has begun; a form of an earlier release does not say, and then it has."""
    return ctx.maybe("begun", bool) is not False


def _asks_for_money(ctx: FormContext) -> bool:
    return _has_begun(ctx) or bool(ctx.value("value", Decimal))


async def _ask_money(ctx: FormContext) -> str:
    if _has_begun(ctx):
        return ctx.t("Does the client get the unused days back?")
    paid = ctx.value("value", Decimal)
    return ctx.t("It has not begun, and {paid} were paid for it. Does the client get them back?", paid=paid)


async def _modes(ctx: FormContext) -> Sequence[Choice]:
    t, value = ctx.t, ctx.value("value", Decimal)
    if not _has_begun(ctx):
        return [
            Choice(RefundMode.PRO_RATA, t("All of it: {value}", value=value)),
            Choice(RefundMode.NONE, t("Nothing back")),
            Choice(RefundMode.AMOUNT, t("Another amount")),
        ]
    choices = [Choice(RefundMode.NONE, t("Nothing back"))]
    if value:
        choices.insert(0, Choice(RefundMode.PRO_RATA, t("Unused days: {value}", value=value)))
    if _limit(ctx) > 0:
        choices.append(Choice(RefundMode.AMOUNT, t("Another amount")))
    return choices


async def _ask_amount(ctx: FormContext) -> str:
    return ctx.t("How much? Type an amount up to {most}.", most=_limit(ctx))


def _limit(ctx: FormContext) -> Decimal:
    """The most that this person may give back: the unused days' value, for admins the quote's `most`."""
    return ctx.value("most" if _is_admin(ctx) else "value", Decimal)


_read_amount = amount_up_to(_limit, RefundTooLarge)


def _wants_amount(ctx: FormContext) -> bool:
    return ctx.maybe("refund", RefundMode) is RefundMode.AMOUNT


def _given(ctx: FormContext) -> Decimal:
    """The sum that is credited."""
    match ctx.maybe("refund", RefundMode):
        case RefundMode.PRO_RATA:
            return ctx.value("value", Decimal)
        case RefundMode.AMOUNT:
            return ctx.maybe("amount", Decimal) or ZERO
        case _:
            return ZERO


def _surplus(ctx: FormContext) -> Decimal:
    """What is credited above the debt."""
    return max(ZERO, _given(ctx) - ctx.value("owed", Decimal))


def _has_surplus(ctx: FormContext) -> bool:
    return bool(_surplus(ctx))


async def _ask_method(ctx: FormContext) -> str:
    text = ctx.t("{amount} are the client's. Keep them as credit, or give them back?", amount=_surplus(ctx))
    return text if _is_admin(ctx) else text + " " + ctx.t("Giving money back needs an admin.")


# Summary and end ──────────────────────────────────────────────────────────────────────────────────────────


async def _quote(ctx: FormContext) -> tuple[CancellationQuote, Subscription | None, Subscription | None]:
    """The quote, together with other subscriptions of the client that run or wait."""
    async with ctx.unit_of_work() as uow:
        service = SubscriptionService(uow)
        quote = await service.quote_cancellation(ctx.value("subscription_id", UUID))
        client_id = quote.subscription.client_id
        return quote, await service.current(client_id), await service.waiting(client_id)


def _shares(ctx: FormContext) -> GivenBack:
    surplus = _surplus(ctx)
    kept = surplus if _method(ctx) is Method.CREDIT else ZERO
    credited = _given(ctx) - surplus + _comes_off(ctx)
    return GivenBack(credited=credited, refunded=surplus - kept, kept=kept)


def _comes_off(ctx: FormContext) -> Decimal:
    """The debt for days that have not begun."""
    return ctx.maybe("debt", Decimal) or ZERO


def _method(ctx: FormContext) -> Method:
    return ctx.maybe("method", Method) or Method.CREDIT


async def _summary(ctx: FormContext) -> str:
    quote, running, waiting = await _quote(ctx)
    t, one = ctx.t, quote.subscription
    lines = [
        *_what_goes(t, quote),
        t("📅 {starts_on} – {ends_on}", starts_on=one.starts_on, ends_on=one.ends_on),
        t("Reason: {reason}", reason=ctx.value("reason", str)),
        *given_lines(t, _shares(ctx)),
    ]
    left = one.account.balance - _shares(ctx).credited
    if left >= ctx.context.settings.smallest_amount:
        lines.append(t("⚠️ {amount} of it stay to pay.", amount=left))
    if _asks(ctx):
        lines.append(t("The money needs an admin: you can ask as soon as it is canceled."))
    if running is not None and running.id != one.id:
        lines.append(_stays(t, running))
    if waiting is not None and waiting.id != one.id:
        lines.append(t("⏭ {plan} stays and waits for its first day.", plan=waiting.plan.name))
    return "\n".join(lines)


def _what_goes(t: HtmlTranslator, quote: CancellationQuote) -> list[str]:
    """What ends: access, or days that have not begun."""
    names = {"client": quote.subscription.client.full_name, "plan": quote.subscription.plan.name}
    before = paid_before_lines(t, quote.paid_before)
    if not quote.begun:
        return [t("<b>{plan}</b> of {client} has not begun and is taken off.", **names), *before]
    return [
        t("{client} loses <b>{plan}</b> today.", **names),
        t.plural("{count} unused day", "{count} unused days", quote.unused_days),
        *before,
    ]


def _stays(t: HtmlTranslator, running: Subscription) -> str:
    return t("🏷 {plan} stays until {ends_on}.", plan=running.plan.name, ends_on=running.ends_on)


def _asks(ctx: FormContext) -> bool:
    """Whether money leaves the till and this person may not give it: then an admin is asked."""
    return bool(_shares(ctx).refunded) and not _is_admin(ctx)


async def _cancel(ctx: FormContext) -> Screen:
    """Cancel. An employee's cancellation lowers the debt at once, and asks an admin for the rest."""
    shares, asks = _shares(ctx), _asks(ctx)
    mode, amount = ctx.maybe("refund", RefundMode) or RefundMode.NONE, ctx.maybe("amount", Decimal)
    if asks:
        credited = shares.credited - _comes_off(ctx)
        mode, amount = (RefundMode.AMOUNT, credited) if credited else (RefundMode.NONE, None)
    subscription_id = ctx.value("subscription_id", UUID)
    async with ctx.unit_of_work() as uow:
        last_day = (await SubscriptionService(uow).get(subscription_id)).ends_on
        canceled = await SubscriptionService(uow).cancel(
            subscription_id,
            ctx.value("reason", str),
            refund=mode,
            amount=amount,
            method=_method(ctx),
        )
        credit = await ClientCredit(uow).balance(canceled.client_id)
        running = await SubscriptionService(uow).current(canceled.client_id)
    done = _Done(canceled, last_day, running, credit, shares.refunded if asks else ZERO)
    return _done_screen(ctx, done)


@dataclass(frozen=True, slots=True)
class _Done:
    """A cancellation that was carried out."""

    canceled: Subscription
    last_day: date
    """The plan's before: closings and freezes that moved it are taken off by the cancellation itself."""
    running: Subscription | None
    credit: Decimal
    asked: Decimal
    """The client's money that an admin has yet to give back."""


def _done_screen(ctx: FormContext, done: _Done) -> Screen:
    canceled, running, credit, asked = done.canceled, done.running, done.credit, done.asked
    t, rows, owed = ctx.t, list[Row](), canceled.account.balance
    lines = [
        t(
            "Canceled: <b>{plan}</b> of {client}, {starts_on} – {ends_on}.",
            client=canceled.client.full_name,
            plan=canceled.plan.name,
            starts_on=canceled.starts_on,
            ends_on=done.last_day,
        )
    ]
    if running is not None:
        lines.append(_stays(t, running))
    if owed:
        lines.append(t("⚠️ {amount} of it stay to pay.", amount=owed))
        rows.append([button(t("💵 Take payment"), TakePayment(canceled.id), wide=True)])
    if credit:
        lines.append(t("💳 Credit: {credit}", credit=credit))
    if asked:
        lines.append(t("{amount} are still the client's: ask an admin to give them back.", amount=asked))
        ask: Button = button(t("📨 Ask an admin"), AskRefund(canceled.id, asked, _method(ctx)), wide=True)
        rows.append([ask])
    return Screen("\n".join(lines), [*rows, nav(t, back=Card(canceled.client_id))])


CANCELLATION = router.form(
    Form(
        name="cancellation",
        title=N_("Cancel a plan"),
        steps=[
            reason_step(N_("Why is it canceled? Write it in a few words.")),
            Step(
                "refund",
                N_("Money back"),
                _ask_money,
                choices=_modes,
                when=_asks_for_money,
                resets=("amount", "method"),
            ),
            amount_step(_ask_amount, parse=_read_amount, when=_wants_amount),
            method_step(
                _ask_method,
                [Choice(Method.CREDIT, N_("💳 Keep as credit")), *method_choices(TILL)],
                when=_has_surplus,
            ),
        ],
        summary=_summary,
        submit=_cancel,
        confirm=N_("Cancel the plan"),
        takes_back=True,
    )
)
