"""The form engine: a text, picture or button press becomes an answer or a move within the form.

A button carries the form's key
and the revision it was shown at: a second tap, or a tap on an older question, shows where the form stands.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping

from bot.forms import screens
from bot.forms.definition import Form, FormContext, Step
from bot.forms.directory import FormDirectory
from bot.forms.flow import FormFlow, warning
from bot.forms.screens import FormAction, FormButton
from bot.forms.state import FIELDS, SUMMARY, FormState, Pending, as_kept
from bot.ui.callbacks import STALE_AFTER, Callback, Home, pack
from bot.ui.identity import NotForYou
from bot.ui.keyboards import Button
from bot.ui.update_context import UpdateContext
from gym.chats.service import ChatService
from gym.core.errors import Conflict, DatabaseUnavailable, GymError
from gym.core.language import N_


class FormClosed(Conflict):
    """A button of a form that is no longer open."""

    code = "form_closed"
    message = N_("This is done. Open the menu if you need it again.")


class FormChanged(Conflict):
    """A draft of a form that this version does not know."""

    code = "form_changed"
    message = N_("This form has changed since you opened it. Please start it again from the menu.")


class FormEngine:
    """Runs forms; holds no state of its own."""

    def __init__(self, chats: ChatService, directory: FormDirectory) -> None:
        self._chats = chats
        self._directory = directory
        self._flow = FormFlow(chats, directory)

    # Coming and going

    async def begin(
        self, context: UpdateContext, form: Form, values: Mapping[str, object], back: Callback | None
    ) -> None:
        """Open a form. One with answers that is open already is not lost without asking."""
        packed = pack(back, context.now) if back is not None else None
        ctx = self._open(context)
        if ctx is not None and ctx.state.has_answers:
            ctx.state.pending = Pending(form.name, as_kept(values), packed)
            ctx.state.parked = True
            await self._flow.save(context, ctx.state)
            await context.show(screens.in_the_way(ctx))
            return
        await self._flow.start(context, form, values, packed)

    async def park(self, context: UpdateContext) -> None:
        """The person goes elsewhere: what they type from now on is no answer."""
        if context.draft is None or context.draft.data.get("parked"):
            return
        state = FormState.of(context.draft)
        state.parked = True
        context.draft = state.draft(context.now)
        await self._chats.save_draft(context.draft)

    def resume_button(self, context: UpdateContext) -> Button | None:
        """The way back into the form that was left open, for the home screen."""
        ctx = self._open(context)
        if ctx is None or not ctx.state.has_answers:
            return None
        label = context.t(N_("Go on: {form}"), form=context.t(ctx.form.title))
        return screens.form_button(ctx.state, label, FormAction.CONTINUE, wide=True)

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

    # What may come in

    async def text(self, context: UpdateContext) -> bool:
        """A typed answer; False when no form waits for text."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        if self._repeated(context, ctx.state):
            await self._flow.present(ctx)
        elif step.parse is None:
            await self._flow.show_question(ctx, step, f"⚠️ {_hint(ctx, step)}")
        else:
            await self._read(ctx, step, context.text)
        return True

    async def attachment(self, context: UpdateContext) -> bool:
        """A file, sticker or voice is no answer: the question again; False when no form waits."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        await self._flow.show_question(ctx, step, None if step.parse else f"⚠️ {_hint(ctx, step)}")
        return True

    async def photo(self, context: UpdateContext) -> bool:
        """A picture for a photo step; False when no form waits for one."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None or step.photo is None:
            return ctx is not None and await self._rest_of_album(ctx)
        if self._repeated(context, ctx.state):
            await self._flow.present(ctx)
        else:
            await self._look(ctx, step)
        return True

    async def press(self, context: UpdateContext, press: FormButton) -> None:
        """A form's own button."""
        await self._require_admitted(context)
        ctx = self._open(context)
        if ctx is not None and self._repeated(context, ctx.state):
            await self._flow.present(ctx)
            return
        if context.draft is None or context.draft.key != press.key:
            raise FormClosed
        if ctx is None:
            await self._flow.drop(context)
            raise FormChanged
        ctx.state.parked = False
        old = press.revision != ctx.state.revision
        if old and press.action not in (FormAction.CANCEL, FormAction.CONTINUE, FormAction.REPLACE):
            await self._flow.present(ctx)
            return
        await self._act(ctx, press)

    # Taps

    async def _act(self, ctx: FormContext, press: FormButton) -> None:
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
            case FormAction.CHOOSE | FormAction.SKIP | FormAction.KEEP | FormAction.DONE:
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
        await self._flow.advance(ctx)

    async def _edit(self, ctx: FormContext, index: int) -> None:
        steps = screens.asked_steps(ctx)
        if index >= len(steps):
            await self._flow.present(ctx)
            return
        ctx.state.editing = True
        await self._flow.goto(ctx, steps[index].name)

    async def _go_back(self, ctx: FormContext) -> None:
        """To the summary while an answer is changed; else one question back; out of the first one."""
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

    # Answers

    async def _read(self, ctx: FormContext, step: Step, text: str) -> None:
        assert step.parse is not None
        try:
            value = step.parse(text, ctx)
            if inspect.isawaitable(value):
                value = await value
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._flow.show_question(ctx, step, warning(ctx, error))
            return
        self._flow.put(ctx, step, value)
        await self._flow.advance(ctx)

    async def _look(self, ctx: FormContext, step: Step) -> None:
        """Read one picture. It is kept as a file id with its verdict; the pixels go when the turn ends."""
        assert step.photo is not None
        context = ctx.context
        try:
            file_id, picture = context.photo_id, await context.photo_bytes(ctx.key)
            note = await step.photo(ctx, picture)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._flow.show_question(ctx, step, warning(ctx, error))
            return
        self._join_album(ctx)
        sent = [*(ctx.state.values.get(step.name) or []), {"file_id": file_id, "data": dict(note.data)}]
        self._flow.put(ctx, step, sent)
        if len(sent) >= step.photos[1]:
            await self._flow.advance(ctx, note.verdict)
        else:
            await self._flow.present(ctx, note.verdict)

    def _join_album(self, ctx: FormContext) -> None:
        """The pictures of one album are answered in one message."""
        state, message = ctx.state, ctx.context.message
        album = message.media_group_id if message else None
        if album is not None and album == state.album and state.message_id is not None:
            ctx.context.answer_in(state.message_id)
        state.album = album

    async def _rest_of_album(self, ctx: FormContext) -> bool:
        """More pictures than were wanted: the rest of an album is not taken for something else."""
        message, album = ctx.context.message, ctx.state.album
        if message is None or album is None or message.media_group_id != album:
            return False
        await ctx.context.note_photo(ctx.key)
        return True

    def _open(self, context: UpdateContext) -> FormContext | None:
        """The open form, if this version still knows it and the person is still one of those it is for."""
        form = self._directory.forms.get(context.draft.form) if context.draft else None
        if context.draft is None or form is None or not self._directory.admits(form.name, context.identity):
            return None
        return FormContext(context, form, FormState.of(context.draft))

    async def _waiting(self, context: UpdateContext) -> FormContext | None:
        """The open form that takes what is typed. Raises `NotForYou`."""
        if context.draft is None or context.draft.data.get("parked"):
            return None
        await self._require_admitted(context)
        return self._open(context)

    async def _require_admitted(self, context: UpdateContext) -> None:
        """Looked at on every step, as on every other tap: with the role goes the form. Raises `NotForYou`."""
        if context.draft is None or self._directory.admits(context.draft.form, context.identity):
            return
        self._flow.close_question(context, FormState.of(context.draft))
        await self._flow.drop(context)
        raise NotForYou

    def _repeated(self, context: UpdateContext, state: FormState) -> bool:
        """An update that was handled up to here before a crash: its answer is in."""
        return state.last_update_id == context.update.update_id


def _hint(ctx: FormContext, step: Step) -> str:
    return ctx.t(N_("Send a photo, please.") if step.photo else N_("Choose with the buttons, please."))
