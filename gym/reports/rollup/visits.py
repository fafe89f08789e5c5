"""Statements of the roll-up of visits: by day, hour and plan, and who came in a month."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from gym.reports.rollup.repository import MonthRollup

VISITS: Final = MonthRollup(
    # A month is counted by the clock of a zone: of another zone it has other hours.
    due=text("""
SELECT CAST(m AS date) AS month
FROM (SELECT min(gym_day) AS first FROM check_ins) earliest
CROSS JOIN LATERAL generate_series(
    date_trunc('month', CAST(earliest.first AS timestamp)), CAST(:last AS timestamp), '1 month') m
WHERE NOT EXISTS (SELECT FROM rolled_months r WHERE r.month = CAST(m AS date) AND r.zone = :zone)
    OR EXISTS (SELECT FROM reopened_months o WHERE o.month = CAST(m AS date))
ORDER BY m DESC LIMIT :most
"""),
    distrust=text("DELETE FROM rolled_months WHERE rolled_at > :now OR month > :last"),
    unmark=text("DELETE FROM reopened_months WHERE month = :month"),
    forget=(
        text("DELETE FROM visit_rollups WHERE gym_day >= :month AND gym_day < :following"),
        text("DELETE FROM visit_days WHERE gym_day >= :month AND gym_day < :following"),
        text("DELETE FROM visit_hours WHERE month = :month"),
        text("DELETE FROM visitor_months WHERE month = :month"),
        text("DELETE FROM rolled_months WHERE month = :month"),
    ),
    count=(
        text("""
INSERT INTO visit_rollups (id, gym_day, hour, plan_id, visits)
SELECT gen_random_uuid(), i.gym_day, CAST(extract(hour FROM timezone(:zone, i.at)) AS integer), s.plan_id,
    count(*)
FROM check_ins i LEFT JOIN subscriptions s ON s.id = i.subscription_id
WHERE i.gym_day >= :month AND i.gym_day < :following AND i.counted AND i.undone_at IS NULL
GROUP BY i.gym_day, 3, s.plan_id
"""),
        text("""
INSERT INTO visit_days (gym_day, visits)
SELECT gym_day, sum(visits) FROM visit_rollups WHERE gym_day >= :month AND gym_day < :following
GROUP BY gym_day
"""),
        text("""
INSERT INTO visit_hours (id, month, weekday, hour, plan_id, visits)
SELECT gen_random_uuid(), CAST(:month AS date), extract(isodow FROM gym_day) - 1, hour, plan_id, sum(visits)
FROM visit_rollups WHERE gym_day >= :month AND gym_day < :following GROUP BY 3, hour, plan_id
"""),
        text("""
INSERT INTO visitor_months (month, client_id, visits)
SELECT :month, i.client_id, count(*) FROM check_ins i
WHERE i.gym_day >= :month AND i.gym_day < :following AND i.counted AND i.undone_at IS NULL
GROUP BY i.client_id
"""),
        text("INSERT INTO rolled_months (month, zone, rolled_at) VALUES (:month, :zone, :now)"),
    ),
)
