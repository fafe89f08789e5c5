"""Editing a plan one field at a time, with the effect on current subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from bot.desk.plans.plan_new import read_description, read_freeze_days, read_name, read_visits, read_window
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import yes_no_choices
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import PlanCard
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.memberships.plans import described, holders, hours
from gym.core.errors import Invalid
from gym.core.language import N_
from gym.plans.models import Plan
from gym.plans.schemas import PlanChanges
from gym.plans.service import PlanService
from gym.security.permissions import Permission
from gym.subscriptions.plan_holders import PlanHolders

router = Router(Audience.STAFF)


class ButtonNeeded(Invalid):
    """Words were typed where only the offered answers fit."""

    code = "button_needed"
    message = N_("Choose with the buttons, please.")


class PlanField(StrEnum):
    """The fields that can be changed; the value is the column's name.

    The length is not among them, because chains of renewals are counted in it: another length is another
    plan.
    """

    NAME = "name"
    DESCRIPTION = "description"
    VISITS = "visits"
    WINDOW = "window"
    FREEZE_DAYS = "freeze_days"
    ONCE = "once_per_client"


@callback("pedit")
class EditPlan(Callback):
    """Show the fields of a plan."""

    plan_id: UUID


@callback("pfield")
class EditPlanField(Callback):
    plan_id: UUID
    field: PlanField


@dataclass(frozen=True, slots=True)
class PlanQuestion:
    """The question about a field, and which subscriptions a change of it reaches."""

    label: str
    ask: str
    means: str
    parse: Callable[[str, FormContext], object] | None
    choices: Sequence[Choice] = ()
    empty: str = ""
    """Label of the answer that empties the field, where it can be empty."""


SOLD_KEEP: Final = N_("Whoever has it keeps what was sold; new sales and renewals get the new number.")
AT_ONCE: Final = N_("This holds at once, also for those who have it.")
QUESTIONS: Final = {
    PlanField.NAME: PlanQuestion(
        N_("Name"),
        N_("What is the plan called?"),
        N_("It is called so everywhere at once, also on what was sold."),
        read_name,
    ),
    PlanField.DESCRIPTION: PlanQuestion(
        N_("Description"),
        N_("What should clients know about it?"),
        N_("Clients read it where plans are shown."),
        read_description,
        empty=N_("Empty it"),
    ),
    PlanField.VISITS: PlanQuestion(
        N_("Visits"),
        N_("How many visits are included? Choose, or type a number."),
        SOLD_KEEP,
        read_visits,
        [Choice(number, str(number)) for number in (4, 8, 10, 12, 16, 20)],
        empty=N_("Not counted"),
    ),
    PlanField.WINDOW: PlanQuestion(
        N_("Access hours"),
        N_("When may its members come in? Such as mon-fri 6:00-12:00."),
        AT_ONCE,
        read_window,
        empty=N_("Always open"),
    ),
    PlanField.FREEZE_DAYS: PlanQuestion(
        N_("Freeze days"),
        N_("How many days may a client freeze it? Choose, or type a number."),
        AT_ONCE,
        read_freeze_days,
        [Choice(number, str(number)) for number in (0, 7, 15, 30)],
    ),
    PlanField.ONCE: PlanQuestion(
        N_("Once per client"),
        N_("May each client have it only once, as a trial?"),
        N_("It is asked at every sale from now on."),
        None,
        yes_no_choices(N_("Only once"), N_("As often as wanted")),
    ),
}
EMPTY: Final = ""
"""The answer that empties a field."""


@router.on(EditPlan)
async def edit_plan(context: UpdateContext, press: EditPlan) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PLANS)
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
    await context.show(_fields(context.t, plan))


def _fields(t: HtmlTranslator, plan: Plan, heading: str = "") -> Screen:
    note = t("The length stays as it is: for another one, make a new plan. Prices have a page of their own.")
    buttons = [button(t(one.label), EditPlanField(plan.id, field)) for field, one in QUESTIONS.items()]
    text = "\n\n".join([heading or t("✏️ What changes?"), described(t, plan), f"<i>{note}</i>"])
    return Screen(text, [*grid(buttons), nav(t, back=PlanCard(plan.id))])


@router.on(EditPlanField)
async def edit_field(context: UpdateContext, press: EditPlanField) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PLANS)
    async with context.unit_of_work() as uow:
        plan = await PlanService(uow).get(press.plan_id)
        count = await PlanHolders(uow).count(press.plan_id)
    now = written(context.t, press.field, getattr(plan, press.field))
    values = {"plan_id": plan.id, "plan": plan.name, "field": press.field, "now": now, "holders": count}
    await begin(context, EDITING, values, back=EditPlan(plan.id))


def written(t: HtmlTranslator, field: PlanField, value: Any) -> str:
    """A field's value as plain text."""
    match field:
        case PlanField.WINDOW:
            return hours(t, value or None)
        case PlanField.VISITS:
            return str(value) if value else t("not counted")
        case PlanField.ONCE:
            return t("only once") if value else t("as often as wanted")
        case _:
            return "–" if value in (None, EMPTY) else str(value)


def _field(ctx: FormContext) -> PlanField:
    return ctx.value("field", PlanField)


async def _ask(ctx: FormContext) -> str:
    question = QUESTIONS[_field(ctx)]
    return ctx.t(
        "🏷 {plan}\n{label}: <b>{now}</b>\n\n{ask}",
        plan=ctx.value("plan", str),
        label=ctx.t(question.label),
        now=ctx.value("now", str),
        ask=ctx.t(question.ask),
    )


async def _choices(ctx: FormContext) -> Sequence[Choice]:
    question = QUESTIONS[_field(ctx)]
    offered = [Choice(one.value, ctx.t(one.label)) for one in question.choices]
    return [*offered, Choice(EMPTY, ctx.t(question.empty))] if question.empty else offered


def _read(text: str, ctx: FormContext) -> object:
    parse = QUESTIONS[_field(ctx)].parse
    if parse is None:
        raise ButtonNeeded
    return parse(text, ctx)


async def _summary(ctx: FormContext) -> str:
    t, field = ctx.t, _field(ctx)
    change = t(
        "🏷 {plan}\n{label}: {before} → <b>{after}</b>",
        plan=ctx.value("plan", str),
        label=t(QUESTIONS[field].label),
        before=ctx.value("now", str),
        after=written(t, field, ctx.value("value", object)),
    )
    count = ctx.value("holders", int)
    lines = [change, "", t(QUESTIONS[field].means), *([holders(t, count)] if count else [])]
    return "\n".join(lines)


async def _save(ctx: FormContext) -> Screen:
    field, value = _field(ctx), ctx.value("value", object)
    changes = PlanChanges.model_validate({field.value: None if value == EMPTY else value})
    async with ctx.unit_of_work() as uow:
        plan = await PlanService(uow).edit(ctx.value("plan_id", UUID), changes)
    label = Html(ctx.t(QUESTIONS[field].label))
    return _fields(ctx.t, plan, ctx.t("✅ {label} saved.", label=label))


EDITING = router.form(
    Form(
        name="edit_plan",
        title=N_("Change a plan"),
        steps=[Step("value", N_("New value"), _ask, parse=_read, choices=_choices, columns=2)],
        summary=_summary,
        submit=_save,
        confirm=N_("Save"),
    )
)
