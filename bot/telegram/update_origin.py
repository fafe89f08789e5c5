"""The origin of an update: the person who speaks in it, or the group that became a supergroup."""

from __future__ import annotations

from telegram import Chat, Update, User


def migration_of(update: Update) -> tuple[int, int] | None:
    """The old and the new id of a group that became a supergroup, which Telegram reports in both."""
    message = update.message
    if message is not None and message.migrate_to_chat_id is not None:
        return message.chat.id, message.migrate_to_chat_id
    if message is not None and message.migrate_from_chat_id is not None:
        return message.migrate_from_chat_id, message.chat.id
    return None


def speaker_of(update: Update) -> User | None:
    """The person behind an update; None for bots, channels and anonymous admins.

    `sender_chat` may be any admin of that group or channel. What an inline bot put into a group (`via_bot`)
    is not the words of the person who picked it.
    """
    user, message = update.effective_user, update.message
    if user is None or user.is_bot:
        return None
    if message is None:
        return user
    inline = message.via_bot is not None and message.chat.type != Chat.PRIVATE
    return None if inline or message.sender_chat is not None or message.is_automatic_forward else user
