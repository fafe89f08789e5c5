"""The one engine of all forms: asks, reads answers, goes back and forth, submits once.

Everything is saved before it is shown, so a form goes on after a restart. A button carries the form's key
and the revision it was shown at: a second tap, or a tap on an older question, shows where the form stands.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from uuid import NAMESPACE_OID, uuid5

from bot import form_screens as screens
from bot.callbacks import STALE_AFTER, Callback, Home, pack, unpack
from bot.form_screens import FormAction, FormTap
from bot.form_state import FIELDS, SUMMARY, FormState, Pending, as_kept
from bot.forms import Choice, Form, FormContext, Step
from bot.keyboards import Button
from bot.render import say_error
from bot.routing import Routes
from bot.turn import Turn
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

    def __init__(self, chats: ChatService, routes: Routes) -> None:
        self._chats = chats
        self._routes = routes

    # Coming and going

    async def begin(
        self, turn: Turn, form: Form, values: Mapping[str, object], back: Callback | None
    ) -> None:
        """Open a form. One with answers that is open already is not lost without asking."""
        packed = pack(back, turn.now) if back is not None else None
        ctx = self._open(turn)
        if ctx is not None and ctx.state.has_answers:
            ctx.state.pending = Pending(form.name, as_kept(values), packed)
            ctx.state.parked = True
            await self._save(turn, ctx.state)
            await turn.show(screens.in_the_way(ctx))
            return
        await self._start(turn, form, values, packed)

    async def park(self, turn: Turn) -> None:
        """The person goes elsewhere: what they type from now on is no answer."""
        if turn.draft is None or turn.draft.data.get("parked"):
            return
        state = FormState.of(turn.draft)
        state.parked = True
        turn.draft = state.draft(turn.now)
        await self._chats.save_draft(turn.draft)

    def resume_button(self, turn: Turn) -> Button | None:
        """The way back into the form that was left open, for the home screen."""
        ctx = self._open(turn)
        if ctx is None or not ctx.state.has_answers:
            return None
        label = turn.t(N_("Go on: {form}"), form=turn.t(ctx.form.title))
        return screens.form_button(ctx.state, label, FormAction.CONTINUE, wide=True)

    async def cancel(self, turn: Turn) -> bool:
        """Close the open form; False when there is none."""
        if turn.draft is None:
            return False
        state = FormState.of(turn.draft)
        await self._drop(turn)
        await turn.show(screens.canceled(turn.t, self._back(state)))
        return True

    # What may come in

    async def text(self, turn: Turn) -> bool:
        """A typed answer; False when no form waits for text."""
        ctx = self._waiting(turn)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        if self._repeated(turn, ctx.state):
            await self._present(ctx)
        elif step.parse is None:
            await self._show_question(ctx, step, f"⚠️ {_hint(ctx, step)}")
        else:
            await self._read(ctx, step, turn.text)
        return True

    async def attachment(self, turn: Turn) -> bool:
        """A file, sticker or voice is no answer: the question again; False when no form waits."""
        ctx = self._waiting(turn)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None:
            return False
        await self._show_question(ctx, step, None if step.parse else f"⚠️ {_hint(ctx, step)}")
        return True

    async def photo(self, turn: Turn) -> bool:
        """A picture for a photo step; False when no form waits for one."""
        ctx = self._waiting(turn)
        step = ctx and ctx.form.step(ctx.state.step)
        if ctx is None or step is None or step.photo is None:
            return ctx is not None and self._rest_of_album(ctx)
        if self._repeated(turn, ctx.state):
            await self._present(ctx)
        else:
            await self._look(ctx, step)
        return True

    async def tap(self, turn: Turn, tap: FormTap) -> None:
        """A form's own button."""
        ctx = self._open(turn)
        if ctx is not None and self._repeated(turn, ctx.state):
            await self._present(ctx)
            return
        if turn.draft is None or turn.draft.key != tap.key:
            raise FormClosed
        if ctx is None:
            await self._drop(turn)
            raise FormChanged
        ctx.state.parked = False
        old = tap.revision != ctx.state.revision
        if old and tap.action not in (FormAction.CANCEL, FormAction.CONTINUE, FormAction.REPLACE):
            await self._present(ctx)
            return
        await self._act(ctx, tap)

    # Taps

    async def _act(self, ctx: FormContext, tap: FormTap) -> None:
        step = ctx.form.step(ctx.state.step)
        match tap.action:
            case FormAction.CANCEL:
                await self.cancel(ctx.turn)
            case FormAction.REPLACE:
                await self._replace(ctx)
            case FormAction.CONFIRM:
                await self._confirm(ctx)
            case FormAction.BACK:
                await self._go_back(ctx)
            case FormAction.PAGE:
                ctx.state.page = tap.index
                await self._present(ctx, keep_offer=True)
            case FormAction.CHANGE:
                await self._goto(ctx, FIELDS)
            case FormAction.FIELD:
                await self._edit(ctx, tap.index)
            case FormAction.CONTINUE:
                await self._present(ctx)
            case FormAction.CHOOSE | FormAction.SKIP | FormAction.KEEP | FormAction.DONE:
                await self._answer(ctx, step, tap)

    async def _answer(self, ctx: FormContext, step: Step | None, tap: FormTap) -> None:
        state = ctx.state
        if step is None:
            await self._present(ctx)
            return
        if tap.action is FormAction.CHOOSE and tap.index < len(state.offered):
            value, label = state.offered[tap.index]
            self._put(ctx, step, value, label)
        elif tap.action is FormAction.SKIP and step.optional:
            self._put(ctx, step, None)
        await self._advance(ctx)

    async def _edit(self, ctx: FormContext, index: int) -> None:
        steps = screens.asked_steps(ctx)
        if index >= len(steps):
            await self._present(ctx)
            return
        ctx.state.editing = True
        await self._goto(ctx, steps[index].name)

    async def _go_back(self, ctx: FormContext) -> None:
        """To the summary while an answer is changed; else one question back; out of the first one."""
        state = ctx.state
        if state.editing or state.step == FIELDS:
            state.editing = False
            await self._goto(ctx, SUMMARY)
            return
        names = [step.name for step in screens.asked_steps(ctx)]
        before = names[: names.index(state.step)] if state.step in names else names
        if before:
            await self._goto(ctx, before[-1])
            return
        await self._drop(ctx.turn)
        await ctx.turn.go(self._back(state) or Home())

    async def _replace(self, ctx: FormContext) -> None:
        pending = ctx.state.pending
        form = self._routes.forms.get(pending.form) if pending else None
        if pending is None or form is None:
            await self._present(ctx)
            return
        await self._start(ctx.turn, form, pending.values, pending.back)

    async def _confirm(self, ctx: FormContext) -> None:
        if ctx.state.step != SUMMARY:
            await self._present(ctx)
            return
        shown = ctx.state.updated_at
        if shown is not None and ctx.turn.now - shown > STALE_AFTER:
            note = ctx.t(N_("This has been lying here for a while. Check it once more, please."))
            await self._present(ctx, f"⚠️ {note}")
            return
        await self._submit(ctx)

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
            await self._show_question(ctx, step, _warning(ctx, error))
            return
        self._put(ctx, step, value)
        await self._advance(ctx)

    async def _look(self, ctx: FormContext, step: Step) -> None:
        """Read one picture. It is kept as a file id with its verdict; the pixels go when the turn ends."""
        assert step.photo is not None
        turn = ctx.turn
        try:
            file_id, picture = turn.photo_id, await turn.photo_bytes()
            note = await step.photo(ctx, picture)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._show_question(ctx, step, _warning(ctx, error))
            return
        album = self._join_album(ctx)
        sent = [*(ctx.state.values.get(step.name) or []), {"file_id": file_id, "data": dict(note.data)}]
        self._put(ctx, step, sent)
        if len(sent) >= step.photos[1]:
            await self._advance(ctx, note.verdict)
        else:
            await self._present(ctx, note.verdict)
        if album and turn.target is not None:
            ctx.state.message_id = turn.target.message_id
            await self._save(turn, ctx.state)

    def _join_album(self, ctx: FormContext) -> bool:
        """The pictures of one album are answered in one message; True when this belongs to an album."""
        state, message = ctx.state, ctx.turn.message
        album = message.media_group_id if message else None
        if album is not None and album == state.album and state.message_id is not None:
            ctx.turn.answer_in(state.message_id)
        state.album = album
        return album is not None

    def _rest_of_album(self, ctx: FormContext) -> bool:
        """More pictures than were wanted: the rest of an album is not taken for something else."""
        message = ctx.turn.message
        return (
            message is not None and ctx.state.album is not None and message.media_group_id == ctx.state.album
        )

    def _put(self, ctx: FormContext, step: Step, value: object, label: str | None = None) -> None:
        before = ctx.state.values.get(step.name)
        ctx.state.put(step.name, value, label)
        if before is not None and ctx.state.values[step.name] != before:
            for name in step.resets:
                ctx.state.drop(name)

    async def _advance(self, ctx: FormContext, note: str | None = None) -> None:
        """To the first question without an answer; then the summary, or the end."""
        state = ctx.state
        state.editing = False
        asked = screens.asked_steps(ctx)
        for name in [name for name in state.values if name not in state.given]:
            if name not in {step.name for step in asked}:
                state.drop(name)
        missing = next((step for step in asked if step.name not in state.values), None)
        if missing is None and ctx.form.confirm is None:
            await self._submit(ctx)
            return
        await self._goto(ctx, missing.name if missing else SUMMARY, note)

    # Showing

    async def _goto(self, ctx: FormContext, step: str, note: str | None = None) -> None:
        ctx.state.step, ctx.state.page, ctx.state.offered = step, 0, []
        await self._present(ctx, note)

    async def _present(self, ctx: FormContext, note: str | None = None, *, keep_offer: bool = False) -> None:
        """Save where the form stands, then show it."""
        step = ctx.form.step(ctx.state.step)
        if step is None and ctx.state.step not in (SUMMARY, FIELDS):
            ctx.state.step = SUMMARY
        if step is not None and not keep_offer:
            ctx.state.offered = [[as_kept(it.value), it.label] for it in await _offer(ctx, step)]
            ctx.state.page = 0
        ctx.state.revision += 1
        ctx.state.pending = None
        await self._save(ctx.turn, ctx.state)
        if step is not None:
            await self._show_question(ctx, step, note)
        elif ctx.state.step == FIELDS:
            await ctx.turn.show(screens.fields(ctx))
        else:
            await ctx.turn.show(await screens.summary(ctx, note))

    async def _show_question(self, ctx: FormContext, step: Step, note: str | None) -> None:
        await ctx.turn.show(await screens.question(ctx, step, note))

    # The end

    async def _submit(self, ctx: FormContext) -> None:
        """Run `submit`; the draft goes last, so a crash before that repeats it under the same key."""
        turn, draft = ctx.turn, ctx.state.draft(ctx.turn.now)
        turn.draft = None
        try:
            screen = await ctx.form.submit(ctx)
        except DatabaseUnavailable:
            raise
        except GymError as error:
            turn.draft = draft
            await self._refused(ctx, error)
            return
        if screen is not None:
            await turn.show(screen)
        await self._chats.drop_draft(draft)

    async def _refused(self, ctx: FormContext, error: GymError) -> None:
        """Nothing is lost: the summary again, or the last question of a form without one."""
        asked = screens.asked_steps(ctx)
        if ctx.form.confirm is not None or not asked:
            step = SUMMARY
        else:
            step = asked[-1].name
            ctx.state.drop(step)
        if not asked and ctx.form.confirm is None:
            await self._chats.drop_draft(ctx.state.draft(ctx.turn.now))
            raise error
        await self._goto(ctx, step, _warning(ctx, error))

    # Drafts

    async def _start(self, turn: Turn, form: Form, values: Mapping[str, object], back: str | None) -> None:
        key = uuid5(NAMESPACE_OID, f"{turn.chat_id}:{turn.user_id}:{turn.update.update_id}:{form.name}")
        state = FormState(turn.chat_id, turn.user_id, form.name, key, back=back)
        state.give(values)
        await self._advance(FormContext(turn, form, state))

    def _open(self, turn: Turn) -> FormContext | None:
        """The open form, if this version still knows it."""
        form = self._routes.forms.get(turn.draft.form) if turn.draft else None
        return FormContext(turn, form, FormState.of(turn.draft)) if turn.draft and form else None

    def _waiting(self, turn: Turn) -> FormContext | None:
        ctx = self._open(turn)
        return None if ctx is None or ctx.state.parked else ctx

    def _repeated(self, turn: Turn, state: FormState) -> bool:
        """An update that was handled up to here before a crash: its answer is in."""
        return state.last_update_id == turn.update.update_id

    def _back(self, state: FormState) -> Callback | None:
        return unpack(self._routes.codes, state.back).callback if state.back else None

    async def _save(self, turn: Turn, state: FormState) -> None:
        state.last_update_id = turn.update.update_id
        turn.draft = state.draft(turn.now)
        await self._chats.save_draft(turn.draft)

    async def _drop(self, turn: Turn) -> None:
        if turn.draft is not None:
            await self._chats.drop_draft(turn.draft)
            turn.draft = None


async def _offer(ctx: FormContext, step: Step) -> list[Choice]:
    if step.choices is None:
        return []
    if callable(step.choices):
        return list(await step.choices(ctx))
    return [Choice(choice.value, ctx.t(choice.label)) for choice in step.choices]


def _hint(ctx: FormContext, step: Step) -> str:
    return ctx.t(N_("Send a photo, please.") if step.photo else N_("Choose with the buttons, please."))


def _warning(ctx: FormContext, error: GymError) -> str:
    return f"⚠️ {say_error(ctx.t, error)}"
