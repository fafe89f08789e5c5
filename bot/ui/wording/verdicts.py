"""Check-in verdicts in words: why somebody may not come in, as the desk reads it."""

from __future__ import annotations

from typing import Final

from gym.attendance.models import VerdictCode
from gym.core.language import N_

Code = VerdictCode
WHY: Final = {
    Code.NOT_RECOGNIZED: N_("This client is not there any more."),
    Code.UNCERTAIN: N_("Not sure who this is."),
    Code.SPOOF_SUSPECTED: N_("That was no live face."),
    Code.CLIENT_INACTIVE: N_("The client is deactivated."),
    Code.BLOCKED: N_("Blocked until {until}: {reason}"),
    Code.NO_SUBSCRIPTION: N_("There is no plan."),
    Code.NOT_STARTED: N_("The plan starts on {starts_on}."),
    Code.EXPIRED: N_("The plan ended on {ends_on}."),
    Code.FROZEN: N_("The plan is frozen until {until}."),
    Code.PAYMENT_DUE: N_("{balance} is still to pay."),
    Code.VISITS_USED_UP: N_("All visits of the plan are used up."),
    Code.OUTSIDE_HOURS: N_("The plan is not open now; it opens on {opens_on} at {opens_at}."),
    Code.ALREADY_INSIDE: N_("Inside already."),
}
"""Reasons of denials, in the desk's words."""


FROZEN_OPEN_END: Final = N_("The plan is frozen until the client is back.")


CLOSED_DEBT: Final = N_("{balance} is still to pay for earlier plans.")
