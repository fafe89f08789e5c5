"""The messenger: sends interactive answers to one chat, with retries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from copy import copy
from datetime import UTC, datetime
from functools import partial

import structlog
from telegram import (
    Bot,
    Chat,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.bot_api.delivery_status import ServerFault, Unanswered, Unreadable, acknowledged
from bot.bot_api.method_health import MethodHealth
from bot.bot_api.retries import with_retries
from bot.ui.keyboards import contact_keyboard, markup
from bot.ui.pictures.picture_register import PictureRegister
from bot.ui.screens import CAPTION_LIMIT, Screen, bare, split_html
from bot.ui.sending.answer_counter import AnswerCounter
from bot.ui.sending.copies import SentCopy
from bot.ui.surfaces import OnlyInPrivate, Surface, fit_to_share

log = structlog.get_logger()
Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None
SENT_BEFORE = 0
"""Id of a message that has left and whose real one is not known: before a crash, or without an answer."""
PLAIN_FROM = 3
"""The attempt of an update from which a text that meets a 5xx leaves bare, without markup and buttons."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Messenger:
    """Sends to one chat (and topic), and shows others no more than they may see."""

    def __init__(
        self,
        bot: Bot,
        chat_id: int,
        counter: AnswerCounter,
        pictures: PictureRegister,
        health: MethodHealth,
        thread_id: int | None,
        surface: Surface,
    ) -> None:
        self.bot = bot
        self.chat_id = chat_id
        self.thread_id = thread_id
        self.surface = surface
        self._counter = counter
        self.pictures = pictures
        self._health = health

    async def once(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """Send with retries. The id of a message that was sent but not confirmed is `SENT_BEFORE`."""
        number = None
        try:
            sent = await self._counter.once(send)
        except Unreadable as error:
            log.warning("answer_unreadable", message=error.message_id)
            sent, number = None, error.message_id
        except Unanswered:
            log.warning("answer_unsure")
            sent = None
        return sent or Message(number or SENT_BEFORE, datetime.now(UTC), Chat(self.chat_id, Chat.PRIVATE))

    async def send_beside(self, screen: Screen, now: datetime) -> Message:
        """`send` outside the count of answers: sent again when the update is handled again."""
        other = copy(self)
        other._counter = self._counter.beside()
        return await other.send(screen, now)

    async def send(self, screen: Screen, now: datetime) -> Message:
        """A new message (several when it is long); returns the one with the buttons.

        Raises `OnlyInPrivate` for what others may not see.
        """
        screen = fit_to_share(screen, self.surface)
        if screen.photo is not None:
            return await self._send_photo(screen, screen.photo, inline_keys(screen, now))
        return await self.send_texts(
            split_html(screen.text), _keys(screen, now), screen.quotes, silent=screen.silent
        )

    async def react(self, message_id: int, emoji: str) -> bool:
        """Put a reaction under a message; False where the group or Telegram does not take it.

        Only https://core.telegram.org/bots/api#reactiontypeemoji are taken, and ✅ is none of them.
        """
        react = partial(self.bot.set_message_reaction, self.chat_id, message_id, emoji)
        try:
            return await with_retries(lambda: acknowledged(react))
        except (BadRequest, ServerFault, Unanswered) as error:
            log.info("reaction_not_set", reason=type(error).__name__)
            return False

    async def copy(self, copied: SentCopy, now: datetime) -> Message | None:
        """Copy a message of another chat, to one person's own chat only; None where Telegram has it no more.

        Raises `OnlyInPrivate`.
        """
        if self.surface is not Surface.PRIVATE:
            raise OnlyInPrivate
        keys = markup(copied.keyboard, now, stays=True)

        async def send() -> Message:
            sent = await self.bot.copy_message(
                self.chat_id, copied.from_chat_id, copied.message_id, reply_markup=keys
            )
            return Message(sent.message_id, now, Chat(self.chat_id, Chat.PRIVATE))

        try:
            return await (self._send_face(send) if copied.face else self.once(send))
        except BadRequest as error:
            log.info("message_not_copied", reason=error.message)
            return None

    async def _send_photo(self, screen: Screen, photo: bytes, keys: InlineKeyboardMarkup | None) -> Message:
        self.require_working("sendPhoto")
        head, *rest = split_html(screen.text, CAPTION_LIMIT)
        send = partial(
            self.bot.send_photo,
            self.chat_id,
            photo,
            caption=head,
            parse_mode=ParseMode.HTML,
            reply_markup=None if rest else keys,
            message_thread_id=self.thread_id,
        )
        sent = await (self.once(send) if screen.drawn else self._send_face(send))
        return await self.send_texts(rest, keys) if rest else sent

    async def _send_face(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """Send a picture of a person, registered for deletion before it leaves.

        A crash, or an answer without a message id, so leaves no face that nobody knows of.
        """
        mark = self._counter.next_mark
        if mark is None:
            return await self.once(send)  # an earlier attempt's, and registered since then
        await self.pictures.about_to_show(mark)
        try:
            sent = await self.once(send)
        except TelegramError:
            await self.pictures.not_shown(mark)
            raise
        if sent.message_id != SENT_BEFORE:
            await self.pictures.shown(sent.message_id, mark)
        return sent

    async def send_document(self, data: bytes, filename: str, caption: str) -> Message:
        """A file, to one person's own chat only; `caption` is HTML. Raises `OnlyInPrivate`, `ServerFault`."""
        if self.surface is not Surface.PRIVATE:
            raise OnlyInPrivate
        self.require_working("sendDocument")
        return await self.once(
            lambda: self.bot.send_document(
                self.chat_id,
                data,
                filename=filename,
                caption=caption or None,
                parse_mode=ParseMode.HTML,
            )
        )

    def require_working(self, method: str) -> None:
        """Raises `ServerFault` at once for a method that is known to fail: nobody waits for it."""
        if self._health.is_broken(method):
            raise ServerFault(f"{method} fails")

    async def send_texts(
        self, pieces: list[str], keys: Keys, quotes: int | None = None, *, silent: bool = False
    ) -> Message:
        for piece in pieces[:-1]:
            await self._send_text(piece, None, quotes, silent)
        return await self._send_text(pieces[-1], keys, quotes, silent)

    async def _send_text(self, text: str, keys: Keys, quotes: int | None, silent: bool) -> Message:
        try:
            return await self._send_html(text, keys, quotes, silent)
        except ServerFault:
            if self._counter.attempts < PLAIN_FROM:
                raise
            return await self.once(
                lambda: self.bot.send_message(
                    self.chat_id,
                    bare(text),
                    disable_notification=silent or None,
                    link_preview_options=NO_PREVIEW,
                    message_thread_id=self.thread_id,
                )
            )

    async def _send_html(self, text: str, keys: Keys, quotes: int | None, silent: bool) -> Message:
        reply = ReplyParameters(quotes, allow_sending_without_reply=True) if quotes is not None else None
        return await self.once(
            lambda: self.bot.send_message(
                self.chat_id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=keys,
                disable_notification=silent or None,
                link_preview_options=NO_PREVIEW,
                message_thread_id=self.thread_id,
                reply_parameters=reply,
            )
        )


def _keys(screen: Screen, now: datetime) -> Keys:
    if screen.contact:
        return contact_keyboard(screen.contact)
    return ReplyKeyboardRemove() if screen.drop_keys else inline_keys(screen, now)


def inline_keys(screen: Screen, now: datetime) -> InlineKeyboardMarkup | None:
    return markup(screen.keyboard, now, stays=screen.stays)
