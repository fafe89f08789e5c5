"""Words of the reports of the door: weekdays, reasons of refusals, methods, as terms of the catalogue."""

from __future__ import annotations

from typing import Final

from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.language import N_
from gym.reports.results import Term

WEEKDAYS: Final = (
    Term("monday", N_("Monday")),
    Term("tuesday", N_("Tuesday")),
    Term("wednesday", N_("Wednesday")),
    Term("thursday", N_("Thursday")),
    Term("friday", N_("Friday")),
    Term("saturday", N_("Saturday")),
    Term("sunday", N_("Sunday")),
)
"""Monday is 0."""
METHODS: Final = {
    CheckInMethod.FACE: Term("face", N_("Face")),
    CheckInMethod.QR: Term("qr", N_("QR card")),
    CheckInMethod.DOCUMENT: Term("document", N_("Document")),
    CheckInMethod.STAFF: Term("staff", N_("By staff")),
}
REASONS: Final = {
    VerdictCode.NOT_RECOGNIZED: Term("not_recognized", N_("not recognized")),
    VerdictCode.UNCERTAIN: Term("uncertain", N_("not sure who it was")),
    VerdictCode.SPOOF_SUSPECTED: Term("spoof_suspected", N_("no live face")),
    VerdictCode.CLIENT_INACTIVE: Term("client_inactive", N_("deactivated")),
    VerdictCode.BLOCKED: Term("blocked", N_("blocked")),
    VerdictCode.NO_SUBSCRIPTION: Term("no_subscription", N_("no plan")),
    VerdictCode.NOT_STARTED: Term("not_started", N_("plan not begun")),
    VerdictCode.EXPIRED: Term("expired", N_("plan ended")),
    VerdictCode.FROZEN: Term("frozen", N_("plan frozen")),
    VerdictCode.PAYMENT_DUE: Term("payment_due", N_("to pay")),
    VerdictCode.VISITS_USED_UP: Term("visits_used_up", N_("visits used up")),
    VerdictCode.OUTSIDE_HOURS: Term("outside_hours", N_("outside the plan's hours")),
    VerdictCode.ALREADY_INSIDE: Term("already_inside", N_("came in before")),
    VerdictCode.ADMITTED: Term("admitted", N_("came in")),
    VerdictCode.REENTRY: Term("reentry", N_("came in again")),
}
