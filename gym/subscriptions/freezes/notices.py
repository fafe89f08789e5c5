"""Notifications of freezes, closings of the gym and gift days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.freezes import (
    ClosedGym,
    DeskFreezeEndedPayload,
    DeskFrozenPayload,
    DeskGiftDaysPayload,
    FreezeEndedPayload,
    FreezeEndsPayload,
    FrozenPayload,
    FrozenPlan,
    GiftDaysPayload,
    GiftToEverybody,
    GiftToPlan,
    GymClosedPayload,
    GymOpenedPayload,
    ReopenedGym,
    ResumedPlan,
)
from gym.notifications.quiet_hours import after_quiet
from gym.security.permissions import ActorKind
from gym.subscriptions.freezes.remaining_days import returns_on
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Freeze, GiftDays, GymClosure, Subscription
from gym.subscriptions.notices import plan_details
from gym.unit_of_work import UnitOfWork


def tell_frozen(
    uow: UnitOfWork, freeze: Freeze, subscription: Subscription, *, asked_for: bool = False
) -> None:
    """To the desk, and to the client unless they read it in the answer to what they asked for."""
    about, first, last = plan_details(subscription), freeze.starts_on, freeze.ends_on
    if not asked_for:
        told = FrozenPayload(about=about, frozen_from=first, frozen_until=last)
        uow.notify(Recipient.client(about.client_id), told, dedup_key=f"frozen:{freeze.id}")
    days = Interval.of(freeze).days or None
    frozen = FrozenPlan(about=about, frozen_from=first, frozen_until=last, days=days)
    desk = DeskFrozenPayload(frozen=frozen, reason=freeze.reason, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-frozen:{freeze.id}")


def tell_freeze_ended(
    uow: UnitOfWork, freeze: Freeze, subscription: Subscription, days: int | None, *, planned: bool
) -> None:
    """To the desk, and to the client unless they ended it themselves."""
    about = plan_details(subscription)
    if uow.actor.kind is not ActorKind.MEMBER:
        told = FreezeEndedPayload(about=about, planned=planned)
        uow.notify(Recipient.client(about.client_id), told, dedup_key=f"freeze_ended:{freeze.id}")
    resumed = ResumedPlan(about=about, days=days, planned=planned)
    desk = DeskFreezeEndedPayload(resumed=resumed, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-freeze-ended:{freeze.id}")


def tell_closed(uow: UnitOfWork, closure: GymClosure) -> None:
    closed = ClosedGym(
        closing=True, frozen_from=closure.starts_on, frozen_until=closure.ends_on, count=closure.frozen
    )
    desk = DeskFrozenPayload(frozen=closed, reason=closure.reason, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-closed:{closure.id}")


def tell_clients_closed(uow: UnitOfWork, closure: GymClosure, resting: Sequence[Subscription]) -> None:
    """Once to each client whose plan rests: of the plan that rests first."""
    for one in _first_of_each(resting):
        told = GymClosedPayload(
            about=plan_details(one),
            frozen_from=closure.starts_on,
            frozen_until=closure.ends_on,
            reason=closure.reason,
        )
        key = f"gym_closed:{closure.id}:{one.client_id}"
        uow.notify(Recipient.client(one.client_id), told, dedup_key=key)


def tell_clients_opened(uow: UnitOfWork, closure: GymClosure, moved: Sequence[Subscription]) -> None:
    """Once to each client whose plan has other days now."""
    for one in _first_of_each(moved):
        told = GymOpenedPayload(
            about=plan_details(one),
            frozen_from=closure.starts_on,
            frozen_until=closure.ends_on,
            reason=closure.reason,
            planned=closure.canceled_at is not None,
        )
        key = f"gym_opened:{closure.id}:{one.client_id}"
        uow.notify(Recipient.client(one.client_id), told, dedup_key=key)


def tell_opened(uow: UnitOfWork, closure: GymClosure, count: int) -> None:
    reopened = ReopenedGym(closing=True, count=count)
    desk = DeskFreezeEndedPayload(resumed=reopened, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-opened:{closure.id}:{uow.today}")


def tell_gift(uow: UnitOfWork, gift: GiftDays, subscription: Subscription) -> None:
    """To the client; one of many at once is not urgent."""
    told = GiftDaysPayload(about=plan_details(subscription), days=gift.days, reason=gift.reason)
    uow.notify(Recipient.client(subscription.client_id), told, dedup_key=f"gift:{gift.id}")


def tell_desk_gift(uow: UnitOfWork, gift: GiftDays, subscription: Subscription) -> None:
    desk = DeskGiftDaysPayload(
        given_to=GiftToPlan(about=plan_details(subscription)),
        days=gift.days,
        reason=gift.reason,
        staff_name=uow.actor.name,
    )
    uow.notify(DESK, desk, dedup_key=f"desk-gift:{gift.id}")


def tell_desk_gifts(uow: UnitOfWork, days: int, count: int, reason: str, key: str) -> None:
    everybody = GiftToEverybody(everybody=True, count=count)
    desk = DeskGiftDaysPayload(given_to=everybody, days=days, reason=reason, staff_name=uow.actor.name)
    uow.notify(DESK, desk, dedup_key=f"desk-gifts:{key}")


def remind_of_end(uow: UnitOfWork, freeze: Freeze, subscription: Subscription) -> None:
    """Once for each last day, however often the job runs; not while another rest without an end follows."""
    last, back_on = freeze.ends_on, returns_on(freeze, subscription.freezes)
    if last is None or back_on is None:
        return
    told = FreezeEndsPayload(about=plan_details(subscription), frozen_until=last, back_on=back_on)
    uow.notify(
        Recipient.client(subscription.client_id),
        told,
        dedup_key=f"freeze_ends:{freeze.id}:{last.isoformat()}",
        due_at=after_quiet(uow.now, uow.settings),
    )


def _first_of_each(found: Sequence[Subscription]) -> Iterable[Subscription]:
    ordered = sorted(found, key=lambda one: one.starts_on, reverse=True)
    return {one.client_id: one for one in ordered}.values()
