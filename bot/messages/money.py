"""Money in messages: tills that do not add up, and the PDF under a receipt."""

from __future__ import annotations

from bot.messages.register import Payload, method_words, offers, says
from bot.ui.buttons.member import MyReceipt
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.notifications.models import NotificationKind as Kind
from gym.settings.schemas import GymSettings


@says(Kind.DESK_CASH_COUNTED)
def _cash_counted(t: HtmlTranslator, p: Payload, _: GymSettings) -> str:
    heading = t(
        N_("🧮 The till of <b>{till}</b> on {day} does not add up ({staff_name} counted):"),
        till=p["till"],
        day=p["day"],
        staff_name=p["staff_name"],
    )
    lines = [
        t(
            N_("{method}: {counted} instead of {expected}, <b>{off}</b>"),
            method=method_words(t, one),
            counted=one["counted"],
            expected=one["expected"],
            off=one["off"],
        )
        for one in p["methods"]
    ]
    note = [t(N_("📝 {note}"), note=p["note"])] if p["note"] else []
    return "\n".join([heading, *lines, *note])


@offers(Kind.RECEIPT)
def _receipt_buttons(t: HtmlTranslator, p: Payload) -> Keyboard:
    return [[button(t(N_("📄 Receipt as PDF")), MyReceipt(p["entry_id"]), wide=True)]]
