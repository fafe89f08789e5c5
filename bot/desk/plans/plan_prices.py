"""A plan's price schedule: past, current and planned prices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from dateutil.relativedelta import relativedelta

from bot.forms.answers import read_amount, read_coming_day
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import day_choices
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import PlanCard
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import KEEP_IT, Row, button, nav, yes_no
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.plans.models import Plan, PlanPrice
from gym.plans.schemas import checked_price_start
from gym.plans.service import PlanService
from gym.security.permissions import Permission
from gym.subscriptions.plan_holders import PlanHolders

router = Router(Audience.STAFF)
MOST_SHOWN = 12
"""Prices on one screen; older ones are in the audit trail."""


@callback("pprice")
class PlanPrices(Callback):
    plan_id: UUID


@callback("pnext")
class PlanNextPrice(Callback):
    plan_id: UUID


@callback("paskx")
class AskCancelPrice(Callback):
    plan_id: UUID


@callback("ppx", changes=True)
class CancelPrice(Callback):
    """Cancel a planned price, by its id: exactly the one that was shown."""

    plan_id: UUID
    price_id: UUID


@router.on(PlanPrices)
async def plan_prices(context: UpdateContext, press: PlanPrices) -> None:
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        prices = await PlanService(uow).prices(press.plan_id)
    await context.show(_page(context, plan, prices))


def _page(context: UpdateContext, plan: Plan, prices: Sequence[PlanPrice]) -> Screen:
    t = context.t
    lines = [t("💵 <b>Prices of {plan}</b>", plan=plan.name), ""]
    lines += [
        _line(t, price, context.today, first=price is prices[0]) for price in prices[-MOST_SHOWN:][::-1]
    ]
    rows: list[Row] = []
    if context.identity.may(Permission.MANAGE_PLANS):
        waits = prices[-1].valid_from > context.today
        new = button(t("➕ New price"), PlanNextPrice(plan.id))
        rows.append([button(t("Drop new price"), AskCancelPrice(plan.id)) if waits else new])
    return Screen("\n".join(lines), [*rows, nav(t, back=PlanCard(plan.id))])


def _line(t: HtmlTranslator, price: PlanPrice, today: date, *, first: bool) -> str:
    if price.valid_from > today:
        return t("🕓 <b>{price}</b> from {day} on", price=price.amount, day=price.valid_from)
    if price.valid_until is not None and price.valid_until <= today:
        last = price.valid_until - timedelta(days=1)
        return t("▫️ {price} until {day}", price=price.amount, day=last)
    if first:
        return t("🟢 <b>{price}</b> since the plan began", price=price.amount)
    return t("🟢 <b>{price}</b> since {day}", price=price.amount, day=price.valid_from)


# The next price ───────────────────────────────────────────────────────────────────────────────────────────


@router.on(PlanNextPrice)
async def next_price(context: UpdateContext, press: PlanNextPrice) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PLANS)
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        price = await PlanService(uow).price_on(press.plan_id, uow.today)
    values = {"plan_id": plan.id, "plan": plan.name, "now": price}
    await begin(context, NEXT_PRICE, values, back=PlanPrices(plan.id))


async def _ask_amount(ctx: FormContext) -> str:
    return ctx.t(
        "🏷 {plan}, now <b>{price}</b>\n\nWhat will it cost?",
        plan=ctx.value("plan", str),
        price=ctx.value("now", Decimal),
    )


async def _days(ctx: FormContext) -> Sequence[Choice]:
    today = ctx.context.today
    month = today.replace(day=1) + relativedelta(months=1)
    days = dict.fromkeys((today + timedelta(days=1), month, month + relativedelta(months=1)))
    return day_choices(ctx, days)


def _read_day(text: str, ctx: FormContext) -> date:
    return checked_price_start(read_coming_day(text, ctx), ctx.context.today)


async def _summary(ctx: FormContext) -> str:
    async with ctx.unit_of_work() as uow:
        count = await PlanHolders(uow).count(ctx.value("plan_id", UUID))
    t = ctx.t
    lines = [
        t(
            "🏷 {plan}: {before} → <b>{after}</b> from {day} on.",
            plan=ctx.value("plan", str),
            before=ctx.value("now", Decimal),
            after=ctx.value("amount", Decimal),
            day=ctx.value("day", date),
        ),
        "",
        t("Whoever buys or renews for a start from that day on pays the new price."),
    ]
    if count:
        lines.append(
            t.plural(
                "{count} client has the plan now and keeps the price that was agreed.",
                "{count} clients have the plan now and keep the price that was agreed.",
                count,
            )
        )
    return "\n".join(lines)


async def _schedule(ctx: FormContext) -> Screen:
    plan_id = ctx.value("plan_id", UUID)
    async with ctx.unit_of_work() as uow:
        service = PlanService(uow)
        await service.schedule_price(plan_id, ctx.value("amount", Decimal), ctx.value("day", date))
        plan, prices = await service.get(plan_id), await service.prices(plan_id)
    return _page(ctx.context, plan, prices)


NEXT_PRICE = router.form(
    Form(
        name="next_price",
        title=N_("New price"),
        steps=[
            Step("amount", N_("Price"), _ask_amount, parse=read_amount),
            Step(
                "day",
                N_("From"),
                N_("From which day on? Choose, or type one such as 3 August or Friday."),
                choices=_days,
                parse=_read_day,
            ),
        ],
        summary=_summary,
        submit=_schedule,
    )
)


@router.on(AskCancelPrice)
async def ask_cancel(context: UpdateContext, press: AskCancelPrice) -> None:
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        prices = await PlanService(uow).prices(press.plan_id)
    if prices[-1].valid_from <= context.today:
        await context.show(_page(context, plan, prices))
        return
    t = context.t
    text = t(
        "Drop the new price of <b>{plan}</b>, {price} from {day} on?\n\nThe price of today stays.",
        plan=plan.name,
        price=prices[-1].amount,
        day=prices[-1].valid_from,
    )
    drop = button(t("Drop it"), CancelPrice(plan.id, prices[-1].id))
    row = yes_no(t, drop, PlanPrices(plan.id), KEEP_IT)
    await context.show(Screen(text, [row]))


@router.on(CancelPrice)
async def cancel_price(context: UpdateContext, press: CancelPrice) -> None:
    async with context.unit_of_work() as uow:
        await PlanService(uow).cancel_price(press.plan_id, press.price_id)
    await go(context, PlanPrices(press.plan_id))
