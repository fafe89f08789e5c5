"""Figures of each of the staff over a range of gym days, for the owner: one query, one row a person.

Facts, no judgement: every one of these is allowed and has honest reasons. Somebody who keeps money or gives
it away leaves traces in one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import text

from gym.core.clock import day_start
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

DAY: Final = timedelta(days=1)
# A void counts for who voided, a credit or refund for who wrote it; what an admin has written because
# somebody asked counts for the admin, and for whoever asked as a request that was granted. Each table is read
# once: a lateral a person read the ledger of five years once for each of the staff.
FACTS: Final = text(
    """
WITH sold AS (
    SELECT sold_by AS staff_id, count(*) FILTER (WHERE discount > 0) AS discounts,
        sum(discount) AS discount_amount,
        count(*) FILTER (WHERE EXISTS (SELECT FROM own_memberships o
            WHERE o.staff_id = subscriptions.sold_by AND o.client_id = subscriptions.client_id)) AS own_plans
    FROM subscriptions WHERE sold_at >= :begins AND sold_at < :ends GROUP BY sold_by
), money AS (
    SELECT staff_id, count(*) FILTER (WHERE kind = 'void') AS voids,
        sum(amount) FILTER (WHERE kind = 'void') AS void_amount,
        count(*) FILTER (WHERE kind = 'refund' AND method <> 'credit') AS refunds,
        sum(amount) FILTER (WHERE kind = 'refund' AND method <> 'credit') AS refund_amount,
        count(*) FILTER (WHERE kind = 'credit' AND cause IN ('canceled', 'goodwill')) AS credits,
        sum(amount) FILTER (WHERE kind = 'credit' AND cause IN ('canceled', 'goodwill')) AS credit_amount,
        count(*) FILTER (WHERE kind = 'credit' AND cause = 'written_off') AS write_offs,
        sum(amount) FILTER (WHERE kind = 'credit' AND cause = 'written_off') AS write_off_amount
    FROM ledger_entries WHERE at >= :begins AND at < :ends GROUP BY staff_id
), door AS (
    SELECT staff_id, count(*) AS overrides FROM check_ins
    WHERE outcome = 'admitted' AND override_reason IS NOT NULL
        AND received_at >= :begins AND received_at < :ends
    GROUP BY staff_id
), back AS (
    -- Undone within minutes of being received: an index of that column finds the day before as well.
    SELECT undone_by AS staff_id, count(*) AS undone FROM check_ins
    WHERE undone_at >= :begins AND undone_at < :ends
        AND received_at >= CAST(:begins AS timestamptz) - interval '1 day' AND received_at < :ends
    GROUP BY undone_by
), met AS (
    SELECT created_by AS staff_id, count(*) AS referred FROM clients
    WHERE referred_by IS NOT NULL AND created_at >= :begins AND created_at < :ends GROUP BY created_by
), asked AS (
    SELECT asked_by AS staff_id, count(*) AS granted FROM approvals
    WHERE state = 'approved' AND decided_at >= :begins AND decided_at < :ends GROUP BY asked_by
), listed AS (
    SELECT i.staff_id, count(r.subscription_id) AS brought_forward
    FROM client_imports i JOIN client_import_rows r ON r.import_id = i.id
    WHERE i.at >= :begins AND i.at < :ends GROUP BY i.staff_id
)
SELECT s.id, s.name,
    coalesce(sold.discounts, 0), coalesce(sold.discount_amount, 0), coalesce(sold.own_plans, 0),
    coalesce(money.voids, 0), coalesce(money.void_amount, 0),
    coalesce(money.refunds, 0), coalesce(money.refund_amount, 0),
    coalesce(money.credits, 0), coalesce(money.credit_amount, 0),
    coalesce(money.write_offs, 0), coalesce(money.write_off_amount, 0),
    coalesce(door.overrides, 0), coalesce(back.undone, 0), coalesce(met.referred, 0),
    coalesce(asked.granted, 0), coalesce(listed.brought_forward, 0)
FROM staff s
LEFT JOIN sold ON sold.staff_id = s.id LEFT JOIN money ON money.staff_id = s.id
LEFT JOIN door ON door.staff_id = s.id LEFT JOIN back ON back.staff_id = s.id
LEFT JOIN met ON met.staff_id = s.id LEFT JOIN asked ON asked.staff_id = s.id
LEFT JOIN listed ON listed.staff_id = s.id
WHERE s.active OR coalesce(sold.staff_id, money.staff_id, door.staff_id, back.staff_id, met.staff_id,
        asked.staff_id, listed.staff_id) IS NOT NULL
    OR EXISTS (SELECT FROM cash_counts n WHERE n.staff_id = s.id AND n.gym_day BETWEEN :first AND :last)
ORDER BY s.name, s.id
"""
)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """How often, and how much money it was about."""

    staff_id: UUID
    staff_name: str
    discounts: int
    discount_amount: Decimal
    own_plans: int
    """Sold to the own membership: at a price that somebody else approved, or working alone."""
    voids: int
    void_amount: Decimal
    refunds: int
    refund_amount: Decimal
    credits: int
    """Given as goodwill or for a cancellation, whether it lowered a debt or was kept for the client."""
    credit_amount: Decimal
    write_offs: int
    write_off_amount: Decimal
    overrides: int
    """People let in against the verdict."""
    undone: int
    """Visits taken back."""
    referred: int
    """New clients registered as brought by a member, who is rewarded for it."""
    granted: int
    """Requests to an admin that were approved."""
    brought_forward: int
    """Plans that came with a list, without a sale or a payment, undone ones too."""


class PersonFactsService:
    """For whoever may see everybody's figures."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def of_days(self, first: date, last: date) -> Sequence[PersonFacts]:
        """Everybody who works here or has left any of these traces on these gym days, by name."""
        self.uow.actor.require(Permission.REPORT_ALL)
        zone = self.uow.settings.zone
        begins, ends = day_start(first, zone), day_start(last + DAY, zone)
        limits: dict[str, date] = {"first": first, "last": last, "begins": begins, "ends": ends}
        rows = await self.uow.session.execute(FACTS, limits)
        return [PersonFacts(*row) for row in rows.all()]
