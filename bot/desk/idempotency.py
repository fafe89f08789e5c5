"""Idempotency keys of button presses and messages: the same one, doubled or retried, has one effect."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from bot.ui.update_context import UpdateContext

NAMESPACE: Final = UUID("6f1d7a52-3a1c-4f0e-9a58-0c6a2f8f5c11")


def was_answered(context: UpdateContext, at: datetime, now: datetime) -> bool:
    """Whether another press of the same button has done it (`at` an earlier moment than `now`) and shown it.

    An update that is tried again may have died before its answer, so that one shows it.
    """
    return at < now and context.attempts == 1


def press_key(context: UpdateContext) -> UUID:
    """A key of the button as it was shown, from its message, its data and the minute it carries."""
    query = context.update.callback_query
    message = query.message if query else None
    shown = (
        message.chat.id if message else context.chat_id,
        message.message_id if message else context.update.update_id,
        query.data if query else "",
    )
    return uuid5(NAMESPACE, repr(shown))


def message_key(context: UpdateContext) -> UUID:
    """A key of the message that came."""
    message = context.message
    number = message.message_id if message else context.update.update_id
    return uuid5(NAMESPACE, repr((context.chat_id, number, "message")))
