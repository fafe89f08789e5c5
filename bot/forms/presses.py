"""Presses of a form's own buttons: an answer, a move within the form, its confirmation or its end."""

from __future__ import annotations

from bot.forms import screens
from bot.forms.definition import FormContext, Step
from bot.forms.directory import FormDirectory
from bot.forms.flow import FormFlow
from bot.forms.screens import FormAction, FormButton
from bot.forms.state import FIELDS, SUMMARY, FormState
from bot.ui.callbacks import STALE_AFTER, Home
from bot.ui.update_context import UpdateContext
from gym.core.language import N_


class FormPresses:
    """What each `FormAction` does; holds no state of its own."""

    def __init__(self, flow: FormFlow, directory: FormDirectory) -> None:
        self._flow = flow
        self._directory = directory

    async def act(self, ctx: FormContext, press: FormButton) -> None:
        step = ctx.form.step(ctx.state.step)
        match press.action:
            case FormAction.CANCEL:
                await self.cancel(ctx.context)
            case FormAction.REPLACE:
                await self._replace(ctx)
            case FormAction.CONFIRM:
                await self._confirm(ctx)
            case FormAction.BACK:
                await self._go_back(ctx)
            case FormAction.PAGE:
                ctx.state.page = press.index
                await self._flow.present(ctx, keep_offer=True)
            case FormAction.CHANGE:
                await self._flow.goto(ctx, FIELDS)
            case FormAction.FIELD:
                await self._edit(ctx, press.index)
            case FormAction.CONTINUE:
                await self._flow.present(ctx)
            case _:  # CHOOSE, SKIP, KEEP, DONE, RESTART
                await self._answer(ctx, step, press)

    async def _answer(self, ctx: FormContext, step: Step | None, press: FormButton) -> None:
        state = ctx.state
        if step is None:
            await self._flow.present(ctx)
            return
        if press.action is FormAction.CHOOSE and press.index < len(state.offered):
            value, label = state.offered[press.index]
            self._flow.put(ctx, step, value, label)
        elif press.action is FormAction.SKIP and step.optional:
            self._flow.put(ctx, step, None)
        elif press.action is FormAction.RESTART and step.photo is not None:
            self._drop_pictures(ctx, step)
        await self._flow.advance(ctx)

    def _drop_pictures(self, ctx: FormContext, step: Step) -> None:
        """All of them: one of somebody else spoils the others."""
        for name in (step.name, *step.restarts, *step.resets):
            ctx.state.drop(name)

    async def _edit(self, ctx: FormContext, index: int) -> None:
        steps = screens.asked_steps(ctx)
        if index >= len(steps):
            await self._flow.present(ctx)
            return
        ctx.state.editing = True
        await self._flow.goto(ctx, steps[index].name)

    async def _go_back(self, ctx: FormContext) -> None:
        """To the summary while an answer is changed; else one question back, or out of the first."""
        state = ctx.state
        if state.editing or state.step == FIELDS:
            state.editing = False
            await self._flow.goto(ctx, SUMMARY)
            return
        names = [step.name for step in screens.asked_steps(ctx)]
        before = names[: names.index(state.step)] if state.step in names else names
        if before:
            await self._flow.goto(ctx, before[-1])
            return
        await self._flow.drop(ctx.context)
        await self._directory.go(ctx.context, self._flow.back(state) or Home())

    async def _replace(self, ctx: FormContext) -> None:
        pending = ctx.state.pending
        form = self._directory.forms.get(pending.form) if pending else None
        if pending is None or form is None or not self._directory.admits(form.name, ctx.context.identity):
            await self._flow.present(ctx)
            return
        await self._flow.start(ctx.context, form, pending.values, pending.back)

    async def _confirm(self, ctx: FormContext) -> None:
        if ctx.state.step != SUMMARY:
            await self._flow.present(ctx)
            return
        shown = ctx.state.updated_at
        if shown is not None and ctx.context.now - shown > STALE_AFTER:
            note = ctx.t(N_("This has been lying here for a while. Check it once more, please."))
            await self._flow.present(ctx, f"⚠️ {note}")
            return
        await self._flow.submit(ctx)

    async def cancel(self, context: UpdateContext) -> bool:
        """Close the open form; False when there is none."""
        if context.draft is None:
            return False
        state = FormState.of(context.draft)
        await self._flow.drop(context)
        tapped = context.target
        await context.show(screens.canceled(context.t, self._flow.back(state)))
        if tapped is None or tapped.message_id != state.message_id:
            self._flow.close_question(context, state)
        return True
