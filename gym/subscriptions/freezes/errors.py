"""Faults of freezes, closures and gift days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class DebtFirst(Conflict):
    """Nobody freezes to escape a debt."""

    code = "debt_first"
    message = N_("There are {balance} to pay on this plan. Take the payment first, then freeze.")

    def __init__(self, balance: Decimal) -> None:
        super().__init__(balance=balance)
        self.balance = balance


class FreezeBeyondPlan(Forbidden):
    """More frozen days than the plan has left; admins may give more."""

    code = "freeze_beyond_plan"
    message = N_("The plan allows {left} more frozen days. Choose fewer, or ask an admin.")

    def __init__(self, left: int) -> None:
        super().__init__(left=left)
        self.left = left
        if not left:
            self.message = N_("The plan has no frozen days left. An admin can freeze it anyway.")


class AlreadyFrozen(Conflict):
    """Another freeze holds some of the days."""

    code = "already_frozen"
    message = N_("It is frozen from {starts_on} to {ends_on} already. Choose other days, or end that first.")

    def __init__(self, starts_on: date, ends_on: date | None) -> None:
        super().__init__(starts_on=starts_on, ends_on=ends_on)
        if ends_on is None:
            self.message = N_(
                "It is frozen from {starts_on} until the client returns. End that freeze first."
            )


class FreezeOutside(Invalid):
    """The first frozen day is gone by, or not a day of the subscription."""

    code = "freeze_outside"
    message = N_("Choose a first frozen day from {first} to {last}.")

    def __init__(self, first: date, last: date) -> None:
        super().__init__(first=first, last=last)
        self.first = first
        self.last = last


class FreezeBackwards(Invalid):
    """The last day is before the first."""

    code = "freeze_backwards"
    message = N_("The last day cannot be before {starts_on}. Choose a later one.")

    def __init__(self, starts_on: date) -> None:
        super().__init__(starts_on=starts_on)


class FreezeTooLong(Invalid):
    code = "freeze_too_long"
    message = N_("At most {days} days at a time. Choose an earlier last day.")

    def __init__(self, days: int) -> None:
        super().__init__(days=days)


class VisitedToday(Conflict):
    """A day that was used cannot be given back."""

    code = "visited_today"
    message = N_("The client was in today. Freeze from tomorrow on.")


class WaitsBehindFreeze(Conflict):
    """A renewal whose days are not known before the client returns."""

    code = "waits_behind_freeze"
    message = N_("This plan waits until the client returns. End the freeze before it first.")


class FreezeNotFound(NotFound):
    code = "freeze_not_found"
    message = N_("That freeze is not here. Open the client's card and choose again.")


class ClosureNotFound(NotFound):
    code = "closure_not_found"
    message = N_("That closing is not here. Open the list and choose again.")


class NothingFrozen(Conflict):
    """No freeze is running or planned."""

    code = "nothing_frozen"
    message = N_("There is no freeze to end. Nothing was changed.")


class GymIsClosed(Conflict):
    """Only the gym's closing holds the day; nobody returns from that alone."""

    code = "gym_is_closed"
    message = N_("The gym is closed until {ends_on}, so every plan rests. An admin can open it earlier.")

    def __init__(self, ends_on: date) -> None:
        super().__init__(ends_on=ends_on)


class ClosingInPast(Invalid):
    code = "closing_in_past"
    message = N_("The gym can be closed from {today} on. For days gone by, give gift days.")

    def __init__(self, today: date) -> None:
        super().__init__(today=today)


class ClosingOver(Conflict):
    """A closing that has ended, or was called off."""

    code = "closing_over"
    message = N_("The gym is not closed on those days any more. Nothing was changed.")


class GiftOutOfRange(Invalid):
    code = "gift_out_of_range"
    message = N_("Give between 1 and {most} days.")

    def __init__(self, most: int) -> None:
        super().__init__(most=most)
