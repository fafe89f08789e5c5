"""Personal data in words: what is kept and why, what erasing takes away, leaves, and cannot reach."""

from __future__ import annotations

from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.faces.models import FaceConsent
from gym.privacy.models import Erasure
from gym.privacy.overview import PrivacyOverview
from gym.privacy.schemas import ErasureNotice

KEPT: Final = N_(
    "Kept as long as there is a membership: name, document, phone and what is on the card, to know who comes"
    " and to reach them. Plans, payments and visits, because books have to be kept. Messages for {days} days."
    " A face only after a yes, until it is withdrawn."
)
GOES: Final = N_(
    "What goes: name, document, phone, face, chat, notes and everything that was written, in every table and"
    " in what waits to be sent."
)
STAYS: Final = N_(
    "What stays, without a name: visits, the days of a consent, and money with its receipt numbers, because"
    " the law has books kept. Sums do not change."
)
UNREACHED: Final = N_(
    "Out of the gym's reach: what Telegram's chats still show (both can delete the chat), what is printed or"
    " on a phone, and backups until they are replaced. A backup that is restored repeats the erasure."
)
NAMED: Final = 5
"""How many consents are listed."""


def overview_lines(t: HtmlTranslator, found: PrivacyOverview, days: int) -> list[str]:
    """What is kept and why, consents with their dates, who looked."""
    lines = [t(KEPT, days=days), "", *_consents(t, found), _looks(t, found)]
    if found.exports:
        lines.append(t.plural("Exported {count} time.", "Exported {count} times.", found.exports))
    return lines


def _consents(t: HtmlTranslator, found: PrivacyOverview) -> list[str]:
    if not found.consents:
        return [t("🙂 No consent to face check-in.")]
    return [_consent(t, one) for one in found.consents[:NAMED]]


def _consent(t: HtmlTranslator, one: FaceConsent) -> str:
    if one.withdrawn_at is None:
        return t("🙂 Face check-in: agreed on {given}.", given=one.given_at)
    return t(
        "🙂 Face check-in: agreed on {given}, ended on {ended}.", given=one.given_at, ended=one.withdrawn_at
    )


def _looks(t: HtmlTranslator, found: PrivacyOverview) -> str:
    if not found.looks:
        return t("👁 Nobody opened the card in the last 90 days.")
    return t.plural(
        "👁 The team opened the card {count} time in the last 90 days, last on {at}.",
        "👁 The team opened the card {count} times in the last 90 days, last on {at}.",
        found.looks,
        at=found.last_look,
    )


def what_erasing_means(t: HtmlTranslator) -> list[str]:
    """What goes, what stays, what cannot be reached."""
    return [t(GOES), t(STAYS), t(UNREACHED)]


def open_matters(t: HtmlTranslator, notice: ErasureNotice) -> list[str]:
    """What should be settled first; the gym does not refuse because of it."""
    lines: list[str] = []
    if notice.owes:
        lines.append(
            t("⚠️ {amount} are still owed; afterwards nobody can be asked for them.", amount=notice.owes)
        )
    if notice.credit:
        lines.append(
            t("⚠️ {amount} of credit are left; afterwards nobody can claim them.", amount=notice.credit)
        )
    if notice.proofs:
        sent = N_("⚠️ Proofs of payment of {amount} wait for the desk; afterwards nobody can book that money.")
        lines.append(t(sent, amount=notice.proofs))
    if notice.plan_until is not None:
        lines.append(t("⚠️ A plan runs until {day}; it opens no door any more.", day=notice.plan_until))
    return lines


def waits(t: HtmlTranslator, wish: Erasure) -> str:
    """A wish that can still be taken back."""
    return t("🗑 Everything is erased on {at}. Until then it can be taken back.", at=wish.due_at)
