"""The plan list: plans on sale and withdrawn; admins put them on sale and take them off."""

from __future__ import annotations

from uuid import UUID

from bot.desk.plans.plan_edit import EditPlan
from bot.desk.plans.plan_new import NewPlan
from bot.desk.plans.plan_prices import PlanPrices
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.plans import PlanCard, PlanList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav, pager, yes_no
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.plans import coming_lines, described, holders
from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.plans.models import Plan
from gym.plans.service import PlanService
from gym.security.permissions import Permission
from gym.subscriptions.plan_holders import PlanHolders

router = Router(Audience.STAFF)


@callback("poff")
class AskOffSale(Callback):
    plan_id: UUID


@callback("ponoff", changes=True)
class SetOnSale(Callback):
    plan_id: UUID
    on_sale: bool


router.manage(MenuGroup.PLANS, N_("🏷 Plans"), PlanList())


@router.on(PlanList)
async def plans(context: UpdateContext, press: PlanList) -> None:
    """The list; those on sale first."""
    async with context.unit_of_work() as uow:
        every = await PlanService(uow).all()
    t, pages = context.t, max(1, -(-len(every) // PAGE_SIZE))
    found = every[press.page * PAGE_SIZE : (press.page + 1) * PAGE_SIZE]
    rows: list[Row] = [
        [button(f"{'' if one.plan.active else '⏸ '}{one.plan.name} · {t.money(one.price)}",
                PlanCard(one.plan.id), wide=True)]
        for one in found
    ]  # fmt: skip
    rows.append(pager(press.page, pages, PlanList))
    if context.identity.may(Permission.MANAGE_PLANS):
        rows.append([button(t("➕ New plan"), NewPlan())])
    text = t("<b>Plans</b>") if found else t("<b>Plans</b>\n\nThere is none yet.")
    text = "\n".join([text, *coming_lines(t, found)])
    await context.show(Screen(text, [*rows, nav(t, back=ManageGroup(MenuGroup.PLANS))]))


@router.on(PlanCard)
async def plan_card(context: UpdateContext, press: PlanCard) -> None:
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        prices = await PlanService(uow).prices(press.plan_id)
        count = await PlanHolders(uow).count(press.plan_id)
        today = uow.today
    t = context.t
    lines = [described(t, plan)]
    for price in prices:
        if price.valid_from <= today and (price.valid_until is None or price.valid_until > today):
            lines.append(t("💵 {price}", price=price.amount))
        elif price.valid_from > today:
            lines.append(t("💵 {price} from {day}", price=price.amount, day=price.valid_from))
    lines += ["", holders(t, count)] if count else []
    lines += [] if plan.active else ["", t("⏸ Not on sale.")]
    await context.show(Screen("\n".join(lines), [*_actions(context, plan), nav(t, back=PlanList())]))


def _actions(context: UpdateContext, plan: Plan) -> list[Row]:
    t = context.t
    prices = button(t("💵 Prices"), PlanPrices(plan.id))
    if not context.identity.may(Permission.MANAGE_PLANS):
        return [[prices]]
    off = button(t("⏸ Take off sale"), AskOffSale(plan.id))
    sale = off if plan.active else button(t("Put on sale"), SetOnSale(plan.id, True))
    return [[button(t("✏️ Change"), EditPlan(plan.id)), prices], [sale]]


@router.on(AskOffSale)
async def ask_off_sale(context: UpdateContext, press: AskOffSale) -> None:
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        count = await PlanHolders(uow).count(press.plan_id)
    t = context.t
    lines = [
        t("Take <b>{plan}</b> off sale?", plan=plan.name),
        "",
        t("Nobody can buy it or renew with it any more. What was sold goes on until its last day."),
    ]
    lines += [holders(t, count)] if count else []
    take_off = button(t("Take off sale"), SetOnSale(plan.id, False))
    row = yes_no(t, take_off, PlanCard(plan.id), N_("Keep on sale"))
    await context.show(Screen("\n".join(lines), [row]))


@router.on(SetOnSale)
async def set_on_sale(context: UpdateContext, press: SetOnSale) -> None:
    async with context.unit_of_work() as uow:
        service = PlanService(uow)
        await (service.reactivate(press.plan_id) if press.on_sale else service.deactivate(press.plan_id))
    await go(context, PlanCard(press.plan_id))
