"""The door's verdict explained: each of its rules asked anew, in order. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from gym.attendance.checkin.access import CHECKS, AccessFacts, SubscriptionFacts
from gym.attendance.models import VerdictCode
from gym.explanations.schemas import DoorExplanation, DoorRule, DoorStep

RULES: Final = tuple(zip(DoorRule, CHECKS, strict=True))
"""A new check without a name here, and so without words, is an error at start."""


def explain_door(facts: AccessFacts, plan_name: str | None) -> DoorExplanation:
    """The verdict of these facts with the rules that led to it; of somebody who is known."""
    steps: list[DoorStep] = []
    for rule, check in RULES:
        steps.append(DoorStep(rule, check(facts)))
        if steps[-1].denied is not None:
            break
    code = steps[-1].denied or (VerdictCode.REENTRY if facts.visited_today else VerdictCode.ADMITTED)
    plan = facts.subscription
    if plan is None:
        return DoorExplanation(
            code,
            tuple(steps),
            closed_debt=facts.closed_debt,
            blocked_until=facts.blocked_until,
            visited_today=facts.visited_today,
        )
    is_shut = code is VerdictCode.OUTSIDE_HOURS and plan.window is not None
    opening = plan.window.next_opening(facts.at) if is_shut and plan.window else None
    return DoorExplanation(
        code,
        tuple(steps),
        plan_name=plan_name,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        balance=plan.balance,
        closed_debt=facts.closed_debt,
        denies_from=_denies_from(facts, plan),
        visits=plan.visits,
        visits_left=None if plan.visits is None else max(0, plan.visits - plan.visits_used),
        blocked_until=facts.blocked_until,
        frozen_until=plan.frozen_until,
        opens_on=opening.date() if opening else None,
        opens_at=opening.time() if opening else None,
        has_hours=plan.window is not None,
        visited_today=facts.visited_today,
    )


def _denies_from(facts: AccessFacts, plan: SubscriptionFacts) -> date | None:
    rules = facts.rules
    if plan.balance < rules.smallest_amount or plan.balance <= rules.grace_amount:
        return None
    return plan.starts_on + timedelta(days=rules.grace_days)
