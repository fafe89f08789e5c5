"""Form flow: the next question, the summary, the submission, and the draft saved at each step.

Everything is saved before it is shown, so a form goes on after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import NAMESPACE_OID, uuid5

from bot.forms import screens
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.directory import FormDirectory
from bot.forms.state import FIELDS, SUMMARY, FormState, as_kept
from bot.ui.callbacks import Callback, unpack
from bot.ui.keyboards import Row
from bot.ui.screens import Screen, say_error
from bot.ui.update_context import UpdateContext
from gym.chats.service import ChatService
from gym.core.errors import DatabaseUnavailable, GymError


class FormFlow:
    """Moves a form from step to step; holds no state of its own."""

    def __init__(self, chats: ChatService, directory: FormDirectory) -> None:
        self._chats = chats
        self._directory = directory

    async def start(
        self, context: UpdateContext, form: Form, values: Mapping[str, object], back: str | None
    ) -> None:
        key = uuid5(
            NAMESPACE_OID, f"{context.chat_id}:{context.user_id}:{context.update.update_id}:{form.name}"
        )
        state = FormState(context.chat_id, context.user_id, form.name, key, back=back)
        state.give(values)
        await self.advance(FormContext(context, form, state))

    def put(self, ctx: FormContext, step: Step, value: object, label: str | None = None) -> None:
        before = ctx.state.values.get(step.name)
        ctx.state.put(step.name, value, label)
        if before is not None and ctx.state.values[step.name] != before:
            for name in step.resets:
                ctx.state.drop(name)

    async def advance(self, ctx: FormContext, note: str | None = None) -> None:
        """Go to the first question without an answer; without one to the summary, or submit."""
        state = ctx.state
        state.editing = False
        asked = screens.asked_steps(ctx)
        for name in [name for name in state.values if name not in state.given]:
            if name not in {step.name for step in asked}:
                state.drop(name)
        missing = next((step for step in asked if step.name not in state.values), None)
        if missing is None and ctx.form.confirm is None:
            await self.submit(ctx)
            return
        await self.goto(ctx, missing.name if missing else SUMMARY, note)

    # Screens

    async def goto(self, ctx: FormContext, step: str, note: str | None = None) -> None:
        ctx.state.step, ctx.state.page, ctx.state.offered = step, 0, []
        await self.present(ctx, note)

    async def present(self, ctx: FormContext, note: str | None = None, *, keep_offer: bool = False) -> None:
        """Save where the form stands, then show it."""
        step = ctx.form.step(ctx.state.step)
        if step is None and ctx.state.step not in (SUMMARY, FIELDS):
            ctx.state.step = SUMMARY
        if step is not None and not keep_offer:
            ctx.state.offered = [[as_kept(it.value), it.label] for it in await _offer(ctx, step)]
            ctx.state.page = 0
        ctx.state.revision += 1
        ctx.state.pending = None
        await self.save(ctx.context, ctx.state)
        if step is not None:
            await self.show_question(ctx, step, note)
        elif ctx.state.step == FIELDS:
            await self._show(ctx, screens.fields(ctx))
        else:
            await self._show_summary(ctx, note)

    async def _show_summary(self, ctx: FormContext, note: str | None) -> None:
        """Show the summary, and save what it has noted by `FormState.put`: the one who confirms has seen
        that."""
        known = dict(ctx.state.values)
        await self._show(ctx, await screens.summary(ctx, note))
        if ctx.state.values != known:
            await self.save(ctx.context, ctx.state)

    async def show_question(self, ctx: FormContext, step: Step, note: str | None, beside: Row = ()) -> None:
        await self._show(ctx, await screens.question(ctx, step, note, beside))

    async def _show(self, ctx: FormContext, screen: Screen) -> None:
        """Show a screen; the question before it, where it stands further up, loses its buttons."""
        context, before, tapped = ctx.context, ctx.state.message_id, ctx.context.target
        await context.show(screen)
        shown = context.target.message_id if context.target else None
        if shown == before:
            return
        if tapped is None or tapped.message_id != before:
            self.close_question(context, ctx.state)
        ctx.state.message_id = shown
        await self.save(context, ctx.state)

    def close_question(self, context: UpdateContext, state: FormState) -> None:
        """Take the buttons off the form's message: it asks nothing any more."""
        if state.message_id is not None:
            context.take_keys(state.message_id)

    # Submission

    async def submit(self, ctx: FormContext) -> None:
        """Run `submit`; the draft is deleted last, so a crash before that repeats it under the same key.

        What was confirmed on a summary is a record in the chat: presses of its buttons leave its message
        alone.
        """
        context, draft = ctx.context, ctx.state.draft(ctx.context.now)
        context.draft = None
        try:
            screen = await ctx.form.submit(ctx)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            context.draft = draft
            await self._refused(ctx, error)
            return
        if screen is not None:
            await context.show(replace(screen, stays=screen.stays or ctx.form.confirm is not None))
        if context.target is None or context.target.message_id != ctx.state.message_id:
            self.close_question(context, ctx.state)
        await self._chats.drop_draft(draft)

    async def _refused(self, ctx: FormContext, error: GymError) -> None:
        """Show the refusal above what it asks for: a missing answer, the summary, or the last question. No
        answer is lost."""
        asked = screens.asked_steps(ctx)
        missing = next((step.name for step in asked if step.name not in ctx.state.values), None)
        if ctx.form.confirm is not None or not asked:
            step = missing or SUMMARY
        else:
            step = asked[-1].name
            ctx.state.drop(step)
        if not asked and ctx.form.confirm is None:
            await self._chats.drop_draft(ctx.state.draft(ctx.context.now))
            raise error
        await self.goto(ctx, step, warning(ctx, error))

    # Drafts

    def back(self, state: FormState) -> Callback | None:
        return unpack(self._directory.codes, state.back).callback if state.back else None

    async def save(self, context: UpdateContext, state: FormState) -> None:
        state.last_update_id = context.update.update_id
        context.draft = state.draft(context.now)
        await self._chats.save_draft(context.draft)

    async def drop(self, context: UpdateContext) -> None:
        if context.draft is not None:
            await self._chats.drop_draft(context.draft)
            context.draft = None


async def _offer(ctx: FormContext, step: Step) -> list[Choice]:
    if step.choices is None:
        return []
    if callable(step.choices):
        return list(await step.choices(ctx))
    return [Choice(choice.value, ctx.t(choice.label)) for choice in step.choices]


def warning(ctx: FormContext, error: GymError) -> str:
    return f"⚠️ {say_error(ctx.t, error)}"
