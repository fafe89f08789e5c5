"""Chains of membership periods, followed once for each client: when a membership begins, ends, is renewed.

A membership is an unbroken chain of covered days: at most `LAPSE_DAYS` uncovered ones lie between two periods
of it. Exactly so many break no chain, so that everybody who left and returns is counted as back.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gym.reports.figures.coverage import COVERED, LAPSE_DAYS

_COLUMNS: Final = """subscription_id, client_id, plan_id, seller_id, starts_on, until, begins, is_last,
    ends_itself, renewed_on"""
UNCOUNTED: Final = """
    SELECT c.id FROM clients c
    WHERE NOT EXISTS (SELECT FROM counted_memberships k WHERE k.client_id = c.id AND k.zone = :zone)
        OR EXISTS (SELECT FROM changed_memberships m WHERE m.client_id = c.id)
"""
"""Clients whose rows of the roll-up do not answer what is asked, by the clock of `:zone`."""


def _chained(whose: str) -> str:
    """A table `chained` of the whole chains of some clients, as the roll-up keeps them.

    Each row looks back at the last covered day of all before it, and ahead at the first start of all after.
    Both ends of a row are looked at in one pass: read twice, the chain of five years would be written to disk
    in between. The next one that is sold is looked for among all that come after.
    """
    return f"""
chained AS (
    SELECT o.id AS subscription_id, o.client_id, o.plan_id, o.seller_id, o.starts_on, o.until,
        CASE WHEN o.until_before < o.starts_on - {LAPSE_DAYS + 1} THEN 'back'
            WHEN o.until_before IS NULL AND NOT o.brought THEN 'new' END AS begins,
        o.starts_after IS NULL OR o.starts_after > o.until + {LAPSE_DAYS + 1} AS is_last,
        o.status <> 'canceled' AS ends_itself, o.renewed_on
    FROM (
        SELECT o.*, max(o.until) OVER earlier AS until_before, min(o.starts_on) OVER later AS starts_after,
            min(CAST(timezone(:zone, o.sold_at) AS date)) OVER following AS renewed_on
        FROM covered o WHERE o.client_id IN ({whose})
        WINDOW earlier AS (PARTITION BY o.client_id ORDER BY o.starts_on, o.sold_at, o.id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
            following AS (PARTITION BY o.client_id ORDER BY o.starts_on, o.sold_at, o.id
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING),
            later AS (PARTITION BY o.client_id
                ORDER BY o.until DESC, o.starts_on DESC, o.sold_at DESC, o.id DESC
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    ) o
)
"""  # noqa: S608 - the parts are ours


# Of whoever is not counted the chains are followed here, where a period begins or ends in the range: such a
# one lies in it with a day, which is asked first, for it costs nothing.
_MOVED_IN: Final = """SELECT m.client_id FROM covered m
        WHERE m.client_id IN (SELECT id FROM uncounted) AND m.starts_on <= :last AND m.ends_on >= :first
            AND (m.starts_on BETWEEN :first AND :last OR m.until BETWEEN :first AND :last)"""
PERIODS: Final = f"""
uncounted AS MATERIALIZED ({UNCOUNTED}), {COVERED}, {_chained(_MOVED_IN)}, periods AS (
    SELECT {_COLUMNS} FROM membership_periods
    WHERE (starts_on BETWEEN :first AND :last OR until BETWEEN :first AND :last)
        AND client_id NOT IN (SELECT id FROM uncounted)
    UNION ALL
    SELECT {_COLUMNS} FROM chained
)
"""  # noqa: S608 - the parts are ours
"""Tables that end in `periods`: all that begin or end from `:first` to `:last`, and some others."""

DUE: Final = text(f"{UNCOUNTED} LIMIT :most")
_WHOSE: Final = "SELECT unnest(CAST(:clients AS uuid[]))"
# The marks first: one that commits later stays, and the client is followed again next time.
FORGET: Final = tuple(
    text(f"DELETE FROM {table} WHERE client_id IN ({_WHOSE})")  # noqa: S608 - names of tables
    for table in ("changed_memberships", "membership_periods", "counted_memberships")
)
COUNT: Final = (
    text(f"""
WITH {COVERED}, {_chained(_WHOSE)}
INSERT INTO membership_periods ({_COLUMNS}) SELECT {_COLUMNS} FROM chained
"""),  # noqa: S608 - the parts are ours
    text(f"INSERT INTO counted_memberships (client_id, zone) SELECT c, :zone FROM ({_WHOSE}) w(c)"),  # noqa: S608
)


class MembershipRollupRepository:
    """Follows chains; a report reads what they leave by itself."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count_due(self, zone: str, most: int) -> int:
        """Follow the periods of clients who are not counted, or have changed; how many clients."""
        due = list(await self.session.scalars(DUE, {"zone": zone, "most": most}))
        for statement in (*FORGET, *COUNT) if due else ():
            await self.session.execute(statement, {"clients": due, "zone": zone})
        return len(due)
