"""Sales at an approved discount: exactly what was approved is sold, at its price, once."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.approvals.discount_quotes import DiscountQuotes
from gym.approvals.errors import AlreadyUsed, ApprovalExpired, NotApproved, PriceChangedSince
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.repository import ApprovalRepository
from gym.approvals.schemas import DiscountFacts, discount_of
from gym.security.permissions import Permission
from gym.subscriptions.errors import JustChanged
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork


class ApprovedSales:
    """Locks the request's row before anything else (`gym.approvals.service`)."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._approvals = ApprovalRepository(uow.session)

    async def quote(self, approval_id: UUID) -> Quote:
        """What `sell` would sell now; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        approval = await self._approvals.require_loaded(approval_id)
        if not self._is_usable(approval):
            raise self._unusable(approval)
        facts = discount_of(approval)
        self._note_second_person(approval)
        quote = await DiscountQuotes(self.uow).discounted(approval, facts)
        if quote.renews_id != facts.renews_id:
            raise JustChanged
        self._require_price(facts, quote.base_price)
        return quote

    async def sell(
        self, approval_id: UUID, *, seen: str | None = None, key: UUID | None = None
    ) -> Subscription:
        """Sell or renew exactly what was approved, once; the same key gives the same subscription again.

        `seen` is the `Quote.mark` that was on the screen.
        Raises `NotApproved`, `AlreadyUsed`, `ApprovalExpired`, `PriceChangedSince`, and what a sale raises;
        the discount can then still be used.
        """
        self.uow.actor.require(Permission.SELL)
        if not await self._approvals.mark_used(approval_id, self.uow.now):
            return await self._sold_before(approval_id, key)
        approval = await self._approvals.require_loaded(approval_id)
        facts = discount_of(approval)
        self._note_second_person(approval)
        sold = await self._sold(approval, facts, seen, key)
        self._require_price(facts, sold.base_price)
        self.uow.audit("approval.used", approval, after={"subscription_id": sold.id, "off": sold.discount})
        return sold

    async def _sold(
        self, approval: Approval, facts: DiscountFacts, seen: str | None, key: UUID | None
    ) -> Subscription:
        service, client_id, discount = SubscriptionService(self.uow), approval.client_id, facts.discount
        if facts.renews_id is None:
            return await service.sell(
                client_id,
                facts.plan_id,
                starts_on=facts.starts_on,
                discount=discount,
                granted=discount,
                seen=seen,
                key=key,
            )
        return await service.renew(
            client_id,
            facts.plan_id,
            discount=discount,
            granted=discount,
            renews_id=facts.renews_id,
            seen=seen,
            key=key,
        )

    async def _sold_before(self, approval_id: UUID, key: UUID | None) -> Subscription:
        """What this key has sold already; else why nothing can be sold."""
        approval = await self._approvals.require_loaded(approval_id)
        sold = await SubscriptionRepository(self.uow.session).by_key(key)
        if approval.used_at is None or sold is None or sold.client_id != approval.client_id:
            raise self._unusable(approval)
        return sold

    def _note_second_person(self, approval: Approval) -> None:
        """Another person decided the price, so the own membership may be sold at it too."""
        if approval.decided_by is not None and approval.decided_by != self.uow.actor.id:
            self.uow.seconded.add(approval.client_id)

    def _unusable(self, approval: Approval) -> AlreadyUsed | ApprovalExpired | NotApproved:
        if approval.used_at is not None:
            return AlreadyUsed()
        approved = approval.kind is ApprovalKind.DISCOUNT and approval.state is ApprovalState.APPROVED
        return ApprovalExpired(approval.expires_at) if approved else NotApproved()

    def _require_price(self, facts: DiscountFacts, base_price: Decimal) -> None:
        """The admin approved a discount off one price, and not off another. Raises `PriceChangedSince`."""
        if facts.base_price != base_price:
            raise PriceChangedSince(facts.base_price, base_price)

    def _is_usable(self, approval: Approval) -> bool:
        if approval.kind is not ApprovalKind.DISCOUNT or approval.state is not ApprovalState.APPROVED:
            return False
        return approval.used_at is None and approval.expires_at > self.uow.now
