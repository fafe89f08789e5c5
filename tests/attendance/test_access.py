"""The rules of access: each row of the gym's table is a row here."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from gym.attendance.checkin.access import AccessFacts, Rules, SubscriptionFacts, verdict_code
from gym.attendance.checkin.windows import AccessWindow
from gym.attendance.models import CheckInMethod, VerdictCode
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
PAST, TOMORROW = TODAY - DAY, TODAY + DAY
OF_FACTS = frozenset(field.name for field in fields(AccessFacts))


@dataclass(frozen=True)
class Row:
    """One line of the table: the code, and what makes it hold for a member who would be welcome."""

    code: VerdictCode
    when: dict[str, object]

    def met_by(self, seen: AccessFacts) -> AccessFacts:
        own = {name: value for name, value in self.when.items() if name in OF_FACTS}
        plan = {name: value for name, value in self.when.items() if name not in OF_FACTS}
        if seen.subscription is not None and plan:
            own["subscription"] = replace(seen.subscription, **plan)  # type: ignore[arg-type]
        return replace(seen, **own)  # type: ignore[arg-type]

    def contradicts(self, other: Row) -> bool:
        """Both cannot hold: they want the same thing to be different, or one wants a plan and one none."""
        if {self.code, other.code} == {Code.VISITS_USED_UP, Code.REENTRY}:
            return True  # the visit of today is one of those that were used
        planless = {"subscription"} in ({*self.when}, {*other.when})
        on_plan = not ({*self.when} | {*other.when}) <= OF_FACTS
        return bool(self.when.keys() & other.when.keys()) or (planless and on_plan)


TABLE = [
    Row(Code.SPOOF_SUSPECTED, {"spoof": True}),
    Row(Code.NOT_RECOGNIZED, {"match": MatchOutcome.UNKNOWN}),
    Row(Code.UNCERTAIN, {"match": MatchOutcome.UNCERTAIN}),
    Row(Code.CLIENT_INACTIVE, {"client_active": False}),
    Row(Code.BLOCKED, {"blocked_until": TODAY}),
    Row(Code.NO_SUBSCRIPTION, {"subscription": None}),
    Row(Code.NOT_STARTED, {"starts_on": TOMORROW}),
    Row(Code.EXPIRED, {"ends_on": PAST}),
    Row(Code.FROZEN, {"frozen": True, "frozen_until": TODAY}),
    Row(Code.PAYMENT_DUE, {"balance": Decimal(1)}),
    Row(Code.VISITS_USED_UP, {"visits": 10, "visits_used": 10}),
    Row(Code.OUTSIDE_HOURS, {"window": EVENINGS}),
    Row(Code.ALREADY_INSIDE, {"method": CheckInMethod.QR, "minutes_since_entry": 9.9}),
    Row(Code.REENTRY, {"visited_today": True}),
    Row(Code.ADMITTED, {}),
]
"""What the person must fix first stands first."""

PAIRS = [(first, second) for first, second in combinations(TABLE, 2) if not first.contradicts(second)]


def named(row: object) -> str | None:
    return row.code.value if isinstance(row, Row) else None


def test_the_table_names_every_code_there_is_once() -> None:
    assert sorted(row.code for row in TABLE) == sorted(Code)


@pytest.mark.parametrize("row", TABLE, ids=named)
def test_every_code_is_said_when_its_reason_alone_holds(row: Row) -> None:
    assert verdict_code(row.met_by(WELCOME)) is row.code


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=named)
def test_of_two_reasons_that_hold_the_first_in_the_table_is_said(first: Row, second: Row) -> None:
    assert verdict_code(second.met_by(first.met_by(WELCOME))) is first.code
    assert verdict_code(first.met_by(second.met_by(WELCOME))) is first.code


def test_all_reasons_are_fixed_in_the_order_of_the_table() -> None:
    """Somebody for whom everything is wrong is sent to fix one thing after the other."""
    everything = [
        row for row in TABLE if row.code not in (Code.UNCERTAIN, Code.NO_SUBSCRIPTION, Code.REENTRY)
    ]
    said: list[VerdictCode] = []
    while everything:
        seen = reduce(lambda facts, row: row.met_by(facts), everything, WELCOME)
        said.append(verdict_code(seen))
        everything = everything[1:]
    assert said == [row.code for row in TABLE if row.code in said]
    assert len(said) == len(TABLE) - 3


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
    assert verdict_code(facts_) is code


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
    assert verdict_code(having(**changes)) is code


@pytest.mark.parametrize(
    ("days", "amount", "balance", "code"),
    [
        (0, "0", "0.01", Code.PAYMENT_DUE),
        (0, "0", "0", Code.ADMITTED),
        (8, "0", "0.01", Code.PAYMENT_DUE),
        (9, "0", "0.01", Code.PAYMENT_DUE),
        (10, "0", "0.01", Code.ADMITTED),
        (10, "0", "999999", Code.ADMITTED),
        (0, "5000", "4999.99", Code.ADMITTED),
        (0, "5000", "5000", Code.ADMITTED),
        (0, "5000", "5000.01", Code.PAYMENT_DUE),
        (9, "5000", "5000", Code.ADMITTED),
        (9, "5000", "5000.01", Code.PAYMENT_DUE),
        (10, "5000", "5000.01", Code.ADMITTED),
    ],
)
def test_grace_ends_when_both_its_days_and_its_amount_are_passed(
    days: int, amount: str, balance: str, code: VerdictCode
) -> None:
    """The member began nine days ago: the tenth day is the first without `days` of grace."""
    rules = Rules(grace_days=days, grace_amount=Decimal(amount))
    assert verdict_code(replace(having(balance=Decimal(balance)), rules=rules)) is code


@pytest.mark.parametrize(("days", "code"), [(0, Code.PAYMENT_DUE), (1, Code.ADMITTED)])
def test_without_grace_a_debt_is_due_on_the_very_first_day(days: int, code: VerdictCode) -> None:
    first_day = having(starts_on=TODAY, balance=Decimal(1))
    assert verdict_code(replace(first_day, rules=Rules(grace_days=days))) is code


def test_debt_of_closed_subscriptions_denies_only_by_setting() -> None:
    owing = facts(closed_debt=Decimal(1))
    assert verdict_code(owing) is Code.ADMITTED
    assert verdict_code(replace(owing, rules=Rules(closed_debt_denies=True))) is Code.PAYMENT_DUE


def test_a_block_ends_after_its_last_day() -> None:
    assert verdict_code(facts(blocked_until=TODAY - DAY)) is Code.ADMITTED


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
    assert verdict_code(facts(method=method, visited_today=True, minutes_since_entry=minutes)) is code


@pytest.mark.parametrize("method", list(CheckInMethod))
def test_with_deny_no_second_entry_of_the_day(method: CheckInMethod) -> None:
    again = facts(method=method, visited_today=True, minutes_since_entry=300.0, rules=DENY)
    assert verdict_code(again) is Code.ALREADY_INSIDE
    assert verdict_code(replace(again, visited_today=False)) is Code.ADMITTED


def test_the_last_visit_of_a_pack_lets_its_member_back_in_on_the_same_day() -> None:
    used = having(visits=10, visits_used=10)
    assert verdict_code(used) is Code.VISITS_USED_UP
    assert verdict_code(replace(used, visited_today=True)) is Code.REENTRY


def test_a_window_says_when_it_opens_next() -> None:
    assert EVENINGS.next_opening(AT_TEN) == datetime(2026, 8, 3, 18, tzinfo=BOGOTA)
    friday_night = datetime(2026, 8, 7, 23, 59, tzinfo=BOGOTA)
    assert EVENINGS.contains(friday_night)
    assert EVENINGS.next_opening(friday_night) == datetime(2026, 8, 10, 18, tzinfo=BOGOTA)
