"""Submission of a request for approval: its row, its idempotency, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from gym.approvals import notices
from gym.approvals.errors import AlreadyAsked
from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.repository import ApprovalRepository
from gym.approvals.schemas import RequestFacts
from gym.core.database.engine import violated_constraint
from gym.payments.errors import PaymentKeyReused, parse_reason
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

ASKED: Final = "approval.asked"


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """One request before it is a row. `subject` names the facts by which two requests are the same one."""

    kind: ApprovalKind
    client_id: UUID
    facts: RequestFacts
    reason: str
    subject: tuple[str, ...] = ()


class RequestSubmission:
    """Writes a request, and tells everybody who may decide it."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._approvals = ApprovalRepository(uow.session)

    async def made_by(self, key: UUID | None, kind: ApprovalKind) -> Approval | None:
        """The request that this key has made before.

        Raises `PaymentKeyReused` when it was of another kind or somebody else's.
        """
        done = await self._approvals.by_key(key)
        if done is not None and (done.kind is not kind or done.asked_by != self.uow.actor.staff_id):
            raise PaymentKeyReused
        return done

    async def submit(self, draft: RequestDraft, key: UUID | None) -> Approval:
        """Insert the row and notify; the same key gives the same row.

        Raises `AlreadyAsked`, `ReasonNeeded`.
        """
        reason = parse_reason(draft.reason)
        await self._require_new(draft, key)
        hours = timedelta(hours=self.uow.settings.approval_hours)
        row = Approval(
            kind=draft.kind,
            state=ApprovalState.PENDING,
            client_id=draft.client_id,
            facts=draft.facts.packed(),
            asked_by=self.uow.actor.staff_id,
            asked_by_name=self.uow.actor.name,
            reason=reason,
            created_at=self.uow.now,
            expires_at=self.uow.now + hours,
            idempotency_key=key,
        )
        if not await self._insert(row):
            return await self._first(draft, key)
        approval = await self._approvals.require_loaded(row.id)
        self.uow.audit(ASKED, approval, after={"kind": draft.kind, **draft.facts.model_dump()})
        notices.tell_asked(self.uow, approval, await StaffRepository(self.uow.session).active_admins())
        return approval

    async def _require_new(self, draft: RequestDraft, key: UUID | None) -> None:
        """Two colleagues may ask for two discounts; anything else waits once. Raises `AlreadyAsked`."""
        packed = draft.facts.packed()
        subject = {name: packed[name] for name in draft.subject}
        for other in await self._approvals.pending_with(draft.kind, draft.client_id, subject):
            alike = draft.kind is not ApprovalKind.DISCOUNT or other.asked_by == self.uow.actor.staff_id
            again = key is not None and other.idempotency_key == key
            if alike and not again and other.expires_at > self.uow.now:
                raise AlreadyAsked(other.asked_by_name, other.created_at, other.id)

    async def _insert(self, row: Approval) -> bool:
        """False when another request with the same key was inserted first."""
        try:
            async with self.uow.session.begin_nested():
                await self._approvals.add(row)
        except IntegrityError as error:
            if violated_constraint(error) == "uq_approvals_idempotency_key":
                return False
            raise
        return True

    async def _first(self, draft: RequestDraft, key: UUID | None) -> Approval:
        done = await self.made_by(key, draft.kind)
        if done is None:
            raise PaymentKeyReused
        return done
