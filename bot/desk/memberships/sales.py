"""Sales of plans at the desk: the plans on sale, the offer of one, and its sale."""

from __future__ import annotations

from uuid import UUID

from bot.desk.idempotency import press_key
from bot.desk.memberships.sale_screens import plan_label, plan_list, quote_text, sold_screen
from bot.desk.money.older_debts import charge_debts_button
from bot.routing.router import Audience, Router
from bot.ui.buttons.memberships import SellPlan
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.keyboards import Keyboard, button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.refusals import REFUSALS, refusal_screen
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.plans.service import PlanService
from gym.subscriptions.service import SubscriptionService

router = Router(Audience.STAFF)


@callback("offer")
class OfferPlan(Callback):
    """Show one plan for one client, to be confirmed."""

    client_id: UUID
    plan_id: UUID


@callback("sold", changes=True, style=ButtonStyle.SUCCESS)
class ConfirmSale(Callback):
    """Sell; `seen` is the mark of the price and dates that were shown."""

    client_id: UUID
    plan_id: UUID
    seen: str


@callback("saleby")
class SaleDetails(Callback):
    """Ask for another first day or a discount."""

    client_id: UUID
    plan_id: UUID


@router.on(SellPlan)
async def choose_plan(context: UpdateContext, press: SellPlan) -> None:
    """The plans on sale, with today's prices."""
    async with context.unit_of_work() as uow:
        plans = await PlanService(uow).active()
    rows = [
        [button(plan_label(context.t, one), OfferPlan(press.client_id, one.plan.id), wide=True)]
        for one in plans
    ]
    await context.show(plan_list(context.t, rows, press.client_id, plans))


@router.on(OfferPlan)
async def offer(context: UpdateContext, press: OfferPlan) -> None:
    """The offer restated in full."""
    try:
        async with context.unit_of_work() as uow:
            quote = await SubscriptionService(uow).quote_sale(press.client_id, press.plan_id)
            debts = await DebtService(uow).of_client(press.client_id)
    except REFUSALS as error:
        await context.show(refusal_screen(context.t, error, press.client_id, again=SellPlan(press.client_id)))
        return
    t = context.t
    keyboard: Keyboard = [
        [button(t("✅ Sell"), ConfirmSale(press.client_id, press.plan_id, quote.mark))],
        [button(t("Other day or discount"), SaleDetails(press.client_id, press.plan_id), wide=True)],
        charge_debts_button(t, debts),
        nav(t, back=SellPlan(press.client_id)),
    ]
    await context.show(Screen(t("<b>Sell this plan?</b>") + "\n\n" + quote_text(t, quote, debts), keyboard))


@router.on(ConfirmSale)
async def sell(context: UpdateContext, press: ConfirmSale) -> None:
    key = press_key(context)
    try:
        async with context.unit_of_work() as uow:
            service = SubscriptionService(uow)
            sold = await service.sell(press.client_id, press.plan_id, seen=press.seen, key=key)
            credit = await ClientCredit(uow).balance(press.client_id)
            owed = await DebtService(uow).of_client(press.client_id)
    except REFUSALS as error:
        again = OfferPlan(press.client_id, press.plan_id)
        await context.show(refusal_screen(context.t, error, press.client_id, again=again))
        return
    await context.show(sold_screen(context.t, sold, credit, owed))
