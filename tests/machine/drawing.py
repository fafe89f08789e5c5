"""What the machine may draw: zones, plans, discounts, first days."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from hypothesis import strategies as st

from tests.machine.book import GymRules, Plan
from tests.machine.rules import Hours, Length, Unit
from tests.machine.selling import Off
from tests.machine.world import PlanToMake

SMALLEST: Final = (50_00, 50_00, 5, 1)
"""In cents: the peso's, the real's, and none to speak of."""
ZONES: Final = ("America/Bogota", "Europe/Madrid", "Pacific/Auckland")
MORNINGS: Final = Hours(frozenset(range(5)), time(6), time(12))
PLANS: Final = (
    (Length(1, Unit.MONTH), 42_587_65, None, None, 10, False),
    (Length(1, Unit.MONTH), 99_99, None, MORNINGS, 3, False),
    (Length(2, Unit.WEEK), 33_33, None, None, 0, False),
    (Length(1, Unit.YEAR), 777_77, None, None, 60, False),
    (Length(1, Unit.DAY), 7_00, None, None, 0, False),
    (Length(1, Unit.MONTH), 50_01, 3, None, 5, False),
    (Length(1, Unit.WEEK), 0, None, None, 2, True),
    (Length(3, Unit.MONTH), 0, 2, None, 400, False),
)
"""Length, cents, visits, hours, freeze days, once per client."""
OFFS: Final = (
    Off(),
    Off(),
    Off(),
    Off(percent=10),
    Off(percent=11),
    Off(percent=100),
    Off(cents=1),
    Off(cents=8_00),
)
STARTS: Final = (None, None, None, 0, 1, 5, 28, 365, 366, -1, -10, -30, -31)

who = st.integers(0, 1)
which = st.sampled_from([0, 0, 0, 1, 1, 2, 3])
plan_number = st.integers(0, len(PLANS) - 1)
admins = st.sampled_from([True, True, False])
methods = st.sampled_from(["cash", "card", "transfer", "qr", "credit", "credit"])
offs = st.sampled_from(OFFS)


def settings_of(gym_rules: GymRules, zone: str) -> dict[str, object]:
    return {
        "timezone": zone,
        "grace_days": gym_rules.grace_days,
        "grace_amount": f"{gym_rules.grace_cents / 100:.2f}",
        "smallest_amount": f"{gym_rules.smallest_cents / 100:.2f}",
        "closed_debt_denies": gym_rules.closed_debt_denies,
        "reentry": "deny" if gym_rules.deny_reentry else "uncounted",
    }


def plan_of(made: PlanToMake) -> Plan:
    prices = [(date(2000, 1, 1), made.cents)]
    return Plan(made.key, made.length, prices, made.visits, made.hours, made.freeze_days, made.once)
