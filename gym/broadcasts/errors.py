"""Faults of broadcasts."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class BroadcastNotFound(NotFound):
    code = "broadcast_not_found"
    message = N_("This broadcast is not here. Open the list of broadcasts and choose again.")


class NobodyToTell(Invalid):
    """The segment has no member whom the bot can write to."""

    code = "nobody_to_tell"
    message = N_("Nobody of these members can be written to. Choose others.")


class BroadcastTooLong(Invalid):
    code = "broadcast_too_long"
    message = N_("That is {length} letters; at most {most} fit. Shorten it and send it again.")

    def __init__(self, length: int, most: int) -> None:
        super().__init__(length=length, most=most)


class TextMissing(Invalid):
    code = "broadcast_empty"
    message = N_("Write what everybody should read.")


class BroadcastOver(Conflict):
    """All of it was sent, or somebody has stopped it."""

    code = "broadcast_over"
    message = N_("This broadcast is over already; there is nothing left to stop.")
