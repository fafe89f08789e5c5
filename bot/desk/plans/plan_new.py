"""A new plan: by time, by visits, for a day or as a trial."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.forms.answers import read_amount
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import yes_no_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import PlanCard, PlanList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.plans import described, hours
from bot.ui.wording.terms import duration
from gym.clients.fields.parsers import parse_notes
from gym.core.language import N_
from gym.plans.models import DurationUnit
from gym.plans.schemas import (
    PlanInput,
    parse_duration,
    parse_freeze_days,
    parse_plan_name,
    parse_visits,
)
from gym.plans.service import PlanService
from gym.plans.windows import parse_window
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
LONGEST_DESCRIPTION = 1000


class PlanSort(StrEnum):
    """The kind of a new plan, which decides what is asked."""

    TIME = "time"
    PACK = "pack"
    DAY = "day"
    TRIAL = "trial"


@callback("pnew")
class NewPlan(Callback):
    """Open the form of a new plan."""


@router.on(NewPlan)
async def new_plan(context: UpdateContext, _: NewPlan) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PLANS)
    await begin(context, PLAN, back=PlanList())


# Reading, here and when a plan is changed ─────────────────────────────────────────────────────────────────


def read_name(text: str, ctx: FormContext) -> str:
    return parse_plan_name(text)


def read_visits(text: str, ctx: FormContext) -> int:
    return parse_visits(text)


def read_window(text: str, ctx: FormContext) -> dict[str, Any] | None:
    return parse_window(text)


def read_freeze_days(text: str, ctx: FormContext) -> int:
    return parse_freeze_days(text)


def read_description(text: str, ctx: FormContext) -> str:
    return parse_notes(text, LONGEST_DESCRIPTION)


def _read_duration(text: str, ctx: FormContext) -> str:
    """A duration, kept as `1 month`."""
    found = parse_duration(text)
    return f"{found.count} {found.unit.value}"


# What is asked ────────────────────────────────────────────────────────────────────────────────────────────


def _sort(ctx: FormContext) -> PlanSort | None:
    return ctx.maybe("sort", PlanSort)


def _wants_more(ctx: FormContext) -> bool:
    return ctx.maybe("more", bool) is True


async def _names(ctx: FormContext) -> Sequence[Choice]:
    """A suggested name."""
    match _sort(ctx):
        case PlanSort.DAY:
            name = ctx.t("Day pass")
        case PlanSort.TRIAL:
            name = ctx.t("Trial")
        case _:
            return []
    return [Choice(name, name)]


async def _durations(ctx: FormContext) -> Sequence[Choice]:
    short = _sort(ctx) is PlanSort.TRIAL
    offered = ("1 day", "3 day", "1 week", "15 day") if short else ("1 month", "3 month", "1 year", "1 week")
    return [Choice(one, _show_duration(ctx, one)) for one in offered]


def _show_duration(ctx: FormContext, value: object) -> str:
    count, _, unit = str(value).partition(" ")
    return duration(ctx.t, int(count), DurationUnit(unit))


async def _prices(ctx: FormContext) -> Sequence[Choice]:
    return [Choice(Decimal(0), ctx.t("Free"))] if _sort(ctx) is PlanSort.TRIAL else []


def show_window(ctx: FormContext, value: Any) -> str:
    return ctx.t.text(hours(ctx.t, value))


STEPS = [
    Step(
        "sort",
        N_("Kind"),
        N_("What kind of plan is it?"),
        choices=[
            Choice(PlanSort.TIME, N_("By time")),
            Choice(PlanSort.PACK, N_("Visit pack")),
            Choice(PlanSort.DAY, N_("Day pass")),
            Choice(PlanSort.TRIAL, N_("Trial, once each")),
        ],
        columns=2,
    ),
    Step("name", N_("Name"), N_("What is the plan called?"), parse=read_name, choices=_names),
    Step(
        "duration",
        N_("Duration"),
        N_("How long does it last? Choose, or type such as 15 days."),
        choices=_durations,
        columns=2,
        parse=_read_duration,
        show=_show_duration,
        when=lambda ctx: _sort(ctx) is not PlanSort.DAY,
    ),
    Step(
        "visits",
        N_("Visits"),
        N_("How many visits are included? Choose, or type a number."),
        choices=[Choice(number, str(number)) for number in (4, 8, 10, 12, 16, 20)],
        columns=3,
        parse=read_visits,
        when=lambda ctx: _sort(ctx) is PlanSort.PACK,
    ),
    Step("price", N_("Price"), N_("What does it cost?"), parse=read_amount, choices=_prices),
    yes_no_step(
        "more",
        N_("More"),
        N_("Anything else? Access hours, freeze days, a description?"),
        yes=N_("Add more"),
        no=N_("That is all"),
        no_first=True,
        columns=2,
        listed=False,
    ),
    Step(
        "window",
        N_("Access hours"),
        N_("When may its members come in? Such as mon-fri 6:00-12:00. Skip for always."),
        parse=read_window,
        show=show_window,
        optional=True,
        when=_wants_more,
    ),
    Step(
        "freeze_days",
        N_("Freeze days"),
        N_("How many days may a client freeze it? Choose, or type a number."),
        choices=[Choice(number, str(number)) for number in (0, 7, 15, 30)],
        columns=4,
        parse=read_freeze_days,
        when=lambda ctx: _wants_more(ctx) and _sort(ctx) in (PlanSort.TIME, PlanSort.PACK),
    ),
    Step(
        "description",
        N_("Description"),
        N_("What should clients know about it?"),
        parse=read_description,
        optional=True,
        when=_wants_more,
    ),
]


# What comes of it ─────────────────────────────────────────────────────────────────────────────────────────


def _input(ctx: FormContext) -> PlanInput:
    length = parse_duration(ctx.maybe("duration", str) or "1 day")
    return PlanInput(
        name=ctx.value("name", str),
        duration_unit=length.unit,
        duration_count=length.count,
        visits=ctx.maybe("visits", int),
        price=ctx.value("price", Decimal),
        window=ctx.maybe("window", dict),
        freeze_days=ctx.maybe("freeze_days", int) or 0,
        description=ctx.maybe("description", str) or None,
        once_per_client=_sort(ctx) is PlanSort.TRIAL,
    )


async def _summary(ctx: FormContext) -> str:
    data = _input(ctx)
    return described(ctx.t, data) + "\n" + ctx.t("💵 {price}", price=data.price)


async def _create(ctx: FormContext) -> Screen:
    data = _input(ctx)
    async with ctx.unit_of_work() as uow:
        plan = await PlanService(uow).create(data, key=ctx.key)
    text = ctx.t("✅ <b>{plan}</b> is on sale for {price}.", plan=plan.name, price=data.price)
    row = [button(ctx.t("Plans"), PlanList()), button(ctx.t("Look at it"), PlanCard(plan.id))]
    return Screen(text, [row, nav(ctx.t)])


PLAN = router.form(Form(name="plan", title=N_("New plan"), steps=STEPS, summary=_summary, submit=_create))
