"""Selling, renewing and canceling plans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.buttons import CancelSubscription, Card, RenewPlan, SellPlan, TakePayment
from bot.desk.keys import tap_key
from bot.desk.words import plan_length
from bot.forms import Choice, Form, FormContext, Step
from bot.keyboards import Keyboard, button, nav
from bot.render import Html, HtmlTranslator, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.clients.fields import parse_day
from gym.core.language import N_
from gym.payments.errors import parse_reason
from gym.plans.schemas import PricedPlan
from gym.plans.service import PlanService
from gym.subscriptions.discounts import Discount, DiscountKind, parse_discount
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Quote, RefundMode
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("offer")
class OfferPlan(Callback):
    """One plan for one client, to be confirmed."""

    client_id: UUID
    plan_id: UUID


@callback("sold", changes=True)
class ConfirmSale(Callback):
    """Carries a mark of the price and dates that were shown."""

    client_id: UUID
    plan_id: UUID
    seen: str


@callback("saleby")
class SaleDetails(Callback):
    """The same with another first day or a discount."""

    client_id: UUID
    plan_id: UUID


@callback("renwp")
class RenewAs(Callback):
    """Renew with another plan."""

    client_id: UUID
    plan_id: UUID


@callback("renws")
class RenewPlans(Callback):
    """The plans to renew with."""

    client_id: UUID


@callback("ren", changes=True)
class ConfirmRenewal(Callback):
    """Names the subscription that was on the screen: if another came after it, somebody else renewed it."""

    renews_id: UUID
    plan_id: UUID
    seen: str


@callback("renby")
class RenewalDetails(Callback):
    """A renewal with a discount."""

    renews_id: UUID
    plan_id: UUID


@router.on(SellPlan)
async def choose_plan(turn: Turn, tap: SellPlan) -> None:
    """The plans on sale with today's prices."""
    async with turn.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [[button(_label(turn.t, one), OfferPlan(tap.client_id, one.plan.id), wide=True)] for one in plans]
    await turn.show(_plan_list(turn.t, rows, tap.client_id))


@router.on(OfferPlan)
async def offer(turn: Turn, tap: OfferPlan) -> None:
    """What would be sold, restated in full."""
    async with turn.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_sale(tap.client_id, tap.plan_id)
    t = turn.t
    keyboard: Keyboard = [
        [button(t("✅ Sell"), ConfirmSale(tap.client_id, tap.plan_id, quote.mark))],
        [button(t("Other day or discount"), SaleDetails(tap.client_id, tap.plan_id), wide=True)],
        nav(t, back=SellPlan(tap.client_id)),
    ]
    await turn.show(Screen(t("<b>Sell this plan?</b>") + "\n\n" + quote_text(t, quote), keyboard))


@router.on(ConfirmSale)
async def sell(turn: Turn, tap: ConfirmSale) -> None:
    key = tap_key(turn)

    async with turn.unit_of_work() as uow:
        sold = await SubscriptionService(uow).sell(tap.client_id, tap.plan_id, seen=tap.seen, key=key)
    await turn.show(sold_screen(turn.t, sold))


@router.on(RenewPlan)
async def renew(turn: Turn, tap: RenewPlan) -> None:
    """The same plan again, ready to confirm."""
    await _offer_renewal(turn, tap.client_id, None)


@router.on(RenewAs)
async def renew_as(turn: Turn, tap: RenewAs) -> None:
    await _offer_renewal(turn, tap.client_id, tap.plan_id)


@router.on(RenewPlans)
async def renewal_plans(turn: Turn, tap: RenewPlans) -> None:
    async with turn.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [[button(_label(turn.t, one), RenewAs(tap.client_id, one.plan.id), wide=True)] for one in plans]
    await turn.show(_plan_list(turn.t, rows, tap.client_id))


@router.on(ConfirmRenewal)
async def renewed(turn: Turn, tap: ConfirmRenewal) -> None:
    async with turn.unit_of_work() as uow:
        service = SubscriptionService(uow)
        before = await service.get(tap.renews_id)
        sold = await service.renew(
            before.client_id, tap.plan_id, renews_id=tap.renews_id, seen=tap.seen, key=tap_key(turn)
        )
    await turn.show(sold_screen(turn.t, sold))


async def _offer_renewal(turn: Turn, client_id: UUID, plan_id: UUID | None) -> None:
    async with turn.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_renewal(client_id, plan_id)
    assert quote.renews_id is not None, "a renewal follows a subscription"
    t, chosen = turn.t, quote.plan.id
    keyboard: Keyboard = [
        [button(t("✅ Renew"), ConfirmRenewal(quote.renews_id, chosen, quote.mark))],
        [
            button(t("Other plan"), RenewPlans(client_id)),
            button(t("Discount"), RenewalDetails(quote.renews_id, chosen)),
        ],
        nav(t, back=Card(client_id)),
    ]
    await turn.show(Screen(t("<b>Renew this plan?</b>") + "\n\n" + quote_text(t, quote), keyboard))


def quote_text(t: HtmlTranslator, quote: Quote) -> str:
    """Who, what, until when, how much."""
    lines = [
        t("👤 {client}", client=quote.client.full_name),
        t("🏷 {plan} ({length})", plan=quote.plan.name, length=Html(plan_length(t, quote.plan))),
        t("📅 {starts_on} – {ends_on}", starts_on=quote.starts_on, ends_on=quote.ends_on),
    ]
    if quote.discount:
        lines.append(t("Price {price}, discount {off}", price=quote.base_price, off=quote.discount))
    lines.append(t("💵 <b>{price}</b>", price=quote.final_price))
    if quote.closes_pack:
        lines.append(t("The used-up pack is closed today."))
    return "\n".join(lines)


def sold_screen(t: HtmlTranslator, sold: Subscription) -> Screen:
    """What was sold, with the money as the next step."""
    text = t(
        "✅ <b>Sold</b>\n\n👤 {client}\n🏷 {plan}\n📅 {starts_on} – {ends_on}\n💵 {price}",
        client=sold.client.full_name,
        plan=sold.plan.name,
        starts_on=sold.starts_on,
        ends_on=sold.ends_on,
        price=sold.final_price,
    )
    if not sold.account.balance:
        return Screen(text + "\n" + t("Nothing to pay."), [nav(t, back=Card(sold.client_id))])
    text += "\n" + t("To pay: <b>{balance}</b>", balance=sold.account.balance)
    pay = button(t("💵 Take payment"), TakePayment(sold.id), wide=True)
    return Screen(text, [[pay], nav(t, back=Card(sold.client_id))])


def _label(t: HtmlTranslator, one: PricedPlan) -> str:
    return f"{one.plan.name} · {t.money(one.price)}"


def _plan_list(t: HtmlTranslator, rows: Keyboard, client_id: UUID) -> Screen:
    if not rows:
        text = t("There is no plan on sale yet. An admin creates one under Plans.")
        return Screen(text, [nav(t, back=Card(client_id))])
    return Screen(t("Which plan?"), [*rows, nav(t, back=Card(client_id))])


# Selling with details ─────────────────────────────────────────────────────────────────────────────────────


@router.on(SaleDetails)
async def sale_details(turn: Turn, tap: SaleDetails) -> None:
    values = {"client_id": tap.client_id, "plan_id": tap.plan_id}
    await turn.begin(SALE, values, back=OfferPlan(tap.client_id, tap.plan_id))


@router.on(RenewalDetails)
async def renewal_details(turn: Turn, tap: RenewalDetails) -> None:
    async with turn.unit_of_work() as uow:
        before = await SubscriptionService(uow).get(tap.renews_id)
    values = {"client_id": before.client_id, "plan_id": tap.plan_id, "renews_id": tap.renews_id}
    await turn.begin(RENEWAL, values, back=RenewPlan(before.client_id))


async def _first_days(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(ctx.turn.today, ctx.t("Today"))]


def _read_day(text: str, ctx: FormContext) -> date:
    return parse_day(text, ctx.turn.today)


def _read_discount(text: str, ctx: FormContext) -> str:
    """Checked while it is typed; kept as it was typed."""
    parse_discount(text)
    return text.strip()


def _discount(ctx: FormContext) -> Discount:
    typed = ctx.maybe("discount", str)
    return parse_discount(typed) if typed else Discount(Decimal(0), DiscountKind.AMOUNT)


async def _sale_summary(ctx: FormContext) -> str:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_sale(
            client_id, plan_id, ctx.value("starts_on", date), _discount(ctx)
        )
    return quote_text(ctx.t, quote)


async def _sell(ctx: FormContext) -> Screen:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        sold = await SubscriptionService(uow).sell(
            client_id,
            plan_id,
            starts_on=ctx.value("starts_on", date),
            discount=_discount(ctx),
            key=ctx.key,
        )
    return sold_screen(ctx.t, sold)


async def _renewal_summary(ctx: FormContext) -> str:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_renewal(client_id, plan_id, _discount(ctx))
    return quote_text(ctx.t, quote)


async def _renew(ctx: FormContext) -> Screen:
    client_id, plan_id = ctx.value("client_id", UUID), ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        sold = await SubscriptionService(uow).renew(client_id, plan_id, discount=_discount(ctx), key=ctx.key)
    return sold_screen(ctx.t, sold)


DISCOUNT = Step(
    "discount",
    N_("Discount"),
    N_("Any discount? Type an amount such as 15000, or a percentage such as 10%."),
    parse=_read_discount,
    optional=True,
)
SALE = router.form(
    Form(
        name="sale",
        title=N_("Sell a plan"),
        steps=[
            Step(
                "starts_on",
                N_("First day"),
                N_("From which day? Type one such as 3/8/2026."),
                choices=_first_days,
                parse=_read_day,
            ),
            DISCOUNT,
        ],
        summary=_sale_summary,
        submit=_sell,
    )
)
RENEWAL = router.form(
    Form(
        name="renewal",
        title=N_("Renew a plan"),
        steps=[DISCOUNT],
        summary=_renewal_summary,
        submit=_renew,
    )
)


# Canceling ────────────────────────────────────────────────────────────────────────────────────────────────


@router.on(CancelSubscription)
async def cancel(turn: Turn, tap: CancelSubscription) -> None:
    async with turn.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_cancellation(tap.subscription_id)
    client_id = quote.subscription.client_id
    await turn.begin(CANCELLATION, {"subscription_id": tap.subscription_id}, back=Card(client_id))


def _read_reason(text: str, ctx: FormContext) -> str:
    return parse_reason(text)


async def _cancel_summary(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        quote = await SubscriptionService(uow).quote_cancellation(ctx.value("subscription_id", UUID))
    t, subscription = ctx.t, quote.subscription
    lines = [
        t(
            "{client} loses <b>{plan}</b> today.",
            client=subscription.client.full_name,
            plan=subscription.plan.name,
        ),
        t.plural("{count} unused day", "{count} unused days", quote.unused_days),
        t("Reason: {reason}", reason=ctx.value("reason", str)),
    ]
    if ctx.value("refund", RefundMode) is RefundMode.PRO_RATA:
        lines.append(
            t("Off the debt: {credit}. Back in money: {money}.", credit=quote.credit, money=quote.money)
        )
    return "\n".join(lines)


async def _cancel(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        canceled = await SubscriptionService(uow).cancel(
            ctx.value("subscription_id", UUID),
            ctx.value("reason", str),
            refund=ctx.value("refund", RefundMode),
        )
    text = ctx.t(
        "Canceled. {client} has no {plan} any more.",
        client=canceled.client.full_name,
        plan=canceled.plan.name,
    )
    return Screen(text, [nav(ctx.t, back=Card(canceled.client_id))])


CANCELLATION = router.form(
    Form(
        name="cancellation",
        title=N_("Cancel a plan"),
        steps=[
            Step(
                "reason", N_("Reason"), N_("Why is it canceled? Write it in a few words."), parse=_read_reason
            ),
            Step(
                "refund",
                N_("Money back"),
                N_("Does the client get the unused days back?"),
                choices=[
                    Choice(RefundMode.NONE, N_("Nothing back")),
                    Choice(RefundMode.PRO_RATA, N_("Unused days")),
                ],
            ),
        ],
        summary=_cancel_summary,
        submit=_cancel,
        confirm=N_("Cancel the plan"),
    )
)
