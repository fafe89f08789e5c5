"""The messenger: sends and edits interactive answers in one chat, with retries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import structlog
from telegram import (
    Bot,
    Chat,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.bot_api.delivery_status import ServerFault, Unanswered, Unreadable, acknowledged
from bot.bot_api.method_health import MethodHealth
from bot.bot_api.retries import send_with_retries, with_retries
from bot.ui.keyboards import contact_keyboard, markup
from bot.ui.picture_register import PictureRegister
from bot.ui.screens import CAPTION_LIMIT, Screen, bare, split_html
from bot.ui.surfaces import OnlyInPrivate, Surface, fit_to_share
from gym.chats.repository import Claimed
from gym.core.errors import DatabaseUnavailable

log = structlog.get_logger()
Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None
SENT_BEFORE = 0
"""Id of a message that has left and whose real one is not known: before a crash, or without an answer."""
PLAIN_FROM = 3
"""The attempt of an update from which a text that meets a 5xx leaves bare, without markup and buttons."""
MOST_MARKED = 64
"""Attempts of an update, and answers of an attempt, that have marks of their own."""
MOST_UPDATES = 2**50
"""What leaves room for both in a bigint; Telegram counts updates one by one, from a number below 2**31."""
_SAME = "message is not modified"
_NOT_EDITABLE = (
    "can't be edited",
    "message to edit not found",
    "message_id_invalid",
    "no text in the message",
)
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Ticker:
    """Counts the answers of one update, in the inbox too: what left before a crash is not sent again.

    The count is written while the message is on its way, so that a `kill -9` hardly fits between the two.
    """

    def __init__(self, item: Claimed, count: Callable[[int, int], Awaitable[None]]) -> None:
        self._item = item
        self._before = item.sent
        self.attempts = item.attempts
        """Which time the update is handled, from 1."""
        self.excess = item.excess
        self._count = count
        self._sent = 0

    @property
    def next_mark(self) -> int | None:
        """A number of the next answer of this attempt alone; None where an earlier attempt has sent it."""
        if self._sent < self._before:
            return None
        attempt, answer = min(self.attempts, MOST_MARKED - 1), min(self._sent, MOST_MARKED - 1)
        return (self._item.update_id % MOST_UPDATES * MOST_MARKED + attempt) * MOST_MARKED + answer

    def beside(self) -> Ticker:
        """Counts nothing, for a message that not every attempt sends: the next answer is no copy of it."""
        return Ticker(replace(self._item, sent=0), _uncounted)

    async def once(self, send: Callable[[], Awaitable[Message]]) -> Message | None:
        """Send, unless an earlier attempt did; None then. Raises what `send_with_retries` raises."""
        self._sent += 1
        if self._sent <= self._before:
            return None
        written = asyncio.Event()
        sending = asyncio.ensure_future(send_with_retries(send, written))
        sending.add_done_callback(lambda _: written.set())
        try:
            await written.wait()
            await self._note(self._sent)
            return await sending
        except (Unreadable, Unanswered):
            raise  # it stays counted: whoever handles the update again must not send it again
        except TelegramError:
            self._sent -= 1
            await self._note(self._sent)
            raise
        finally:
            sending.cancel()

    async def _note(self, sent: int) -> None:
        with suppress(DatabaseUnavailable):
            await self._count(self._item.update_id, sent)


async def _uncounted(_update_id: int, _sent: int) -> None:
    """What leaves beside the answers may leave again."""


class Messenger:
    """Writes to one chat (and topic), and shows others no more than they may see."""

    def __init__(
        self,
        bot: Bot,
        chat_id: int,
        ticker: Ticker,
        pictures: PictureRegister,
        health: MethodHealth,
        thread_id: int | None,
        surface: Surface,
    ) -> None:
        self.bot = bot
        self.chat_id = chat_id
        self.thread_id = thread_id
        self.surface = surface
        self._ticker = ticker
        self._pictures = pictures
        self._health = health

    async def once(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """A new message, patiently; one that has left and is not known any closer is only stood for."""
        number = None
        try:
            sent = await self._ticker.once(send)
        except Unreadable as error:
            log.warning("answer_unreadable", message=error.message_id)
            sent, number = None, error.message_id
        except Unanswered:
            log.warning("answer_unsure")
            sent = None
        return sent or Message(number or SENT_BEFORE, datetime.now(UTC), Chat(self.chat_id, Chat.PRIVATE))

    async def send_beside(self, screen: Screen, now: datetime) -> Message:
        """`send` outside the count of answers: again, when the update is handled again."""
        other = copy(self)
        other._ticker = self._ticker.beside()
        return await other.send(screen, now)

    async def send(self, screen: Screen, now: datetime) -> Message:
        """A new message (several when it is long); returns the one with the buttons.

        Raises `OnlyInPrivate` for what others may not see.
        """
        screen = fit_to_share(screen, self.surface)
        if screen.photo is not None:
            return await self._send_photo(screen, screen.photo, _inline_keys(screen, now))
        return await self._send_texts(split_html(screen.text), _keys(screen, now))

    async def edit(self, message: Message, screen: Screen, now: datetime) -> Message:
        """Change a message in place; a new one takes over where Telegram does not allow or manage that.

        Raises `OnlyInPrivate` for what others may not see, `ServerFault` when a picture cannot be shown.
        """
        screen = fit_to_share(screen, self.surface)
        if message.message_id == SENT_BEFORE:
            return await self.send(screen, now)
        if screen.contact or screen.drop_keys or bool(message.photo) != (screen.photo is not None):
            return await self._replace(message, screen, now)
        try:
            return await self._edit(message, screen, now)
        except BadRequest as error:
            reason = error.message.lower()
            if _SAME in reason:
                return message
            if any(text in reason for text in _NOT_EDITABLE):
                return await self.send(screen, now)
            raise
        except (ServerFault, Unanswered):
            if screen.photo is not None:
                raise
            sent = await self.send(screen, now)
            await self.take_keys(message.message_id)
            return sent

    async def _edit(self, message: Message, screen: Screen, now: datetime) -> Message:
        keys = _inline_keys(screen, now)
        limit = CAPTION_LIMIT if screen.photo is not None else None
        head, *rest = split_html(screen.text, limit) if limit else split_html(screen.text)
        keys_here = None if rest else keys
        if screen.photo is not None and not screen.drawn:
            await self._pictures.shown(message.message_id)
        try:
            change = partial(self._edit_one, message, head, screen.photo, keys_here)
            edited = await with_retries(lambda: acknowledged(change))
        except Unreadable:
            edited = True
        if screen.drawn:
            await self._pictures.cleared(message.message_id)
        if rest:
            return await self._send_texts(rest, keys)
        return edited if isinstance(edited, Message) else message

    async def _edit_one(
        self, message: Message, text: str, photo: bytes | None, keys: InlineKeyboardMarkup | None
    ) -> Message | bool:
        if photo is None:
            return await self.bot.edit_message_text(
                text,
                self.chat_id,
                message.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keys,
                link_preview_options=NO_PREVIEW,
            )
        self._check("editMessageMedia")
        media = InputMediaPhoto(photo, caption=text, parse_mode=ParseMode.HTML)
        return await self.bot.edit_message_media(media, self.chat_id, message.message_id, reply_markup=keys)

    async def _replace(self, message: Message, screen: Screen, now: datetime) -> Message:
        """Text cannot become a picture in place, nor the reverse: the new one comes, the old one goes."""
        sent = await self.send(screen, now)
        try:
            await self.bot.delete_message(self.chat_id, message.message_id)
        except TelegramError:
            # Older than Telegram lets a bot delete: it stays, but says nothing that is not so any more.
            await self.take_keys(message.message_id)
        return sent

    async def take_keys(self, message_id: int) -> None:
        """Take the buttons off an earlier message; one that has none, or is gone, is left alone."""
        if message_id == SENT_BEFORE:
            return
        with suppress(TelegramError):
            await acknowledged(lambda: self.bot.edit_message_reply_markup(self.chat_id, message_id))

    async def _send_photo(self, screen: Screen, photo: bytes, keys: InlineKeyboardMarkup | None) -> Message:
        self._check("sendPhoto")
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
        return await self._send_texts(rest, keys) if rest else sent

    async def _send_face(self, send: Callable[[], Awaitable[Message]]) -> Message:
        """On the list before it leaves: a crash, or an answer without a number, leaves no face untold."""
        mark = self._ticker.next_mark
        if mark is None:
            return await self.once(send)  # an earlier attempt's, and on the list since then
        await self._pictures.about_to_show(mark)
        try:
            sent = await self.once(send)
        except TelegramError:
            await self._pictures.not_shown(mark)
            raise
        if sent.message_id != SENT_BEFORE:
            await self._pictures.shown(sent.message_id, mark)
        return sent

    async def send_document(self, data: bytes, filename: str, caption: str) -> Message:
        """A file, to one person's own chat only; `caption` is HTML. Raises `OnlyInPrivate`, `ServerFault`."""
        if self.surface is not Surface.PRIVATE:
            raise OnlyInPrivate
        self._check("sendDocument")
        return await self.once(
            lambda: self.bot.send_document(
                self.chat_id,
                data,
                filename=filename,
                caption=caption or None,
                parse_mode=ParseMode.HTML,
            )
        )

    def _check(self, method: str) -> None:
        """Nobody waits for a method that is known to fail."""
        if self._health.is_broken(method):
            raise ServerFault(f"{method} fails")

    async def _send_texts(self, pieces: list[str], keys: Keys) -> Message:
        for piece in pieces[:-1]:
            await self._send_text(piece, None)
        return await self._send_text(pieces[-1], keys)

    async def _send_text(self, text: str, keys: Keys) -> Message:
        try:
            return await self._send_html(text, keys)
        except ServerFault:
            if self._ticker.attempts < PLAIN_FROM:
                raise
            return await self.once(
                lambda: self.bot.send_message(
                    self.chat_id,
                    bare(text),
                    link_preview_options=NO_PREVIEW,
                    message_thread_id=self.thread_id,
                )
            )

    async def _send_html(self, text: str, keys: Keys) -> Message:
        return await self.once(
            lambda: self.bot.send_message(
                self.chat_id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=keys,
                link_preview_options=NO_PREVIEW,
                message_thread_id=self.thread_id,
            )
        )


def _keys(screen: Screen, now: datetime) -> Keys:
    if screen.contact:
        return contact_keyboard(screen.contact)
    return ReplyKeyboardRemove() if screen.drop_keys else _inline_keys(screen, now)


def _inline_keys(screen: Screen, now: datetime) -> InlineKeyboardMarkup | None:
    return markup(screen.keyboard, now, stays=screen.stays)
