"""SQL of sums over the ledger: what moved, tills and what was billed in a range of gym days.

Months that are over and settled are read from their roll-up (`gym.reports.rollup.money`), the others, and
those of which the range leaves days out, from the entries. What one member of the staff did is summed from
entries alone: it is asked for today.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from gym.reports.rollup.months import months_of

MOVED: Final = """
    SELECT e.id, e.kind, e.amount, e.method, e.gym_day, e.at, e.account_id,
        coalesce(v.id, e.id) AS shown_id, coalesce(v.receipt_number, e.receipt_number) AS receipt_number,
        coalesce(v.destination, e.destination) AS destination,
        CASE WHEN v.id IS NULL THEN e.staff_id ELSE v.staff_id END AS till,
        CASE WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END AS net, s.plan_id
    FROM ledger_entries e
    LEFT JOIN ledger_entries v ON v.id = e.voids_id
    LEFT JOIN subscriptions s ON s.account_id = e.account_id
    WHERE e.gym_day BETWEEN :first AND :last AND e.kind IN ('payment', 'void', 'refund') AND e.method <>
    'credit'
"""
OF_ANYBODY: Final = "CAST(:staff AS uuid) IS NULL"
_MONTHS: Final = months_of(
    "rolled_money_months", "reopened_money_months", f"{OF_ANYBODY} AND r.rolled_at <= :now"
)
_SUMMED: Final = "(m.is_rolled AND m.is_whole)"
_OWN: Final = f"({OF_ANYBODY} OR e.till = :staff)"
# Voids alone are joined with what they undo: some hundred among a hundred thousand. A lateral part for each
# month: months that are rolled up, most of years, cost nothing here.
_ENTRIES: Final = """
    SELECT e.kind, e.amount, e.method, e.gym_day, e.destination, e.staff_id AS till, e.account_id
    FROM ledger_entries e
    WHERE e.gym_day BETWEEN {begins} AND {ends} AND e.kind IN ('payment', 'refund') AND e.method <> 'credit'
    UNION ALL
    SELECT e.kind, e.amount, e.method, e.gym_day, v.destination, v.staff_id, e.account_id
    FROM ledger_entries e JOIN ledger_entries v ON v.id = e.voids_id
    WHERE e.gym_day BETWEEN {begins} AND {ends} AND e.kind = 'void' AND e.method <> 'credit'
"""
_OF_MONTH: Final = _ENTRIES.format(begins="m.begins", ends="m.ends")


def _sums(entries: str) -> str:
    return f"""
    CAST(coalesce(sum({entries}) FILTER (WHERE kind = 'payment'), 0) AS bigint) AS payments,
    coalesce(sum(amount) FILTER (WHERE kind = 'payment'), 0) AS received,
    coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0) AS voided,
    coalesce(sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunded
"""


# Days are summed apart: in one pass with all the rest each of a hundred thousand rows went into six groups,
# here into two, and what is left to group are some hundred rows.
SUMS: Final = text(
    f"""
WITH {_MONTHS}, moved AS MATERIALIZED (
    SELECT e.kind, e.amount, e.method, e.gym_day, e.destination, e.till, s.plan_id
    FROM months m CROSS JOIN LATERAL ({_OF_MONTH}) e LEFT JOIN subscriptions s ON s.account_id = e.account_id
    WHERE NOT {_SUMMED} AND {_OWN}
), parts AS MATERIALIZED (
    SELECT method, destination, till, plan_id, {_sums("entries")}
    FROM (
        SELECT kind, method, destination, till, plan_id, 1 AS entries, amount FROM moved
        UNION ALL
        SELECT r.kind, r.method, r.destination, r.till, r.plan_id, r.entries, r.amount
        FROM months m JOIN money_months r ON r.month = m.month AND r.kind IN ('payment', 'void', 'refund')
        WHERE {_SUMMED}
    ) p GROUP BY 1, 2, 3, 4
), grouped AS (
    SELECT 15 AS bits, gym_day, NULL AS method, NULL AS destination, CAST(NULL AS uuid) AS till,
        CAST(NULL AS uuid) AS plan_id, {_sums("1")}
    FROM moved GROUP BY gym_day
    UNION ALL
    SELECT 15, d.gym_day, NULL, NULL, NULL, NULL, d.payments, d.received, d.voided, d.refunded
    FROM months m JOIN money_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE {_SUMMED}
    UNION ALL
    SELECT 16 + grouping(method, destination, till, plan_id), NULL, method, destination, till, plan_id,
        CAST(coalesce(sum(payments), 0) AS bigint), coalesce(sum(received), 0), coalesce(sum(voided), 0),
        coalesce(sum(refunded), 0)
    FROM parts GROUP BY GROUPING SETS ((method), (method, destination), (till), (plan_id), ())
)
SELECT g.*, left(md5(g.destination), 12) AS destination_key, st.name AS staff_name, p.name AS plan_name
FROM grouped g
LEFT JOIN staff st ON st.id = g.till
LEFT JOIN plans p ON p.id = g.plan_id
ORDER BY g.bits, g.gym_day, g.received - g.voided - g.refunded DESC, g.method, g.destination, st.name, p.name
"""  # noqa: S608 - constants
)
"""`bits` are PostgreSQL's `grouping(gym_day, method, destination, till, plan_id)`: one is set for what is
summed over.
"""
TOTALS: Final = text(
    f"""
WITH {_MONTHS}
SELECT CAST(coalesce(sum(payments), 0) AS bigint) AS payments, coalesce(sum(received), 0) AS received,
    coalesce(sum(voided), 0) AS voided, coalesce(sum(refunded), 0) AS refunded
FROM (
    SELECT d.payments, d.received, d.voided, d.refunded
    FROM months m JOIN money_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE m.is_rolled
    UNION ALL
    SELECT {_sums("1")}
    FROM months m CROSS JOIN LATERAL ({_OF_MONTH}) e WHERE NOT m.is_rolled AND {_OWN}
) d
"""  # noqa: S608
)
# A till that was counted though no money moved in it has its row too: what was found there is a difference.
# An opening is all that moved before, so every month since the first entry is looked at; the month in which
# the range begins stands on both sides of it.
TILLS: Final = text(
    f"""
WITH months AS MATERIALIZED (
    SELECT m.begins, least(m.ends, CAST(:last AS date)) AS ends,
        m.begins >= CAST(:since AS date) AS is_within,
        (m.ends < CAST(:since AS date) OR m.begins >= CAST(:since AS date) AND m.ends <= CAST(:last AS date))
            AND {OF_ANYBODY}
            AND EXISTS (SELECT FROM rolled_money_months r WHERE r.month = m.begins AND r.rolled_at <= :now)
            AND NOT EXISTS (SELECT FROM reopened_money_months o WHERE o.month = m.begins) AS is_summed
    FROM (
        SELECT CAST(m AS date) AS begins, CAST(m + interval '1 month' AS date) - 1 AS ends
        FROM generate_series(
            date_trunc('month', CAST((SELECT min(gym_day) FROM ledger_entries) AS timestamp)),
            CAST(:last AS timestamp), '1 month') m
    ) m
), moved AS (
    SELECT r.till, r.method, r.kind, r.amount, m.is_within
    FROM months m JOIN money_months r ON r.month = m.begins AND r.kind IN ('payment', 'void', 'refund')
    WHERE m.is_summed
    UNION ALL
    SELECT e.till, e.method, e.kind, e.amount, e.gym_day >= CAST(:since AS date)
    FROM months m CROSS JOIN LATERAL ({_OF_MONTH}) e WHERE NOT m.is_summed AND {_OWN}
)
SELECT st.id AS till, st.name AS staff_name, coalesce(g.method, c.method) AS method,
    coalesce(g.opening, 0) AS opening, coalesce(g.came, 0) AS came, coalesce(g.went, 0) AS went,
    coalesce(c.counts, 0) AS counts, coalesce(c.difference, 0) AS difference
FROM (
    SELECT till, method,
        sum(CASE WHEN kind = 'payment' THEN amount ELSE -amount END) FILTER (WHERE NOT is_within) AS opening,
        sum(amount) FILTER (WHERE is_within AND kind = 'payment') AS came,
        sum(amount) FILTER (WHERE is_within AND kind <> 'payment') AS went
    FROM moved WHERE till IS NOT NULL GROUP BY till, method
) g
FULL JOIN (
    SELECT staff_id, method, count(*) AS counts, sum(difference) AS difference
    FROM (
        SELECT DISTINCT ON (gym_day, staff_id, method) staff_id, method, difference FROM cash_counts
        WHERE gym_day BETWEEN :since AND :last ORDER BY gym_day, staff_id, method, at DESC, id DESC
    ) latest GROUP BY staff_id, method
) c ON c.staff_id = g.till AND c.method = g.method
JOIN staff st ON st.id = coalesce(g.till, c.staff_id)
WHERE CAST(:staff AS uuid) IS NULL OR st.id = :staff
ORDER BY st.name, st.id, coalesce(g.method, c.method)
"""  # noqa: S608
)
# OFFSET keeps the part of a month by itself, by its index: joined, the planner read the whole ledger once for
# each of sixty months.
BILLED: Final = text(
    f"""
WITH {_MONTHS}
SELECT kind, cause, CAST(sum(entries) AS bigint) AS entries, sum(amount) AS amount
FROM (
    SELECT e.kind, e.cause, 1 AS entries, e.amount
    FROM months m CROSS JOIN LATERAL (
        SELECT e.* FROM ledger_entries e
        WHERE e.gym_day BETWEEN m.begins AND m.ends AND e.kind IN ('charge', 'credit') OFFSET 0
    ) e
    WHERE NOT {_SUMMED} AND e.account_id NOT IN (SELECT a.id FROM accounts a WHERE a.kind = 'credit')
        AND e.cause IS DISTINCT FROM 'paid_before' AND ({OF_ANYBODY} OR e.staff_id = :staff)
    UNION ALL
    SELECT r.kind, r.cause, r.entries, r.amount
    FROM months m JOIN money_months r ON r.month = m.month AND r.kind IN ('charge', 'credit')
    WHERE {_SUMMED}
) b GROUP BY kind, cause ORDER BY kind, cause NULLS FIRST
"""  # noqa: S608
)
