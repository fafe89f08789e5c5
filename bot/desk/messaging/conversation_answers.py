"""Answers of staff to what members write: a reply to the message that told of it, or a form of one step."""

from __future__ import annotations

from uuid import UUID

from bot.desk.messaging.conversations import show_conversation
from bot.forms.definition import Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.conversations import AnswerMember, SeeConversation
from bot.ui.keyboards import button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.written_messages import written_of
from gym.conversations.errors import AnswerInvalid
from gym.conversations.models import MessageKind
from gym.conversations.schemas import SentAnswer, WrittenMessage
from gym.conversations.service import MOST_LETTERS, ConversationService
from gym.core.language import N_
from gym.core.text import telegram_length

router = Router(Audience.STAFF)
NOTED = "👍"
"""The reaction in a desk chat under an answer that left; the group is not told in words."""


@router.replied
async def reply(context: UpdateContext) -> bool:
    """A reply to the message that told of a member's: text, picture, voice or file, as it was sent."""
    message = context.message
    replied = message.reply_to_message if message is not None else None
    if message is None or replied is None:
        return False
    async with context.unit_of_work() as uow:
        asked = await ConversationService(uow).asked_in(context.chat_id, replied.message_id)
    written = written_of(message) if asked is not None else None
    if asked is None or written is None:
        return False
    conversation_id, seen = asked
    async with context.unit_of_work() as uow:
        sent = await ConversationService(uow).answer(conversation_id, written, seen)
    await _confirm(context, sent)
    return True


async def _confirm(context: UpdateContext, sent: SentAnswer) -> None:
    is_plain = sent.is_reachable and sent.answered_before is None
    if is_plain and not context.is_private and await context.react(NOTED):
        return
    conversation = sent.conversation
    rows = [[button(context.t("💬 Open"), SeeConversation(conversation.id))]]
    if not sent.is_reachable:
        rows[0].append(button(context.t("👤 Card"), Card(conversation.client_id)))
    await context.quote(Screen(sent_words(context.t, sent), [*rows, nav(context.t)]))


def sent_words(t: HtmlTranslator, sent: SentAnswer) -> str:
    """That the answer is on its way, or why nobody will read it; and who had answered before."""
    client = sent.conversation.client.full_name
    if sent.is_reachable:
        lines = [t("✅ <b>Your answer goes to {client}.</b>", client=client)]
    else:
        lines = [t("🔕 {client} does not hear from this chat: call, or tell it at the desk.", client=client)]
    if sent.answered_before is not None:
        name, at = sent.answered_before
        lines.append(t("{name} had answered already, on {at}.", name=name, at=at))
    return "\n".join(lines)


@router.on(AnswerMember)
async def answer(context: UpdateContext, press: AnswerMember) -> None:
    async with context.unit_of_work() as uow:
        opened = await ConversationService(uow).open(press.conversation_id)
    values = {
        "conversation_id": press.conversation_id,
        "seen": press.seen,
        "client": opened.conversation.client.full_name,
    }
    await begin(context, ANSWER, values, back=SeeConversation(press.conversation_id))


async def _ask(ctx: FormContext) -> str:
    return ctx.t("What do you answer {client}? Write it.", client=ctx.value("client", str))


def _as_written(text: str, _: FormContext) -> str:
    """The words as they are, lines and all. Raises `AnswerInvalid`."""
    words = text.strip()
    if not words or telegram_length(words) > MOST_LETTERS:
        raise AnswerInvalid(most=MOST_LETTERS)
    return words


async def _send(ctx: FormContext) -> None:
    written = WrittenMessage(MessageKind.TEXT, WrittenMessage.of_form(ctx.key), text=ctx.value("answer", str))
    conversation_id = ctx.value("conversation_id", UUID)
    async with ctx.unit_of_work() as uow:
        sent = await ConversationService(uow).answer(conversation_id, written, ctx.value("seen", int))
    await show_conversation(ctx.context, conversation_id, note=sent_words(ctx.t, sent))


ANSWER = router.form(
    Form(
        name="conversation_answer",
        title=N_("Answer a member"),
        steps=[Step("answer", N_("Answer"), _ask, parse=_as_written)],
        submit=_send,
        confirm=None,
    )
)
