"""Absence: the members who may come in on a day, and how many gym days ago each was last in. SQL.

The one rule for messages, lists and segments.
`welcome` are those whom the door would let in on the day: its checks of `access.DAY_CHECKS`, for all clients
at once (a test compares the two). Nobody else is asked to come.

Absence counts the gym days after the last visit. Who has not come yet is missed from the first start on; so
is who came back after more than thirty uncovered days, as such a start begins a membership anew. Days on
which the gym was closed or the client's plan rested do not count.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import TextClause, text

from gym.settings.schemas import GymSettings

COMES_BACK_AFTER: Final = 30
"""Uncovered days after which a start is that of somebody who had left."""

_OPEN: Final = "('scheduled', 'pending_payment', 'active', 'frozen')"
_BEGUN: Final = "({0}.status <> 'canceled' OR CAST(timezone(:zone, {0}.closed_at) AS date) >= {0}.starts_on)"
_COVERED_UNTIL: Final = """CASE WHEN {0}.status = 'canceled'
    THEN least({0}.ends_on, CAST(timezone(:zone, {0}.closed_at) AS date)) ELSE {0}.ends_on END"""

WELCOME: Final = f"""
welcome AS (
    SELECT s.id, s.client_id, s.plan_id, s.starts_on, s.ends_on, c.first_name, c.last_name, c.telegram_id
    FROM subscriptions s
    JOIN clients c ON c.id = s.client_id AND c.active
        AND (c.blocked_until IS NULL OR c.blocked_until < CAST(:day AS date))
    JOIN accounts a ON a.id = s.account_id
        AND NOT (a.balance > CAST(:overlooked AS numeric)
            AND CAST(:day AS date) - s.starts_on >= CAST(:grace_days AS integer))
    WHERE s.status IN {_OPEN} AND NOT s.held AND s.starts_on <= :day AND s.ends_on >= :day AND {{whose}}
        AND NOT EXISTS (SELECT FROM freezes f WHERE f.subscription_id = s.id AND f.canceled_at IS NULL
            AND f.starts_on <= :day AND (f.ends_on IS NULL OR f.ends_on >= :day))
        AND (s.visits IS NULL OR s.visits_used < s.visits OR EXISTS (SELECT FROM check_ins v
            WHERE v.client_id = s.client_id AND v.gym_day = :day AND v.counted AND v.undone_at IS NULL))
        AND (NOT CAST(:closed_debt_denies AS boolean) OR CAST(:smallest AS numeric) > (
            SELECT coalesce(sum(b.balance), 0)
            FROM subscriptions o JOIN accounts b ON b.id = o.account_id AND b.balance > 0
            WHERE o.client_id = s.client_id AND o.id <> s.id
                AND (o.status IN ('expired', 'lapsed', 'canceled')
                    OR o.ends_on < :day AND NOT o.held AND NOT EXISTS (SELECT FROM freezes f
                        WHERE f.subscription_id = o.id AND f.canceled_at IS NULL AND f.ends_on IS NULL))))
)
"""  # noqa: S608 - the parts are ours

_ABSENT: Final = f"""
absent AS (
    SELECT w.*, seen.gym_day AS last_visit, missed.since,
        CAST(:day AS date) - missed.since - rested.days AS days
    FROM welcome w
    LEFT JOIN LATERAL (
        SELECT i.gym_day FROM check_ins i
        WHERE i.client_id = w.client_id AND i.outcome = 'admitted' AND i.undone_at IS NULL
        ORDER BY i.at DESC LIMIT 1
    ) seen ON true
    LEFT JOIN LATERAL (
        SELECT max(o.starts_on) AS day FROM subscriptions o
        WHERE (seen.gym_day IS NULL OR seen.gym_day < w.starts_on)
            AND o.client_id = w.client_id AND o.starts_on <= w.starts_on AND {_BEGUN.format("o")}
            AND NOT EXISTS (SELECT FROM subscriptions e
                WHERE e.client_id = o.client_id AND e.starts_on < o.starts_on AND {_BEGUN.format("e")}
                    AND {_COVERED_UNTIL.format("e")} >= o.starts_on - {COMES_BACK_AFTER + 1})
    ) first ON true
    CROSS JOIN LATERAL (SELECT greatest(seen.gym_day, first.day) AS since) missed
    CROSS JOIN LATERAL (
        SELECT CAST(count(DISTINCT rest_day.day) AS integer) AS days FROM (
            SELECT g.starts_on, g.ends_on FROM gym_closures g
            WHERE g.canceled_at IS NULL AND g.starts_on <= :day AND g.ends_on > missed.since
            UNION ALL
            SELECT f.starts_on, coalesce(f.ends_on, CAST(:day AS date))
            FROM freezes f JOIN subscriptions o ON o.id = f.subscription_id
            WHERE o.client_id = w.client_id AND f.canceled_at IS NULL AND f.starts_on <= :day
                AND (f.ends_on IS NULL OR f.ends_on > missed.since)
        ) rest CROSS JOIN LATERAL generate_series(
            greatest(rest.starts_on, missed.since + 1), least(rest.ends_on, CAST(:day AS date)), '1 day'
        ) rest_day(day)
    ) rested
    -- The first half spares most members the count of rest days.
    WHERE CAST(:day AS date) - missed.since >= CAST(:least AS integer)
        AND CAST(:day AS date) - missed.since - rested.days >= CAST(:least AS integer)
)
"""  # noqa: S608 - the parts are ours


def absent_members(wanted: str, *, of_one: bool = False) -> TextClause:
    """A statement over `absent`: those who have stayed away for `:least` days or longer; of one `:client`."""
    whose = "s.client_id = :client" if of_one else "true"
    return text(f"WITH {WELCOME.format(whose=whose)}, {_ABSENT} {wanted}")


def absence_parameters(day: date, settings: GymSettings, least: int) -> dict[str, Any]:
    """The bound parameters of such a statement."""
    return {
        "day": day,
        "least": least,
        "zone": settings.timezone,
        "grace_days": settings.grace_days,
        "overlooked": settings.overlooked,
        "smallest": settings.smallest_amount,
        "closed_debt_denies": settings.closed_debt_denies,
    }
