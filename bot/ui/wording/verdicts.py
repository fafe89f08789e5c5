"""Check-in verdicts in words: why somebody may not come in, as the desk reads it."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from gym.attendance.checkin.schemas import Verdict
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


def outlook_line(t: HtmlTranslator, verdict: Verdict) -> str:
    """The verdict that the door would give now, as the first line of a card."""
    if not verdict.admitted:
        return t("⛔ <b>May not come in.</b> {why}", why=Html(denial_reason(t, verdict)))
    if verdict.code is Code.REENTRY:
        return t("✅ <b>May come in</b>: has been here today, it does not count again.")
    return t("✅ <b>May come in</b>")


def denial_reason(t: HtmlTranslator, verdict: Verdict) -> str:
    """Why the client may not come in, as a sentence."""
    return t(
        _why(verdict),
        until=verdict.until,
        reason=verdict.reason,
        starts_on=verdict.starts_on,
        ends_on=verdict.ends_on,
        balance=verdict.balance or verdict.closed_debt,
        opens_on=verdict.opens_on,
        opens_at=f"{verdict.opens_at:%H:%M}" if verdict.opens_at else "",
    )


def _why(verdict: Verdict) -> str:
    if verdict.code is Code.FROZEN and verdict.until is None:
        return FROZEN_OPEN_END
    if verdict.code is Code.PAYMENT_DUE and not verdict.balance:
        return CLOSED_DEBT
    return WHY[verdict.code]
