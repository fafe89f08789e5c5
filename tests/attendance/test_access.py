"""The door's table: each line of the gym's rules is a line here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from gym.attendance.access import AccessFacts, Rules, SubscriptionFacts, decide
from gym.attendance.models import CheckInMethod, VerdictCode
from gym.attendance.windows import AccessWindow
from gym.faces.schemas import MatchOutcome
from gym.settings.schemas import Reentry

Code = VerdictCode
BOGOTA = ZoneInfo("America/Bogota")
TODAY = date(2026, 8, 3)
AT_TEN = datetime.combine(TODAY, time(10), BOGOTA)
DAY = timedelta(days=1)
EVENINGS = AccessWindow(frozenset(range(5)), time(18), time(0))
MEMBER = SubscriptionFacts(starts_on=TODAY - 9 * DAY, ends_on=TODAY + 20 * DAY)
WELCOME = AccessFacts(at=AT_TEN, method=CheckInMethod.FACE, subscription=MEMBER)


def having(**changes: object) -> AccessFacts:
    """A welcome member, except for the changes to the subscription."""
    return replace(WELCOME, subscription=replace(MEMBER, **changes))  # type: ignore[arg-type]


def facts(**changes: object) -> AccessFacts:
    return replace(WELCOME, **changes)  # type: ignore[arg-type]


DENY = Rules(reentry=Reentry.DENY)
REASONS = {
    Code.SPOOF_SUSPECTED: facts(spoof=True),
    Code.NOT_RECOGNIZED: facts(match=MatchOutcome.UNKNOWN),
    Code.UNCERTAIN: facts(match=MatchOutcome.UNCERTAIN),
    Code.CLIENT_INACTIVE: facts(client_active=False),
    Code.BLOCKED: facts(blocked_until=TODAY),
    Code.NO_SUBSCRIPTION: facts(subscription=None),
    Code.NOT_STARTED: having(starts_on=TODAY + DAY),
    Code.EXPIRED: having(ends_on=TODAY - DAY),
    Code.FROZEN: having(frozen=True, frozen_until=TODAY),
    Code.PAYMENT_DUE: having(balance=Decimal(1)),
    Code.VISITS_USED_UP: having(visits=10, visits_used=10),
    Code.OUTSIDE_HOURS: having(window=EVENINGS),
    Code.ALREADY_INSIDE: facts(method=CheckInMethod.QR, minutes_since_entry=9.9),
    Code.REENTRY: facts(visited_today=True),
    Code.ADMITTED: WELCOME,
}


@pytest.mark.parametrize("code", list(Code))
def test_every_code_has_its_reason(code: VerdictCode) -> None:
    assert decide(REASONS[code]) is code


ORDER = [
    ("client_active", False, Code.CLIENT_INACTIVE),
    ("blocked_until", TODAY, Code.BLOCKED),
    ("frozen", True, Code.FROZEN),
    ("balance", Decimal(1), Code.PAYMENT_DUE),
    ("visits", 0, Code.VISITS_USED_UP),
    ("window", EVENINGS, Code.OUTSIDE_HOURS),
    ("minutes_since_entry", 1.0, Code.ALREADY_INSIDE),
]
"""Reasons that may hold at once, first the one that is said first."""


@pytest.mark.parametrize(("first", "second"), list(combinations(ORDER, 2)))
def test_of_two_reasons_the_first_in_the_table_is_said(
    first: tuple[str, object, VerdictCode], second: tuple[str, object, VerdictCode]
) -> None:
    both = {first[0]: first[1], second[0]: second[1]}
    plan = {name: value for name, value in both.items() if hasattr(MEMBER, name)}
    rest = {name: value for name, value in both.items() if not hasattr(MEMBER, name)}
    seen = replace(WELCOME, method=CheckInMethod.QR, subscription=replace(MEMBER, **plan), **rest)  # type: ignore[arg-type]
    assert decide(seen) is first[2]


@pytest.mark.parametrize(
    ("facts_", "code"),
    [
        (facts(match=MatchOutcome.UNKNOWN, client_active=False), Code.NOT_RECOGNIZED),
        (facts(client_active=False, subscription=None), Code.CLIENT_INACTIVE),
        (facts(blocked_until=TODAY, subscription=None), Code.BLOCKED),
        (having(starts_on=TODAY + DAY, balance=Decimal(1)), Code.NOT_STARTED),
        (having(ends_on=TODAY - DAY, balance=Decimal(1)), Code.EXPIRED),
        (replace(having(balance=Decimal(1)), visited_today=True), Code.PAYMENT_DUE),
    ],
)
def test_nobody_is_told_to_fix_what_comes_later(facts_: AccessFacts, code: VerdictCode) -> None:
    assert decide(facts_) is code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"starts_on": TODAY}, Code.ADMITTED),
        ({"ends_on": TODAY}, Code.ADMITTED),
        ({"frozen": True, "frozen_until": TODAY - DAY}, Code.ADMITTED),
        ({"frozen": True, "frozen_until": None, "ends_on": TODAY - DAY}, Code.FROZEN),
        ({"visits": 10, "visits_used": 9}, Code.ADMITTED),
        ({"window": AccessWindow(frozenset({0}), time(10), time(11))}, Code.ADMITTED),
        ({"window": AccessWindow(frozenset({0}), time(9), time(10))}, Code.OUTSIDE_HOURS),
        ({"window": AccessWindow(frozenset({1}), time(9), time(12))}, Code.OUTSIDE_HOURS),
        ({"window": AccessWindow(frozenset({0}), time(9), time(0))}, Code.ADMITTED),
    ],
)
def test_first_and_last_days_and_hours_are_inclusive_where_the_rules_say_so(
    changes: dict[str, object], code: VerdictCode
) -> None:
    assert decide(having(**changes)) is code


@pytest.mark.parametrize(
    ("days", "amount", "balance", "code"),
    [
        (0, 0, 1, Code.PAYMENT_DUE),
        (0, 0, 0, Code.ADMITTED),
        (9, 0, 1, Code.PAYMENT_DUE),
        (10, 0, 1, Code.ADMITTED),
        (0, 5000, 5000, Code.ADMITTED),
        (0, 5000, 5001, Code.PAYMENT_DUE),
        (10, 5000, 9000, Code.ADMITTED),
    ],
)
def test_grace_ends_when_both_its_days_and_its_amount_are_passed(
    days: int, amount: int, balance: int, code: VerdictCode
) -> None:
    """The member began nine days ago."""
    rules = Rules(grace_days=days, grace_amount=Decimal(amount))
    assert decide(replace(having(balance=Decimal(balance)), rules=rules)) is code


def test_debt_of_closed_subscriptions_denies_only_by_setting() -> None:
    owing = facts(closed_debt=Decimal(1))
    assert decide(owing) is Code.ADMITTED
    assert decide(replace(owing, rules=Rules(closed_debt_denies=True))) is Code.PAYMENT_DUE


def test_a_block_ends_after_its_last_day() -> None:
    assert decide(facts(blocked_until=TODAY - DAY)) is Code.ADMITTED


@pytest.mark.parametrize(
    ("method", "minutes", "code"),
    [
        (CheckInMethod.FACE, 1.0, Code.REENTRY),
        (CheckInMethod.STAFF, 1.0, Code.REENTRY),
        (CheckInMethod.QR, 1.0, Code.ALREADY_INSIDE),
        (CheckInMethod.DOCUMENT, 1.0, Code.ALREADY_INSIDE),
        (CheckInMethod.QR, 10.0, Code.REENTRY),
        (CheckInMethod.DOCUMENT, 60.0, Code.REENTRY),
    ],
)
def test_only_a_card_or_document_can_be_passed_back(
    method: CheckInMethod, minutes: float, code: VerdictCode
) -> None:
    assert decide(facts(method=method, visited_today=True, minutes_since_entry=minutes)) is code


@pytest.mark.parametrize("method", list(CheckInMethod))
def test_with_deny_no_second_entry_of_the_day(method: CheckInMethod) -> None:
    again = facts(method=method, visited_today=True, minutes_since_entry=300.0, rules=DENY)
    assert decide(again) is Code.ALREADY_INSIDE
    assert decide(replace(again, visited_today=False)) is Code.ADMITTED


def test_the_last_visit_of_a_pack_lets_its_member_back_in_on_the_same_day() -> None:
    used = having(visits=10, visits_used=10)
    assert decide(used) is Code.VISITS_USED_UP
    assert decide(replace(used, visited_today=True)) is Code.REENTRY


def test_a_window_says_when_it_opens_next() -> None:
    assert EVENINGS.next_opening(AT_TEN) == datetime(2026, 8, 3, 18, tzinfo=BOGOTA)
    friday_night = datetime(2026, 8, 7, 23, 59, tzinfo=BOGOTA)
    assert EVENINGS.contains(friday_night)
    assert EVENINGS.next_opening(friday_night) == datetime(2026, 8, 10, 18, tzinfo=BOGOTA)
