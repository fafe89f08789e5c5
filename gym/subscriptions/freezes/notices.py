"""What freezes and gifts tell: the payload of every kind, for whoever writes the sentence.

Every payload has the keys of `notices.subscription_payload`, and DESK_ kinds `staff_name`. On top of that:

| kinds | more keys |
|---|---|
| FROZEN | `frozen_from` (date), `frozen_until` (date or none) |
| FREEZE_ENDED | `planned` (true: it had not begun) |
| GYM_CLOSED | `frozen_from`, `frozen_until` (date), `reason` |
| GYM_OPENED | the same, and `planned` (true: the gym did not close at all) |
| DESK_FROZEN | `frozen_from` (date), `frozen_until` (date or none), `days` (int or none), `reason`; of a closing of the gym only `closing` (true), `frozen_from`, `frozen_until`, `count` (int), `reason` |
| DESK_FREEZE_ENDED | `days` (int, given back; none where the freeze had no end), `planned` (true: it had not begun); of a closing only `closing` (true), `count` |
| FREEZE_ENDS | `frozen_until` (date), `back_on` (date) |
| GIFT_DAYS | `days` (int), `reason` |
| DESK_GIFT_DAYS | the same; for everybody only `everybody` (true), `days`, `count`, `reason` |
"""  # noqa: E501 - a table

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gym.notifications.models import NotificationKind, Priority
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.quiet_hours import after_quiet
from gym.security.permissions import ActorKind
from gym.subscriptions.freezes.layout import DAY, Interval
from gym.subscriptions.models import Freeze, GiftDays, GymClosure, Subscription
from gym.subscriptions.notices import Payload, subscription_payload
from gym.unit_of_work import UnitOfWork


def tell_frozen(
    uow: UnitOfWork, freeze: Freeze, subscription: Subscription, *, asked_for: bool = False
) -> None:
    """To the desk, and to the client unless they read it in the answer to what they asked for."""
    if not asked_for:
        days: Payload = {"frozen_from": freeze.starts_on, "frozen_until": freeze.ends_on}
        key = f"frozen:{freeze.id}"
        _tell_client(uow, subscription, NotificationKind.FROZEN, days, key, Priority.NORMAL)
    more: Payload = {
        "frozen_from": freeze.starts_on,
        "frozen_until": freeze.ends_on,
        "days": Interval.of(freeze).days or None,
        "reason": freeze.reason,
    }
    _tell_desk(
        uow,
        NotificationKind.DESK_FROZEN,
        subscription_payload(subscription) | more,
        f"desk-frozen:{freeze.id}",
    )


def tell_freeze_ended(
    uow: UnitOfWork, freeze: Freeze, subscription: Subscription, days: int | None, *, planned: bool
) -> None:
    """To the desk, and to the client unless they ended it themselves."""
    if uow.actor.kind is not ActorKind.MEMBER:
        key = f"freeze_ended:{freeze.id}"
        _tell_client(
            uow,
            subscription,
            NotificationKind.FREEZE_ENDED,
            {"planned": planned},
            key,
            Priority.NORMAL,
        )
    payload = subscription_payload(subscription) | {"days": days, "planned": planned}
    _tell_desk(uow, NotificationKind.DESK_FREEZE_ENDED, payload, f"desk-freeze-ended:{freeze.id}")


def tell_closed(uow: UnitOfWork, closure: GymClosure) -> None:
    payload: Payload = {
        "closing": True,
        "frozen_from": closure.starts_on,
        "frozen_until": closure.ends_on,
        "count": closure.frozen,
        "reason": closure.reason,
    }
    _tell_desk(uow, NotificationKind.DESK_FROZEN, payload, f"desk-closed:{closure.id}")


def tell_clients_closed(uow: UnitOfWork, closure: GymClosure, resting: Sequence[Subscription]) -> None:
    """Once to each client whose plan rests: of the plan that rests first."""
    kind, which = NotificationKind.GYM_CLOSED, f"gym_closed:{closure.id}"
    for one in _first_of_each(resting):
        _tell_client(uow, one, kind, _closed_days(closure), f"{which}:{one.client_id}", Priority.BULK)


def tell_clients_opened(uow: UnitOfWork, closure: GymClosure, moved: Sequence[Subscription]) -> None:
    """Once to each client whose plan has other days now."""
    kind, which = NotificationKind.GYM_OPENED, f"gym_opened:{closure.id}"
    more = _closed_days(closure) | {"planned": closure.canceled_at is not None}
    for one in _first_of_each(moved):
        _tell_client(uow, one, kind, more, f"{which}:{one.client_id}", Priority.BULK)


def tell_opened(uow: UnitOfWork, closure: GymClosure, count: int) -> None:
    payload: Payload = {"closing": True, "count": count}
    _tell_desk(uow, NotificationKind.DESK_FREEZE_ENDED, payload, f"desk-opened:{closure.id}:{uow.today}")


def tell_gift(uow: UnitOfWork, gift: GiftDays, subscription: Subscription) -> None:
    """To the client; one of many at once is not urgent."""
    more: Payload = {"days": gift.days, "reason": gift.reason}
    _tell_client(uow, subscription, NotificationKind.GIFT_DAYS, more, f"gift:{gift.id}", Priority.BULK)


def tell_desk_gift(uow: UnitOfWork, gift: GiftDays, subscription: Subscription) -> None:
    payload = subscription_payload(subscription) | {"days": gift.days, "reason": gift.reason}
    _tell_desk(uow, NotificationKind.DESK_GIFT_DAYS, payload, f"desk-gift:{gift.id}")


def tell_desk_gifts(uow: UnitOfWork, days: int, count: int, reason: str, key: str) -> None:
    payload: Payload = {"everybody": True, "days": days, "count": count, "reason": reason}
    _tell_desk(uow, NotificationKind.DESK_GIFT_DAYS, payload, f"desk-gifts:{key}")


def remind_of_end(uow: UnitOfWork, freeze: Freeze, subscription: Subscription) -> None:
    """Once for each last day, however often the job runs."""
    assert freeze.ends_on is not None, "only a dated freeze ends by itself"
    payload = subscription_payload(subscription) | {
        "frozen_until": freeze.ends_on,
        "back_on": freeze.ends_on + DAY,
    }
    uow.notify(
        Recipient.client(subscription.client_id),
        NotificationKind.FREEZE_ENDS,
        payload,
        dedup_key=f"freeze_ends:{freeze.id}:{freeze.ends_on.isoformat()}",
        due_at=after_quiet(uow.now, uow.settings),
    )


def _closed_days(closure: GymClosure) -> Payload:
    return {
        "frozen_from": closure.starts_on,
        "frozen_until": closure.ends_on,
        "reason": closure.reason,
    }


def _first_of_each(found: Sequence[Subscription]) -> Iterable[Subscription]:
    ordered = sorted(found, key=lambda one: one.starts_on, reverse=True)
    return {one.client_id: one for one in ordered}.values()


def _tell_client(
    uow: UnitOfWork,
    subscription: Subscription,
    kind: NotificationKind,
    more: Payload,
    key: str,
    priority: Priority,
) -> None:
    payload = subscription_payload(subscription) | more
    uow.notify(Recipient.client(subscription.client_id), kind, payload, dedup_key=key, priority=priority)


def _tell_desk(uow: UnitOfWork, kind: NotificationKind, payload: Payload, key: str) -> None:
    uow.notify(DESK, kind, payload | {"staff_name": uow.actor.name}, dedup_key=key)
