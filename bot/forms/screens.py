"""Screens of a form: a question, the summary, the list of answers that can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from uuid import UUID

from bot.forms.definition import CONFIRM, Form, FormContext, Step
from bot.forms.state import FormState
from bot.ui.callbacks import ButtonStyle, Callback, Home, callback
from bot.ui.keyboards import BACK, CANCEL, HOME, Button, Keyboard, Row, button, grid, pager
from bot.ui.screens import Html, Screen
from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_, Translator


class FormAction(StrEnum):
    """What a form's own buttons do."""

    CHOOSE = "c"
    PAGE = "p"
    BACK = "b"
    SKIP = "s"
    CANCEL = "x"
    CONFIRM = "y"
    CHANGE = "e"
    FIELD = "d"
    KEEP = "k"
    DONE = "o"
    CONTINUE = "n"
    REPLACE = "r"
    RESTART = "a"


@callback("f")
class FormButton(Callback):
    """A button of one form, as shown at one revision."""

    key: UUID
    revision: int
    action: FormAction
    index: int = 0


def form_button(
    state: FormState, label: str, action: FormAction, index: int = 0, *, wide: bool = False
) -> Button:
    return button(label, FormButton(state.key, state.revision, action, index), wide=wide)


async def question(ctx: FormContext, step: Step, note: str | None, beside: Row = ()) -> Screen:
    """The screen of a step; `note` (HTML) stands above the question: an error, or a photo's verdict.

    `beside` are buttons that lead out of the form.
    """
    t = ctx.t
    ask = t(step.ask) if isinstance(step.ask, str) else await step.ask(ctx)
    lines = [f"<b>{t(ctx.form.title)}</b>"]
    lines += [note, ""] if note else [""]
    lines.append(ask)
    lines += _so_far(ctx, step)
    keyboard: list[Row] = [*_choices(ctx, step), _photo_row(ctx, step), _keep_row(ctx, step)]
    return Screen("\n".join(lines), [*keyboard, beside, _step_nav(ctx, step)])


async def summary(ctx: FormContext, note: str | None) -> Screen:
    """The summary: all answers restated; Cancel stands left of Confirm."""
    t, state = ctx.t, ctx.state
    body = await ctx.form.summary(ctx) if ctx.form.summary else "\n".join(_answers(ctx))
    text = "\n".join([f"<b>{t(ctx.form.title)}</b>", *([note] if note else []), "", body])
    label = ctx.form.confirm or CONFIRM
    confirm = t(label(ctx) if callable(label) else label)
    change = [_act(ctx, N_("Change"), FormAction.CHANGE)] if ctx.form.steps else []
    return Screen(
        text,
        [
            [_act(ctx, BACK, FormAction.BACK), *change],
            [
                _act(ctx, CANCEL, FormAction.CANCEL),
                _styled(form_button(state, f"✅ {confirm}", FormAction.CONFIRM), ctx.form),
            ],
        ],
    )


def _styled(confirm: Button, form: Form) -> Button:
    return replace(confirm, style=ButtonStyle.DANGER if form.takes_back else ButtonStyle.SUCCESS)


def fields(ctx: FormContext) -> Screen:
    """The list of answers, one of which is to be changed."""
    t, state = ctx.t, ctx.state
    steps = asked_steps(ctx)
    shown = steps[state.page * PAGE_SIZE : (state.page + 1) * PAGE_SIZE]
    rows = grid([form_button(state, t(step.label), FormAction.FIELD, steps.index(step)) for step in shown])
    text = f"<b>{t(ctx.form.title)}</b>\n\n" + t("What do you want to change?")
    pages = max(1, -(-len(steps) // PAGE_SIZE))
    return Screen(text, [*rows, _pages(ctx, pages), [_act(ctx, BACK, FormAction.BACK), _cancel(ctx)]])


def in_the_way(ctx: FormContext) -> Screen:
    """The choice between an open form and the one that would replace it."""
    t, title = ctx.t, ctx.t(ctx.form.title)
    text = t(
        N_("<b>{title}</b> is still open, with answers in it. Go on with it, or drop it?"), title=Html(title)
    )
    return Screen(
        text,
        [
            [_act(ctx, N_("Go on with it"), FormAction.CONTINUE)],
            [_act(ctx, N_("Drop it, start new"), FormAction.REPLACE)],
        ],
    )


def canceled(t: Translator, back: Callback | None) -> Screen:
    row = [button(t(HOME), Home())]
    if back is not None and not isinstance(back, Home):
        row.insert(0, button(t(BACK), back))
    return Screen(t(N_("Canceled. Nothing was saved.")), [row])


def asked_steps(ctx: FormContext) -> list[Step]:
    """The steps that this person is asked, in order."""
    return [step for step in ctx.form.steps if step.name not in ctx.state.given and step.applies(ctx)]


def shown_answer(ctx: FormContext, step: Step) -> str:
    """An answer as HTML."""
    value = ctx.state.values.get(step.name)
    if value is None:
        return "–"
    if step.photo is not None and value:
        return ctx.t.plural("{count} photo", "{count} photos", len(value))
    if step.show is not None:
        return step.show(ctx, value)
    label = ctx.state.labels.get(step.name)
    return ctx.t.text(label) if label is not None else ctx.t.show(value)


def _answers(ctx: FormContext) -> list[str]:
    listed = [step for step in asked_steps(ctx) if step.listed]
    return [f"{ctx.t(step.label)}: <b>{shown_answer(ctx, step)}</b>" for step in listed]


def _so_far(ctx: FormContext, step: Step) -> Sequence[str]:
    value = ctx.state.values.get(step.name)
    if step.photo is not None:
        _, most = step.photos
        return (
            ["", ctx.t(N_("{count} of {most} photos"), count=len(value or []), most=most)] if most > 1 else []
        )
    return [] if value is None else ["", ctx.t(N_("Now: {value}"), value=Html(shown_answer(ctx, step)))]


def _choices(ctx: FormContext, step: Step) -> Keyboard:
    state = ctx.state
    start = state.page * PAGE_SIZE
    shown = state.offered[start : start + PAGE_SIZE]
    wide = step.columns == 1
    buttons = [
        form_button(state, label, FormAction.CHOOSE, start + place, wide=wide)
        for place, (_, label) in enumerate(shown)
    ]
    pages = max(1, -(-len(state.offered) // PAGE_SIZE))
    return [*grid(buttons, step.columns), _pages(ctx, pages)]


def _pages(ctx: FormContext, pages: int) -> Row:
    state = ctx.state
    return pager(
        state.page, pages, lambda number: FormButton(state.key, state.revision, FormAction.PAGE, number)
    )


def _photo_row(ctx: FormContext, step: Step) -> Row:
    if step.photo is None:
        return []
    least, _ = step.photos
    sent = len(ctx.state.values.get(step.name) or [])
    again = bool(sent) or any(ctx.has(name) for name in step.restarts)
    row = [_act(ctx, N_("🔄 Start again"), FormAction.RESTART)] if again else []
    return [*row, _act(ctx, N_("Done with photos"), FormAction.DONE)] if sent >= max(1, least) else row


def _keep_row(ctx: FormContext, step: Step) -> Row:
    there = step.photo is None and ctx.state.values.get(step.name) is not None
    return [_act(ctx, N_("Keep this answer"), FormAction.KEEP)] if there else []


def _step_nav(ctx: FormContext, step: Step) -> Row:
    row = [_act(ctx, BACK, FormAction.BACK)]
    if step.optional:
        row.append(_act(ctx, N_("Skip"), FormAction.SKIP))
    return [*row, _cancel(ctx)]


def _cancel(ctx: FormContext) -> Button:
    return _act(ctx, CANCEL, FormAction.CANCEL)


def _act(ctx: FormContext, label: str, action: FormAction) -> Button:
    return form_button(ctx.state, ctx.t(label), action)
