"""Verdict builder: door facts to the input of `access.verdict_code`, and the code to the verdict shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from gym.attendance.checkin.access import AccessFacts, Rules
from gym.attendance.checkin.facts.door_facts import AttemptContext, DoorFacts, HeldPlan, Match
from gym.attendance.checkin.loyalty import loyalty_of
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import Outcome, VerdictCode
from gym.clients.birthdays import is_birthday
from gym.core.database.ids import new_id
from gym.settings.schemas import GymSettings

ADMITTED: Final = (VerdictCode.ADMITTED, VerdictCode.REENTRY)
NOBODY: Final = (VerdictCode.NOT_RECOGNIZED, VerdictCode.UNCERTAIN, VerdictCode.SPOOF_SUSPECTED)
"""Verdicts that name nobody."""


def access_facts(seen: Match, attempt: AttemptContext, settings: GymSettings) -> AccessFacts:
    """The input of `access.verdict_code`."""
    base = AccessFacts(attempt.at, attempt.method, _rules(settings), seen.match, seen.spoof)
    facts = seen.facts
    if facts is None:
        return base
    client, last = facts.client, facts.last_at
    return replace(
        base,
        client_active=client is not None and client.active,
        blocked_until=client.blocked_until if client else None,
        subscription=facts.plan.access if facts.plan else None,
        closed_debt=facts.closed_debt,
        visited_today=facts.visited_today,
        minutes_since_entry=(attempt.at - last).total_seconds() / 60 if last else None,
    )


def verdict_of(
    facts: DoorFacts | None, code: VerdictCode, attempt: AttemptContext, settings: GymSettings
) -> Verdict:
    """The verdict that goes with a code; without facts, or when nobody is accepted, it names nobody."""
    outcome = Outcome.ADMITTED if code in ADMITTED else Outcome.DENIED
    bare = Verdict(new_id(), outcome, code, attempt.method, attempt.at)
    if facts is None or facts.client is None or code in NOBODY:
        return bare
    blocked, plan, client = code is VerdictCode.BLOCKED, facts.plan, facts.client
    named = replace(
        bare,
        client_id=client.id,
        client_name=client.full_name,
        display_name=client.display_name,
        warning=client.warning,
        until=client.blocked_until if blocked else plan and plan.access.frozen_until,
        reason=client.block_reason if blocked else None,
        birthday=is_birthday(client.birth_date, attempt.day),
        closed_debt=facts.closed_debt,
        debt_id=facts.debt_id,
        visit_number=facts.number_today,
        loyalty=loyalty_of(facts, settings),
        waiting_id=facts.waiting_id,
    )
    return named if plan is None else _with_plan(named, plan, attempt)


def _with_plan(verdict: Verdict, held: HeldPlan, attempt: AttemptContext) -> Verdict:
    plan = held.access
    closed = verdict.code is VerdictCode.OUTSIDE_HOURS and plan.window is not None
    opening = plan.window.next_opening(attempt.at) if closed and plan.window else None
    return replace(
        verdict,
        subscription_id=held.subscription_id if plan.covers(attempt.day) else None,
        plan_name=held.plan_name,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        days_left=max(0, (plan.ends_on - attempt.day).days),
        visits_left=None if plan.visits is None else max(0, plan.visits - plan.visits_used),
        balance=plan.balance or Decimal(0),
        opens_on=opening.date() if opening else None,
        opens_at=opening.time() if opening else None,
    )


def _rules(settings: GymSettings) -> Rules:
    return Rules(
        settings.grace_days,
        settings.grace_amount,
        settings.smallest_amount,
        settings.closed_debt_denies,
        settings.reentry,
        settings.card_passback_minutes,
    )
