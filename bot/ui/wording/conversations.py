"""Conversations in words: one message as a line, on a screen and in a notification."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.conversations.models import MessageKind
from gym.core.language import N_

KINDS: Final = {
    MessageKind.TEXT: N_("💬 Text"),
    MessageKind.PHOTO: N_("📷 Photo"),
    MessageKind.DOCUMENT: N_("📄 File"),
    MessageKind.VOICE: N_("🎤 Voice message"),
    MessageKind.VIDEO: N_("🎬 Video"),
    MessageKind.VIDEO_NOTE: N_("🎬 Video message"),
    MessageKind.AUDIO: N_("🎵 Audio"),
    MessageKind.ANIMATION: N_("🎞 Animation"),
    MessageKind.STICKER: N_("🙂 Sticker"),
    MessageKind.LOCATION: N_("📍 Location"),
    MessageKind.CONTACT: N_("👤 Contact"),
    MessageKind.OTHER: N_("✉️ Message"),
}


def said_line(t: HtmlTranslator, kind: str, text: str | None) -> str:
    """What was said: a text as it is, of everything else what it is, and the words below it."""
    if kind == MessageKind.TEXT and text:
        return t.text(text)
    name = t(KINDS[MessageKind(kind)])
    return f"{name}: {t.text(text)}" if text else name
