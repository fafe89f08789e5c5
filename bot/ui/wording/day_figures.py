"""The day's figures in words, for the *Today* screen and the digest."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.terms import METHODS
from gym.attendance.models import VerdictCode
from gym.core.language import N_
from gym.payments.models import Method

DENIALS: Final = {
    VerdictCode.NOT_RECOGNIZED: N_("not recognized"),
    VerdictCode.UNCERTAIN: N_("not sure who it was"),
    VerdictCode.SPOOF_SUSPECTED: N_("no live face"),
    VerdictCode.CLIENT_INACTIVE: N_("deactivated"),
    VerdictCode.BLOCKED: N_("blocked"),
    VerdictCode.NO_SUBSCRIPTION: N_("no plan"),
    VerdictCode.NOT_STARTED: N_("plan not begun"),
    VerdictCode.EXPIRED: N_("plan ended"),
    VerdictCode.FROZEN: N_("plan frozen"),
    VerdictCode.PAYMENT_DUE: N_("to pay"),
    VerdictCode.VISITS_USED_UP: N_("visits used up"),
    VerdictCode.OUTSIDE_HOURS: N_("outside the plan's hours"),
    VerdictCode.ALREADY_INSIDE: N_("came in before"),
}


def door_lines(t: HtmlTranslator, visits: int, denials: Iterable[tuple[VerdictCode, int]]) -> list[str]:
    """Visits, and what was refused for which reason, the most frequent first."""
    refused = list(denials)
    lines = [t.plural("✅ {count} visit", "✅ {count} visits", visits)]
    if refused:
        total = sum(count for _, count in refused)
        lines.append(t.plural("🚫 {count} refused:", "🚫 {count} refused:", total))
        lines += [f"   {t.show(count)} × {t(DENIALS[code])}" for code, count in refused]
    return lines


def money_lines(t: HtmlTranslator, heading: str, moved: Iterable[tuple[Method, Decimal]]) -> list[str]:
    """The sum, and each method below it; `heading` is words that are translated already."""
    found = list(moved)
    total = sum((net for _, net in found), Decimal(0))
    lines = [t("💵 {heading}: <b>{total}</b>", heading=Html(heading), total=total)]
    if len(found) > 1:
        lines += [f"   {t(METHODS[method])}: {t.money(net)}" for method, net in found]
    elif found:
        lines[0] += f" ({t(METHODS[found[0][0]])})"
    return lines


def debt_line(t: HtmlTranslator, debts: int, owed: Decimal) -> str:
    return t.plural("🧾 {count} debt: {owed}", "🧾 {count} debts: {owed}", debts, owed=owed)


def conversation_lines(t: HtmlTranslator, waiting: int) -> list[str]:
    """Members who have written and are not answered, on a day with any."""
    if not waiting:
        return []
    return [
        t.plural("💬 {count} member waits for an answer", "💬 {count} members wait for an answer", waiting)
    ]


def proof_lines(t: HtmlTranslator, waiting: int, approved: int) -> list[str]:
    """Proofs of payment, on a day with any."""
    lines: list[str] = []
    if waiting:
        lines.append(
            t.plural("📨 {count} proof of payment waits", "📨 {count} proofs of payment wait", waiting)
        )
    if approved:
        lines.append(
            t.plural(
                "📨 {count} proof of payment approved", "📨 {count} proofs of payment approved", approved
            )
        )
    return lines


def new_line(t: HtmlTranslator, count: int) -> str:
    return t.plural("🆕 {count} new client", "🆕 {count} new clients", count)


def away_line(t: HtmlTranslator, count: int) -> str:
    return t.plural(
        "😴 {count} stays away for longer than usual", "😴 {count} stay away for longer than usual", count
    )
