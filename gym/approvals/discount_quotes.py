"""Quotes of a sale or renewal for a discount request: at full price, and with the discount asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from gym.approvals.models import Approval
from gym.approvals.schemas import DiscountFacts
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork


class DiscountQuotes:
    """The actor's own limit on discounts is not applied: an admin decides."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._subscriptions = SubscriptionService(uow)
        self._smallest = uow.settings.smallest_amount

    async def full(self, client_id: UUID, plan_id: UUID, starts_on: date | None, *, renews: bool) -> Quote:
        """The sale or renewal without a discount; the same refusals as the sale itself."""
        if renews:
            return await self._subscriptions.quote_renewal(client_id, plan_id)
        return await self._subscriptions.quote_sale(client_id, plan_id, starts_on)

    async def discounted(self, approval: Approval, facts: DiscountFacts) -> Quote:
        """The sale or renewal that a request is about, as it would be sold now."""
        quote = await self.full(
            approval.client_id, facts.plan_id, facts.starts_on, renews=facts.renews_id is not None
        )
        off = facts.discount.on(quote.base_price, self._smallest)
        return replace(quote, discount=off)
