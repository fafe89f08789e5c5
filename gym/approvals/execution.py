"""Execution of an approved request, in the transaction of whoever approved it."""

from __future__ import annotations

from gym.approvals.errors import FreezeDaysOver
from gym.approvals.models import Approval, ApprovalKind
from gym.approvals.schemas import FreezeFacts, RefundFacts, VoidFacts, WriteOffFacts, facts_of
from gym.debts.write_offs import DebtWriteOffs
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork


async def execute_approval(uow: UnitOfWork, approval: Approval) -> None:
    """With the permissions of whoever approved; a discount waits until somebody sells with it.

    Raises what the void, refund, write-off or freeze raises, and `FreezeDaysOver`.
    """
    reason = approval.reason or ""
    match facts_of(approval):
        case VoidFacts() as void:
            await SubscriptionService(uow).void_payment(void.entry_id, reason)
        case RefundFacts() as refund:
            await SubscriptionService(uow).refund(
                refund.subscription_id, refund.amount, refund.method, reason, key=approval.id
            )
        case WriteOffFacts() as debt:
            await DebtWriteOffs(uow).write_off(
                debt.subscription_id, reason, most=debt.amount, key=approval.id
            )
        case FreezeFacts() as request:
            await _freeze(uow, request, approval)
        case _:
            return


async def _freeze(uow: UnitOfWork, request: FreezeFacts, approval: Approval) -> None:
    """From the day that was asked for, or from today when the answer came later than that.

    The days that were granted replace those asked for: an employee grants no more than the plan allows. The
    member is told of the freeze itself where staff has asked; of the answer where the member has.
    """
    starts_on = max(request.starts_on, uow.today)
    if request.ends_on is not None and request.ends_on < starts_on:
        raise FreezeDaysOver(request.ends_on)
    freeze = await FreezeService(uow).freeze(
        request.subscription_id,
        starts_on,
        request.ends_on,
        approval.reason or "",
        key=approval.id,
        asked_for=approval.kind is ApprovalKind.FREEZE,
    )
    granted = request.model_copy(update={"starts_on": freeze.starts_on, "ends_on": freeze.ends_on})
    approval.facts = granted.packed()
