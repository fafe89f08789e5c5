"""Counts of the tills at the end of each day: nearly always right, and short with a cheat. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from gym.demo.history.acts import Act, MoneyReturn, Payment, PaymentVoid, TillCount
from gym.demo.history.bar import BarReturn, BarSale
from gym.demo.history.books import DemoWorld
from gym.demo.history.team import OWNER, TEAM, Fraud
from gym.payments.models import Method

COUNTED_AT: Final = time(21, 57)
"""After the last act of a day."""
ENOUGH: Final = 60_000
"""Cash of a day out of which something can be taken."""
WRONG, SHORT = 0.03, 0.6
"""Shares of counts that are off by honest mistakes, and short by a cheat's hand."""


def till_counts(random: Random, world: DemoWorld, acts: Sequence[Act]) -> Iterator[TillCount]:
    """Of everybody at the desk who moved cash on a day; the owner's is not counted."""
    for (day, number), expected in sorted(_cash(acts).items()):
        at = datetime.combine(day, COUNTED_AT, world.zone) + timedelta(seconds=number * 20)
        staff = TEAM[number]
        if at > world.now or staff is OWNER:
            continue
        off = 0
        if random.random() < WRONG:
            off = random.choice((-5000, -2000, -1000, 1000, 2000))
        if world.roster.cheat(Fraud.CASH, staff, day) and expected >= ENOUGH and random.random() < SHORT:
            off = -random.randrange(15, 50) * 1000
        yield TillCount(at, staff, day, expected, max(0, expected + off))


def _cash(acts: Sequence[Act]) -> Counter[tuple[date, int]]:
    """What is in each till by day and person; a void comes out of the till that took the payment."""
    cash = Counter[tuple[date, int]]()
    for act in acts:
        day = act.at.date()
        match act:
            case Payment(method=Method.CASH):
                cash[day, act.staff.number] += act.amount
            case PaymentVoid(payment=paid) if paid.method is Method.CASH:
                cash[day, paid.staff.number] -= paid.amount
            case BarSale(method=Method.CASH):
                cash[day, act.staff.number] += act.total
            case BarReturn(sale=sale) if sale.method is Method.CASH:
                cash[day, sale.staff.number] -= sale.total
            case MoneyReturn(method=Method.CASH):
                cash[day, act.staff.number] -= act.amount
            case _:
                pass
    return cash
