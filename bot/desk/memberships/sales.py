"""Selling and renewing plans; a renewal uses an earned reward, or begins early behind a used-up pack."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.idempotency import press_key
from bot.desk.money.older_debts import charge_debts_button, older_debt_lines
from bot.desk.money.together import debt_line, everything_button
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.memberships import RenewPlan, SellPlan, StartNow
from bot.ui.buttons.money import PayNow, TakePayment
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.freezes import closed_lines
from bot.ui.wording.memberships.plans import coming_lines, other_price_lines
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from bot.ui.wording.memberships.rewards import percent_words
from bot.ui.wording.terms import plan_length
from gym.payments.credit import ClientCredit
from gym.payments.models import Method
from gym.plans.schemas import PricedPlan
from gym.plans.service import PlanService
from gym.rewards.models import Reward
from gym.rewards.redeeming import RewardRedemption
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Owed, Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

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
    """Renew with another plan, or with the reward that waits."""

    client_id: UUID
    plan_id: UUID
    rewarded: bool = False


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
    rewarded: bool = False


@callback("renby")
class RenewalDetails(Callback):
    """A renewal with a discount."""

    renews_id: UUID
    plan_id: UUID
    rewarded: bool = False


@router.on(SellPlan)
async def choose_plan(context: UpdateContext, press: SellPlan) -> None:
    """The plans on sale with today's prices."""
    async with context.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [
        [button(_label(context.t, one), OfferPlan(press.client_id, one.plan.id), wide=True)] for one in plans
    ]
    await context.show(_plan_list(context.t, rows, press.client_id, plans))


@router.on(OfferPlan)
async def offer(context: UpdateContext, press: OfferPlan) -> None:
    """What would be sold, restated in full."""
    try:
        async with context.unit_of_work() as uow:
            quote = await SubscriptionService(uow).quote_sale(press.client_id, press.plan_id)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, press.client_id, again=SellPlan(press.client_id)))
        return
    t = context.t
    keyboard: Keyboard = [
        [button(t("✅ Sell"), ConfirmSale(press.client_id, press.plan_id, quote.mark))],
        [button(t("Other day or discount"), SaleDetails(press.client_id, press.plan_id), wide=True)],
        charge_debts_button(t, quote.older_debts),
        nav(t, back=SellPlan(press.client_id)),
    ]
    await context.show(Screen(t("<b>Sell this plan?</b>") + "\n\n" + quote_text(t, quote), keyboard))


@router.on(ConfirmSale)
async def sell(context: UpdateContext, press: ConfirmSale) -> None:
    key = press_key(context)
    try:
        async with context.unit_of_work() as uow:
            service = SubscriptionService(uow)
            sold = await service.sell(press.client_id, press.plan_id, seen=press.seen, key=key)
            credit = await ClientCredit(uow).balance(press.client_id)
            owed = await service.owed(press.client_id)
    except REFUSALS as error:
        again = OfferPlan(press.client_id, press.plan_id)
        await context.show(refusal_screen(context.t, error, press.client_id, again=again))
        return
    await context.show(sold_screen(context.t, sold, credit, owed))


@router.on(RenewPlan)
async def renew(context: UpdateContext, press: RenewPlan) -> None:
    """The same plan again, ready to confirm."""
    await _offer_renewal(context, press.client_id, None)


@router.on(RenewAs)
async def renew_as(context: UpdateContext, press: RenewAs) -> None:
    await _offer_renewal(context, press.client_id, press.plan_id, rewarded=press.rewarded)


@router.on(RenewPlans)
async def renewal_plans(context: UpdateContext, press: RenewPlans) -> None:
    async with context.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [
        [button(_label(context.t, one), RenewAs(press.client_id, one.plan.id), wide=True)] for one in plans
    ]
    await context.show(_plan_list(context.t, rows, press.client_id, plans))


@router.on(ConfirmRenewal)
async def renewed(context: UpdateContext, press: ConfirmRenewal) -> None:
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(press.renews_id)).client_id
    try:
        async with context.unit_of_work() as uow:
            reward = await best_reward(uow, client_id) if press.rewarded else None
            sold = await SubscriptionService(uow).renew(
                client_id,
                press.plan_id,
                reward_id=reward.id if reward else None,
                renews_id=press.renews_id,
                seen=press.seen,
                key=press_key(context),
            )
            credit = await ClientCredit(uow).balance(client_id)
            owed = await SubscriptionService(uow).owed(client_id)
    except REFUSALS as error:
        again = RenewAs(client_id, press.plan_id, press.rewarded)
        await context.show(refusal_screen(context.t, error, client_id, again=again))
        return
    await context.show(sold_screen(context.t, sold, credit, owed))


async def best_reward(uow: UnitOfWork, client_id: UUID) -> Reward | None:
    """The one that is offered; the mark of the price guards against another one by now."""
    return next(iter(await RewardRedemption(uow).waiting(client_id)), None)


async def _offer_renewal(
    context: UpdateContext, client_id: UUID, plan_id: UUID | None, *, rewarded: bool = False
) -> None:
    try:
        async with context.unit_of_work() as uow:
            reward = await best_reward(uow, client_id)
            used = reward.id if rewarded and reward else None
            quote = await SubscriptionService(uow).quote_renewal(client_id, plan_id, reward_id=used)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, client_id, again=RenewPlans(client_id)))
        return
    t = context.t
    keyboard = _renewal_keyboard(t, quote, reward, used=used is not None)
    await context.show(Screen(t("<b>Renew this plan?</b>") + "\n\n" + quote_text(t, quote), keyboard))


def _renewal_keyboard(t: HtmlTranslator, quote: Quote, reward: Reward | None, *, used: bool) -> Keyboard:
    assert quote.renews_id is not None, "a renewal follows a subscription"
    client_id, chosen = quote.client.id, quote.plan.id
    offered = [button(reward_label(t, reward), RenewAs(client_id, chosen, True), wide=True)] if reward else []
    without = [button(t("Without the reward"), RenewAs(client_id, chosen), wide=True)]
    return [
        [button(t("✅ Renew"), ConfirmRenewal(quote.renews_id, chosen, quote.mark, used))],
        without if used else offered,
        [
            button(t("Other plan"), RenewPlans(client_id)),
            button(t("Discount"), RenewalDetails(quote.renews_id, chosen, used)),
        ],
        charge_debts_button(t, quote.older_debts),
        nav(t, back=Card(client_id)),
    ]


def reward_label(t: HtmlTranslator, reward: Reward) -> str:
    """What using it brings."""
    return t("🎁 Use reward −{percent}", percent=percent_words(reward.percent))


@router.on(StartNow)
async def start_now(context: UpdateContext, press: StartNow) -> None:
    """The waiting renewal begins today, in the place of the used-up pack."""
    async with context.unit_of_work() as uow:
        client_id = (await SubscriptionService(uow).get(press.subscription_id)).client_id
    try:
        async with context.unit_of_work() as uow:
            started = await SubscriptionService(uow).start_now(press.subscription_id)
            credit = await ClientCredit(uow).balance(client_id)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, client_id))
        return
    heading = context.t("🟢 <b>Started today</b>")
    await context.show(sold_screen(context.t, started, credit, heading=heading))


def quote_text(t: HtmlTranslator, quote: Quote) -> str:
    """Who, what, until when, how much."""
    lines = [
        t("👤 {client}", client=quote.client.full_name),
        t("🏷 {plan} ({length})", plan=quote.plan.name, length=Html(plan_length(t, quote.plan))),
        t("📅 {starts_on} – {ends_on}", starts_on=quote.starts_on, ends_on=quote.ends_on),
        *closed_lines(t, quote.closed),
    ]
    lines += other_price_lines(t, quote)
    if quote.discount:
        lines.append(t("Price {price}, discount {off}", price=quote.base_price, off=quote.discount))
    lines.append(t("💵 <b>{price}</b>", price=quote.final_price))
    if quote.reward:
        lines.append(t("🎁 Reward −{percent} is used", percent=percent_words(quote.reward.percent)))
    if quote.closes_pack:
        lines.append(t("The used-up pack is closed today."))
    if quote.held:
        lines.append(t("❄️ It waits until the client has returned and the plan before it is over."))
    lines += older_debt_lines(t, quote)
    return "\n".join(lines)


def sold_screen(
    t: HtmlTranslator,
    sold: Subscription,
    credit: Decimal = Decimal(0),
    owed: Sequence[Owed] = (),
    *,
    heading: str | None = None,
) -> Screen:
    """What was sold, with the money as the next step.

    `credit` is what the client has, `owed` everything that is to be paid, older debts too.
    """
    text = (heading or t("✅ <b>Sold</b>")) + "\n\n"
    text += t(
        "👤 {client}\n🏷 {plan}\n📅 {starts_on} – {ends_on}\n💵 {price}",
        client=sold.client.full_name,
        plan=sold.plan.name,
        starts_on=sold.starts_on,
        ends_on=sold.ends_on,
        price=sold.final_price,
    )
    balance = sold.account.balance
    if not balance:
        return Screen(text + "\n" + t("Nothing to pay."), [nav(t, back=Card(sold.client_id))], stays=True)
    text += "\n" + t("To pay: <b>{balance}</b>", balance=balance)
    rows = [[button(t("💵 Take payment"), TakePayment(sold.id), wide=True)]]
    if credit:
        text += "\n" + t("💳 Credit: {credit}", credit=credit)
        use = PayNow(sold.id, min(credit, balance), Method.CREDIT)
        rows.insert(0, [button(t("💳 Use credit: {amount}", amount=use.amount), use, wide=True)])
    together = everything_button(t, owed)
    if together:
        rows.insert(0, together)
        text += "\n\n" + "\n".join(debt_line(t, one) for one in owed)
    return Screen(text, [*rows, nav(t, back=Card(sold.client_id))], stays=True)


def _label(t: HtmlTranslator, one: PricedPlan) -> str:
    return f"{one.plan.name} · {t.money(one.price)}"


def _plan_list(t: HtmlTranslator, rows: Keyboard, client_id: UUID, plans: Sequence[PricedPlan]) -> Screen:
    if not rows:
        text = t("There is no plan on sale yet. An admin creates one under Plans.")
        return Screen(text, [nav(t, back=Card(client_id))])
    coming = coming_lines(t, plans)
    text = "\n".join([t("Which plan?"), *([""] if coming else []), *coming])
    return Screen(text, [*rows, nav(t, back=Card(client_id))])
