"""Methods that send: text, photo, document, album, chat action."""

from __future__ import annotations

import secrets
from typing import cast

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.json_fields import WrongField, object_of, optional_text, parsing, text_field
from bot.sandbox.api.methods.outgoing import address, read_caption, read_text, require_short
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

ATTACHED = "attach://"
MOST_IN_ALBUM = 10
MEDIA_KINDS = ("photo", "document")
ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    | {"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
    | {"cancel", "record_audio", "upload_audio", "pick_up_location"}
)


async def send_message(state: SandboxState, arguments: Arguments) -> Json:
    content = read_text(arguments)
    envelope = address(state, arguments)
    require_short(content, "message is too long")
    return envelope.post(state, content)


async def send_photo(state: SandboxState, arguments: Arguments) -> Json:
    return await _send_media(state, arguments, "photo")


async def send_document(state: SandboxState, arguments: Arguments) -> Json:
    return await _send_media(state, arguments, "document")


async def _send_media(state: SandboxState, arguments: Arguments, kind: str) -> Json:
    caption = read_caption(arguments)
    reference = arguments.text(kind) or f"{ATTACHED}{kind}"
    if _is_missing(arguments, reference):
        raise BadRequest(f"there is no {kind} in the request")
    state.chats.require_reachable(arguments.chat(), arguments.thread())
    media = await keep_media(state, arguments, kind, reference)
    return address(state, arguments).post(state, {**media, **caption})


def _is_missing(arguments: Arguments, reference: str) -> bool:
    return reference.startswith(ATTACHED) and reference.removeprefix(ATTACHED) not in arguments.uploads


async def keep_media(state: SandboxState, arguments: Arguments, kind: str, reference: str) -> Json:
    """`{kind: …}` for the message, from an upload or from the id of a known file."""
    if reference.startswith(ATTACHED):
        upload = arguments.uploads[reference.removeprefix(ATTACHED)]
        if not upload.data:
            raise BadRequest("file must be non-empty")
        if kind == "photo":
            return {"photo": await state.files.keep_photo(upload.data)}
        return {"document": await state.files.keep_document(upload)}
    return await _known_file(state, kind, reference)


async def _known_file(state: SandboxState, kind: str, file_id: str) -> Json:
    if "." in file_id:  # an address, for Telegram; nothing is fetched from another computer here
        raise BadRequest("failed to get HTTP URL content")
    known = await state.files.again(file_id)
    if known is None:
        raise BadRequest("wrong file identifier/HTTP URL specified")
    real, content = known
    if real != kind:
        raise BadRequest(f"can't use file of type {real.capitalize()} as {kind.capitalize()}")
    return {kind: content}


def read_media(arguments: Arguments, given: object, *, for_album: bool = False) -> Json:
    """An InputMedia. Raises `WrongField`."""
    item = object_of(given, "expected an Object")
    reference = optional_text(item, "media")
    if not reference or _is_missing(arguments, reference):
        raise WrongField("media not found")
    kind = text_field(item, "type")
    if for_album and kind == "animation":
        raise WrongField('type "animation" can\'t be used in sendMediaGroup')
    if kind not in MEDIA_KINDS:
        raise WrongField(f'type "{kind}" is unsupported')
    return item


async def send_media_group(state: SandboxState, arguments: Arguments) -> list[Json]:
    items = _album_items(arguments)
    state.chats.require_reachable(arguments.chat(), arguments.thread())
    contents = [await _album_content(state, arguments, item) for item in items]
    album: Json = {"media_group_id": str(secrets.randbits(53))} if len(items) > 1 else {}
    envelope = address(state, arguments)
    return [envelope.post(state, {**album, **content}) for content in contents]


def _album_items(arguments: Arguments) -> list[Json]:
    arguments.require("media")
    given: object = arguments.structure("media")
    if not isinstance(given, list):
        raise BadRequest("expected an Array of InputMedia")
    with parsing("InputMedia"):
        items = [read_media(arguments, item, for_album=True) for item in cast("list[object]", given)]
    if not items:
        raise BadRequest("there are no messages to send")
    if len(items) > MOST_IN_ALBUM:
        raise BadRequest("too many messages to send as an album")
    if len({item["type"] for item in items}) > 1:
        raise BadRequest("document can't be mixed with other media types")
    return items


async def _album_content(state: SandboxState, arguments: Arguments, item: Json) -> Json:
    media = await keep_media(state, arguments, item["type"], str(item["media"]))
    return {**media, **read_caption(Arguments(item))}


async def send_chat_action(state: SandboxState, arguments: Arguments) -> bool:
    kind = arguments.text("action").lower()
    if kind not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    chat = state.chats.require_reachable(arguments.chat(), arguments.thread())
    if kind == "cancel":
        state.feed.end_action(chat.id)
        return True
    state.feed.show_action(chat.id, kind)
    return True
