"""Views of a chat as a person sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.sandbox.state.store import Json


@dataclass(frozen=True, slots=True)
class Button:
    """`data` marks a callback button, `url` a link; neither, a key of a reply keyboard."""

    label: str
    data: str | None = None
    url: str | None = None
    copied: str | None = None
    """What pressing it copies."""
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands now; `seq` grows with every edit. A toast has number 0."""

    message_id: int
    seq: int
    sender: str
    from_bot: bool
    date: datetime
    text: str | None = None
    caption: str | None = None
    photo_url: str | None = None
    document_url: str | None = None
    file_name: str | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    entities: tuple[Json, ...] = ()
    reactions: tuple[str, ...] = ()
    edited: bool = False
    deleted: bool = False

    @property
    def words(self) -> str:
        """Text or caption."""
        return self.text or self.caption or ""

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    @property
    def links(self) -> list[str]:
        """Addresses behind its buttons and its text."""
        of_buttons = [button.url for row in self.buttons for button in row if button.url]
        units = self.words.encode("utf-16-le")
        return of_buttons + [link for entity in self.entities if (link := _link(entity, units))]

    @classmethod
    def of(cls, view: Json) -> Message:
        buttons = tuple(
            tuple(Button(b["label"], b.get("data"), b.get("url"), b.get("copy"), b.get("style")) for b in row)
            for row in view.get("buttons") or ()
        )
        return cls(
            message_id=view["message_id"],
            seq=view["seq"],
            sender=view["from"]["first_name"],
            from_bot=view["from"]["is_bot"],
            date=datetime.fromtimestamp(view["date"], UTC),
            buttons=buttons,
            entities=tuple(view.get("entities") or ()),
            reactions=tuple(view.get("reactions") or ()),
            edited=view["edited"],
            deleted=view["deleted"],
            **{name: view.get(name) for name in _PLAIN},
        )

    def only_lost_buttons(self, before: Message | None) -> bool:
        """Whether this is the message as it was, but without its buttons."""
        if before is None or not before.buttons or self.buttons:
            return False
        return replace(self, seq=before.seq, edited=before.edited, buttons=before.buttons) == before


_PLAIN = ("text", "caption", "photo_url", "document_url", "file_name")


def _link(entity: Json, units: bytes) -> str | None:
    if entity["type"] == "text_link":
        return entity["url"]
    if entity["type"] != "url":
        return None
    begin = entity["offset"] * 2
    return units[begin : begin + entity["length"] * 2].decode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Tapped:
    """What a tap brought at once."""

    answered: bool
    toast: str | None
    alert: str | None
    url: str | None
    copied: str | None


def reads_exactly(text: str, label: str) -> bool:
    return text == label


def reads_about(text: str, label: str) -> bool:
    return label.casefold() in text.casefold()


def transcript_line(message: Message) -> str:
    what = message.words or message.file_name or ("(photo)" if message.photo_url else "")
    buttons = " ".join(f"[{label}]" for label in message.labels)
    mark = "✎ " if message.edited else ""
    return f"  #{message.message_id} {message.sender}: {mark}{what} {buttons}".rstrip()
