"""Plans: what is on sale, created and taken off sale by admins."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from bot.callbacks import Callback, callback
from bot.desk.words import duration, plan_length
from bot.forms import Choice, Form, FormContext, Step
from bot.keyboards import button, nav
from bot.render import Html, Screen
from bot.routing import Audience, Router
from bot.turn import Turn
from gym.core.language import N_
from gym.plans.models import DurationUnit
from gym.plans.schemas import PlanInput, parse_duration, parse_plan_name, parse_price, parse_visits
from gym.plans.service import PlanService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("plans")
class Plans(Callback):
    """Every plan."""


@callback("plan")
class PlanCard(Callback):
    plan_id: UUID


@callback("pnew")
class NewPlan(Callback):
    """Create one."""


@callback("ponoff", changes=True)
class SetOnSale(Callback):
    plan_id: UUID
    on_sale: bool


router.home(N_("🏷 Plans"), Plans())


@router.on(Plans)
async def plans(turn: Turn, _: Plans) -> None:
    """The list; those on sale first."""
    async with turn.unit_of_work() as uow:
        found = await PlanService(uow).all()
    t = turn.t
    rows = [
        [button(f"{'' if one.plan.active else '⏸ '}{one.plan.name} · {t.money(one.price)}",
                PlanCard(one.plan.id), wide=True)]
        for one in found
    ]  # fmt: skip
    if turn.visitor.may(Permission.MANAGE_PLANS):
        rows.append([button(t("➕ New plan"), NewPlan())])
    text = t("<b>Plans</b>") if found else t("<b>Plans</b>\n\nThere is none yet.")
    await turn.show(Screen(text, [*rows, nav(t)]))


@router.on(PlanCard)
async def plan_card(turn: Turn, tap: PlanCard) -> None:
    async with turn.unit_of_work() as uow:
        plan = await PlanService(uow).get(tap.plan_id)
        price = await PlanService(uow).price_on(tap.plan_id, uow.today)
    t = turn.t
    text = t(
        "🏷 <b>{plan}</b>\n{length}\n💵 {price}",
        plan=plan.name,
        length=Html(plan_length(t, plan)),
        price=price,
    )
    rows = []
    if turn.visitor.may(Permission.MANAGE_PLANS):
        label = t("Take off sale") if plan.active else t("Put on sale")
        rows.append([button(label, SetOnSale(plan.id, not plan.active))])
    state = "" if plan.active else "\n" + t("⏸ Not on sale.")
    await turn.show(Screen(text + state, [*rows, nav(t, back=Plans())]))


@router.on(SetOnSale)
async def set_on_sale(turn: Turn, tap: SetOnSale) -> None:
    async with turn.unit_of_work() as uow:
        service = PlanService(uow)
        await (service.reactivate(tap.plan_id) if tap.on_sale else service.deactivate(tap.plan_id))
    await turn.go(PlanCard(tap.plan_id))


@router.on(NewPlan)
async def new_plan(turn: Turn, _: NewPlan) -> None:
    turn.visitor.desk_actor.require(Permission.MANAGE_PLANS)
    await turn.begin(PLAN, back=Plans())


def _read_name(text: str, ctx: FormContext) -> str:
    return parse_plan_name(text)


def _read_duration(text: str, ctx: FormContext) -> str:
    """Kept as `1 month`."""
    found = parse_duration(text)
    return f"{found.count} {found.unit.value}"


def _show_duration(ctx: FormContext, value: object) -> str:
    count, _, unit = str(value).partition(" ")
    return duration(ctx.t, int(count), DurationUnit(unit))


def _read_visits(text: str, ctx: FormContext) -> int:
    return parse_visits(text)


def _read_price(text: str, ctx: FormContext) -> Decimal:
    return parse_price(text)


async def _create(ctx: FormContext) -> Screen:
    length = parse_duration(ctx.value("duration", str))
    data = PlanInput(
        name=ctx.value("name", str),
        duration_unit=length.unit,
        duration_count=length.count,
        visits=ctx.maybe("visits", int),
        price=ctx.value("price", Decimal),
        freeze_days=0,
    )
    async with ctx.unit_of_work() as uow:
        plan = await PlanService(uow).create(data, key=ctx.key)
    text = ctx.t("✅ <b>{plan}</b> is on sale for {price}.", plan=plan.name, price=data.price)
    return Screen(text, [[button(ctx.t("Plans"), Plans())], nav(ctx.t)])


PLAN = router.form(
    Form(
        name="plan",
        title=N_("New plan"),
        steps=[
            Step("name", N_("Name"), N_("What is the plan called?"), parse=_read_name),
            Step(
                "duration",
                N_("Duration"),
                N_("How long does it last? Choose, or type such as 15 days."),
                choices=[
                    Choice("1 month", N_("1 month")),
                    Choice("3 month", N_("3 months")),
                    Choice("1 year", N_("1 year")),
                    Choice("1 week", N_("1 week")),
                    Choice("1 day", N_("1 day")),
                ],
                columns=2,
                parse=_read_duration,
                show=_show_duration,
            ),
            Step(
                "visits",
                N_("Visits"),
                N_("How many visits are included? Skip if they are not counted."),
                parse=_read_visits,
                optional=True,
            ),
            Step("price", N_("Price"), N_("What does it cost?"), parse=_read_price),
        ],
        submit=_create,
    )
)
