"""Messages of Telegram as conversations keep them: their kind, words, and Telegram's name of the file."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import Any, Final

from telegram import Document, Message

from gym.conversations.models import MessageKind
from gym.conversations.schemas import WrittenMessage

KINDS: Final[Mapping[str, MessageKind]] = {
    "photo": MessageKind.PHOTO,
    "animation": MessageKind.ANIMATION,  # before the document that comes with it
    "document": MessageKind.DOCUMENT,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "video_note": MessageKind.VIDEO_NOTE,
    "audio": MessageKind.AUDIO,
    "sticker": MessageKind.STICKER,
    "venue": MessageKind.LOCATION,
    "location": MessageKind.LOCATION,
    "contact": MessageKind.CONTACT,
}
BY_MIME: Final[Mapping[str, MessageKind]] = {"image/": MessageKind.PHOTO, "video/": MessageKind.VIDEO}
SHOWN_BY_MIME: Final = tuple(BY_MIME)
NOT_WRITTEN: Final = ("invoice", "successful_payment", "passport_data")
"""Attachments by Telegram's own hand."""


def written_of(message: Message) -> WrittenMessage | None:
    """What somebody wrote or sent; None for a message of Telegram itself."""
    if any(getattr(message, name, None) for name in NOT_WRITTEN):
        return None
    found = next(((name, kind) for name, kind in KINDS.items() if getattr(message, name)), None)
    if found is None and not message.text and message.effective_attachment is None:
        return None
    kind = MessageKind.TEXT if message.text else MessageKind.OTHER
    file_id = None
    if found is not None:
        name, kind = found
        file_id = _file_id(getattr(message, name))
        if kind is MessageKind.DOCUMENT and message.document is not None:
            kind = _kind_of_file(message.document)
    return WrittenMessage(
        kind=kind,
        origin=WrittenMessage.of_chat(message.chat_id, message.message_id),
        text=message.text or message.caption,
        file_id=file_id,
        chat_id=message.chat_id,
        message_id=message.message_id,
    )


def _kind_of_file(document: Document) -> MessageKind:
    """A picture or video that was sent as a file shows people as any other does."""
    mime = document.mime_type or ""
    if not mime.startswith(SHOWN_BY_MIME):
        mime = mimetypes.guess_type(document.file_name or "")[0] or mime
    return next((kind for start, kind in BY_MIME.items() if mime.startswith(start)), MessageKind.DOCUMENT)


def _file_id(content: Any) -> str | None:
    """Of the largest size, where a picture comes in several."""
    one = content[-1] if isinstance(content, tuple) else content
    found: object = getattr(one, "file_id", None)
    return found if isinstance(found, str) else None
