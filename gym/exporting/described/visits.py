"""Exported tables: attempts at the door and what visits have earned."""

from __future__ import annotations

from typing import Final

from gym.attendance.models import CheckIn
from gym.exporting.described.table import AT, BY, ID, ExportedTable
from gym.rewards.models import Reward

CHECK_IN: Final = ExportedTable(
    CheckIn,
    "every attempt at the door, admitted or not",
    {
        "id": ID,
        "client_id": "an `id` of `clients`; empty for nobody known",
        "subscription_id": "the one it was a visit of",
        "outcome": "`admitted` or `denied`",
        "code": "why",
        "method": "`face`, `qr`, `document` or `staff`",
        "counted": "whether it is the visit of that day",
        "visit_number": "of its subscription",
        "balance": "what was owed then",
        "staff_id": BY,
        "at": "when, at the door",
        "received_at": "when the gym heard of it",
        "left_at": "when the person went",
        "gym_day": "day",
        "override_reason": "why somebody was let in against the verdict",
        "undone_at": "when it was taken back",
        "undone_by": BY,
    },
    ("received_at", "id"),
)
REWARD: Final = ExportedTable(
    Reward,
    "percentages off the next subscription",
    {
        "id": ID,
        "client_id": "an `id` of `clients`",
        "kind": "`visits`, `milestone` or `referral`",
        "subscription_id": "the one that earned it",
        "friend_id": "who was brought along",
        "threshold": "visits that it took",
        "percent": "off the price",
        "granted_on": "first day",
        "expires_on": "last day",
        "granted_at": AT,
        "redeemed_at": "when it was used",
        "redeemed_by": "the subscription that it made cheaper",
        "revoked_at": "when what earned it was undone",
    },
)
