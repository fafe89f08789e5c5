"""Conversations at the desk: who waits, what was written, and each message as it was sent."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.approvals import Requests
from bot.ui.buttons.clients import Card
from bot.ui.buttons.conversations import (
    AnswerMember,
    CloseConversation,
    Conversations,
    SeeConversation,
    SeeSentMessage,
    waiting_row,
)
from bot.ui.keyboards import Button, Keyboard, Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.sending.copies import SentCopy
from bot.ui.update_context import UpdateContext
from bot.ui.wording.conversations import KINDS, said_line
from gym.conversations.errors import WrittenMeanwhile
from gym.conversations.models import ConversationMessage, MessageKind, MessageSide
from gym.conversations.schemas import OpenedConversation
from gym.conversations.service import ConversationService
from gym.core.text import shortened, telegram_length

router = Router(Audience.STAFF)
MOST_LETTERS = 400
"""Of each message on a screen of eight; a longer one is shown whole by its button."""
SHOWS_PEOPLE = frozenset(
    {MessageKind.PHOTO, MessageKind.VIDEO, MessageKind.VIDEO_NOTE, MessageKind.ANIMATION}
)
"""Kinds whose copies leave the staff's chat after ten minutes, as all pictures of people do."""


@router.on(Conversations)
async def conversations(context: UpdateContext, press: Conversations) -> None:
    async with context.unit_of_work() as uow:
        found = await ConversationService(uow).waiting(press.page)
    t = context.t
    rows = [waiting_row(t, one) for one in found.items]
    text = t("💬 <b>Messages of members</b>\nWhich one?") if rows else t("Nobody waits for an answer.")
    pages = pager(found.number, found.pages, Conversations)
    await context.show(Screen(text, [*rows, pages, nav(t, back=Requests())]))


@router.on(SeeConversation)
async def see(context: UpdateContext, press: SeeConversation) -> None:
    await show_conversation(context, press.conversation_id, press.page)


async def show_conversation(
    context: UpdateContext, conversation_id: UUID, page: int = 0, note: str | None = None
) -> None:
    async with context.unit_of_work() as uow:
        opened = await ConversationService(uow).open(conversation_id, page)
    await context.show(_screen(context.t, opened, note))


def _screen(t: HtmlTranslator, opened: OpenedConversation, note: str | None) -> Screen:
    conversation, client = opened.conversation, opened.conversation.client
    lines = [note, ""] if note else []
    lines.append(t("💬 <b>{client}</b>", client=client.full_name))
    if opened.plan_name:
        lines.append(t("🎫 {plan}", plan=opened.plan_name))
    if not opened.is_reachable:
        lines.append(
            t(
                "🔕 {client} does not hear from this chat: call, or tell it at the desk.",
                client=client.full_name,
            )
        )
    told = list(reversed(opened.messages))
    lines += [line for one in told for line in ("", _line(t, one, client.first_name))]
    turn = partial(SeeConversation, conversation.id)
    return Screen(
        "\n".join(lines),
        [
            *([_shown_by(t, one)] for one in told if _needs_button(one)),
            pager(opened.page, opened.pages, turn),
            *_answers(t, opened),
            [button(t("👤 Card"), Card(client.id)), button(t("💬 Messages"), Conversations())],
            nav(t),
        ],
    )


def _line(t: HtmlTranslator, message: ConversationMessage, member: str) -> str:
    name = member if message.side is MessageSide.MEMBER else message.staff_name or t("The desk")
    text = shortened(message.text, MOST_LETTERS) if message.text is not None else None
    head = t("<i>{at}</i> <b>{name}</b>", at=message.sent_at, name=name)
    return f"{head}\n{said_line(t, message.kind, text)}"


def _needs_button(message: ConversationMessage) -> bool:
    is_long = telegram_length(message.text or "") > MOST_LETTERS
    return message.chat_id is not None and (message.kind is not MessageKind.TEXT or is_long)


def _shown_by(t: HtmlTranslator, message: ConversationMessage) -> Button:
    label = f"{t(KINDS[message.kind])} · {t.show(message.sent_at)}"
    return button(label, SeeSentMessage(message.id), wide=True)


def _answers(t: HtmlTranslator, opened: OpenedConversation) -> Keyboard:
    key, seen = opened.conversation.id, opened.seen
    rows: list[Row] = [[button(t("✍️ Answer"), AnswerMember(key, seen), wide=True)]]
    if opened.conversation.waits_since is not None:
        rows.append([button(t("☑️ No answer needed"), CloseConversation(key, seen), wide=True)])
    return rows


@router.on(SeeSentMessage)
async def see_message(context: UpdateContext, press: SeeSentMessage) -> None:
    """The message itself, copied into the person's own chat; an answer settles nothing that came later."""
    async with context.unit_of_work() as uow:
        message, conversation = await ConversationService(uow).message(press.message_id)
    t = context.t
    keyboard: Keyboard = [
        [
            button(t("✍️ Answer"), AnswerMember(conversation.id, message.number)),
            button(t("💬 Open"), SeeConversation(conversation.id)),
        ]
    ]
    if message.chat_id is not None and message.message_id is not None:
        copy = SentCopy(message.chat_id, message.message_id, keyboard, face=message.kind in SHOWS_PEOPLE)
        if await context.copy(copy):
            return
    name = conversation.client.full_name
    gone = t("Telegram does not have that message any more. Ask {client} to send it again.", client=name)
    await context.say(Screen(gone, keyboard))


@router.on(CloseConversation)
async def close(context: UpdateContext, press: CloseConversation) -> None:
    try:
        async with context.unit_of_work() as uow:
            conversation = await ConversationService(uow).close(press.conversation_id, press.seen)
    except WrittenMeanwhile as error:
        await context.fail(error)
        await go(context, SeeConversation(press.conversation_id))
        return
    t = context.t
    note = t("☑️ <b>Closed: {client} needs no answer.</b>", client=conversation.client.full_name)
    await show_conversation(context, conversation.id, note=note)
