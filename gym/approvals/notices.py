"""What approvals tell: the payload of every kind, for whoever writes the sentence.

Every payload has: `approval_id`, `client_id` (UUID), `client_name`, `asked_by` (name), `kind` (text, an
`ApprovalKind`), `state` (text, an `ApprovalState`), `reason` (text or none), `expires_at` (datetime),
`decided_by` (name or none), `answer` (text or none), and the facts of its kind (`gym.approvals.schemas`);
a discount has also `percent` (whole percent of the price) and `final_price`.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.schemas import DiscountFacts, facts_of
from gym.notifications.models import NotificationKind, Priority
from gym.notifications.outbox import DESK, Recipient
from gym.unit_of_work import UnitOfWork

Payload = dict[str, object]


def approval_payload(approval: Approval) -> Payload:
    """A request as it stands, in one flat mapping. Its client is loaded."""
    facts = facts_of(approval)
    payload: Payload = facts.model_dump()
    if isinstance(facts, DiscountFacts):
        payload |= {"percent": facts.percent, "final_price": facts.final_price}
    return payload | {
        "approval_id": approval.id,
        "kind": approval.kind,
        "state": approval.state,
        "client_id": approval.client_id,
        "client_name": approval.client.full_name,
        "asked_by": approval.asked_by_name,
        "reason": approval.reason,
        "expires_at": approval.expires_at,
        "decided_by": approval.decided_by_name,
        "answer": approval.answer,
    }


def tell_asked(uow: UnitOfWork, approval: Approval, admins: Iterable[UUID]) -> None:
    """Every admin in their own chat; a member's wish goes to the desk."""
    payload, key = approval_payload(approval), asked_key(approval)
    if approval.kind is ApprovalKind.FREEZE:
        uow.notify(
            DESK, NotificationKind.DESK_FREEZE_WANTED, payload, dedup_key=key, priority=Priority.URGENT
        )
        return
    for admin in admins:
        uow.notify(
            Recipient.staff(admin),
            NotificationKind.APPROVAL_ASKED,
            payload,
            dedup_key=f"{key}:{admin}",
            priority=Priority.URGENT,
        )


async def tell_taken_back(uow: UnitOfWork, approval: Approval, admins: Iterable[UUID]) -> None:
    """What asked is laid aside where it has not left, and takes its end where it has."""
    key = asked_key(approval)
    await uow.call_off(key)
    payload = approval_payload(approval) | {"replaces": key}
    if approval.kind is ApprovalKind.FREEZE:
        kind = NotificationKind.DESK_FREEZE_TAKEN_BACK
        uow.notify(DESK, kind, payload, dedup_key=f"taken-back:{approval.id}", priority=Priority.URGENT)
        return
    for admin in admins:
        uow.notify(
            Recipient.staff(admin),
            NotificationKind.APPROVAL_TAKEN_BACK,
            payload,
            dedup_key=f"taken-back:{approval.id}:{admin}",
            priority=Priority.URGENT,
        )


def asked_key(approval: Approval) -> str:
    """What the messages that ask are known by; each listener's own continues it."""
    name = "freeze-wanted" if approval.kind is ApprovalKind.FREEZE else "approval-asked"
    return f"{name}:{approval.id}"


def tell_decided(uow: UnitOfWork, approval: Approval) -> None:
    """Whoever asked, unless they decided it themselves; a late answer counts as none."""
    key = f"approval-decided:{approval.id}"
    if approval.kind is ApprovalKind.FREEZE:
        approved = approval.state is ApprovalState.APPROVED
        kind = NotificationKind.FREEZE_APPROVED if approved else NotificationKind.FREEZE_REJECTED
        _tell(uow, Recipient.client(approval.client_id), kind, approval, key)
    elif approval.asked_by is not None and approval.asked_by != approval.decided_by:
        _tell(uow, Recipient.staff(approval.asked_by), NotificationKind.APPROVAL_DECIDED, approval, key)


def _tell(
    uow: UnitOfWork, recipient: Recipient, kind: NotificationKind, approval: Approval, key: str
) -> None:
    uow.notify(recipient, kind, approval_payload(approval), dedup_key=key, priority=Priority.URGENT)
