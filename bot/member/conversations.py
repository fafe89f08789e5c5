"""What a member writes or sends outside of every form: kept, told to the desk, and acknowledged."""

from __future__ import annotations

from typing import Final

from bot.ui.update_context import UpdateContext
from bot.ui.written_messages import written_of
from gym.conversations.schemas import ReceivedMessage
from gym.conversations.service import ConversationService

NOTED: Final = "👌"
"""The reaction under what follows a message that was acknowledged in words."""


async def send_to_desk(context: UpdateContext) -> ReceivedMessage | None:
    """Hand the message that came to the desk; None where it is Telegram's own."""
    client, message = context.identity.client, context.message
    written = written_of(message) if message is not None else None
    if client is None or written is None:
        return None
    async with context.member_unit_of_work() as uow:
        return await ConversationService(uow).receive(client.id, written)
