"""Approvals: somebody asks, the first answer counts, and what was approved happens once.

Whoever decides or spends a request changes its row first and holds it; the client, the subscription and the
account come after it, so two people never wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.approvals import notices
from gym.approvals.asking import ASKED, Prices, RequestDraft, RequestSubmission
from gym.approvals.carrying_out import carry_out
from gym.approvals.errors import (
    ApprovalNotNeeded,
    DebtBeforeFreeze,
    NothingToFreeze,
    NotYourRequest,
    OwnRequest,
    decided_before,
)
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.repository import ApprovalRepository
from gym.approvals.schemas import DiscountFacts, FreezeFacts, RefundFacts, VoidFacts, WriteOffFacts
from gym.approvals.spending import Spending
from gym.core.database.repository import Page
from gym.payments.errors import AlreadyVoided, MoneyGivenBack, RefundTooLarge, owed_only, parse_note
from gym.payments.ledger import positive
from gym.payments.models import Method
from gym.payments.money_back import MoneyBack
from gym.security.permissions import Actor, OnlyFromDesk, Permission
from gym.staff.four_eyes import FourEyes
from gym.staff.repository import StaffRepository
from gym.subscriptions.discounts import Discount, DiscountTooLarge, require_within
from gym.subscriptions.freezes.errors import FreezeBeyondPlan
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

WISHES_A_DAY: Final = 3
"""A member's wishes for a freeze: each one calls everybody at the desk."""
DECIDES = {
    ApprovalKind.DISCOUNT: Permission.APPROVE_REQUESTS,
    ApprovalKind.VOID: Permission.APPROVE_REQUESTS,
    ApprovalKind.REFUND: Permission.APPROVE_REQUESTS,
    ApprovalKind.FREEZE: Permission.FREEZE,
    ApprovalKind.WRITE_OFF: Permission.APPROVE_REQUESTS,
}
"""Who may answer: a member's freeze any colleague, money only an admin."""


def decidable_by(actor: Actor) -> list[ApprovalKind]:
    """The kinds an actor may answer: for showing the buttons; `approve` and `reject` decide."""
    return [kind for kind, permission in DECIDES.items() if actor.may(permission)]


class ApprovalService:
    """Every approval it returns has its client loaded."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    # Asking

    async def ask_discount(
        self,
        client_id: UUID,
        plan_id: UUID,
        discount: Discount,
        *,
        starts_on: date | None = None,
        renews: bool,
        reason: str,
        key: UUID | None = None,
    ) -> Approval:
        """Ask for more than the actor may give, off the price of now; the same key asks once.

        Raises the refusals of the sale itself, `ApprovalNotNeeded`, `AlreadyAsked`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.SELL)
        asking = RequestSubmission(self.uow)
        done = await asking.made_by(key, ApprovalKind.DISCOUNT)
        if done is not None:
            return done
        quote = await self._full(client_id, plan_id, starts_on, renews=renews)
        facts = await self._discounted(quote, discount, starts_on)
        return await asking.put(RequestDraft(ApprovalKind.DISCOUNT, client_id, facts, reason), key)

    async def quote_wish(
        self, client_id: UUID, plan_id: UUID, discount: Discount, starts_on: date | None, *, renews: bool
    ) -> Quote:
        """What `ask_discount` would ask for; the same refusals."""
        self.uow.actor.require(Permission.SELL)
        quote = await self._full(client_id, plan_id, starts_on, renews=renews)
        return replace(quote, discount=(await self._discounted(quote, discount, starts_on)).off)

    async def ask_void(self, entry_id: UUID, reason: str, *, key: UUID | None = None) -> Approval:
        """Ask for a payment to be undone.

        Raises `AlreadyVoided`, `MoneyGivenBack`, `AlreadyAsked`, `PaymentNotFound`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        asking = RequestSubmission(self.uow)
        done = await asking.made_by(key, ApprovalKind.VOID)
        if done is not None:
            return done
        receipt = await SubscriptionService(self.uow).receipt(entry_id)
        if receipt.voided:
            raise AlreadyVoided
        if receipt.given_back:
            raise MoneyGivenBack(receipt.given_back)
        facts = VoidFacts(
            plan_name=receipt.plan_name,
            entry_id=entry_id,
            receipt_number=receipt.number,
            amount=receipt.amount,
            method=receipt.method,
            taken_by=receipt.staff_name,
            taken_at=receipt.at,
        )
        wish = RequestDraft(ApprovalKind.VOID, receipt.client_id, facts, reason, subject=("entry_id",))
        return await asking.put(wish, key)

    async def ask_refund(
        self, subscription_id: UUID, amount: Decimal, method: Method, reason: str, *, key: UUID | None = None
    ) -> Approval:
        """Ask for money back. Raises `RefundTooLarge`, `AmountNotPositive`, `AlreadyAsked`."""
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        asking = RequestSubmission(self.uow)
        done = await asking.made_by(key, ApprovalKind.REFUND)
        if done is not None:
            return done
        subscription = await SubscriptionService(self.uow).get(subscription_id)
        amount = positive(amount)
        limit = await MoneyBack(self.uow).refundable(subscription.account_id)
        if amount > limit:
            raise RefundTooLarge(limit)
        facts = RefundFacts(
            plan_name=subscription.plan.name, subscription_id=subscription_id, amount=amount, method=method
        )
        wish = RequestDraft(
            ApprovalKind.REFUND, subscription.client_id, facts, reason, subject=("subscription_id",)
        )
        return await asking.put(wish, key)

    async def ask_write_off(self, subscription_id: UUID, reason: str, *, key: UUID | None = None) -> Approval:
        """Ask for a debt to be written off.

        Raises `NothingOwed`, `OwnMembershipRefused`, `AlreadyAsked`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        asking = RequestSubmission(self.uow)
        done = await asking.made_by(key, ApprovalKind.WRITE_OFF)
        if done is not None:
            return done
        subscription = await SubscriptionService(self.uow).get(subscription_id)
        await FourEyes(self.uow).require_another(subscription.client_id, Permission.CREDIT, acts=False)
        balance = subscription.account.balance
        if not balance:
            raise owed_only(balance)
        facts = WriteOffFacts(
            plan_name=subscription.plan.name, subscription_id=subscription_id, amount=balance
        )
        subject = ("subscription_id",)
        return await asking.put(
            RequestDraft(ApprovalKind.WRITE_OFF, subscription.client_id, facts, reason, subject), key
        )

    async def ask_freeze(
        self, starts_on: date, ends_on: date | None, reason: str, *, key: UUID | None = None
    ) -> Approval:
        """A member's own wish for the plan that runs now; it may go beyond the plan, for an admin to grant.

        Raises `NothingToFreeze`, `DebtBeforeFreeze`, `AlreadyAsked`, `ReasonNeeded`, `TooOftenToday`, and
        the other refusals of a freeze (`gym.subscriptions.freezes.rules.judged`).
        """
        client_id = self._member()
        asking = RequestSubmission(self.uow)
        done = await asking.made_by(key, ApprovalKind.FREEZE)
        if done is not None:
            return done
        await self.uow.require_below_daily_limit(ASKED, WISHES_A_DAY)
        facts = await self._to_freeze(client_id, starts_on, ends_on)
        return await asking.put(RequestDraft(ApprovalKind.FREEZE, client_id, facts, reason), key)

    # Deciding

    async def approve(self, approval_id: UUID) -> Approval:
        """Say yes. A void, refund or freeze is done in this very transaction: its refusal leaves the
        request waiting. A discount waits to be spent by `sell`, as long again as a request waits.

        Raises `AlreadyDecided`, `ApprovalExpired`, `OwnRequest`, `OwnMembershipRefused`, and what the deed
        itself raises.
        """
        asked = await self._decidable(approval_id)
        await self._require_other_person(asked)
        more: dict[str, object] = {}
        if asked.kind is ApprovalKind.DISCOUNT:
            more["expires_at"] = self.uow.now + timedelta(hours=self.uow.settings.approval_hours)
        approval = await self._decide(approval_id, ApprovalState.APPROVED, **more)
        await carry_out(self.uow, approval)
        notices.tell_decided(self.uow, approval)
        return approval

    async def reject(self, approval_id: UUID, reason: str | None = None) -> Approval:
        """Say no. Raises `AlreadyDecided`, `ApprovalExpired`, `NoteTooLong`."""
        await self._decidable(approval_id)
        approval = await self._decide(approval_id, ApprovalState.REJECTED, answer=parse_note(reason))
        notices.tell_decided(self.uow, approval)
        return approval

    async def withdraw(self, approval_id: UUID) -> Approval:
        """Take the own request back. Raises `NotYourRequest`, `AlreadyDecided`, `ApprovalExpired`."""
        asked = await self._approvals.whole(approval_id)
        if not self._is_mine(asked):
            raise NotYourRequest
        approval = await self._decide(approval_id, ApprovalState.WITHDRAWN)
        await notices.tell_taken_back(
            self.uow, approval, await StaffRepository(self.uow.session).active_admins()
        )
        return approval

    # Spending an approved discount

    async def quote(self, approval_id: UUID) -> Quote:
        """What `sell` would sell now; the same refusals."""
        return await Spending(self.uow).quote(approval_id)

    async def sell(
        self, approval_id: UUID, *, seen: str | None = None, key: UUID | None = None
    ) -> Subscription:
        """Sell or renew exactly what was approved, once; the same key gives the same subscription again.

        Raises `NotApproved`, `AlreadyUsed`, `ApprovalExpired`, `PriceChangedSince`, and what a sale raises;
        the approval is then still unspent.
        """
        return await Spending(self.uow).sell(approval_id, seen, key)

    # Looking

    async def get(self, approval_id: UUID) -> Approval:
        """One request as it stands; one that is over is closed on the way. Raises `ApprovalNotFound`."""
        await self._expire(approval_id)
        approval = await self._approvals.whole(approval_id)
        if not self._is_mine(approval):
            self.uow.actor.require(Permission.SELL)
        return approval

    async def my_wish(self) -> Approval | None:
        """The member's last wish for a freeze as it stands; one that is over is closed on the way."""
        found = await self._approvals.latest(ApprovalKind.FREEZE, self._member())
        if found is None:
            return None
        await self._expire(found.id)
        return await self._approvals.whole(found.id)

    async def pending(self, page: int = 0) -> Page[Approval]:
        """What waits for an answer: all that the actor may decide, and what they asked themselves."""
        self.uow.actor.require(Permission.SELL)
        kinds = decidable_by(self.uow.actor)
        return await self._approvals.pending(self.uow.now, self.uow.actor.staff_id, kinds, page)

    async def count_pending(self) -> int:
        """How many wait for this actor's answer."""
        kinds = decidable_by(self.uow.actor)
        return await self._approvals.count_pending(self.uow.now, kinds) if kinds else 0

    async def expire_due(self) -> Sequence[Approval]:
        """Close what nobody answered in time, and say so to whoever asked."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await self._expire()

    # Inside

    @property
    def _approvals(self) -> ApprovalRepository:
        return ApprovalRepository(self.uow.session)

    async def _full(self, client_id: UUID, plan_id: UUID, starts_on: date | None, *, renews: bool) -> Quote:
        """The price that is asked about; also for the own membership, as somebody else decides."""
        self.uow.seconded.add(client_id)
        return await Prices(self.uow).full(client_id, plan_id, starts_on, renews=renews)

    async def _discounted(self, quote: Quote, discount: Discount, starts_on: date | None) -> DiscountFacts:
        off = discount.on(quote.base_price, self.uow.settings.smallest_amount)
        if not await FourEyes(self.uow).is_own(quote.client.id):
            self._require_needed(off, quote.base_price)
        return DiscountFacts(
            plan_name=quote.plan.name,
            plan_id=quote.plan.id,
            value=discount.value,
            discount_kind=discount.kind,
            base_price=quote.base_price,
            off=off,
            starts_on=None if starts_on == self.uow.today else starts_on,
            renews_id=quote.renews_id,
        )

    def _require_needed(self, off: Decimal, price: Decimal) -> None:
        if not self.uow.actor.may(Permission.DISCOUNT_ANY):
            try:
                settings = self.uow.settings
                require_within(off, price, settings.employee_discount_percent, settings.smallest_amount)
            except DiscountTooLarge:
                return
        raise ApprovalNotNeeded

    async def _to_freeze(self, client_id: UUID, starts_on: date, ends_on: date | None) -> FreezeFacts:
        subscription = await SubscriptionService(self.uow).current(client_id)
        if subscription is None:
            raise NothingToFreeze
        if subscription.account.balance:
            raise DebtBeforeFreeze(subscription.account.balance)
        with suppress(FreezeBeyondPlan):
            await FreezeService(self.uow).quote(subscription.id, starts_on, ends_on)
        return FreezeFacts(
            plan_name=subscription.plan.name,
            subscription_id=subscription.id,
            starts_on=starts_on,
            ends_on=ends_on,
        )

    async def _decidable(self, approval_id: UUID) -> Approval:
        approval = await self._approvals.whole(approval_id)
        self.uow.actor.require(DECIDES[approval.kind])
        return approval

    async def _require_other_person(self, approval: Approval) -> None:
        """Nobody decides what is for the own membership; what an admin has asked for others they may do."""
        await FourEyes(self.uow).require_another(approval.client_id, DECIDES[approval.kind])
        own_word = approval.asked_by == self.uow.actor.staff_id is not None
        if own_word and (approval.kind is ApprovalKind.WRITE_OFF or not self.uow.actor.is_admin):
            raise OwnRequest

    async def _decide(self, approval_id: UUID, state: ApprovalState, **more: object) -> Approval:
        """Write the answer, if it is the first one."""
        now, actor = self.uow.now, self.uow.actor
        first = await self._approvals.decide(
            approval_id,
            now,
            state=state,
            decided_by=self.uow.actor.staff_id,
            decided_by_name=actor.name,
            decided_at=now,
            **more,
        )
        approval = await self._approvals.whole(approval_id)
        if not first:
            raise decided_before(approval)
        self.uow.audit(
            f"approval.{state}", approval, {"state": ApprovalState.PENDING}, {"state": state, **more}
        )
        return approval

    def _is_mine(self, approval: Approval) -> bool:
        actor = self.uow.actor
        if actor.is_client(approval.client_id):
            return approval.kind is ApprovalKind.FREEZE
        return actor.is_staff(approval.asked_by)

    def _member(self) -> UUID:
        """The client who acts in person. Raises `OnlyFromDesk`."""
        client_id = self.uow.actor.client_id
        if client_id is None:
            raise OnlyFromDesk
        return client_id

    async def _expire(self, approval_id: UUID | None = None) -> Sequence[Approval]:
        closed = await self._approvals.expire(self.uow.now, approval_id)
        for approval in closed:
            self.uow.audit("approval.expired", approval)
            notices.tell_decided(self.uow, approval)
        return closed
