"""Invariants of a whole gym: money, statuses, periods and visits, each a query that counts what breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MOVED: Final = "CASE WHEN kind IN ('charge', 'refund', 'void', 'opening') THEN amount ELSE -amount END"
HELD: Final = "CASE WHEN kind = 'payment' THEN amount WHEN kind IN ('void', 'refund') THEN -amount ELSE 0 END"
LAST_DAY: Final = """s.starts_on + CASE p.duration_unit
    WHEN 'day' THEN make_interval(days => p.duration_count)
    WHEN 'week' THEN make_interval(weeks => p.duration_count)
    WHEN 'month' THEN make_interval(months => p.duration_count)
    ELSE make_interval(years => p.duration_count) END - interval '1 day'"""
INVARIANTS: Final[Mapping[str, str]] = {
    "balances that are not the sum of their entries": f"""
        SELECT count(*) FROM accounts a LEFT JOIN (
            SELECT account_id, sum({MOVED}) AS owed FROM ledger_entries GROUP BY account_id
        ) e ON e.account_id = a.id WHERE a.balance <> coalesce(e.owed, 0) OR a.balance < 0""",  # noqa: S608 - the figure above
    "accounts of which more was given back than was paid": f"""
        SELECT count(*) FROM (SELECT FROM ledger_entries GROUP BY account_id HAVING sum({HELD}) < 0) x""",  # noqa: S608
    "plans that were not charged at their price": """
        SELECT count(*) FROM subscriptions s WHERE s.final_price <> (
            SELECT coalesce(sum(amount), 0) FROM ledger_entries e
            WHERE e.account_id = s.account_id AND e.kind = 'charge')""",
    "statuses that day and balance contradict": """
        SELECT count(*) FROM subscriptions s JOIN accounts a ON a.id = s.account_id
        LEFT JOIN freezes f ON f.subscription_id = s.id AND f.canceled_at IS NULL
            AND :today BETWEEN f.starts_on AND f.ends_on
        WHERE s.status <> 'canceled' AND s.status <> CASE
            WHEN s.starts_on > :today THEN 'scheduled'
            WHEN f.id IS NOT NULL THEN 'frozen'
            WHEN s.ends_on < :today THEN CASE WHEN a.balance > 0 THEN 'lapsed' ELSE 'expired' END
            WHEN a.balance > 0 THEN 'pending_payment' ELSE 'active' END""",
    # A chain counts its months from the anchor, so a period may end up to three days beside its own start's.
    "periods of another length than was bought": f"""
        SELECT count(*) FROM subscriptions s JOIN plans p ON p.id = s.plan_id
        WHERE abs((s.ends_on - s.frozen_days - s.gift_days) - ({LAST_DAY})::date)
            > CASE WHEN p.duration_unit IN ('month', 'year') THEN 3 ELSE 0 END""",  # noqa: S608
    "frozen days without a freeze": """
        SELECT count(*) FROM subscriptions s WHERE s.frozen_days <> (
            SELECT coalesce(sum(f.ends_on - f.starts_on + 1), 0) FROM freezes f
            WHERE f.subscription_id = s.id AND f.canceled_at IS NULL)""",
    "visit counters that are not the visits": """
        SELECT count(*) FROM subscriptions s LEFT JOIN (
            SELECT subscription_id, count(*) AS used, max(visit_number) AS latest FROM check_ins
            WHERE counted AND undone_at IS NULL AND subscription_id IS NOT NULL GROUP BY subscription_id
        ) v ON v.subscription_id = s.id
        WHERE s.visits_used <> coalesce(v.used, 0) OR v.latest <> v.used""",
    "visits outside of their plan's days": """
        SELECT count(*) FROM check_ins c JOIN subscriptions s ON s.id = c.subscription_id
        WHERE c.counted AND (c.gym_day NOT BETWEEN s.starts_on AND s.ends_on OR EXISTS (
            SELECT FROM freezes f WHERE f.subscription_id = s.id AND f.canceled_at IS NULL
                AND c.gym_day BETWEEN f.starts_on AND f.ends_on))""",
    "shelves that are not the sum of what came and went": """
        SELECT count(*) FROM products p LEFT JOIN (
            SELECT product_id, sum(quantity) AS pieces FROM stock_movements GROUP BY product_id
        ) m ON m.product_id = p.id WHERE p.quantity <> coalesce(m.pieces, 0)""",
    "products that were not charged at their prices": """
        SELECT count(*) FROM sales s WHERE (
            SELECT sum(l.pieces * l.unit_price) FROM sale_lines l WHERE l.sale_id = s.id
        ) IS DISTINCT FROM (
            SELECT sum(e.amount) FROM ledger_entries e
            WHERE e.account_id = s.account_id AND e.kind = 'charge')""",
    "receipt numbers that leave gaps": """
        SELECT (max(receipt_number) IS DISTINCT FROM nullif(count(*), 0) OR (
            SELECT value FROM counters WHERE name = 'receipt') <> count(*))::int
        FROM ledger_entries WHERE kind = 'payment'""",
    "rows of the future": """
        SELECT (SELECT count(*) FROM check_ins WHERE received_at > :now)
            + (SELECT count(*) FROM ledger_entries WHERE at > :now)""",
}


async def broken_invariants(session: AsyncSession, facts: Mapping[str, object]) -> dict[str, int]:
    """How many rows break each invariant, of those that are broken; `facts` are `today` and `now`."""
    found: dict[str, int] = {}
    for name, query in INVARIANTS.items():
        statement = text(query)
        known = {key: facts[key] for key in facts if f":{key}" in query}
        count = await session.scalar(statement, known)
        if count:
            found[name] = int(count)
    return found
