"""Typed text: normalised to one line, measured as Telegram counts it, and cut to such a length."""

from __future__ import annotations

import unicodedata


def one_line(text: str) -> str:
    """Composed, nothing invisible, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(sign for sign in composed if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())


def telegram_length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units, of which an emoji has two."""
    return len(text) + sum(ord(letter) > 0xFFFF for letter in text)


def shortened(text: str, most: int) -> str:
    """The text, or its beginning of `most` UTF-16 units with an ellipsis where it is longer."""
    if telegram_length(text) <= most:
        return text
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore") + "…"
