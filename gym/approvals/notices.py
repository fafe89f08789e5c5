"""Notifications of requests for approval: asked, taken back, decided."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gym.approvals.models import Approval, ApprovalKind, ApprovalState
from gym.approvals.schemas import (
    DiscountFacts,
    FreezeFacts,
    LongFreezeFacts,
    RefundFacts,
    RequestFacts,
    VoidFacts,
    WriteOffFacts,
    facts_of,
)
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.requests import (
    AnyRequest,
    ApprovalAskedPayload,
    ApprovalDecidedPayload,
    ApprovalTakenBackPayload,
    DeskFreezeTakenBackPayload,
    DeskFreezeWantedPayload,
    DiscountRequest,
    FreezeApprovedPayload,
    FreezeRejectedPayload,
    FreezeRequest,
    LongFreezeRequest,
    RefundRequest,
    RequestDetails,
    VoidRequest,
    WriteOffRequest,
)
from gym.unit_of_work import UnitOfWork


def request_details(approval: Approval) -> RequestDetails:
    """A request as it stands. Its client is loaded."""
    return RequestDetails(
        subject=_subject(facts_of(approval)),
        approval_id=approval.id,
        state=approval.state,
        client_id=approval.client_id,
        client_name=approval.client.full_name,
        asked_by=approval.asked_by_name,
        reason=approval.reason,
        expires_at=approval.expires_at,
        decided_by=approval.decided_by_name,
        answer=approval.answer,
    )


def _subject(facts: RequestFacts) -> AnyRequest:
    """The part of the payload that differs by kind. Raises `TypeError` for a kind without one."""
    match facts:
        case DiscountFacts():
            return DiscountRequest(
                kind="discount",
                plan_name=facts.plan_name,
                plan_id=facts.plan_id,
                value=facts.value,
                discount_kind=facts.discount_kind,
                base_price=facts.base_price,
                off=facts.off,
                starts_on=facts.starts_on,
                renews_id=facts.renews_id,
                percent=facts.percent,
                final_price=facts.final_price,
            )
        case VoidFacts():
            return VoidRequest(
                kind="void",
                plan_name=facts.plan_name,
                entry_id=facts.entry_id,
                receipt_number=facts.receipt_number,
                amount=facts.amount,
                method=facts.method,
                taken_by=facts.taken_by,
                taken_at=facts.taken_at,
            )
        case _:
            return _subscription_subject(facts)


def _subscription_subject(facts: RequestFacts) -> AnyRequest:
    match facts:
        case RefundFacts(plan_name=plan, subscription_id=key, amount=amount, method=method):
            return RefundRequest(
                kind="refund", plan_name=plan, subscription_id=key, amount=amount, method=method
            )
        case LongFreezeFacts(plan_name=plan, subscription_id=key, starts_on=first, ends_on=last):
            return LongFreezeRequest(
                kind="long_freeze",
                plan_name=plan,
                subscription_id=key,
                starts_on=first,
                ends_on=last,
                days_left=facts.days_left,
            )
        case FreezeFacts(plan_name=plan, subscription_id=key, starts_on=first, ends_on=last):
            return FreezeRequest(
                kind="freeze", plan_name=plan, subscription_id=key, starts_on=first, ends_on=last
            )
        case WriteOffFacts(plan_name=plan, subscription_id=key, amount=amount):
            return WriteOffRequest(kind="write_off", plan_name=plan, subscription_id=key, amount=amount)
        case _:
            raise TypeError(type(facts).__name__)


def tell_asked(uow: UnitOfWork, approval: Approval, admins: Iterable[UUID]) -> None:
    """To every admin in their own chat; a member's freeze to the desk."""
    request, key = request_details(approval), asked_key(approval)
    if approval.kind is ApprovalKind.FREEZE:
        uow.notify(DESK, DeskFreezeWantedPayload(request=request), dedup_key=key)
        return
    for admin in admins:
        told = ApprovalAskedPayload(request=request)
        uow.notify(Recipient.staff(admin), told, dedup_key=f"{key}:{admin}")


async def tell_taken_back(uow: UnitOfWork, approval: Approval, admins: Iterable[UUID]) -> None:
    """Call off the messages that ask where they have not been sent; replace them where they have."""
    key = asked_key(approval)
    await uow.call_off(key)
    request, over = request_details(approval), f"taken-back:{approval.id}"
    if approval.kind is ApprovalKind.FREEZE:
        uow.notify(DESK, DeskFreezeTakenBackPayload(request=request, replaces=key), dedup_key=over)
        return
    for admin in admins:
        told = ApprovalTakenBackPayload(request=request, replaces=key)
        uow.notify(Recipient.staff(admin), told, dedup_key=f"{over}:{admin}")


def asked_key(approval: Approval) -> str:
    """The common beginning of the `dedup_key`s of the messages that ask."""
    name = "freeze-wanted" if approval.kind is ApprovalKind.FREEZE else "approval-asked"
    return f"{name}:{approval.id}"


def tell_decided(uow: UnitOfWork, approval: Approval) -> None:
    """To whoever asked, unless they decided it themselves. An expired freeze is told as rejected."""
    key, request = f"approval-decided:{approval.id}", request_details(approval)
    if approval.kind is ApprovalKind.FREEZE:
        approved = approval.state is ApprovalState.APPROVED
        answer = FreezeApprovedPayload if approved else FreezeRejectedPayload
        uow.notify(Recipient.client(approval.client_id), answer(request=request), dedup_key=key)
    elif approval.asked_by is not None and approval.asked_by != approval.decided_by:
        asker = Recipient.staff(approval.asked_by)
        uow.notify(asker, ApprovalDecidedPayload(request=request), dedup_key=key)
