"""From facts to a verdict: what was read becomes what is judged, and what is judged becomes what is said."""

from __future__ import annotations

from calendar import isleap
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.attendance.checkin.access import AccessFacts, Rules, SubscriptionFacts
from gym.attendance.checkin.loyalty import loyalty_of
from gym.attendance.checkin.queries import Facts
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.windows import AccessWindow
from gym.attendance.models import CheckInMethod, Outcome, VerdictCode
from gym.core.database.ids import new_id
from gym.faces.schemas import MatchOutcome
from gym.settings.schemas import GymSettings

ADMITTED: Final = (VerdictCode.ADMITTED, VerdictCode.REENTRY)
NOBODY: Final = (VerdictCode.NOT_RECOGNIZED, VerdictCode.UNCERTAIN, VerdictCode.SPOOF_SUSPECTED)
"""Verdicts that name nobody."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where and when: door time (`at`, in gym time) is the capture time of an offline kiosk."""

    method: CheckInMethod
    at: datetime
    kiosk_id: UUID | None
    key: UUID | None

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass(frozen=True, slots=True)
class Match:
    """Who stands there, as far as the face or the credential says."""

    facts: Facts | None
    match: MatchOutcome = MatchOutcome.FOUND
    spoof: bool = False


def access_facts(seen: Match, door: Door, settings: GymSettings) -> AccessFacts:
    """What `access.decide` judges."""
    base = AccessFacts(door.at, door.method, _rules(settings), seen.match, seen.spoof)
    facts = seen.facts
    if facts is None:
        return base
    last = facts["last_at"]
    return replace(
        base,
        client_active=facts["active"],
        blocked_until=facts["blocked_until"],
        subscription=subscription_facts(facts),
        closed_debt=facts["closed_debt"],
        visited_today=facts["visited_today"],
        minutes_since_entry=(door.at - last).total_seconds() / 60 if last else None,
    )


def subscription_facts(facts: Facts) -> SubscriptionFacts | None:
    """The subscription in the facts, if there is one."""
    if facts["subscription_id"] is None:
        return None
    return SubscriptionFacts(
        starts_on=facts["starts_on"],
        ends_on=facts["ends_on"],
        balance=facts["balance"],
        visits=facts["visits"],
        visits_used=facts["visits_used"],
        frozen=facts["frozen"],
        frozen_until=facts["frozen_until"],
        window=AccessWindow.read(facts["plan_window"]),
    )


def verdict_of(facts: Facts | None, code: VerdictCode, door: Door, settings: GymSettings) -> Verdict:
    """The verdict that goes with a code; without facts, or when nobody is accepted, it names nobody."""
    outcome = Outcome.ADMITTED if code in ADMITTED else Outcome.DENIED
    bare = Verdict(new_id(), outcome, code, door.method, door.at)
    if facts is None or code in NOBODY:
        return bare
    blocked = code is VerdictCode.BLOCKED
    named = replace(
        bare,
        client_id=facts["client_id"],
        client_name=f"{facts['first_name']} {facts['last_name']}".strip(),
        display_name=facts["alias"] or facts["first_name"],
        warning=facts["warning"],
        until=facts["blocked_until"] if blocked else facts["frozen_until"],
        reason=facts["block_reason"] if blocked else None,
        birthday=is_birthday(facts["birth_date"], door.day),
        closed_debt=facts["closed_debt"],
        debt_id=facts["debt_id"],
        visit_number=facts["number_today"],
        loyalty=loyalty_of(facts, settings),
        waiting_id=facts["waiting_id"],
    )
    return _with_plan(named, facts, door)


def is_birthday(born: date | None, day: date) -> bool:
    """Who was born on 29 February has it on the 28th in other years."""
    if born is None:
        return False
    if (born.month, born.day) == (2, 29) and not isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


def _with_plan(verdict: Verdict, facts: Facts, door: Door) -> Verdict:
    plan = subscription_facts(facts)
    if plan is None:
        return verdict
    closed = verdict.code is VerdictCode.OUTSIDE_HOURS and plan.window is not None
    opening = plan.window.next_opening(door.at) if closed and plan.window else None
    return replace(
        verdict,
        subscription_id=facts["subscription_id"] if plan.covers(door.day) else None,
        plan_name=facts["plan_name"],
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        days_left=max(0, (plan.ends_on - door.day).days),
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
