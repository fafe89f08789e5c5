"""Exported tables: plans and their prices, subscriptions, freezes, days given and closings."""

from __future__ import annotations

from typing import Final

from gym.exporting.described.table import AT, BY, ID, NAME, ExportedTable
from gym.plans.models import Plan, PlanPrice
from gym.subscriptions.models import Freeze, GiftDays, GymClosure, Subscription

PLAN: Final = ExportedTable(
    Plan,
    "what is sold",
    {
        "id": ID,
        "name": "name",
        "slug": "short name, unique",
        "description": "for members",
        "duration_unit": "`day`, `week`, `month` or `year`",
        "duration_count": "how many of them",
        "visits": "visits of a pack; empty for any number",
        "window": "hours of access (JSON); empty for always",
        "freeze_days": "days that a client may freeze",
        "once_per_client": "a trial",
        "active": "whether it is sold",
        "created_at": AT,
    },
)
PLAN_PRICE: Final = ExportedTable(
    PlanPrice,
    "prices of plans, each with its days",
    {
        "id": ID,
        "plan_id": "an `id` of `plans`",
        "amount": "price",
        "valid_from": "first day",
        "valid_until": "the day after the last one; empty for no end",
    },
)
SUBSCRIPTION: Final = ExportedTable(
    Subscription,
    "one plan of one person, from its first to its last day",
    {
        "id": ID,
        "client_id": "an `id` of `clients`",
        "plan_id": "an `id` of `plans`",
        "account_id": "an `id` of `accounts`",
        "status": "`scheduled`, `pending_payment`, `active`, `frozen`, `expired`, `lapsed` or `canceled`",
        "starts_on": "first day",
        "ends_on": "last day",
        "anchor": "day from which an unbroken chain of renewals counts its months",
        "frozen_days": "days by which freezes moved the end",
        "gift_days": "days that were given",
        "held": "waits behind a freeze without an end",
        "base_price": "price of the plan",
        "discount": "taken off it",
        "final_price": "what was to pay",
        "visits": "visits of a pack",
        "visits_used": "visits so far",
        "renews_id": "the subscription before it",
        "replaces_id": "the one that a change of plan closed for it",
        "sold_by": BY,
        "sold_at": AT,
        "closed_at": "when it ended, expired or was canceled",
        "cancel_reason": "why it was canceled",
    },
    ("sold_at", "id"),
)
FREEZE: Final = ExportedTable(
    Freeze,
    "days on which a subscription rests",
    {
        "id": ID,
        "subscription_id": "an `id` of `subscriptions`",
        "kind": "`client`, or `closure` when the gym was closed",
        "starts_on": "first day",
        "ends_on": "last day; empty until the client returns",
        "reason": "why",
        "closure_id": "an `id` of `gym_closures`",
        "staff_id": BY,
        "staff_name": NAME,
        "created_at": AT,
        "canceled_at": "when it was taken back before it began",
    },
)
GIFT_DAYS: Final = ExportedTable(
    GiftDays,
    "days that the gym gave",
    {
        "id": ID,
        "subscription_id": "an `id` of `subscriptions`",
        "days": "how many",
        "reason": "why",
        "staff_id": BY,
        "staff_name": NAME,
        "created_at": AT,
    },
)
GYM_CLOSURE: Final = ExportedTable(
    GymClosure,
    "days on which the gym was closed",
    {
        "id": ID,
        "starts_on": "first day",
        "ends_on": "last day",
        "reason": "why",
        "frozen": "subscriptions that rested",
        "extended": "freezes that were longer for it",
        "staff_id": BY,
        "staff_name": NAME,
        "created_at": AT,
        "canceled_at": "when the gym opened before it began",
    },
)
