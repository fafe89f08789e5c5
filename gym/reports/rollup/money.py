"""Statements of the roll-up of money: what moved by day, and a month's entries by what reports tell apart;
taxes by day, and what was collected of debts.

A void has its own gym day and counts in its own month, so it reopens the payment's month only when it is late
itself. Whose till it leaves and what account it went to are those of the payment, whose row never changes.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from gym.reports.rollup.collected import collected
from gym.reports.rollup.repository import MonthRollup
from gym.reports.rollup.taxes import DAY_SUMS, TAXED, parts_of_sales, taxed

_MOVED: Final = """
    SELECT e.gym_day, e.kind, e.amount, e.method, e.account_id,
        CASE WHEN v.id IS NULL THEN e.destination ELSE v.destination END AS destination,
        CASE WHEN v.id IS NULL THEN e.staff_id ELSE v.staff_id END AS till
    FROM ledger_entries e LEFT JOIN ledger_entries v ON v.id = e.voids_id
    WHERE e.gym_day >= :month AND e.gym_day < :following AND e.kind IN ('payment', 'void', 'refund')
        AND e.method <> 'credit'
"""

MONEY: Final = MonthRollup(
    # The base of a receipt is rounded by itself: at another rate a day's is no share of the old one.
    due=text("""
SELECT CAST(m AS date) AS month
FROM (SELECT min(gym_day) AS first FROM ledger_entries) earliest
CROSS JOIN LATERAL generate_series(
    date_trunc('month', CAST(earliest.first AS timestamp)), CAST(:last AS timestamp), '1 month') m
WHERE NOT EXISTS (SELECT FROM rolled_money_months r
        WHERE r.month = CAST(m AS date) AND r.tax_percent = :percent)
    OR EXISTS (SELECT FROM reopened_money_months o WHERE o.month = CAST(m AS date))
ORDER BY m DESC LIMIT :most
"""),
    distrust=text("DELETE FROM rolled_money_months WHERE rolled_at > :now OR month > :last"),
    unmark=text("DELETE FROM reopened_money_months WHERE month = :month"),
    forget=(
        text("DELETE FROM money_days WHERE gym_day >= :month AND gym_day < :following"),
        text("DELETE FROM money_months WHERE month = :month"),
        text("DELETE FROM tax_days WHERE gym_day >= :month AND gym_day < :following"),
        text("DELETE FROM collected_days WHERE gym_day >= :month AND gym_day < :following"),
        text("DELETE FROM rolled_money_months WHERE month = :month"),
    ),
    count=(
        text(f"""
INSERT INTO money_days (gym_day, payments, received, voided, refunded)
SELECT m.gym_day, count(*) FILTER (WHERE m.kind = 'payment'),
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'payment'), 0),
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'void'), 0),
    coalesce(sum(m.amount) FILTER (WHERE m.kind = 'refund'), 0)
FROM ({_MOVED}) m GROUP BY m.gym_day
"""),  # noqa: S608 - a constant
        text(f"""
INSERT INTO money_months (id, month, kind, cause, method, destination, till, plan_id, entries, amount)
SELECT gen_random_uuid(), CAST(:month AS date), m.kind, NULL, m.method, m.destination, m.till, s.plan_id,
    count(*), sum(m.amount)
FROM ({_MOVED}) m LEFT JOIN subscriptions s ON s.account_id = m.account_id
GROUP BY m.kind, m.method, m.destination, m.till, s.plan_id
"""),  # noqa: S608
        text("""
INSERT INTO money_months (id, month, kind, cause, entries, amount)
SELECT gen_random_uuid(), CAST(:month AS date), e.kind, e.cause, count(*), sum(e.amount)
FROM ledger_entries e
WHERE e.gym_day >= :month AND e.gym_day < :following AND e.kind IN ('charge', 'credit')
    AND e.account_id NOT IN (SELECT a.id FROM accounts a WHERE a.kind = 'credit')
    AND e.cause IS DISTINCT FROM 'paid_before'
GROUP BY e.kind, e.cause
"""),
        text(f"""
WITH listed AS MATERIALIZED (
    SELECT e.* FROM ledger_entries e WHERE e.gym_day >= :month AND e.gym_day < :following AND {TAXED}
), {parts_of_sales("SELECT account_id FROM listed")}
INSERT INTO tax_days (gym_day, rows, total, base) SELECT {DAY_SUMS} {taxed("listed")} GROUP BY e.gym_day
"""),  # noqa: S608
        text(f"""
INSERT INTO collected_days (gym_day, payments, amount)
SELECT c.gym_day, sum(c.payments), sum(c.net)
FROM ({collected(":month", "CAST(:following AS date) - 1")}) c GROUP BY c.gym_day
"""),  # noqa: S608
        text("""
INSERT INTO rolled_money_months (month, rolled_at, tax_percent) VALUES (:month, :now, :percent)
"""),
    ),
)
