"""Notifications of check-ins: to the client in person, and to the desk as the gym's settings say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from gym.attendance.checkin.facts.door_facts import AttemptContext
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import VerdictCode
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.door import (
    CheckedInPayload,
    DeniedPayload,
    DeskCheckedInPayload,
    DeskDeniedPayload,
    DeskOverridePayload,
    VerdictDetails,
)
from gym.unit_of_work import UnitOfWork

LATE_AFTER = timedelta(minutes=1)
"""A capture that was not sent at once: the kiosk was offline, and the person stands there no more."""


def verdict_details(verdict: Verdict) -> VerdictDetails:
    """A verdict as notification payloads hold it."""
    return VerdictDetails(
        code=verdict.code,
        method=verdict.method,
        at=verdict.at,
        client_id=verdict.client_id,
        client_name=verdict.client_name,
        display_name=verdict.display_name,
        plan_name=verdict.plan_name,
        starts_on=verdict.starts_on,
        ends_on=verdict.ends_on,
        until=verdict.until,
        days_left=verdict.days_left,
        visits_left=verdict.visits_left,
        visit_number=verdict.visit_number,
        balance=verdict.balance,
        closed_debt=verdict.closed_debt,
        reason=verdict.reason,
        opens_on=verdict.opens_on,
        opens_at=f"{verdict.opens_at:%H:%M}" if verdict.opens_at else None,
        birthday=verdict.birthday,
        reward_percent=verdict.loyalty.percent,
        reward_until=verdict.loyalty.until,
        visits_to_reward=verdict.loyalty.to_go,
    )


def tell(uow: UnitOfWork, verdict: Verdict, attempt: AttemptContext) -> None:
    """A visit is told once; a denial once a day and reason, however often the camera asks."""
    if verdict.client_id is None or verdict.code is VerdictCode.REENTRY:
        return
    late = uow.now - verdict.at > LATE_AFTER
    if verdict.admitted:
        _tell_visit(uow, verdict, verdict.client_id, attempt, late=late)
    else:
        _tell_denial(uow, verdict, verdict.client_id, attempt, late=late)


def _tell_visit(
    uow: UnitOfWork, verdict: Verdict, client_id: UUID, attempt: AttemptContext, *, late: bool
) -> None:
    details = verdict_details(verdict)
    if uow.settings.tell_member_check_in:
        told = CheckedInPayload(verdict=details, late=late)
        uow.notify(Recipient.client(client_id), told, dedup_key=f"checked_in:{verdict.id}")
    if uow.settings.tell_desk_check_in:
        desk = DeskCheckedInPayload(verdict=details, late=late, **_answered(attempt))
        uow.notify(DESK, desk, dedup_key=f"desk_checked_in:{verdict.id}")


def _tell_denial(
    uow: UnitOfWork, verdict: Verdict, client_id: UUID, attempt: AttemptContext, *, late: bool
) -> None:
    details, which = verdict_details(verdict), f"{client_id}:{attempt.day.isoformat()}:{verdict.code}"
    if verdict.code is not VerdictCode.CLIENT_INACTIVE:
        told = DeniedPayload(verdict=details, late=late)
        uow.notify(Recipient.client(client_id), told, dedup_key=f"denied:{which}")
    if uow.settings.tell_desk_denial:
        desk = DeskDeniedPayload(verdict=details, late=late, **_answered(attempt))
        uow.notify(DESK, desk, dedup_key=f"desk_denied:{which}")


def _answered(attempt: AttemptContext) -> dict[str, UUID]:
    """A field that was not given is not stored."""
    return {} if attempt.answered_in is None else {"answered_in": attempt.answered_in}


def tell_override(uow: UnitOfWork, verdict: Verdict, denied: VerdictCode, admins: Sequence[UUID]) -> None:
    """The desk and every admin hear of everybody who was let in against the verdict.

    Without a desk chat the desk's message goes to the admins: the same keys make it one message for each.
    """
    details, key = verdict_details(verdict), f"override:{verdict.id}"
    payload = DeskOverridePayload(verdict=details, staff_name=uow.actor.name, denied_code=denied)
    uow.notify(DESK, payload, dedup_key=key)
    for admin in admins:
        if admin != uow.actor.id:
            uow.notify(Recipient.staff(admin), payload, dedup_key=f"{key}:{admin}")
