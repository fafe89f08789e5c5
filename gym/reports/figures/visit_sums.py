"""SQL of visits in a range of gym days: sums by day, hour of the week and plan, people, refusals, overrides.

Months that are over are read from their roll-up (`gym.reports.rollup`), the others from the entries.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from gym.reports.figures.active import EVER_PAID, PAID_DAYS, paid_of
from gym.reports.rollup.months import months_of

_VALID: Final = "r.zone = :zone AND CAST(timezone(:zone, r.rolled_at) AS date) <= :today"
MONTHS: Final = months_of("rolled_months", "reopened_months", _VALID)
# Of whole months the sums that need no visit's own day: of five years twenty thousand rows, not two hundred
# thousand of an hour each. Visits that are not rolled up are grouped by subscription before its plan is
# looked for: those of a month were joined with the plans sold in years.
COUNTS: Final = text(
    f"""
WITH {MONTHS}, counted AS MATERIALIZED (
    SELECT v.* FROM months m CROSS JOIN LATERAL (
        SELECT r.gym_day, r.hour, r.plan_id, CAST(NULL AS uuid) AS subscription_id, r.visits
        FROM visit_rollups r
        WHERE m.is_rolled AND NOT m.is_whole AND r.gym_day BETWEEN m.begins AND m.ends
        UNION ALL
        SELECT i.gym_day, CAST(extract(hour FROM timezone(:zone, i.at)) AS integer), CAST(NULL AS uuid),
            i.subscription_id, 1
        FROM check_ins i
        WHERE NOT m.is_rolled AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
    ) v
), hours AS MATERIALIZED (
    SELECT h.weekday, h.hour, h.plan_id, h.visits FROM months m JOIN visit_hours h ON h.month = m.month
    WHERE m.is_rolled AND m.is_whole
), days AS (
    SELECT gym_day, sum(visits) AS visits FROM counted GROUP BY gym_day
    UNION ALL
    SELECT d.gym_day, d.visits
    FROM months m JOIN visit_days d ON d.gym_day BETWEEN m.begins AND m.ends WHERE m.is_rolled AND m.is_whole
), week AS (
    SELECT CAST(extract(isodow FROM gym_day) AS integer) - 1 AS weekday, hour, sum(visits) AS visits
    FROM counted GROUP BY 1, 2
    UNION ALL
    SELECT weekday, hour, sum(visits) FROM hours GROUP BY 1, 2
), by_plan AS (
    SELECT coalesce(c.plan_id, s.plan_id) AS plan_id, c.visits
    FROM (SELECT plan_id, subscription_id, sum(visits) AS visits FROM counted GROUP BY 1, 2) c
    LEFT JOIN subscriptions s ON s.id = c.subscription_id
    UNION ALL
    SELECT plan_id, sum(visits) FROM hours GROUP BY 1
), grouped AS (
    SELECT 3 AS bits, gym_day, CAST(NULL AS integer) AS weekday, CAST(NULL AS integer) AS hour,
        CAST(NULL AS uuid) AS plan_id, visits
    FROM days
    UNION ALL
    SELECT 5, NULL, weekday, hour, NULL, sum(visits) FROM week GROUP BY weekday, hour
    UNION ALL
    SELECT 6, NULL, NULL, NULL, plan_id, sum(visits) FROM by_plan GROUP BY plan_id
    UNION ALL
    SELECT 7, NULL, NULL, NULL, NULL, sum(visits) FROM days
)
SELECT g.bits, g.gym_day, g.weekday, g.hour, g.plan_id, p.name AS plan_name,
    CAST(coalesce(g.visits, 0) AS integer) AS visits
FROM grouped g LEFT JOIN plans p ON p.id = g.plan_id
ORDER BY g.bits, g.gym_day, g.weekday, g.hour, g.visits DESC, p.name
"""  # noqa: S608 - the parts are ours
)
BY_DAY, BY_HOUR, BY_PLAN, ALL_VISITS = 0b011, 0b101, 0b110, 0b111
"""As PostgreSQL's `grouping(gym_day, weekday, plan_id)`: a bit is set for what is summed over."""

_CAME: Final = """months m CROSS JOIN LATERAL (
    SELECT o.client_id FROM visitor_months o WHERE m.is_rolled AND m.is_whole AND o.month = m.month
    UNION ALL
    SELECT i.client_id FROM check_ins i WHERE NOT (m.is_rolled AND m.is_whole)
        AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
) v"""
TOTAL: Final = text(
    f"""
WITH {MONTHS}
SELECT CAST(coalesce(sum(v.visits), 0) AS integer) FROM months m CROSS JOIN LATERAL (
    SELECT d.visits FROM visit_days d WHERE m.is_rolled AND d.gym_day BETWEEN m.begins AND m.ends
    UNION ALL
    SELECT count(*) FROM check_ins i
    WHERE NOT m.is_rolled AND i.gym_day BETWEEN m.begins AND m.ends AND i.counted AND i.undone_at IS NULL
) v
"""  # noqa: S608
)
# Counted in two: the reasons from an index alone, and the few that were let in from one of their own. Of five
# years each of fifty thousand rows was fetched for its reason.
REFUSALS: Final = text("""
SELECT d.code, d.refusals, coalesce(o.let_in, 0) AS let_in
FROM (
    SELECT code, count(*) AS refusals FROM check_ins
    WHERE outcome = 'denied' AND gym_day BETWEEN :first AND :last GROUP BY code
) d LEFT JOIN (
    SELECT code, count(*) AS let_in FROM check_ins
    WHERE outcome = 'denied' AND override_reason IS NOT NULL AND gym_day BETWEEN :first AND :last
    GROUP BY code
) o ON o.code = d.code
ORDER BY d.refusals DESC, d.code
""")
OVERRIDES: Final = text("""
SELECT i.staff_id, t.name, count(*) AS overrides
FROM check_ins i LEFT JOIN staff t ON t.id = i.staff_id
WHERE i.outcome = 'admitted' AND i.override_reason IS NOT NULL AND i.undone_at IS NULL
    AND i.gym_day BETWEEN :first AND :last
GROUP BY i.staff_id, t.name ORDER BY overrides DESC, t.name
""")
# Whoever came is read from the roll-up, not by an index for each plan sold. Over years nearly everybody came,
# so the days that were paid are asked of the few others alone.
_PAID: Final = paid_of("s.client_id NOT IN (SELECT v.client_id FROM came v WHERE v.client_id IS NOT NULL)")
_ABSENT: Final = f"""
WITH {MONTHS}, came AS MATERIALIZED (SELECT DISTINCT v.client_id FROM {_CAME}), {_PAID}, rest AS (
    SELECT f.subscription_id, range_agg(daterange(f.starts_on, f.ends_on, '[]')) AS days
    FROM freezes f
    WHERE f.canceled_at IS NULL AND f.starts_on <= :last AND (f.ends_on IS NULL OR f.ends_on >= :first)
        AND f.subscription_id IN (SELECT id FROM span)
    GROUP BY f.subscription_id
), absent AS (
    SELECT p.* FROM paid p LEFT JOIN rest r ON r.subscription_id = p.id
    WHERE {EVER_PAID} AND (r.days IS NULL OR NOT isempty({PAID_DAYS} - r.days))
)
"""  # noqa: S608
NO_SHOWS: Final = text(
    f"""{_ABSENT}
SELECT DISTINCT ON (client_name, p.client_id)
    p.client_id, btrim(c.first_name || ' ' || c.last_name) AS client_name,
    n.name AS plan_name
FROM absent p JOIN clients c ON c.id = p.client_id JOIN plans n ON n.id = p.plan_id
ORDER BY client_name, p.client_id, p.starts_on DESC, p.id LIMIT :size OFFSET :skip
"""  # noqa: S608
)
PEOPLE: Final = text(
    f"""{_ABSENT}
SELECT (SELECT count(client_id) FROM came) AS visitors,
    (SELECT count(DISTINCT client_id) FROM absent) AS absent
"""  # noqa: S608
)
