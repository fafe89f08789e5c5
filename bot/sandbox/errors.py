"""Errors: Telegram's refusals in its own sentences, and those of the control API."""

from __future__ import annotations

from gym.core.errors import Conflict, GymError, Invalid, NotFound


class BotApiError(Exception):
    """A call refused as Telegram refuses it; `status` doubles as `error_code`."""

    def __init__(self, status: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after = retry_after


class BadRequest(BotApiError):
    """400 with `Bad Request: ` in front; like Telegram, with a small letter behind it unless it is a code."""

    def __init__(self, reason: str) -> None:
        is_code = reason[1:2] == "_" or reason[1:2].isupper()
        super().__init__(400, f"Bad Request: {reason if is_code else reason[:1].lower() + reason[1:]}")


class ChatForbidden(BotApiError):
    """403: the person has blocked the bot, or never wrote to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(403, f"Forbidden: {reason}")


class FloodWait(BotApiError):
    """429 with the seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class UnknownPerson(NotFound):
    code = "unknown_person"
    message = "Nobody with number {person} is here. Create the person first."

    def __init__(self, person: object) -> None:
        super().__init__(person=str(person))


class UnknownChat(NotFound):
    code = "unknown_chat"
    message = "This person is not in chat {chat}."

    def __init__(self, chat: int) -> None:
        super().__init__(chat=str(chat))


class UnknownMessage(NotFound):
    code = "unknown_message"
    message = "There is no message {number} in this chat."

    def __init__(self, number: int) -> None:
        super().__init__(number=str(number))


class NoSuchButton(NotFound):
    code = "unknown_button"
    message = "The message has no button “{label}”. It shows: {shown}."

    def __init__(self, label: str, shown: str) -> None:
        super().__init__(label=label, shown=shown)


class UnknownFile(NotFound):
    code = "unknown_file"
    message = "This file is not here."


class BlockedBot(Conflict):
    code = "blocked_bot"
    message = "The bot is blocked. Unblock it first."


class NoPhoneNumber(Invalid):
    code = "no_phone_number"
    message = "This person has no phone number to share."


class NothingToSend(Invalid):
    code = "nothing_to_send"
    message = "Send a text, a contact, a photo or a document."


class NotAPhoto(Invalid):
    code = "not_a_photo"
    message = "This file is not a picture. Choose a JPEG, PNG, WebP, HEIC or AVIF."


class BadField(Invalid):
    """A field of the control API is missing or of the wrong kind."""

    code = "bad_field"
    message = "The field “{field}” is missing or wrong: {expected}."

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(field=field, expected=expected)


class NotOffered(GymError):
    """The process around this server has given no such hook."""

    code = "not_offered"
    status = 501
    message = "This server runs alone, so “{what}” is not available."

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class ForeignOrigin(GymError):
    """A page of another web site tried to reach the server through a person's browser."""

    code = "foreign_origin"
    status = 403
    message = "Only this computer's own pages may use the sandbox."


class NotLoopback(GymError):
    """The address could be reached from other computers. Anybody can be anyone here, so that is refused."""

    code = "not_loopback"
    message = "The sandbox listens on this computer only. Use 127.0.0.1 instead of {host}."

    def __init__(self, host: str) -> None:
        super().__init__(host=host)


def explain(error: GymError) -> str:
    """The English sentence of an error."""
    return error.message.format_map({name: str(value) for name, value in error.context.items()})
