"""Buttons of conversations: what members write to the desk, listed, read, answered and closed."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button
from bot.ui.screens import HtmlTranslator
from gym.conversations.models import Conversation


@callback("cvlist")
class Conversations(Callback):
    """List the members whose messages wait for an answer."""

    page: int = 0


@callback("cvsee")
class SeeConversation(Callback):
    """Show what a member and the desk wrote to each other, the latest page first."""

    conversation_id: UUID
    page: int = 0


@callback("cvmsg")
class SeeSentMessage(Callback):
    """Show one message as it was sent: a picture, a voice, a long text."""

    message_id: UUID


@callback("cvans")
class AnswerMember(Callback):
    """Ask what the member is answered; messages up to the number `seen` are settled by it."""

    conversation_id: UUID
    seen: int


@callback("cvdone", changes=True)
class CloseConversation(Callback):
    """Nothing has to be answered, up to the number `seen`."""

    conversation_id: UUID
    seen: int


def waiting_row(t: HtmlTranslator, one: Conversation) -> Row:
    """The member, since when, and how many messages where it is more than one."""
    count = f" · {one.waiting}" if one.waiting > 1 else ""
    label = t("💬 {client} · {at}", client=one.client.full_name, at=one.waits_since)
    return [button(f"{label}{count}", SeeConversation(one.id), wide=True)]
