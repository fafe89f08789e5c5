"""Coverage: the days at whose end a subscription was open, from its row as it stands now. SQL.

`covered` has one row for each subscription that ever covered the end of a day, with its last such day in
`until`. What was cancelled on a day does not cover its end; a plan that rests until its client returns has no
last day yet; what waits behind one has no first day yet; an import that was undone never was.
"""

from __future__ import annotations

from typing import Final

LAPSE_DAYS: Final = 30
"""Uncovered days after which somebody has left; a start after more of them is that of somebody back."""

UNTIL: Final = """CASE
        WHEN s.status = 'canceled'
            THEN least(s.ends_on, coalesce(CAST(timezone(:zone, s.closed_at) AS date) - 1, s.ends_on))
        WHEN s.id IN (SELECT f.subscription_id FROM freezes f
            WHERE f.ends_on IS NULL AND f.canceled_at IS NULL) THEN CAST('infinity' AS date)
        ELSE s.ends_on
    END"""

BROUGHT: Final = """s.id IN (SELECT r.subscription_id FROM client_import_rows r
        WHERE r.subscription_id IS NOT NULL)"""
"""It ran before the gym kept its books here: when its client came first nobody knows."""

SELLER: Final = f"CASE WHEN {BROUGHT} THEN NULL ELSE s.sold_by END"
"""Whoever brings a list forward has sold nothing of it."""

TAKEN_BACK: Final = """s.id IN (SELECT r.subscription_id FROM client_import_rows r
        JOIN client_imports i ON i.id = r.import_id
        WHERE r.subscription_id IS NOT NULL AND i.undone_at IS NOT NULL)"""

# "Is not true" of the opposite: the planner takes a comparison of computed days to hold for one row in three,
# and would look a year's accounts up one by one.
COVERED: Final = f"""
covered AS NOT MATERIALIZED (
    SELECT s.*, {UNTIL} AS until, {BROUGHT} AS brought, {SELLER} AS seller_id
    FROM subscriptions s
    WHERE NOT s.held AND NOT {TAKEN_BACK} AND ({UNTIL} < s.starts_on) IS NOT TRUE
)
"""  # noqa: S608 - the parts are ours

OPEN_OR_LATER: Final = """(s.ends_on >= :first OR s.id IN (SELECT f.subscription_id FROM freezes f
        WHERE f.ends_on IS NULL AND f.canceled_at IS NULL))"""
"""What every row `s` of `covered` fulfils that covers a day of a range or a later one: `until` lies beyond
`ends_on` for an open freeze alone. Cheap, so that the rest is asked of few rows of a gym's years.
"""
