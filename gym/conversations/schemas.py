"""What crosses the border of conversations: a message as it was sent, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gym.conversations.models import Conversation, ConversationMessage, MessageKind


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message as it came: its words, Telegram's name of the file, and where it can be copied from."""

    kind: MessageKind
    origin: str
    """Names it once and for all: `of_chat` for a message of Telegram, `of_form` for a form's answer."""
    text: str | None = None
    file_id: str | None = None
    chat_id: int | None = None
    message_id: int | None = None

    @staticmethod
    def of_chat(chat_id: int, message_id: int) -> str:
        return f"{chat_id}:{message_id}"

    @staticmethod
    def of_form(key: object) -> str:
        return f"form:{key}"


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """What became of a member's message."""

    is_new: bool
    """False for an update that is handled again."""
    is_first: bool
    """Whether nothing of this member was waiting, or not lately. True for an update that is handled again:
    its acknowledgement may not have left."""


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """What became of an answer of the desk."""

    conversation: Conversation
    is_reachable: bool
    """Whether the member reads it in the own chat; else the desk has to tell."""
    answered_before: tuple[str, datetime] | None
    """The colleague who had answered the same messages already, and when."""


@dataclass(frozen=True, slots=True)
class OpenedConversation:
    """A conversation with its client loaded, and one page of its messages, the latest first."""

    conversation: Conversation
    plan_name: str | None
    """The plan that covers today."""
    messages: Sequence[ConversationMessage]
    page: int
    pages: int
    is_reachable: bool

    @property
    def seen(self) -> int:
        """The number of the member's latest message that whoever reads this page has before them.

        All of them on the first page, which is read after `told`; on an earlier one only those it shows.
        """
        if self.page == 0:
            return self.conversation.told
        return max((one.number for one in self.messages), default=0)
