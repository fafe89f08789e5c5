"""What an approval sets going, in the transaction of whoever approved."""

from __future__ import annotations

from gym.approvals.errors import FreezeDaysOver
from gym.approvals.models import Approval
from gym.approvals.schemas import FreezeFacts, RefundFacts, VoidFacts, WriteOffFacts, facts_of
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork


async def carry_out(uow: UnitOfWork, approval: Approval) -> None:
    """Do it, with the rights of whoever approved; a discount waits until somebody sells with it."""
    reason = approval.reason or ""
    match facts_of(approval):
        case VoidFacts() as void:
            await SubscriptionService(uow).void_payment(void.entry_id, reason)
        case RefundFacts() as refund:
            await SubscriptionService(uow).refund(
                refund.subscription_id, refund.amount, refund.method, reason, key=approval.id
            )
        case WriteOffFacts() as debt:
            await SubscriptionService(uow).write_off(
                debt.subscription_id, reason, most=debt.amount, key=approval.id
            )
        case FreezeFacts() as wish:
            await _freeze(uow, wish, approval)
        case _:
            return


async def _freeze(uow: UnitOfWork, wish: FreezeFacts, approval: Approval) -> None:
    """From the day that was asked for, or from today when the answer came later than that.

    The days that were granted take the place of the wish: an employee grants no more than the plan allows.
    """
    starts_on = max(wish.starts_on, uow.today)
    if wish.ends_on is not None and wish.ends_on < starts_on:
        raise FreezeDaysOver(wish.ends_on)
    freeze = await FreezeService(uow).freeze(
        wish.subscription_id,
        starts_on,
        wish.ends_on,
        approval.reason or "",
        key=approval.id,
        asked_for=True,
    )
    granted = wish.model_copy(update={"starts_on": freeze.starts_on, "ends_on": freeze.ends_on})
    approval.facts = granted.packed()
