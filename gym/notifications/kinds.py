"""Kinds in groups: what a reader may switch off, what waits until the quiet hours are over."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from gym.notifications.models import NotificationKind as Kind


class KindGroup(StrEnum):
    """Kinds that are switched on and off together."""

    # a client's
    CHECK_INS = "check_ins"
    REMINDERS = "reminders"
    REWARDS = "rewards"
    NEWS = "news"
    # the desk's
    DESK_CLIENTS = "desk_clients"
    DESK_PLANS = "desk_plans"
    DESK_MONEY = "desk_money"
    DESK_DOOR = "desk_door"
    DESK_HOUSE = "desk_house"


CLIENT_GROUPS: Final = (KindGroup.CHECK_INS, KindGroup.REMINDERS, KindGroup.REWARDS, KindGroup.NEWS)
DESK_GROUPS: Final = (
    KindGroup.DESK_CLIENTS,
    KindGroup.DESK_PLANS,
    KindGroup.DESK_MONEY,
    KindGroup.DESK_DOOR,
    KindGroup.DESK_HOUSE,
)
_MEMBERS: Final = {
    KindGroup.CHECK_INS: (Kind.CHECKED_IN, Kind.DENIED),
    KindGroup.REMINDERS: (
        Kind.ENDS_SOON,
        Kind.ENDED,
        Kind.PAYMENT_DUE,
        Kind.FREEZE_ENDS,
        Kind.ABSENT,
        Kind.SUBSCRIPTION_EXPIRED,
    ),
    KindGroup.REWARDS: (Kind.REWARD_EARNED, Kind.REWARD_EXPIRES, Kind.MILESTONE, Kind.BIRTHDAY),
    KindGroup.NEWS: (Kind.BROADCAST, Kind.PRICE_CHANGED),
    KindGroup.DESK_CLIENTS: (
        Kind.DESK_CLIENT_REGISTERED,
        Kind.DESK_CLIENT_CHANGED,
        Kind.DESK_CLIENT_DEACTIVATED,
        Kind.DESK_WANTS_RENEWAL,
        Kind.DESK_FREEZE_WANTED,
        Kind.DESK_FREEZE_TAKEN_BACK,
    ),
    KindGroup.DESK_PLANS: (
        Kind.DESK_SOLD,
        Kind.DESK_RENEWED,
        Kind.DESK_IMPORTED,
        Kind.DESK_CANCELED,
        Kind.DESK_PLAN_CHANGED,
        Kind.DESK_FROZEN,
        Kind.DESK_FREEZE_ENDED,
        Kind.DESK_GIFT_DAYS,
        Kind.DESK_REWARD_EARNED,
        Kind.DESK_REWARD_APPLIED,
        Kind.DESK_ACTIVATED,
        Kind.DESK_EXPIRED,
    ),
    KindGroup.DESK_MONEY: (
        Kind.DESK_PAYMENT,
        Kind.DESK_VOID,
        Kind.DESK_REFUND,
        Kind.DESK_CASH_COUNTED,
        Kind.DESK_OVERDUE,
    ),
    KindGroup.DESK_DOOR: (Kind.DESK_CHECKED_IN, Kind.DESK_DENIED, Kind.DESK_OVERRIDE),
}
ALWAYS: Final = frozenset(
    {
        Kind.WELCOME,
        Kind.RECEIPT,
        Kind.SUBSCRIPTION_SOLD,
        Kind.SUBSCRIPTION_RENEWED,
        Kind.SUBSCRIPTION_ACTIVATED,
        Kind.SUBSCRIPTION_CANCELED,
        Kind.PLAN_CHANGED,
        Kind.VOIDED,
        Kind.REFUNDED,
        Kind.FREEZE_APPROVED,
        Kind.FREEZE_REJECTED,
        Kind.FROZEN,
        Kind.FREEZE_ENDED,
        Kind.GYM_CLOSED,
        Kind.GYM_OPENED,
        Kind.GIFT_DAYS,
        Kind.FACE_CONSENT_RENEWED,
        Kind.APPROVAL_ASKED,
        Kind.APPROVAL_DECIDED,
        Kind.APPROVAL_TAKEN_BACK,
        Kind.ADMIN_WAITING,
        Kind.ADMIN_WAIT_OVER,
        Kind.ADMIN_CONFIRMED,
    }
)
"""Receipts, answers, and changes of what was bought: nobody can switch them off."""
GROUP_OF: Final = {kind: KindGroup.DESK_HOUSE for kind in Kind if kind.startswith("desk_")} | {
    kind: group for group, kinds in _MEMBERS.items() for kind in kinds
}
"""The group of every kind that may be switched off; what else the desk hears is about the house."""
IN_PLACE: Final = frozenset({Kind.DESK_FREEZE_TAKEN_BACK, Kind.APPROVAL_TAKEN_BACK, Kind.ADMIN_WAIT_OVER})
"""What edits the message of another kind, named by `replaces` in its payload, and is no message itself."""
WAITS: Final = frozenset(
    {
        *_MEMBERS[KindGroup.REMINDERS],
        *_MEMBERS[KindGroup.NEWS],
        Kind.REWARD_EXPIRES,
        Kind.BIRTHDAY,
        Kind.GYM_CLOSED,
        Kind.GYM_OPENED,
        Kind.GIFT_DAYS,
        Kind.SUBSCRIPTION_ACTIVATED,
        Kind.FACE_CONSENT_RENEWED,
        Kind.DESK_ACTIVATED,
        Kind.DESK_EXPIRED,
        Kind.DESK_OVERDUE,
    }
)
"""What nobody waits for: it is held back during the quiet hours. Everything else leaves at any hour."""
