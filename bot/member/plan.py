"""My plan: what a member has, until when, and what is owed."""

from __future__ import annotations

from datetime import date

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyFreeze, MyPlan, MyVisits, MyWhy, WantToRenew
from bot.ui.buttons.transfers.paying import PayFromAfar, RenewFromAfar
from bot.ui.keyboards import Button, button, grid, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.ledger import products_owed_line
from bot.ui.wording.memberships.freezes import rest_lines
from bot.ui.wording.memberships.plan_states import HAS_DAYS, MemberAct, in_chat, words_of
from bot.ui.wording.memberships.plans import price_line
from gym.attendance.cards.client_card import CardService, ClientCard
from gym.core.language import N_
from gym.notifications.outbox import DESK
from gym.notifications.payloads.members import DeskWantsRenewalPayload
from gym.plans.service import PlanService
from gym.subscriptions.models import Subscription
from gym.transfers.payment_keys import PaymentKeys

router = Router(Audience.MEMBER)


router.home(N_("🎫 My plan"), MyPlan())


@router.on(MyPlan)
async def my_plan(context: UpdateContext, _: MyPlan) -> None:
    await show_plan(context)


@router.command("plan", N_("My plan"))
async def plan_command(context: UpdateContext) -> None:
    await show_plan(context)


async def show_plan(context: UpdateContext) -> None:
    """Everything about the plan on one screen."""
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        card = await CardService(uow).card(client.id)
        prices = await PlanService(uow).active()
        keys = await PaymentKeys(uow).shown()
    t = context.t
    lines = [t("<b>My plan</b>"), "", *plan_lines(t, card, context.today)]
    if prices:
        lines += ["", t("<b>Prices</b>")]
        lines += [price_line(t, one) for one in prices]
    pay = [button(t("💵 Pay by transfer"), PayFromAfar())] if card.owed and keys else []
    rows = [
        pay,
        *grid([*_acts(t, card), button(t("My visits"), MyVisits()), button(t("❓ Why?"), MyWhy())]),
        nav(t),
    ]
    await context.show(Screen("\n".join(lines), rows))


def _acts(t: HtmlTranslator, card: ClientCard) -> list[Button]:
    """Acts that the state allows; a plan with a renewal that waits is not renewed once more."""
    acts, buttons = words_of(card.standing).member_acts, list[Button]()
    if MemberAct.WANT in acts:
        buttons.append(button(t("I want a plan"), WantToRenew()))
    if MemberAct.RENEW in acts and card.waiting is None:
        buttons.append(button(t("I want to renew"), WantToRenew()))
    if MemberAct.FREEZE in acts:
        buttons.append(button(t("❄️ Freeze"), MyFreeze()))
    return buttons


def plan_lines(t: HtmlTranslator, card: ClientCard, today: date) -> list[str]:
    """Plan, dates, what rests, what is left and what is owed, a line each."""
    standing = card.standing
    lines = [in_chat(t, standing)]
    if standing.subscription is not None and standing.state in HAS_DAYS:
        lines += rest_lines(t, standing.subscription, today, own=True)
    if card.days_left is not None:
        lines.append(t.plural("⏳ {count} day left", "⏳ {count} days left", card.days_left))
    if card.visits_left is not None:
        lines.append(t.plural("🎟 {count} visit left", "🎟 {count} visits left", card.visits_left))
    if card.waiting is not None and card.waiting is not standing.subscription:
        lines += [_next(t, card.waiting), *rest_lines(t, card.waiting, today, own=True)]
    if card.balance:
        lines.append(t("💵 To pay: <b>{balance}</b>", balance=card.balance))
        lines += [products_owed_line(t, one) for one in card.for_products]
    return lines


def _next(t: HtmlTranslator, waiting: Subscription) -> str:
    if waiting.held:
        return t("Next: {plan}, once you are back and this plan is over", plan=waiting.plan.name)
    return t("Next: {plan} from {starts_on}", plan=waiting.plan.name, starts_on=waiting.starts_on)


@router.on(WantToRenew)
async def want_to_renew(context: UpdateContext, _: WantToRenew) -> None:
    """The way to pay from afar where the gym has a payment key; else the desk is told."""
    async with context.member_unit_of_work() as uow:
        keys = await PaymentKeys(uow).shown()
    if keys:
        await go(context, RenewFromAfar())
    else:
        await tell_desk(context)


async def tell_desk(context: UpdateContext) -> None:
    """Tell the desk once a day that this member wants to renew."""
    client = context.identity.client
    assert client is not None
    async with context.member_unit_of_work() as uow:
        payload = DeskWantsRenewalPayload(client_id=client.id, client_name=client.full_name)
        key = f"wants_renewal:{client.id}:{uow.today.isoformat()}"
        uow.notify(DESK, payload, dedup_key=key)
    t = context.t
    await context.show(Screen(t("The desk knows. They will get in touch with you."), [nav(t, back=MyPlan())]))
