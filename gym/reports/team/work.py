"""Work of each of the staff over a range of gym days: sales, money taken, tills counted, days at work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text

from gym.core.clock import day_start
from gym.reports.figures.coverage import BROUGHT
from gym.security.permissions import Role
from gym.unit_of_work import UnitOfWork

# Money by the day it was paid; a void comes off whoever took the payment, as it leaves that till. Of a till
# that was counted twice on a day the last count holds. Plans that came with a list were sold by nobody here.
WORK: Final = text(
    f"""
WITH sold AS (
    SELECT s.sold_by AS staff_id, count(*) AS sales, sum(s.final_price) AS amount FROM subscriptions s
    WHERE s.sold_at >= :begins AND s.sold_at < :ends AND NOT {BROUGHT} GROUP BY s.sold_by
), taken AS (
    SELECT coalesce(p.staff_id, e.staff_id) AS staff_id,
        count(*) FILTER (WHERE e.kind = 'payment') AS payments,
        sum(CASE WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END) AS amount,
        count(DISTINCT e.gym_day) AS days
    FROM ledger_entries e LEFT JOIN ledger_entries p ON p.id = e.voids_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('payment', 'void') AND e.method <> 'credit'
    GROUP BY coalesce(p.staff_id, e.staff_id)
), counted AS (
    SELECT DISTINCT ON (gym_day, staff_id, method) staff_id, difference FROM cash_counts
    WHERE gym_day BETWEEN :first AND :last
    ORDER BY gym_day, staff_id, method, at DESC, id DESC
), tills AS (
    SELECT staff_id, count(*) AS counts, count(*) FILTER (WHERE difference < 0) AS short_counts,
        -sum(difference) FILTER (WHERE difference < 0) AS short, sum(difference) AS difference
    FROM counted GROUP BY staff_id
), returned AS (
    SELECT returned_by AS staff_id, count(*) AS sales FROM sales
    WHERE returned_at >= :begins AND returned_at < :ends GROUP BY returned_by
)
SELECT s.id, s.name, s.role, coalesce(sold.sales, 0), coalesce(sold.amount, 0),
    coalesce(taken.payments, 0), coalesce(taken.amount, 0), coalesce(taken.days, 0),
    coalesce(tills.counts, 0), coalesce(tills.short_counts, 0), coalesce(tills.short, 0),
    coalesce(tills.difference, 0), coalesce(returned.sales, 0)
FROM staff s LEFT JOIN sold ON sold.staff_id = s.id LEFT JOIN taken ON taken.staff_id = s.id
    LEFT JOIN tills ON tills.staff_id = s.id LEFT JOIN returned ON returned.staff_id = s.id
"""  # noqa: S608 - the parts are ours
)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StaffWork:
    """What one of the staff did on the days; amounts in the gym's currency."""

    staff_id: UUID
    staff_name: str
    role: Role
    sales: int
    sold: Decimal
    """At the price after discounts."""
    payments: int
    taken: Decimal
    """Payments less voids of them, of every method but credit."""
    days: int
    """On which money was taken or voided."""
    counts: int
    short_counts: int
    short: Decimal
    """What was missing, of the counts that were short."""
    difference: Decimal
    """Of all counts together: above zero there was more than expected."""
    returned: int
    """Sales of products taken back, whoever had sold them."""


async def work_of_days(uow: UnitOfWork, first: date, last: date) -> Mapping[UUID, StaffWork]:
    """Of everybody who ever worked here; one query."""
    zone = uow.settings.zone
    limits = {"begins": day_start(first, zone), "ends": day_start(last + DAY, zone)}
    rows = await uow.session.execute(WORK, {**limits, "first": first, "last": last})
    found = [StaffWork(key, name, Role(role), *rest) for key, name, role, *rest in rows.all()]
    return {one.staff_id: one for one in found}
