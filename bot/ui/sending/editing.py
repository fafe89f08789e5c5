"""Edits of messages in one chat: a screen in place, or a new message where Telegram refuses the edit."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial

from telegram import (
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.bot_api.delivery_status import ServerFault, Unanswered, Unreadable, acknowledged
from bot.bot_api.retries import with_retries
from bot.ui.screens import CAPTION_LIMIT, Screen, split_html
from bot.ui.sending.messenger import NO_PREVIEW, SENT_BEFORE, Messenger, inline_keys
from bot.ui.surfaces import fit_to_share

_SAME = "message is not modified"
_NOT_EDITABLE = (
    "can't be edited",
    "message to edit not found",
    "message_id_invalid",
    "no text in the message",
)


class MessageEditor:
    """Edits messages of one chat, through the chat's messenger where a new one is needed."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._bot, self._chat_id = messenger.bot, messenger.chat_id

    async def edit(self, message: Message, screen: Screen, now: datetime) -> Message:
        """Change a message in place; a new one takes over where Telegram does not allow or manage that.

        Raises `OnlyInPrivate` for what others may not see, `ServerFault` when a picture cannot be shown.
        """
        screen = fit_to_share(screen, self._messenger.surface)
        if message.message_id == SENT_BEFORE:
            return await self._messenger.send(screen, now)
        if screen.contact or screen.drop_keys or bool(message.photo) != (screen.photo is not None):
            return await self._replace(message, screen, now)
        try:
            return await self._edit(message, screen, now)
        except BadRequest as error:
            reason = error.message.lower()
            if _SAME in reason:
                return message
            if any(text in reason for text in _NOT_EDITABLE):
                return await self._messenger.send(screen, now)
            raise
        except (ServerFault, Unanswered):
            if screen.photo is not None:
                raise
            sent = await self._messenger.send(screen, now)
            await self.take_keys(message.message_id)
            return sent

    async def _edit(self, message: Message, screen: Screen, now: datetime) -> Message:
        keys = inline_keys(screen, now)
        limit = CAPTION_LIMIT if screen.photo is not None else None
        head, *rest = split_html(screen.text, limit) if limit else split_html(screen.text)
        keys_here = None if rest else keys
        if screen.photo is not None and not screen.drawn:
            await self._messenger.pictures.shown(message.message_id)
        try:
            change = partial(self._edit_one, message, head, screen.photo, keys_here)
            edited = await with_retries(lambda: acknowledged(change))
        except Unreadable:
            edited = True
        if screen.drawn:
            await self._messenger.pictures.cleared(message.message_id)
        if rest:
            return await self._messenger.send_texts(rest, keys)
        return edited if isinstance(edited, Message) else message

    async def _edit_one(
        self, message: Message, text: str, photo: bytes | None, keys: InlineKeyboardMarkup | None
    ) -> Message | bool:
        if photo is None:
            return await self._bot.edit_message_text(
                text,
                self._chat_id,
                message.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keys,
                link_preview_options=NO_PREVIEW,
            )
        self._messenger.require_working("editMessageMedia")
        media = InputMediaPhoto(photo, caption=text, parse_mode=ParseMode.HTML)
        return await self._bot.edit_message_media(media, self._chat_id, message.message_id, reply_markup=keys)

    async def _replace(self, message: Message, screen: Screen, now: datetime) -> Message:
        """Show a picture in place of text, or the reverse, which no edit can: send the new one, delete the
        old."""
        sent = await self._messenger.send(screen, now)
        try:
            await self._bot.delete_message(self._chat_id, message.message_id)
        except TelegramError:
            # Older than the 48 hours in which a bot may delete: it stays, without its buttons.
            await self.take_keys(message.message_id)
        return sent

    async def take_keys(self, message_id: int) -> None:
        """Take the buttons off an earlier message; one that has none, or is gone, is left alone."""
        if message_id == SENT_BEFORE:
            return
        with suppress(TelegramError):
            await acknowledged(lambda: self._bot.edit_message_reply_markup(self._chat_id, message_id))
