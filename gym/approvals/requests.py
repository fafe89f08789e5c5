"""Requests for approval, by kind: judged as far as the act itself could be now, then kept for an answer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.approvals.discount_quotes import DiscountQuotes
from gym.approvals.errors import ApprovalNotNeeded, DebtBeforeFreeze, NothingToFreeze
from gym.approvals.models import Approval, ApprovalKind
from gym.approvals.schemas import (
    DiscountFacts,
    FreezeFacts,
    LongFreezeFacts,
    RefundFacts,
    VoidFacts,
    WriteOffFacts,
)
from gym.approvals.submission import ASKED, RequestDraft, RequestSubmission
from gym.debts.service import DebtService
from gym.debts.write_offs import DebtWriteOffs
from gym.payments.errors import AlreadyVoided, RefundTooLarge, not_to_void
from gym.payments.ledger import positive
from gym.payments.models import Method
from gym.payments.money_back import MoneyBack
from gym.security.permissions import OnlyFromDesk, Permission
from gym.staff.four_eyes import FourEyes
from gym.subscriptions.discounts import Discount, DiscountTooLarge, require_within
from gym.subscriptions.freezes.errors import FreezeBeyondPlan
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

FREEZE_REQUESTS_A_DAY: Final = 3
"""How often a member may ask for a freeze on a gym day: each request calls everybody at the desk."""


class ApprovalRequests:
    """Every approval it returns has its client loaded; the same idempotency key asks once."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._submission = RequestSubmission(uow)

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
        """Ask for a discount above what the actor may give, off today's price; the same key asks once.

        Raises the refusals of the sale itself, `ApprovalNotNeeded`, `AlreadyAsked`, `ReasonNeeded`.
        """
        self.uow.actor.require(Permission.SELL)
        done = await self._submission.made_by(key, ApprovalKind.DISCOUNT)
        if done is not None:
            return done
        quote = await self._full(client_id, plan_id, starts_on, renews=renews)
        facts = await self._discounted(quote, discount, starts_on)
        draft = RequestDraft(ApprovalKind.DISCOUNT, client_id, facts, reason)
        return await self._submission.submit(draft, key)

    async def quote_discount(
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
        done = await self._submission.made_by(key, ApprovalKind.VOID)
        if done is not None:
            return done
        receipt = await SubscriptionService(self.uow).receipt(entry_id)
        if receipt.voided:
            raise AlreadyVoided
        if receipt.given_back:
            raise not_to_void(receipt)
        facts = VoidFacts(
            plan_name=receipt.plan_name,
            entry_id=entry_id,
            receipt_number=receipt.number,
            amount=receipt.amount,
            method=receipt.method,
            taken_by=receipt.staff_name,
            taken_at=receipt.at,
        )
        draft = RequestDraft(ApprovalKind.VOID, receipt.client_id, facts, reason, subject=("entry_id",))
        return await self._submission.submit(draft, key)

    async def ask_refund(
        self, subscription_id: UUID, amount: Decimal, method: Method, reason: str, *, key: UUID | None = None
    ) -> Approval:
        """Ask for money back. Raises `RefundTooLarge`, `AmountNotPositive`, `AlreadyAsked`."""
        self.uow.actor.require(Permission.CANCEL_SUBSCRIPTION)
        done = await self._submission.made_by(key, ApprovalKind.REFUND)
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
        draft = RequestDraft(
            ApprovalKind.REFUND, subscription.client_id, facts, reason, subject=("subscription_id",)
        )
        return await self._submission.submit(draft, key)

    async def ask_write_off(self, subscription_id: UUID, reason: str, *, key: UUID | None = None) -> Approval:
        """Ask for a debt to be written off, of a subscription or of a sale of products.

        Raises `NothingOwed`, `PlanStillOpen`, `SaleTooFresh`, `OwnMembershipRefused`, `AlreadyAsked`.
        """
        self.uow.actor.require(Permission.TAKE_PAYMENT)
        done = await self._submission.made_by(key, ApprovalKind.WRITE_OFF)
        if done is not None:
            return done
        debt = await DebtService(self.uow).owing(subscription_id)
        await FourEyes(self.uow).require_another(debt.client_id, Permission.CREDIT, acts=False)
        await DebtWriteOffs(self.uow).writable(subscription_id)
        facts = WriteOffFacts(plan_name=debt.what, subscription_id=debt.id, amount=debt.balance)
        subject = ("subscription_id",)
        return await self._submission.submit(
            RequestDraft(ApprovalKind.WRITE_OFF, debt.client_id, facts, reason, subject), key
        )

    async def ask_long_freeze(
        self,
        subscription_id: UUID,
        starts_on: date,
        ends_on: date | None,
        reason: str,
        *,
        key: UUID | None = None,
    ) -> Approval:
        """Ask an admin for a freeze of more days than the plan has left, or without an end.

        Raises `ApprovalNotNeeded`, `AlreadyAsked`, `OwnMembershipRefused`, `ReasonNeeded`, and the other
        refusals of a freeze (`gym.subscriptions.freezes.rules.checked_freeze`).
        """
        self.uow.actor.require(Permission.FREEZE)
        done = await self._submission.made_by(key, ApprovalKind.LONG_FREEZE)
        if done is not None:
            return done
        quote = await FreezeService(self.uow).quote(subscription_id, starts_on, ends_on, for_approval=True)
        if self.uow.actor.may(Permission.FREEZE_BEYOND_PLAN) or not quote.exceeds_plan:
            raise ApprovalNotNeeded
        facts = LongFreezeFacts(
            plan_name=quote.subscription.plan.name,
            subscription_id=subscription_id,
            starts_on=quote.starts_on,
            ends_on=quote.ends_on,
            days_left=quote.allowance_left,
        )
        client_id, subject = quote.subscription.client_id, ("subscription_id",)
        draft = RequestDraft(ApprovalKind.LONG_FREEZE, client_id, facts, reason, subject)
        return await self._submission.submit(draft, key)

    async def ask_freeze(
        self, starts_on: date, ends_on: date | None, reason: str, *, key: UUID | None = None
    ) -> Approval:
        """A member's own request for the plan that runs now; beyond its freeze days only an admin grants it.

        Raises `OnlyFromDesk` to anybody but a client, `NothingToFreeze`, `DebtBeforeFreeze`, `AlreadyAsked`,
        `ReasonNeeded`, `TooOftenToday`, and the other refusals of a freeze
        (`gym.subscriptions.freezes.rules.checked_freeze`).
        """
        client_id = self.uow.actor.client_id
        if client_id is None:
            raise OnlyFromDesk
        done = await self._submission.made_by(key, ApprovalKind.FREEZE)
        if done is not None:
            return done
        await self.uow.require_below_daily_limit(ASKED, FREEZE_REQUESTS_A_DAY)
        facts = await self._to_freeze(client_id, starts_on, ends_on)
        return await self._submission.submit(RequestDraft(ApprovalKind.FREEZE, client_id, facts, reason), key)

    async def _full(self, client_id: UUID, plan_id: UUID, starts_on: date | None, *, renews: bool) -> Quote:
        """The sale or renewal at full price; also for the own membership, as somebody else decides."""
        self.uow.seconded.add(client_id)
        return await DiscountQuotes(self.uow).full(client_id, plan_id, starts_on, renews=renews)

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
