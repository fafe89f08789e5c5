"""SQL of the check-in: the one query for all door facts, and the writes of an attempt.

The facts are those of the moment of the attempt. A replayed attempt is judged by its own day: a subscription
that has been closed since by the calendar counts with its dates, one that was canceled later still stood, and
a balance counts as it was then or as it is now, whichever is kinder (what was paid since is paid; what was
voided since does not reach back).
"""

from __future__ import annotations

from typing import Final

from gym.clients.models import DocumentType
from gym.core.database.statements import GuardedWrite, Statement
from gym.faces.gallery.postgres_gallery import NEAREST, SCORES

COLUMNS: Final = """
c.id AS client_id, c.first_name, c.last_name, c.alias, c.active, c.blocked_until, c.block_reason,
c.birth_date, c.warning, c.card_serial, s.id AS subscription_id, s.starts_on, s.ends_on, s.visits,
s.visits_used, rest.id IS NOT NULL AS frozen, rest.ends_on AS frozen_until, p.name AS plan_name,
p."window" AS plan_window, p.duration_unit, money.balance, coalesce(debt.amount, 0) AS closed_debt,
debt.oldest AS debt_id, prize.percent AS reward_percent, prize.expires_on AS reward_until,
EXISTS (SELECT FROM rewards w WHERE w.subscription_id = s.id AND w.kind = 'visits'
    AND w.revoked_at IS NULL) AS rewarded,
(SELECT count(*) FROM check_ins v
    WHERE v.client_id = c.id AND v.counted AND v.undone_at IS NULL) AS visits_in_all,
(SELECT o.id FROM subscriptions o
    WHERE o.client_id = c.id AND o.status = 'scheduled' AND o.starts_on > :day) AS waiting_id,
coalesce(today.counted, false) AS visited_today, today.number AS number_today, today.last_at,
coalesce((SELECT value FROM counters WHERE name = 'gallery'), 0) AS gallery_number,
(SELECT k.id FROM check_ins k WHERE k.idempotency_key = CAST(:idempotency AS uuid)) AS done_id
"""

# Which subscription counts: one that covers the day, else the next one, else the last one.
_TABLES: Final = """
FROM (SELECT 1) always LEFT JOIN person ON true
LEFT JOIN clients c ON c.id = person.client_id
LEFT JOIN LATERAL (
    SELECT ranked.* FROM (
        SELECT o.*, o.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AS open, CASE
            WHEN o.starts_on > :day OR o.held THEN 1
            WHEN o.ends_on >= :day OR EXISTS (SELECT FROM freezes f WHERE f.subscription_id = o.id
                AND f.canceled_at IS NULL AND f.ends_on IS NULL AND f.starts_on <= :day) THEN 0
            ELSE 2 END AS rank
        FROM subscriptions o
        WHERE o.client_id = c.id AND (o.status <> 'canceled' OR o.closed_at > :at)
    ) ranked
    ORDER BY ranked.rank, (ranked.rank < 2 AND ranked.open) DESC,
        CASE WHEN ranked.rank = 1 THEN ranked.starts_on END, ranked.ends_on DESC, ranked.id DESC
    LIMIT 1
) s ON true
LEFT JOIN LATERAL (
    SELECT f.id, f.ends_on FROM freezes f
    WHERE f.subscription_id = s.id AND f.canceled_at IS NULL AND f.starts_on <= :day
        AND (f.ends_on IS NULL OR f.ends_on >= :day)
    LIMIT 1
) rest ON true
LEFT JOIN plans p ON p.id = s.plan_id
LEFT JOIN LATERAL (
    SELECT CASE WHEN s.sold_at > :at THEN a.balance
        ELSE greatest(0, least(a.balance, a.balance - coalesce(sum(
            CASE WHEN e.kind IN ('charge', 'opening', 'refund', 'void') THEN e.amount ELSE -e.amount END
        ), 0)))
        END AS balance
    FROM accounts a LEFT JOIN ledger_entries e ON e.account_id = a.id AND e.at > :at
    WHERE a.id = s.account_id GROUP BY a.id
) money ON true
LEFT JOIN LATERAL (
    SELECT sum(b.balance) AS amount, (array_agg(o.id ORDER BY o.starts_on))[1] AS oldest
    FROM subscriptions o JOIN accounts b ON b.id = o.account_id
    WHERE o.client_id = c.id AND b.balance > 0 AND o.id IS DISTINCT FROM s.id
        AND (o.status IN ('expired', 'lapsed', 'canceled') OR o.ends_on < :day AND NOT o.held
            AND NOT EXISTS (SELECT FROM freezes f WHERE f.subscription_id = o.id
                AND f.canceled_at IS NULL AND f.ends_on IS NULL))
) debt ON true
LEFT JOIN LATERAL (
    SELECT r.percent, r.expires_on FROM rewards r
    WHERE r.client_id = c.id AND r.redeemed_at IS NULL AND r.revoked_at IS NULL AND r.percent > 0
        AND r.granted_on <= :day AND r.expires_on >= :day
    ORDER BY r.percent DESC, r.expires_on LIMIT 1
) prize ON true
LEFT JOIN LATERAL (
    SELECT bool_or(i.counted) FILTER (WHERE i.gym_day = :day) AS counted,
        max(i.visit_number) FILTER (WHERE i.counted AND i.gym_day = :day) AS number,
        max(i.at) FILTER (WHERE i.at <= :at) AS last_at
    FROM check_ins i
    WHERE i.client_id = c.id AND i.at >= :since AND i.outcome = 'admitted' AND i.undone_at IS NULL
) today ON true
"""

BY_CLIENT: Final = Statement(
    f"WITH person AS (SELECT CAST(:client AS uuid) AS client_id) SELECT {COLUMNS} {_TABLES}"
)
BY_FACE: Final = Statement(
    f"WITH {NEAREST}, person AS (SELECT client_id FROM nearest ORDER BY score DESC LIMIT 1) "  # noqa: S608
    f"SELECT {COLUMNS}, {SCORES} {_TABLES}"
)

# Naming every type lets the index on type and number serve. Two people are nobody. Earlier
# releases kept leading zeros, so a number is looked for with them, too.
BY_DOCUMENT: Final = Statement(f"""
SELECT CASE WHEN count(*) = 1 THEN (array_agg(id))[1] END AS id FROM (
    SELECT id FROM clients
    WHERE document_type IN ({", ".join(f"'{one}'" for one in DocumentType)})
        AND document_number = ANY(CAST(:numbers AS text[])) AND right(phone, 4) = :last4
    LIMIT 2
) found
""")  # noqa: S608 - the types are ours

BY_CARD: Final = Statement("SELECT max(id::text)::uuid AS id FROM clients WHERE card_number = :number")

# A visit: the attempt's row and the subscription's counter, or neither. Whoever holds the subscription's row
# goes first; the unique index (one counted visit a day) then decides, and the row that lost is not inserted.
# Where the number was told before it was written, it must be this one. The counter is moved by the trigger
# `count_visit`: an UPDATE of the locked row in this same statement could end in a deadlock.
VISIT: Final = GuardedWrite(
    "visit",
    """
held AS MATERIALIZED (
    SELECT id, visits_used FROM subscriptions
    WHERE id = :subscription_id AND (visits IS NULL OR visits_used < visits)
        AND visits_used + 1 = coalesce(CAST(:foreseen_visit_number AS int), visits_used + 1) AND {only}
    FOR NO KEY UPDATE
), visit AS (
    INSERT INTO check_ins (id, client_id, subscription_id, outcome, code, method, counted, visit_number,
        balance, kiosk_id, staff_id, at, received_at, gym_day, override_reason, idempotency_key)
    SELECT :id, :client_id, held.id, 'admitted', 'admitted', :method, true, held.visits_used + 1,
        :balance, :kiosk_id, :staff_id, :at, :received_at, :gym_day, :override_reason, :idempotency_key
    FROM held
    ON CONFLICT DO NOTHING RETURNING subscription_id, visit_number
)
""",
)

# An attempt that uses no visit of the plan.
ATTEMPT: Final = GuardedWrite(
    "attempt",
    """
attempt AS (
    INSERT INTO check_ins (id, client_id, subscription_id, outcome, code, method, counted, balance, kiosk_id,
        staff_id, at, received_at, gym_day, override_reason, idempotency_key)
    SELECT :id, :client_id, :subscription_id, :outcome, :code, :method, :counted, :balance, :kiosk_id,
        :staff_id, :at, :received_at, :gym_day, :override_reason, :idempotency_key
    WHERE {only}
    ON CONFLICT DO NOTHING RETURNING id
)
""",
)
