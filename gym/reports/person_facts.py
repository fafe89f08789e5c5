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
# somebody asked counts for the admin, and for whoever asked as a request that was granted.
FACTS: Final = text(
    """
SELECT s.id, s.name,
    sold.discounts, sold.discount_amount, sold.own_plans,
    money.voids, money.void_amount, money.refunds, money.refund_amount, money.credits, money.credit_amount,
    money.write_offs, money.write_off_amount,
    door.overrides, back.undone, met.referred, asked.granted, listed.brought_forward
FROM staff s
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE discount > 0) AS discounts,
        coalesce(sum(discount), 0) AS discount_amount,
        count(*) FILTER (WHERE EXISTS (SELECT FROM own_memberships o
            WHERE o.staff_id = s.id AND o.client_id = subscriptions.client_id)) AS own_plans
    FROM subscriptions WHERE sold_by = s.id AND sold_at >= :begins AND sold_at < :ends
) sold
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'void') AS voids,
        coalesce(sum(amount) FILTER (WHERE kind = 'void'), 0) AS void_amount,
        count(*) FILTER (WHERE kind = 'refund' AND method <> 'credit') AS refunds,
        coalesce(sum(amount) FILTER (WHERE kind = 'refund' AND method <> 'credit'), 0) AS refund_amount,
        count(*) FILTER (WHERE kind = 'credit' AND cause IN ('canceled', 'goodwill')) AS credits,
        coalesce(sum(amount) FILTER (WHERE kind = 'credit' AND cause IN ('canceled', 'goodwill')), 0)
            AS credit_amount,
        count(*) FILTER (WHERE kind = 'credit' AND cause = 'written_off') AS write_offs,
        coalesce(sum(amount) FILTER (WHERE kind = 'credit' AND cause = 'written_off'), 0) AS write_off_amount
    FROM ledger_entries WHERE staff_id = s.id AND at >= :begins AND at < :ends
) money
CROSS JOIN LATERAL (
    SELECT count(*) AS overrides FROM check_ins
    WHERE staff_id = s.id AND outcome = 'admitted' AND override_reason IS NOT NULL
        AND received_at >= :begins AND received_at < :ends
) door
CROSS JOIN LATERAL (
    SELECT count(*) AS undone FROM check_ins
    WHERE undone_by = s.id AND undone_at >= :begins AND undone_at < :ends
) back
CROSS JOIN LATERAL (
    SELECT count(*) AS referred FROM clients
    WHERE created_by = s.id AND referred_by IS NOT NULL AND created_at >= :begins AND created_at < :ends
) met
CROSS JOIN LATERAL (
    SELECT count(*) AS granted FROM approvals
    WHERE asked_by = s.id AND state = 'approved' AND decided_at >= :begins AND decided_at < :ends
) asked
CROSS JOIN LATERAL (
    SELECT count(r.subscription_id) AS brought_forward
    FROM client_imports i JOIN client_import_rows r ON r.import_id = i.id
    WHERE i.staff_id = s.id AND i.at >= :begins AND i.at < :ends
) listed
WHERE s.active OR s.id IN (SELECT staff_id FROM ledger_entries WHERE at >= :begins AND at < :ends)
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
        """Everybody who works here or has moved money on these gym days, by name."""
        self.uow.actor.require(Permission.REPORT_ALL)
        zone = self.uow.settings.zone
        limits = {"begins": day_start(first, zone), "ends": day_start(last + DAY, zone)}
        rows = await self.uow.session.execute(FACTS, limits)
        return [PersonFacts(*row) for row in rows.all()]
