"""Faults of attendance. A denial is no fault: it is a verdict, answered with 201."""

from __future__ import annotations

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class CheckInNotFound(NotFound):
    code = "check_in_not_found"
    message = N_("That check-in is not there any more.")


class CapturedInFuture(Invalid):
    code = "captured_in_future"
    message = N_("The capture time lies in the future. Check the device's clock.")


class CapturedTooLongAgo(Invalid):
    code = "captured_too_long_ago"
    message = N_("The capture time is more than 72 hours ago. Register this visit at the desk.")


class NothingToAdmit(Conflict):
    """Nobody was named, or they were let in already."""

    code = "nothing_to_admit"
    message = N_("There is nobody to let in here any more. Search for the client instead.")


class OverrideTooLate(Conflict):
    """A denial is overridden on the day it was given."""

    code = "override_too_late"
    message = N_("That denial is from another day. Let the client try again.")


class UndoTooLate(Conflict):
    code = "undo_too_late"
    message = N_("Too late to undo: that works for {minutes} minutes.")

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes=minutes)


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = N_("There is no visit to undo here.")


class NotYourCheckIn(Forbidden):
    code = "not_your_check_in"
    message = N_("Only whoever let the client in, or an admin, can undo this.")


class CheckOutOff(Conflict):
    """Without check-out somebody counts as inside for a fixed time."""

    code = "check_out_off"
    message = N_("This gym does not check people out. An admin can turn it on in the settings.")


class NotInside(Conflict):
    code = "not_inside"
    message = N_("This client is not inside any more. Look at the list again.")
