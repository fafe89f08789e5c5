"""The form engine: finds the open form of an update and hands it the text, picture or button press.

A button carries the form's key and the revision it was shown at: a second press, or one of an older question,
shows the present question.
"""

from __future__ import annotations

from collections.abc import Mapping

from telegram import Contact

from bot.forms import screens
from bot.forms.answer_intake import AnswerIntake
from bot.forms.definition import Form, FormContext, Step
from bot.forms.directory import FormDirectory
from bot.forms.flow import FormFlow
from bot.forms.presses import FormPresses
from bot.forms.screens import FormAction, FormButton
from bot.forms.state import FormState, Pending, as_kept
from bot.ui.callbacks import Callback, pack
from bot.ui.identity import NotForYou
from bot.ui.keyboards import Button
from bot.ui.update_context import UpdateContext
from gym.chats.service import ChatService
from gym.core.errors import Conflict
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
    """Opens, parks and closes forms, and hands them what comes in; holds no state of its own."""

    def __init__(self, chats: ChatService, directory: FormDirectory) -> None:
        self._chats = chats
        self._directory = directory
        self._flow = FormFlow(chats, directory)
        self._presses = FormPresses(self._flow, directory)
        self._intake = AnswerIntake(self._flow)

    # Opening and closing

    async def begin(
        self, context: UpdateContext, form: Form, values: Mapping[str, object], back: Callback | None
    ) -> None:
        """Open a form. An open one that has answers is not dropped without a question."""
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
        """A button back into the form that was left open, for the home screen."""
        ctx = self._open(context)
        if ctx is None or not ctx.state.has_answers:
            return None
        label = context.t(N_("Go on: {form}"), form=context.t(ctx.form.title))
        return screens.form_button(ctx.state, label, FormAction.CONTINUE, wide=True)

    async def cancel(self, context: UpdateContext) -> bool:
        """Close the open form; False when there is none."""
        return await self._presses.cancel(context)

    # Incoming

    async def text(self, context: UpdateContext) -> bool:
        """A typed answer; False when no form waits for text."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        if self._repeated(context, ctx.state):
            await self._flow.present(ctx)
        elif step.parse is None:
            await self._intake.refuse(ctx, step, context.text, f"⚠️ {_hint(ctx, step)}")
        else:
            await self._intake.text(ctx, step, context.text)
        return True

    async def contact(self, context: UpdateContext, contact: Contact) -> bool:
        """A shared contact answers a question for a phone with its number, and no other one.

        False when no form of the desk waits: a member's own contact is how they join.
        """
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None or context.identity.staff is None:
            return False
        if not step.takes_contact:
            return await self.attachment(context)
        if self._repeated(context, ctx.state):
            await self._flow.present(ctx)
        else:
            await self._intake.text(ctx, step, contact.phone_number)
        return True

    async def attachment(self, context: UpdateContext) -> bool:
        """A file, sticker or voice is no answer: the question again; False when no form waits."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        await self._flow.show_question(ctx, step, f"⚠️ {_hint(ctx, step)}")
        return True

    async def photo(self, context: UpdateContext) -> bool:
        """A picture for a photo step, or for a question that reads it; False when no form waits for one."""
        ctx = await self._waiting(context)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None or (step.photo is None and not step.takes_scan(ctx)):
            return ctx is not None and await self._intake.rest_of_album(ctx)
        if self._repeated(context, ctx.state):
            await self._flow.present(ctx)
        elif step.photo is None:
            await self._intake.scan(ctx, step)
        else:
            await self._intake.picture(ctx, step)
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
        await self._presses.act(ctx, press)

    def _open(self, context: UpdateContext) -> FormContext | None:
        """The open form, where this version knows it and the person may still answer it."""
        form = self._directory.forms.get(context.draft.form) if context.draft else None
        if context.draft is None or form is None or not self._directory.admits(form.name, context.identity):
            return None
        return FormContext(context, form, FormState.of(context.draft))

    async def _waiting(self, context: UpdateContext) -> FormContext | None:
        """The open form that takes typed answers. Raises `NotForYou`."""
        if context.draft is None or context.draft.data.get("parked"):
            return None
        await self._require_admitted(context)
        return self._open(context)

    async def _require_admitted(self, context: UpdateContext) -> None:
        """Raises `NotForYou` and drops the form when the person's role no longer allows it; checked at every
        step."""
        if context.draft is None or self._directory.admits(context.draft.form, context.identity):
            return
        self._flow.close_question(context, FormState.of(context.draft))
        await self._flow.drop(context)
        raise NotForYou(was_open=True)

    def _repeated(self, context: UpdateContext, state: FormState) -> bool:
        """Whether this update was handled up to here before a crash, so that its answer is in."""
        return state.last_update_id == context.update.update_id


def _hint(ctx: FormContext, step: Step) -> str:
    if step.photo:
        return ctx.t(N_("Send a photo, please."))
    return ctx.t(N_("Type the answer, please.") if step.parse else N_("Choose with the buttons, please."))
