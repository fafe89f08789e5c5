"""Faults of debts: put off, or reminded of."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Invalid
from gym.core.language import N_


class SnoozeInvalid(Invalid):
    """Not after today, or too far away."""

    code = "snooze_invalid"
    message = N_("Choose a day from tomorrow up to {latest}.")

    def __init__(self, latest: date) -> None:
        super().__init__(latest=latest)


class NotDueYet(Conflict):
    code = "not_due_yet"
    message = N_("Nothing is due yet: it starts on {starts_on}.")

    def __init__(self, starts_on: date) -> None:
        super().__init__(starts_on=starts_on)


class DebtSnoozed(Conflict):
    code = "debt_snoozed"
    message = N_("This debt is put off until {until}. End that first, then remind.")

    def __init__(self, until: date) -> None:
        super().__init__(until=until)


class NoChatToRemind(Conflict):
    """The client has not linked Telegram."""

    code = "no_chat_to_remind"
    message = N_("{client} has no chat linked. Call {phone}, or show the link on the client's card.")

    def __init__(self, client: str, phone: str) -> None:
        super().__init__(client=client, phone=phone)


class RemindedToday(Conflict):
    code = "reminded_today"
    message = N_("{client} was reminded of this today already. Try again tomorrow.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)
