"""Faults of approvals."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from gym.approvals.models import Approval, ApprovalState
from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class ApprovalNotFound(NotFound):
    code = "approval_not_found"
    message = N_("That request is not here any more. Open the requests and choose again.")


class AlreadyDecided(Conflict):
    """Another answer came first: `by` and `at` say whose and when; `by_id` is None for a member."""

    code = "already_decided"
    message = N_("{by} has approved this already, on {at}. There is nothing left to do.")

    def __init__(self, by: str, state: ApprovalState, at: datetime, by_id: UUID | None = None) -> None:
        super().__init__(by=by, at=at, state=state.value)
        self.by = by
        self.state = state
        self.at = at
        self.by_id = by_id
        self.message = DECIDED[state]


DECIDED: Final = {
    ApprovalState.APPROVED: AlreadyDecided.message,
    ApprovalState.REJECTED: N_("{by} has rejected this already, on {at}. There is nothing left to do."),
    ApprovalState.WITHDRAWN: N_("{by} has taken this back, on {at}. There is nothing left to do."),
}


class ApprovalExpired(Conflict):
    """Nobody answered in time, or an approved discount was not used in time."""

    code = "approval_expired"
    message = N_("This was good until {until}. Ask again if it is still needed.")

    def __init__(self, until: datetime) -> None:
        super().__init__(until=until)
        self.until = until


def decided_before(approval: Approval) -> AlreadyDecided | ApprovalExpired:
    """Why a request cannot be decided any more."""
    if approval.decided_at is None or approval.decided_by_name is None:
        return ApprovalExpired(approval.expires_at)
    return AlreadyDecided(approval.decided_by_name, approval.state, approval.decided_at, approval.decided_by)


class OwnRequest(Forbidden):
    """Nobody approves what they asked for themselves, except an admin."""

    code = "own_request"
    message = N_("This is your own request. Somebody else has to decide it.")


class NotYourRequest(Forbidden):
    """Only whoever asked takes a request back."""

    code = "not_your_request"
    message = N_("Only whoever asked can take a request back. You can reject it instead.")


class ApprovalNotNeeded(Invalid):
    """The actor may do it without asking."""

    code = "approval_not_needed"
    message = N_("You can do this yourself. Go back and confirm it.")


class AlreadyAsked(Conflict):
    """The same request waits for an answer already."""

    code = "already_asked"
    message = N_("{by} asked for this on {at}, and it waits for an answer. See it under Requests.")

    def __init__(self, by: str, at: datetime, approval_id: UUID) -> None:
        super().__init__(by=by, at=at)
        self.approval_id = approval_id


class NotApproved(Conflict):
    """A sale at a discount that is not approved."""

    code = "not_approved"
    message = N_("This discount is not approved. Wait for an admin's answer, or sell at the full price.")


class AlreadyUsed(Conflict):
    """An approved discount is good for one sale."""

    code = "approval_used"
    message = N_("This approved discount was used before. Ask again for another one.")


class PriceChangedSince(Conflict):
    """The price is another one than the admin approved the discount on."""

    code = "price_changed_since"
    message = N_(
        "The price was {approved} when this was asked, and it is {now} now. Ask for the discount again."
    )

    def __init__(self, approved: Decimal, now: Decimal) -> None:
        super().__init__(approved=approved, now=now)
        self.approved = approved
        self.now = now


class NothingToFreeze(Conflict):
    """A member without a running plan asks for a freeze."""

    code = "nothing_to_freeze"
    message = N_("There is no running plan to freeze. Ask at the desk.")


class DebtBeforeFreeze(Conflict):
    """A member does not freeze to escape a debt."""

    code = "debt_before_freeze"
    message = N_("There are {balance} to pay on your plan. Pay at the desk first, then ask again.")

    def __init__(self, balance: Decimal) -> None:
        super().__init__(balance=balance)


class FreezeDaysOver(Conflict):
    """A freeze was approved after the last day that it was asked for."""

    code = "freeze_days_over"
    message = N_("The last day asked for was {ends_on}. Reject this, and freeze from today if it is wanted.")

    def __init__(self, ends_on: date) -> None:
        super().__init__(ends_on=ends_on)
