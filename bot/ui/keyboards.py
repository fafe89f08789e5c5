"""Keyboards: buttons as typed rows, turned into Telegram's markup only when they are sent."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from telegram import (
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.ui.callbacks import ButtonStyle, Callback, Home, pack, pack_staying
from gym.core.language import N_, Translator

MOST_LETTERS = 20
MOST_LETTERS_WIDE = 40
BACK = N_("‹ Back")
HOME = N_("Home")
CANCEL = N_("Cancel")
KEEP = N_("Keep")
KEEP_IT = N_("Keep it")


@dataclass(frozen=True, slots=True)
class Button:
    """One button: it sends its callback, opens an address or copies a text."""

    label: str
    callback: Callback | None = None
    url: str | None = None
    copied: str | None = None
    """What a press copies; nothing is sent."""
    style: ButtonStyle | None = None
    """Instead of the style of its callback."""
    whole: str = field(default="", compare=False)
    """The label before it was cut to fit beside another."""


Row = Sequence[Button]
Keyboard = Sequence[Row]


def button(label: str, callback: Callback, *, wide: bool = False) -> Button:
    """A button with a callback. Its label is plain text (a translator escapes values), cut at 20 letters,
    or at 40 when it is `wide`, in a row to itself; `grid` gives long ones such a row."""
    whole = html.unescape(label)
    return Button(_cut(whole, MOST_LETTERS_WIDE if wide else MOST_LETTERS), callback, whole=whole)


def link(label: str, url: str) -> Button:
    """A button that opens an address."""
    whole = html.unescape(label)
    return Button(_cut(whole, MOST_LETTERS), url=url, whole=whole)


def copying(label: str, text: str) -> Button:
    """A button that copies up to 256 letters, such as a number that goes into another program."""
    whole = html.unescape(label)
    return Button(_cut(whole, MOST_LETTERS), copied=text, whole=whole)


def grid(buttons: Sequence[Button], columns: int = 2) -> list[Row]:
    """Buttons in rows of `columns`; one with more letters than fit beside another has a row to itself."""
    rows: list[list[Button]] = []
    for item in buttons:
        last = rows[-1] if rows else []
        if _is_wide(item):
            rows.append([replace(item, label=_cut(item.whole, MOST_LETTERS_WIDE))])
        elif last and len(last) < columns and not _is_wide(last[0]):
            last.append(item)
        else:
            rows.append([item])
    return list[Row](rows)


def _is_wide(item: Button) -> bool:
    return len(item.whole) > MOST_LETTERS


def pager(page: int, pages: int, make: Callable[[int], Callback]) -> Row:
    """◀ and ▶ where there is such a page; an empty row for a single page."""
    row: list[Button] = []
    if page > 0:
        row.append(button(f"◀ {page}/{pages}", make(page - 1)))
    if page + 1 < pages:
        row.append(button(f"{page + 2}/{pages} ▶", make(page + 1)))
    return row


def nav(t: Translator, *, back: Callback | None = None, home: bool = True) -> Row:
    """The buttons *Back*, where there is a way back, and *Home*."""
    row: list[Button] = []
    if back is not None and not isinstance(back, Home):
        row.append(button(t(BACK), back))
    if home:
        row.append(button(t(HOME), Home()))
    return row


def yes_no(t: Translator, yes: Button, keep: Callback, no: str = KEEP) -> Row:
    """The answers to "are you sure?": on the left the one that changes nothing, on the right `yes`.

    The left one's label is the msgid `no`; it leads to `keep`, usually where the question came from.
    """
    return [button(t(no), keep), yes]


def markup(keyboard: Keyboard, now: datetime, *, stays: bool = False) -> InlineKeyboardMarkup | None:
    """Telegram's form of a keyboard; rows without buttons are left out. `now` is business time.

    Presses under a message that `stays` are answered below it instead of in its place.
    """
    rows = [[_inline(item, now, stays) for item in row] for row in _told_apart(keyboard) if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _told_apart(keyboard: Keyboard) -> list[list[Button]]:
    """The buttons, those that read like one before them but do something else with a number behind.

    Two namesakes without document or phone, or two debts of one plan, would look the same.
    """
    alike: dict[str, list[Button]] = {}
    rows: list[list[Button]] = []
    for row in keyboard:
        rows.append([])
        for item in row:
            others = alike.setdefault(item.label, [])
            if item not in others:
                others.append(item)
            rows[-1].append(_numbered(item, others.index(item) + 1, alone=len(row) == 1))
    return rows


def _numbered(item: Button, number: int, *, alone: bool) -> Button:
    if number == 1:
        return item
    end = f" ({number})"
    room = (MOST_LETTERS_WIDE if alone else MOST_LETTERS) - len(end)
    return replace(item, label=_cut(item.label, room) + end)


def contact_keyboard(label: str) -> ReplyKeyboardMarkup:
    """The one keyboard under the input line: its key shares the person's own phone number."""
    key = KeyboardButton(html.unescape(label), request_contact=True)
    return ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)


def _inline(item: Button, now: datetime, stays: bool) -> InlineKeyboardButton:
    if item.copied is not None:
        return InlineKeyboardButton(item.label, copy_text=CopyTextButton(item.copied))
    if item.callback is None:
        return InlineKeyboardButton(item.label, url=item.url)
    packed = (pack_staying if stays else pack)(item.callback, now)
    return InlineKeyboardButton(item.label, callback_data=packed, style=item.style or item.callback.style)


def _cut(label: str, letters: int) -> str:
    return label if len(label) <= letters else label[: letters - 1].rstrip() + "…"
