"""SQL of taxes: total and base of each receipt, void and refund of the ledger, and their sums by gym day."""

from __future__ import annotations

from typing import Final

from gym.payments.tax import SALE_PARTS, base_at, base_of

TAXED: Final = "(e.kind IN ('payment', 'void') OR e.kind = 'refund' AND e.method <> 'credit')"
"""Which entries an accountant's sheet lists."""
_TOTAL: Final = (
    "CASE WHEN e.method = 'credit' THEN 0 WHEN e.kind = 'payment' THEN e.amount ELSE -e.amount END"
)
# A sale's payments are voided and refunded together: a refund is of all that was paid, from the first on.
BASE: Final = f"""
    CASE WHEN e.method = 'credit' THEN 0 WHEN p.total IS NULL THEN {base_at("t.total", ":percent")}
    ELSE sign(t.total) * ({base_of("coalesce(b.before, 0) + e.amount", "p.base", "p.total")}
        - {base_of("coalesce(b.before, 0)", "p.base", "p.total")}) END
"""


def parts_of_sales(accounts: str) -> str:
    """Tables `p`, of each sale of some accounts its parts, and `b`, what was paid of it before a receipt."""
    return f"""
p AS MATERIALIZED ({SALE_PARTS} WHERE s.account_id IN ({accounts}) GROUP BY s.account_id
), b AS MATERIALIZED (
    SELECT e.id, sum(e.amount) OVER (PARTITION BY e.account_id ORDER BY e.receipt_number) - e.amount AS before
    FROM ledger_entries e JOIN p ON p.account_id = e.account_id WHERE e.kind = 'payment'
)
"""  # noqa: S608 - the parts are ours


def taxed(entries: str) -> str:
    """The rows `e` of entries with their `total` in `t`, and what their base is computed from."""
    return f"""
FROM {entries} e
CROSS JOIN LATERAL (SELECT {_TOTAL} AS total) t
LEFT JOIN p ON p.account_id = e.account_id
LEFT JOIN b ON b.id = coalesce(e.voids_id, e.id)
"""


DAY_SUMS: Final = f"e.gym_day, count(*) AS rows, sum(t.total) AS total, sum({BASE}) AS base"
"""To be grouped by gym day."""
