"""Segments: which members a broadcast is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, any_, column, exists, false, literal, select

from gym.attendance.absence import absence_parameters, absent_members
from gym.chats.models import ChatPerson
from gym.clients.models import Client
from gym.notifications.kinds import KindGroup
from gym.notifications.models import NotificationPreference, RecipientKind
from gym.settings.schemas import GymSettings
from gym.subscriptions.models import OPEN, Subscription, SubscriptionStatus

EXPIRING_DAYS: Final = 7
EXPIRED_DAYS: Final = 60
ABSENT_DAYS: Final = 10
"""Of absence, whatever a member's rhythm is."""
RUNNING: Final = (SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING_PAYMENT, SubscriptionStatus.FROZEN)


class Segment(StrEnum):
    """Groups of members by subscription, visits, plan or tag."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    ABSENT = "absent"
    PLAN = "plan"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class BroadcastAudience:
    """A segment with its plan or tag, where it has one."""

    segment: Segment
    plan_id: UUID | None = None
    tag: str | None = None


def members(audience: BroadcastAudience, today: date, settings: GymSettings) -> Select[UUID]:
    """Active clients of a segment, in the order of their ids."""
    return select(Client.id).where(Client.active, _belongs(audience, today, settings)).order_by(Client.id)


def can_be_told() -> ColumnElement[bool]:
    """Linked, not blocking the bot, and wanting news."""
    blocks = exists().where(ChatPerson.user_id == Client.telegram_id, ~ChatPerson.reachable)
    mutes = exists().where(
        NotificationPreference.recipient_kind == RecipientKind.CLIENT,
        NotificationPreference.recipient_id == Client.id,
        literal(KindGroup.NEWS.value) == any_(NotificationPreference.muted),
    )
    return and_(Client.telegram_id.is_not(None), ~blocks, ~mutes)


def _belongs(audience: BroadcastAudience, today: date, settings: GymSettings) -> ColumnElement[bool]:
    """Each is judged by the client's subscriptions and visits on the gym day."""
    running = _has(Subscription.starts_on <= today, Subscription.ends_on >= today)
    match audience.segment:
        case Segment.ACTIVE:
            return running
        case Segment.EXPIRING:
            soon = today + timedelta(days=EXPIRING_DAYS)
            return and_(running, ~_has(Subscription.ends_on > soon, status=OPEN))
        case Segment.EXPIRED:
            lately = Subscription.ends_on >= today - timedelta(days=EXPIRED_DAYS)
            over = (SubscriptionStatus.EXPIRED, SubscriptionStatus.LAPSED)
            return and_(_has(lately, status=over), ~_has(status=OPEN))
        case Segment.ABSENT:
            return _absent(today, settings)
        case Segment.PLAN if audience.plan_id is not None:
            return _has(Subscription.plan_id == audience.plan_id, Subscription.ends_on >= today, status=OPEN)
        case Segment.TAG if audience.tag is not None:
            return literal(audience.tag) == any_(Client.tags)
        case _:
            return false()


def _has(
    *conditions: ColumnElement[bool], status: tuple[SubscriptionStatus, ...] = RUNNING
) -> ColumnElement[bool]:
    return exists().where(Subscription.client_id == Client.id, Subscription.status.in_(status), *conditions)


def _absent(today: date, settings: GymSettings) -> ColumnElement[bool]:
    """The same rule as the desk's list of absences: nobody whom the door would refuse is asked to come."""
    absent = absent_members("SELECT client_id FROM absent WHERE days >= :least")
    terms = absence_parameters(today, settings, ABSENT_DAYS)
    found = absent.bindparams(**terms).columns(column("client_id", Uuid)).subquery()
    return Client.id.in_(select(found.c.client_id))
