"""Putting a request: what is asked is judged as far as it can be, then it waits for an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.approvals import notices
from gym.approvals.errors import AlreadyAsked
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.repository import ApprovalRepository
from gym.approvals.schemas import DiscountFacts, Facts
from gym.core.database.engine import violated_constraint
from gym.payments.errors import PaymentKeyReused, parse_reason
from gym.staff.repository import StaffRepository
from gym.subscriptions.schemas import Quote
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

ASKED: Final = "approval.asked"


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """One request before it is a row. `subject` are the facts that make two requests the same one."""

    kind: ApprovalKind
    client_id: UUID
    facts: Facts
    reason: str
    subject: tuple[str, ...] = ()


class RequestSubmission:
    """Turns a wish into a row that everybody who may decide hears of."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._approvals = ApprovalRepository(uow.session)

    async def made_by(self, key: UUID | None, kind: ApprovalKind) -> Approval | None:
        """What an earlier tap with the same key has asked. Raises `PaymentKeyReused`."""
        done = await self._approvals.by_key(key)
        if done is not None and (done.kind is not kind or done.asked_by != self.uow.actor.staff_id):
            raise PaymentKeyReused
        return done

    async def put(self, wish: RequestDraft, key: UUID | None) -> Approval:
        """Write it and tell. Raises `AlreadyAsked`, `ReasonNeeded`."""
        reason = parse_reason(wish.reason)
        await self._require_new(wish, key)
        hours = timedelta(hours=self.uow.settings.approval_hours)
        row = Approval(
            kind=wish.kind,
            state=ApprovalState.PENDING,
            client_id=wish.client_id,
            facts=wish.facts.packed(),
            asked_by=self.uow.actor.staff_id,
            asked_by_name=self.uow.actor.name,
            reason=reason,
            created_at=self.uow.now,
            expires_at=self.uow.now + hours,
            idempotency_key=key,
        )
        if not await self._insert(row):
            return await self._first(wish, key)
        approval = await self._approvals.whole(row.id)
        self.uow.audit(ASKED, approval, after={"kind": wish.kind, **wish.facts.model_dump()})
        notices.tell_asked(self.uow, approval, await StaffRepository(self.uow.session).active_admins())
        return approval

    async def _require_new(self, wish: RequestDraft, key: UUID | None) -> None:
        """Two colleagues may ask for two discounts; the same payment is voided once."""
        packed = wish.facts.packed()
        subject = {name: packed[name] for name in wish.subject}
        for other in await self._approvals.like(wish.kind, wish.client_id, subject):
            alike = wish.kind is not ApprovalKind.DISCOUNT or other.asked_by == self.uow.actor.staff_id
            again = key is not None and other.idempotency_key == key
            if alike and not again and other.expires_at > self.uow.now:
                raise AlreadyAsked(other.asked_by_name, other.created_at, other.id)

    async def _insert(self, row: Approval) -> bool:
        """False when the same tap was faster on another way."""
        try:
            async with self.uow.session.begin_nested():
                await self._approvals.add(row)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_approvals_idempotency_key":
                return False
            raise
        return True

    async def _first(self, wish: RequestDraft, key: UUID | None) -> Approval:
        done = await self.made_by(key, wish.kind)
        if done is None:
            raise PaymentKeyReused
        return done


class Prices:
    """What a discount would be taken off, whoever asks: the limit of the actor is not looked at."""

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
