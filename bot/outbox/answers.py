"""Answers of the desk to a member: copied where they are no text; whoever gave a lost one is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from telegram import Bot, Chat
from telegram import Message as Sent
from telegram.constants import ParseMode

from bot.messages import Message
from bot.ui.screens import CAPTION_LIMIT, bare
from gym.conversations.models import MessageKind
from gym.core.text import telegram_length
from gym.notifications.claims import Outgoing
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.base import read_stored
from gym.notifications.payloads.conversations import AnswerUndeliveredPayload, GymAnsweredPayload
from gym.unit_of_work import UnitOfWork

CAPTIONED: Final = frozenset(
    {
        MessageKind.PHOTO,
        MessageKind.DOCUMENT,
        MessageKind.VOICE,
        MessageKind.VIDEO,
        MessageKind.AUDIO,
        MessageKind.ANIMATION,
    }
)
"""Kinds that have words below them; of others a copy is all there is."""


def copied_from(item: Outgoing) -> GymAnsweredPayload | None:
    """The answer to be copied from the chat where it was sent; None for a text, and for every other kind."""
    if item.kind != NotificationKind.GYM_ANSWERED:
        return None
    answer = read_stored(GymAnsweredPayload, item.payload)
    return None if answer.kind == MessageKind.TEXT or answer.message_id is None else answer


async def send_copy(
    bot: Bot, chat_id: int, answer: GymAnsweredPayload, worded: Message, *, html: bool
) -> Sent:
    """Copy it, its words under the gym's name."""
    assert answer.from_chat_id is not None, "it was sent in a chat"
    assert answer.message_id is not None, "it was sent as a message"
    is_short = telegram_length(bare(worded.text)) <= CAPTION_LIMIT
    captioned = is_short and answer.kind in CAPTIONED
    copied = await bot.copy_message(
        chat_id,
        answer.from_chat_id,
        answer.message_id,
        caption=worded.text if captioned else None,
        parse_mode=ParseMode.HTML if captioned and html else None,
        reply_markup=worded.keyboard,
    )
    return Sent(copied.message_id, datetime.now(UTC), Chat(chat_id, Chat.PRIVATE))


def tell_undelivered(uow: UnitOfWork, item: Outgoing) -> None:
    """Tell whoever answered that the member cannot read it."""
    if item.kind != NotificationKind.GYM_ANSWERED or item.caused_by is None:
        return
    answer = read_stored(GymAnsweredPayload, item.payload)
    told = AnswerUndeliveredPayload(
        conversation_id=answer.conversation_id, client_id=answer.client_id, client_name=answer.client_name
    )
    uow.notify(Recipient.staff(item.caused_by), told, dedup_key=f"answer-undelivered:{item.id}")
