"""Base classes of expected faults: a stable code, an HTTP status and a sentence that says what to do."""

from __future__ import annotations

from typing import ClassVar

from gym.core.language import N_


class GymError(Exception):
    """Base of every expected fault.

    `code` is stable and public, `status` is the HTTP status the API answers with, `message` is the English
    source (msgid) of the sentence shown to a person; its `{placeholders}` are filled from `context` by the
    renderer of the chat or of the API, by type: Decimal as money, date and datetime in gym time.
    Public context goes to the API's `details`; nothing internal may be put there.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 422
    message: str = N_("Something went wrong. Please try again.")

    def __init__(self, **context: object) -> None:
        self.context = context
        super().__init__(self.code, context)


class NotFound(GymError):
    """The subject is not there (any more)."""

    code = "not_found"
    status = 404
    message = N_("That is not here any more. Go back and choose again.")


class Conflict(GymError):
    """Somebody else changed it first, or it is already done."""

    code = "conflict"
    status = 409
    message = N_("Somebody else just changed this. Have a look and try again.")


class Forbidden(GymError):
    """The actor may not do this."""

    code = "forbidden"
    status = 403
    message = N_("You may not do this. Ask an admin.")


class Invalid(GymError):
    """Well-formed input that breaks a rule; subclasses say which."""

    code = "invalid"
    status = 422
    message = N_("That is not valid. Check it and try again.")


class Busy(GymError):
    """More work than fits right now; the caller should come back in a moment."""

    code = "busy"
    status = 503
    message = N_("Busy right now. Try again in a moment.")

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class DatabaseUnavailable(Busy):
    """PostgreSQL cannot be reached; nothing was lost, the caller may repeat."""

    code = "unavailable"
    message = N_("The gym's data is out of reach for a moment. Try again shortly.")
