"""Checks of a press against its message: an app may send any callback data for any message.

Telegram passes it on. The message itself comes from its servers, so its keyboard says which buttons there
are. Where several people share a message, only those count. In a private chat a press without its button is
the second of two quick ones: the first has changed the message, and nobody but the person sees what comes of
it.
"""

from __future__ import annotations

from telegram import CallbackQuery, InlineKeyboardButton, Message
from telegram.constants import ZERO_DATE

from gym.core.errors import Conflict
from gym.core.language import N_


class ButtonGone(Conflict):
    """The message has no such button: another press was faster, or the data is forged."""

    code = "button_gone"
    message = N_("This button is not under the message any more. Look at the message again.")


def pressed_message(query: CallbackQuery) -> Message | None:
    """The message under the button; None where Telegram gives no more than its chat and id.

    It was deleted or is out of the bot's reach, so it can be neither read nor edited. Telegram dates it 0,
    and python-telegram-bot 22 reads it as a full message without text, photo and buttons all the same.
    """
    message = query.message
    return message if isinstance(message, Message) and message.date != ZERO_DATE else None


def pressed_button(query: CallbackQuery) -> InlineKeyboardButton | None:
    """The button as it stands on the message; None where it does not, or where none can be seen."""
    message = pressed_message(query)
    keyboard = message.reply_markup if message else None
    rows = keyboard.inline_keyboard if keyboard else ()
    return next((one for row in rows for one in row if one.callback_data == query.data), None)


def require_on_message(query: CallbackQuery) -> None:
    """Raises `ButtonGone` for a press whose button does not stand on its message.

    Of a message out of reach no button can be seen: there the person's rights alone decide, and the answer is
    a new message.
    """
    if pressed_message(query) is not None and pressed_button(query) is None:
        raise ButtonGone
