"""What the door tells: the member's own phone, and the desk as it wishes.

Every payload has the verdict's `code` and, where known, `client_id`, `client_name`, `display_name`,
`plan_name`, `starts_on`, `ends_on`, `until` (date), `days_left`, `visits_left`, `visit_number` (int),
`balance`, `closed_debt` (Decimal), `reason`, `opens_on` (date), `opens_at` (text), `at` (datetime), `method`,
`reward_percent` (Decimal) and `reward_until` (date) of a reward that waits, `visits_to_reward` (int).
A verdict on what an offline kiosk had recorded is `late`. DESK_OVERRIDE has
also `staff_name` and `denied_code`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from gym.attendance.checkin.schemas import Verdict
from gym.attendance.models import VerdictCode
from gym.notifications.models import NotificationKind, Priority
from gym.notifications.outbox import DESK, Recipient
from gym.unit_of_work import UnitOfWork

Payload = dict[str, object]
LATE_AFTER = timedelta(minutes=1)
"""A capture that was not sent at once: the kiosk was offline, and the person stands there no more."""


def verdict_payload(verdict: Verdict) -> Payload:
    return {
        "code": verdict.code,
        "method": verdict.method,
        "at": verdict.at,
        "client_id": verdict.client_id,
        "client_name": verdict.client_name,
        "display_name": verdict.display_name,
        "plan_name": verdict.plan_name,
        "starts_on": verdict.starts_on,
        "ends_on": verdict.ends_on,
        "until": verdict.until,
        "days_left": verdict.days_left,
        "visits_left": verdict.visits_left,
        "visit_number": verdict.visit_number,
        "balance": verdict.balance,
        "closed_debt": verdict.closed_debt,
        "reason": verdict.reason,
        "opens_on": verdict.opens_on,
        "opens_at": f"{verdict.opens_at:%H:%M}" if verdict.opens_at else None,
        "birthday": verdict.birthday,
        "reward_percent": verdict.loyalty.percent,
        "reward_until": verdict.loyalty.until,
        "visits_to_reward": verdict.loyalty.to_go,
    }


def tell(uow: UnitOfWork, verdict: Verdict, day: date) -> None:
    """A visit is told once; a denial once a day and reason, however often the camera asks."""
    if verdict.client_id is None or verdict.code is VerdictCode.REENTRY:
        return
    payload = verdict_payload(verdict) | {"late": uow.now - verdict.at > LATE_AFTER}
    if verdict.admitted:
        _tell_visit(uow, verdict, payload)
    else:
        _tell_denial(uow, verdict, payload, f"{verdict.client_id}:{day.isoformat()}:{verdict.code}")


def _tell_visit(uow: UnitOfWork, verdict: Verdict, payload: Payload) -> None:
    assert verdict.client_id is not None
    if uow.settings.tell_member_check_in:
        member = Recipient.client(verdict.client_id)
        key, urgent = f"checked_in:{verdict.id}", Priority.URGENT
        uow.notify(member, NotificationKind.CHECKED_IN, payload, dedup_key=key, priority=urgent)
    if uow.settings.tell_desk_check_in:
        key = f"desk_checked_in:{verdict.id}"
        uow.notify(DESK, NotificationKind.DESK_CHECKED_IN, payload, dedup_key=key)


def _tell_denial(uow: UnitOfWork, verdict: Verdict, payload: Payload, which: str) -> None:
    assert verdict.client_id is not None
    if verdict.code is not VerdictCode.CLIENT_INACTIVE:
        member, urgent = Recipient.client(verdict.client_id), Priority.URGENT
        uow.notify(member, NotificationKind.DENIED, payload, dedup_key=f"denied:{which}", priority=urgent)
    if uow.settings.tell_desk_denial:
        uow.notify(DESK, NotificationKind.DESK_DENIED, payload, dedup_key=f"desk_denied:{which}")


def tell_override(uow: UnitOfWork, verdict: Verdict, denied: VerdictCode, admins: Sequence[UUID]) -> None:
    """The desk and every admin hear of everybody who was let in against the verdict.

    Without a desk chat the desk's message goes to the admins: the same keys make it one message for each.
    """
    more: Payload = {"staff_name": uow.actor.name, "denied_code": denied}
    payload = verdict_payload(verdict) | more
    kind, key = NotificationKind.DESK_OVERRIDE, f"override:{verdict.id}"
    uow.notify(DESK, kind, payload, dedup_key=key)
    for admin in admins:
        if admin != uow.actor.id:
            uow.notify(Recipient.staff(admin), kind, payload, dedup_key=f"{key}:{admin}")
