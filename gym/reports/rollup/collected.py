"""SQL of what was collected: payments for plans that had begun, and products sold, on an earlier day."""

from __future__ import annotations

from typing import Final

# A void counts as the payment that it undoes. A client's credit is no money that comes in.
COLLECTED: Final = """
    SELECT e.gym_day, CASE WHEN e.kind = 'payment' THEN 1 ELSE 0 END AS payments,
        CASE WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END AS net
    FROM ledger_entries e LEFT JOIN ledger_entries v ON v.id = e.voids_id
        LEFT JOIN subscriptions s ON s.account_id = e.account_id
        LEFT JOIN sales p ON p.account_id = e.account_id
    WHERE e.gym_day BETWEEN {begins} AND {ends} AND e.kind IN ('payment', 'void') AND e.method <> 'credit'
        AND coalesce(v.gym_day, e.gym_day) > coalesce(s.starts_on, p.gym_day)
        AND CASE WHEN v.id IS NULL THEN e.cause ELSE v.cause END IS DISTINCT FROM 'surplus'
"""


def collected(begins: str, ends: str) -> str:
    """Payments and voids from a day to another, both included."""
    return COLLECTED.format(begins=begins, ends=ends)
