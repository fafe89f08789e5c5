"""Tapped buttons: an app may send any data for any message, and Telegram hands it on.

The message itself comes from Telegram's servers, so its keyboard says which buttons there are. Where several
people share a message, only those count. In a private chat a tap without its button is the second of two
quick ones: the first has changed the message, and nobody but the person sees what comes of it.
"""

from __future__ import annotations

from telegram import CallbackQuery, InlineKeyboardButton, Message

from gym.core.errors import Conflict
from gym.core.language import N_


class ButtonGone(Conflict):
    """The tapped message has no such button: somebody was faster, or the data is forged."""

    code = "button_gone"
    message = N_("This button is not under the message any more. Look at the message again.")


def tapped_button(query: CallbackQuery) -> InlineKeyboardButton | None:
    """The button as it stands on the tapped message; None where it does not, or none can be seen."""
    message = query.message
    keyboard = message.reply_markup if isinstance(message, Message) else None
    rows = keyboard.inline_keyboard if keyboard else ()
    return next((one for row in rows for one in row if one.callback_data == query.data), None)


def require_on_message(query: CallbackQuery) -> None:
    """Raises `ButtonGone`.

    A message that Telegram calls inaccessible shows no keyboard: it cannot be edited, and what the person
    may do decides.
    """
    if isinstance(query.message, Message) and tapped_button(query) is None:
        raise ButtonGone
