"""Sentences of verdicts: one msgid for each code, the same for chat, kiosk and notification."""

from __future__ import annotations

from typing import Final

from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.core.language import N_, Translator

Code = VerdictCode
SENTENCES: Final = {
    Code.NOT_RECOGNIZED: N_("Not recognised. Show your QR or type your document."),
    Code.UNCERTAIN: N_("Not sure who you are. Show your QR or type your document."),
    Code.SPOOF_SUSPECTED: N_("Please look at the camera yourself, or show your QR."),
    Code.CLIENT_INACTIVE: N_("Your registration is not active. Please ask at the desk."),
    Code.BLOCKED: N_("Entry is blocked until {until}. Please ask at the desk."),
    Code.NO_SUBSCRIPTION: N_("You have no plan yet. The desk will help you choose one."),
    Code.NOT_STARTED: N_("Your plan starts on {starts_on}. See you then!"),
    Code.EXPIRED: N_("Your plan ended on {ends_on}. Renew it at the desk."),
    Code.FROZEN: N_("Your plan is frozen until {until}. The desk can end the freeze now."),
    Code.PAYMENT_DUE: N_("You have {balance} to pay. Please go to the desk."),
    Code.VISITS_USED_UP: N_("All visits of your plan are used up. Renew it at the desk."),
    Code.OUTSIDE_HOURS: N_("Your plan is not open now. It opens on {opens_on} at {opens_at}."),
    Code.ALREADY_INSIDE: N_("You are inside already. Please ask at the desk."),
    Code.ADMITTED: N_("Welcome! Have a good workout."),
    Code.REENTRY: N_("Welcome back! Today is counted already."),
}
SOMETHING_DUE: Final = N_("There is something to pay. Please go to the desk.")
"""Of `PAYMENT_DUE` where others read along."""
FROZEN_OPEN_END: Final = N_("Your plan is frozen. The desk can end the freeze now.")
DOCUMENT_UNKNOWN: Final = N_("Document and phone do not fit together. Check them, or ask at the desk.")
BIRTHDAY: Final = N_("Happy birthday! Have a good workout.")


def sentence_of(code: VerdictCode, method: CheckInMethod, until: object, *, birthday: bool = False) -> str:
    """The msgid that fits; for a verdict and for the payload of a notification alike."""
    if code is Code.FROZEN and until is None:
        return FROZEN_OPEN_END
    if code is Code.NOT_RECOGNIZED and method is CheckInMethod.DOCUMENT:
        return DOCUMENT_UNKNOWN
    return BIRTHDAY if code is Code.ADMITTED and birthday else SENTENCES[code]


def verdict_message(verdict: Verdict) -> tuple[str, dict[str, object]]:
    """The msgid and its values."""
    values: dict[str, object] = {
        "until": verdict.until,
        "starts_on": verdict.starts_on,
        "ends_on": verdict.ends_on,
        "balance": verdict.balance or verdict.closed_debt,
        "opens_on": verdict.opens_on,
        "opens_at": f"{verdict.opens_at:%H:%M}" if verdict.opens_at else "",
    }
    message = sentence_of(verdict.code, verdict.method, verdict.until, birthday=verdict.birthday)
    return message, values


def say(verdict: Verdict, t: Translator, *, sums: bool = True) -> str:
    """The sentence in a language; without `sums` it does not say how much is owed."""
    if verdict.code is Code.PAYMENT_DUE and not sums:
        return t(SOMETHING_DUE)
    message, values = verdict_message(verdict)
    return t(message, **values)
