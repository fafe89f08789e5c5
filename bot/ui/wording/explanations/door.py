"""Why the door lets in or not: its rules in their order, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.verdicts import CLOSED_DEBT, WHY, Code
from gym.core.language import N_
from gym.explanations.schemas import (
    DoorExplanation,
    DoorRule,
    DoorStep,
)

DENIED: Final[Mapping[Code, str]] = {
    **WHY,
    Code.CLIENT_INACTIVE: N_("The registration is not active."),
    Code.BLOCKED: N_("Entry is blocked until {until}."),
}
FROZEN_OPEN_END: Final = N_("The plan is frozen, and the freeze has no last day.")
assert set(DENIED) >= set(Code) - {Code.ADMITTED, Code.REENTRY}


def door_lines(t: HtmlTranslator, door: DoorExplanation) -> list[str]:
    """One line a rule that has something to say, and the answer."""
    lines = [line for step in door.steps if (line := _rule_line(t, door, step))]
    if door.code is Code.REENTRY:
        return [*lines, t("<b>May come in again</b>: today is counted already.")]
    return [*lines, t("<b>May come in.</b>") if door.is_admitted else t("<b>May not come in.</b>")]


def _rule_line(t: HtmlTranslator, door: DoorExplanation, step: DoorStep) -> str:
    if step.denied is not None:
        return f"⛔ {denied(t, door, step.denied)}"
    said = _passed(t, door, step.rule)
    return f"✅ {said}" if said else ""


def denied(t: HtmlTranslator, door: DoorExplanation, code: Code) -> str:
    """Why not, without anything that somebody typed."""
    message = DENIED[code]
    if code is Code.FROZEN and door.frozen_until is None:
        message = FROZEN_OPEN_END
    is_closed_debt = code is Code.PAYMENT_DUE and door.denies_from is None
    if is_closed_debt:
        message = CLOSED_DEBT
    return t(
        message,
        until=door.blocked_until if code is Code.BLOCKED else door.frozen_until,
        starts_on=door.starts_on,
        ends_on=door.ends_on,
        balance=door.closed_debt if is_closed_debt else door.balance,
        opens_on=door.opens_on,
        opens_at=f"{door.opens_at:%H:%M}" if door.opens_at else "",
    )


def _passed(t: HtmlTranslator, door: DoorExplanation, rule: DoorRule) -> str:
    match rule:
        case DoorRule.WELCOME:
            return t("Registered, and not blocked")
        case DoorRule.PLAN:
            return t(
                "{plan} covers today: {starts_on} – {ends_on}",
                plan=door.plan_name or "",
                starts_on=door.starts_on,
                ends_on=door.ends_on,
            )
        case DoorRule.FREEZE:
            return t("Nothing is frozen today")
        case DoorRule.MONEY:
            return _money_passed(t, door)
        case DoorRule.ALLOWANCE if door.visits is not None:
            return t("{left} of {visits} visits left", left=door.visits_left, visits=door.visits)
        case DoorRule.HOURS if door.has_hours:
            return t("The plan is open at this hour")
        case _:
            return ""


def _money_passed(t: HtmlTranslator, door: DoorExplanation) -> str:
    if door.balance and door.denies_from is not None:
        return t(
            "{balance} to pay, which keeps nobody out before {day}",
            balance=door.balance,
            day=door.denies_from,
        )
    if door.balance or door.closed_debt:
        return t("{balance} to pay, which keeps nobody out", balance=door.balance + door.closed_debt)
    return t("Nothing to pay for the plan")
