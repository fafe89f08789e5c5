"""Intake of answers: a typed text or a picture, read by its step and put into the form."""

from __future__ import annotations

import inspect
import re
from typing import Final

from bot.forms.definition import FormContext, Step
from bot.forms.flow import FormFlow, warning
from bot.ui.buttons.clients import Card, ClientSearch
from bot.ui.callback_fields import carried_words
from bot.ui.keyboards import Row, button
from bot.ui.update_context import UpdateContext
from gym.clients.service import ClientService
from gym.core.errors import DatabaseUnavailable, GymError
from gym.core.language import N_
from gym.security.permissions import Permission

NAME: Final = re.compile(r"[^\W\d_]{3}")
DIGITS: Final = 6
"""From as many on, a number is a document or phone rather than an amount that was refused."""
CARRIED: Final = 20
"""Letters of the words that a button repeats."""


class AnswerIntake:
    """Reads answers. One that the step refuses is explained above the question, which is asked again."""

    def __init__(self, flow: FormFlow) -> None:
        self._flow = flow

    async def text(self, ctx: FormContext, step: Step, text: str) -> None:
        assert step.parse is not None
        try:
            value = step.parse(text, ctx)
            if inspect.isawaitable(value):
                value = await value
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self.refuse(ctx, step, text, warning(ctx, error))
            return
        self._flow.put(ctx, step, value)
        await self._flow.advance(ctx)

    async def refuse(self, ctx: FormContext, step: Step, text: str, note: str) -> None:
        """Ask again below the note; a text that finds a client may be the next one's name."""
        await self._flow.show_question(ctx, step, note, await _clients_meant(ctx, text))

    async def scan(self, ctx: FormContext, step: Step) -> None:
        """Read a picture as a typed answer; what it says instead stands above the question."""
        assert step.scan is not None
        try:
            said = await step.scan(ctx, await ctx.context.photo_bytes(ctx.key))
        except DatabaseUnavailable:
            raise
        except GymError as error:
            await self._flow.show_question(ctx, step, warning(ctx, error))
            return
        if said.answer is None:
            await self._flow.show_question(ctx, step, said.note)
        else:
            await self.text(ctx, step, said.answer)

    async def picture(self, ctx: FormContext, step: Step) -> None:
        """Read one picture, kept as a file id with its verdict; its pixels stay in memory for this update
        only."""
        assert step.photo is not None
        context, most = ctx.context, step.photos[1]
        if len(ctx.state.values.get(step.name) or []) >= most:
            await context.note_photo(ctx.key)
            note = ctx.t.plural(
                "{count} photo is there. Start again to send another one.",
                "{count} photos are there. Start again to send others.",
                most,
            )
            await self._flow.show_question(ctx, step, f"⚠️ {note}")
            return
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
        if len(sent) >= most:
            await self._flow.advance(ctx, note.verdict)
        else:
            await self._flow.present(ctx, note.verdict)

    def _join_album(self, ctx: FormContext) -> None:
        """Answer the pictures of one album in one message."""
        state, message = ctx.state, ctx.context.message
        album = message.media_group_id if message else None
        if album is not None and album == state.album and state.message_id is not None:
            ctx.context.answer_in(state.message_id)
        state.album = album

    async def rest_of_album(self, ctx: FormContext) -> bool:
        """Whether the picture belongs to an album that was enough already: it is not taken for something
        else."""
        message, album = ctx.context.message, ctx.state.album
        if message is None or album is None or message.media_group_id != album:
            return False
        await ctx.context.note_photo(ctx.key)
        return True


async def _clients_meant(ctx: FormContext, text: str) -> Row:
    """A button to the card, or to the search where several fit; the form waits meanwhile.

    The next person in the queue is typed while a form is open, and used to be answered by the question alone.
    """
    context = ctx.context
    if not _may_mean_one(context, text):
        return []
    async with context.unit_of_work() as uow:
        found = await ClientService(uow).search(text)
    if not found.total:
        return []
    if found.total == 1:
        client = found.items[0]
        return [button(ctx.t("👤 {client}", client=client.full_name), Card(client.id), wide=True)]
    words = carried_words(text[:CARRIED])
    return [button(ctx.t(N_("🔎 Search: {words}"), words=words), ClientSearch(words), wide=True)]


def _may_mean_one(context: UpdateContext, text: str) -> bool:
    if not context.identity.may(Permission.MANAGE_CLIENTS):
        return False
    return bool(NAME.search(text)) or sum(letter.isdigit() for letter in text) >= DIGITS
