"""Payloads of conversations: a member has written, the desk has answered, an answer did not arrive."""

from __future__ import annotations

from uuid import UUID

from gym.notifications.payloads.base import Flat, Payload


class SaidDetails(Payload):
    """One message: its words, cut where they are long, and a `MessageKind`."""

    kind: str
    text: str | None = None


class ConversationDetails(Payload):
    """Who has written, and what nobody has answered yet."""

    conversation_id: UUID
    client_id: UUID
    client_name: str
    plan_name: str | None
    count: int
    """Of the messages that wait."""
    said: tuple[SaidDetails, ...] = ()
    """The last of them, the earliest first."""


class MemberWrotePayload(Payload):
    about: Flat[ConversationDetails]
    told: int
    """The notification's number, up to which an answer settles the messages."""


class DeskMemberWrotePayload(Payload):
    about: Flat[ConversationDetails]
    told: int


class SettledDetails(Payload):
    """What was settled, by whom and how."""

    about: Flat[ConversationDetails]
    answered_by: str
    closed: bool
    """It needed no answer."""
    answer: SaidDetails | None = None


class MemberAnsweredPayload(Payload):
    settled: Flat[SettledDetails]
    replaces: str
    """The key of the messages whose place this one takes."""


class DeskMemberAnsweredPayload(Payload):
    settled: Flat[SettledDetails]
    replaces: str


class GymAnsweredPayload(Payload):
    """What the desk answered; a picture, a voice or a file is copied from the chat where it was sent."""

    conversation_id: UUID
    client_id: UUID
    client_name: str
    kind: str
    text: str | None
    signed: str | None
    """Who answered, where the gym says so to members."""
    from_chat_id: int | None = None
    message_id: int | None = None


class AnswerUndeliveredPayload(Payload):
    conversation_id: UUID
    client_id: UUID
    client_name: str
