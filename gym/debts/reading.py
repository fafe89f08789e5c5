"""The statement by which every list, sum and report reads what clients owe, for plans and for products."""

from __future__ import annotations

from typing import Final

OWING: Final = """
    SELECT a.id AS account_id, a.client_id, a.balance AS owed, a.snoozed_until
    FROM accounts a WHERE a.balance > 0 AND a.kind <> 'credit'
"""
"""Accounts that owe now. On an account of kind `credit` it is the gym that owes."""


def debts_of(owing: str = OWING) -> str:
    """One row a debt: `id` of the subscription or sale, `kind`, `what`, `since`, `until`, `begun`, and what
    `owing` says of its account.

    A plan is owed since its first day, products since the day of the sale; `begun` is false of what starts
    after `:day` or waits behind a freeze without an end. `owing` is a query with the columns of `OWING`; it
    is kept apart (`MATERIALIZED`) because few accounts of many owe, and the rest follows from those few.
    """
    return f"""
    WITH owing AS MATERIALIZED ({owing})
    SELECT s.id, 'plan' AS kind, o.account_id, o.client_id, o.owed, o.snoozed_until, p.name AS what,
        s.starts_on AS since, s.ends_on AS until, s.starts_on <= :day AND NOT s.held AS begun
    FROM owing o JOIN subscriptions s ON s.account_id = o.account_id JOIN plans p ON p.id = s.plan_id
    UNION ALL
    SELECT s.id, 'products', o.account_id, o.client_id, o.owed, o.snoozed_until,
        (SELECT string_agg(l.pieces || ' × ' || p.name, ', ' ORDER BY l.id)
            FROM sale_lines l JOIN products p ON p.id = l.product_id WHERE l.sale_id = s.id),
        s.gym_day, NULL, s.gym_day <= :day
    FROM owing o JOIN sales s ON s.account_id = o.account_id
    WHERE o.client_id IS NOT NULL
    """  # noqa: S608 - constants
