"""Normalisation of typed text to one line."""

from __future__ import annotations

import unicodedata


def one_line(text: str) -> str:
    """Composed, nothing invisible, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(sign for sign in composed if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(visible.split())
