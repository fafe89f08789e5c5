"""Faults of outreach."""

from __future__ import annotations

from gym.core.errors import Conflict
from gym.core.language import N_


class AlreadyContacted(Conflict):
    """Once a day is enough."""

    code = "already_contacted"
    message = N_("{client} was contacted today already.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class NotAtRisk(Conflict):
    """The member has come, or may not come in today."""

    code = "not_at_risk"
    message = N_("This member does not stay away any more.")


class NotLinked(Conflict):
    """There is no chat to write to."""

    code = "member_not_linked"
    message = N_("{client} has no chat with the gym: call, or link the chat from the card.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)
