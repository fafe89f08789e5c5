"""Methods that send: text, photo, document, album, chat action."""

from __future__ import annotations

import secrets

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.methods.outgoing import address, read_caption, read_text
from bot.sandbox.errors import BadRequest
from bot.sandbox.state.state import SandboxState
from bot.sandbox.state.store import Json

ATTACHED = "attach://"
ALBUM_SIZE = range(2, 11)
ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    | {"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}
)


async def send_message(state: SandboxState, arguments: Arguments) -> Json:
    content = read_text(arguments)
    return address(state, arguments).post(state, content)


async def send_photo(state: SandboxState, arguments: Arguments) -> Json:
    return await _send_media(state, arguments, "photo")


async def send_document(state: SandboxState, arguments: Arguments) -> Json:
    return await _send_media(state, arguments, "document")


async def _send_media(state: SandboxState, arguments: Arguments, kind: str) -> Json:
    caption = read_caption(arguments)
    state.chats.require_reachable(arguments.chat(), arguments.integer("message_thread_id"))
    media = await keep_media(state, arguments, kind, arguments.text(kind) or f"{ATTACHED}{kind}")
    return address(state, arguments).post(state, {**media, **caption})


async def keep_media(state: SandboxState, arguments: Arguments, kind: str, reference: str) -> Json:
    """`{kind: …}` for the message, from an upload or from the id of a known file."""
    if reference.startswith(ATTACHED):
        upload = arguments.uploads.get(reference.removeprefix(ATTACHED))
        if upload is None:
            raise BadRequest(f"there is no {kind} in the request")
        if not upload.data:
            raise BadRequest("file must be non-empty")
        if kind == "photo":
            return {"photo": await state.files.keep_photo(upload.data)}
        return {"document": await state.files.keep_document(upload)}
    return await _known_file(state, kind, reference)


async def _known_file(state: SandboxState, kind: str, file_id: str) -> Json:
    known = await state.files.again(file_id)
    if known is None:
        raise BadRequest("wrong file identifier/HTTP URL specified")
    real, content = known
    if real != kind:
        raise BadRequest(f"can't use file of type {real.capitalize()} as {kind.capitalize()}")
    return {kind: content}


async def send_media_group(state: SandboxState, arguments: Arguments) -> list[Json]:
    items = _album_items(arguments)
    state.chats.require_reachable(arguments.chat(), arguments.integer("message_thread_id"))
    contents = [await _album_content(state, arguments, item) for item in items]
    album = str(secrets.randbits(53))
    envelope = address(state, arguments)
    return [envelope.post(state, {"media_group_id": album, **content}) for content in contents]


def _album_items(arguments: Arguments) -> list[Json]:
    items = arguments.objects("media", "InputMedia")
    if len(items) not in ALBUM_SIZE:
        raise BadRequest("MEDIA_EMPTY" if not items else "wrong number of messages to send as an album")
    if len({_kind(item) for item in items}) > 1:
        raise BadRequest("document can't be mixed with other media types")
    return items


async def _album_content(state: SandboxState, arguments: Arguments, item: Json) -> Json:
    media = await keep_media(state, arguments, _kind(item), str(item.get("media", "")))
    return {**media, **read_caption(Arguments(item))}


def _kind(item: Json) -> str:
    kind = str(item.get("type", ""))
    if kind not in ("photo", "document"):
        raise BadRequest(f"unsupported type of input media: {kind}")
    return kind


async def send_chat_action(state: SandboxState, arguments: Arguments) -> bool:
    chat = state.chats.require_reachable(arguments.chat(), arguments.integer("message_thread_id"))
    kind = arguments.text("action")
    if kind not in ACTIONS:
        raise BadRequest("wrong parameter action in request")
    state.feed.show_action(chat.id, kind)
    return True
