"""Approvals: requests answered, listed and expired; and by name the asking and the approved sales.

Lock order: the request's row first, then the client, the subscription and the account, so that two people who
decide or use requests never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from gym.approvals import notices
from gym.approvals.approved_sales import ApprovedSales
from gym.approvals.errors import NotYourRequest, OwnRequest, decided_before
from gym.approvals.execution import execute_approval
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.repository import ApprovalRepository
from gym.approvals.requests import ApprovalRequests
from gym.core.database.repository import Page
from gym.payments.errors import parse_note
from gym.security.permissions import Actor, OnlyFromDesk, Permission
from gym.staff.four_eyes import FourEyes
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

DECIDES = {
    ApprovalKind.DISCOUNT: Permission.APPROVE_REQUESTS,
    ApprovalKind.VOID: Permission.APPROVE_REQUESTS,
    ApprovalKind.REFUND: Permission.APPROVE_REQUESTS,
    ApprovalKind.FREEZE: Permission.FREEZE,
    ApprovalKind.WRITE_OFF: Permission.APPROVE_REQUESTS,
    ApprovalKind.LONG_FREEZE: Permission.FREEZE_BEYOND_PLAN,
}
"""Who may answer: a member's freeze any colleague, money and days beyond the plan only an admin."""


def decidable_by(actor: Actor) -> list[ApprovalKind]:
    """The kinds an actor may answer: for showing the buttons; `approve` and `reject` decide."""
    return [kind for kind, permission in DECIDES.items() if actor.may(permission)]


class ApprovalService:
    """Every approval it returns has its client loaded.

    Answers are written here; asking, and the sale at an approved discount, are services of their own, and
    their operations are called by this one's name.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._approvals = ApprovalRepository(uow.session)

        requests = ApprovalRequests(uow)
        self.ask_discount, self.quote_discount = requests.ask_discount, requests.quote_discount
        self.ask_void, self.ask_refund = requests.ask_void, requests.ask_refund
        self.ask_write_off, self.ask_freeze = requests.ask_write_off, requests.ask_freeze
        self.ask_long_freeze = requests.ask_long_freeze

        sales = ApprovedSales(uow)
        self.quote, self.sell = sales.quote, sales.sell

    async def approve(self, approval_id: UUID) -> Approval:
        """Say yes. A void, refund, write-off or freeze is done in this very transaction: its refusal leaves
        the request waiting. A discount waits to be used by `sell`, as long again as a request waits.

        Raises `AlreadyDecided`, `ApprovalExpired`, `OwnRequest`, `OwnMembershipRefused`, and what the act
        itself raises.
        """
        asked = await self._decidable(approval_id)
        await self._require_other_person(asked)
        more: dict[str, object] = {}
        if asked.kind is ApprovalKind.DISCOUNT:
            more["expires_at"] = self.uow.now + timedelta(hours=self.uow.settings.approval_hours)
        approval = await self._decide(approval_id, ApprovalState.APPROVED, **more)
        await execute_approval(self.uow, approval)
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
        asked = await self._approvals.require_loaded(approval_id)
        if not self._is_mine(asked):
            raise NotYourRequest
        approval = await self._decide(approval_id, ApprovalState.WITHDRAWN)
        await notices.tell_taken_back(
            self.uow, approval, await StaffRepository(self.uow.session).active_admins()
        )
        return approval

    async def get(self, approval_id: UUID) -> Approval:
        """One request; one that nobody answered in time is closed on the way. Raises `ApprovalNotFound`."""
        await self._expire(approval_id)
        approval = await self._approvals.require_loaded(approval_id)
        if not self._is_mine(approval):
            self.uow.actor.require(Permission.SELL)
        return approval

    async def own_freeze_request(self) -> Approval | None:
        """The member's last request for a freeze; one that nobody answered in time is closed on the way."""
        found = await self._approvals.latest(ApprovalKind.FREEZE, self._member())
        if found is None:
            return None
        await self._expire(found.id)
        return await self._approvals.require_loaded(found.id)

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

    async def _decidable(self, approval_id: UUID) -> Approval:
        approval = await self._approvals.require_loaded(approval_id)
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
        first = await self._approvals.record_decision(
            approval_id,
            now,
            state=state,
            decided_by=self.uow.actor.staff_id,
            decided_by_name=actor.name,
            decided_at=now,
            **more,
        )
        approval = await self._approvals.require_loaded(approval_id)
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
