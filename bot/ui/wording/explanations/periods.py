"""Why a plan has its status and its last day: a sentence, and the days one under another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.memberships.freezes import span
from bot.ui.wording.terms import STATUSES
from gym.core.language import N_
from gym.explanations.schemas import (
    PeriodExplanation,
    RestStep,
)
from gym.subscriptions.models import FreezeKind, SubscriptionStatus

Status = SubscriptionStatus
STATUS_WHY: Final[Mapping[Status, str]] = {
    Status.SCHEDULED: N_("Its first day, {starts_on}, is still to come."),
    Status.PENDING_PAYMENT: N_("Its days run, and {balance} of its price is not paid."),
    Status.ACTIVE: N_("Today is one of its days, and nothing is owed for it."),
    Status.FROZEN: N_("A freeze holds today: the days left come afterwards."),
    Status.EXPIRED: N_("Its last day was {ends_on}, and nothing is owed for it."),
    Status.LAPSED: N_("Its last day was {ends_on}, and {balance} was never paid."),
    Status.CANCELED: N_("It was ended on {closed_on}, before its last day."),
}
HELD: Final = N_("It waits behind a freeze that has no last day.")
assert set(STATUS_WHY) == set(Status)


def period_lines(t: HtmlTranslator, one: PeriodExplanation) -> list[str]:
    """The status with its reason, and how the last day came about."""
    state = t("🏷 <b>{plan}</b> {status}", plan=one.plan_name, status=Html(t(STATUSES[one.status])))
    why = t(
        HELD if one.is_held else STATUS_WHY[one.status],
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        balance=one.balance,
        closed_on=one.closed_on or one.ends_on,
    )
    lines = [state, why, _bought(t, one), *(_rest(t, rest) for rest in one.rests)]
    if one.gift_days:
        lines.append(t.plural("🎁 {count} day given", "🎁 {count} days given", one.gift_days))
    lines.append(t("= last day {ends_on}", ends_on=one.ends_on))
    if one.visits is not None:
        lines.append(t("🎟 {used} of {visits} visits used", used=one.visits_used, visits=one.visits))
    return lines


def _bought(t: HtmlTranslator, one: PeriodExplanation) -> str:
    return t.plural(
        "📅 {count} day bought, from {starts_on} on",
        "📅 {count} days bought, from {starts_on} on",
        one.bought_days,
        starts_on=one.starts_on,
    )


def _rest(t: HtmlTranslator, rest: RestStep) -> str:
    mark = "🔒" if rest.kind is FreezeKind.CLOSURE else "❄️"
    if rest.ends_on is None:
        return f"{mark} " + t(
            "frozen from {starts_on} on; the return sets the last day", starts_on=rest.starts_on
        )
    days = Html(span(t, rest.starts_on, rest.ends_on))
    if rest.kind is FreezeKind.CLOSURE:
        return t.plural(
            "🔒 {count} day closed: {days}", "🔒 {count} days closed: {days}", rest.days, days=days
        )
    return t.plural("❄️ {count} day frozen: {days}", "❄️ {count} days frozen: {days}", rest.days, days=days)
