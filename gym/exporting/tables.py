"""The tables of an export, in the order in which they can be read back, with a sentence for every column.

`docs/export.md` is made of them by `python -m tests.documentation`. What is not exported stands in
`LEFT_BEHIND`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gym.exporting.described.money import ACCOUNT, CASH_COUNT, LEDGER_ENTRY, PAYMENT_KEY
from gym.exporting.described.people import CLIENT, ERASURE, FACE_CONSENT, STAFF
from gym.exporting.described.plans import FREEZE, GIFT_DAYS, GYM_CLOSURE, PLAN, PLAN_PRICE, SUBSCRIPTION
from gym.exporting.described.products import PRODUCT, PRODUCT_PRICE, PRODUCT_SALE, SALE_LINE, STOCK_MOVEMENT
from gym.exporting.described.table import ExportedTable
from gym.exporting.described.visits import CHECK_IN, REWARD

TABLES: Final[tuple[ExportedTable, ...]] = (
    STAFF,
    CLIENT,
    PLAN,
    PLAN_PRICE,
    PRODUCT,
    PRODUCT_PRICE,
    ACCOUNT,
    SUBSCRIPTION,
    LEDGER_ENTRY,
    PRODUCT_SALE,
    SALE_LINE,
    STOCK_MOVEMENT,
    CASH_COUNT,
    FREEZE,
    GIFT_DAYS,
    GYM_CLOSURE,
    PAYMENT_KEY,
    CHECK_IN,
    REWARD,
    FACE_CONSENT,
    ERASURE,
)
LATER: Final = frozenset({"erasures"})
"""Tables that exports of older releases lack."""
UNTOLD: Final = frozenset(
    {
        *("idempotency_key", "search", "kiosk_id", "username", "password_hash", "token_generation"),
        *("first_entry_day", "last_entry_day"),
    }
)
"""Columns that are left out everywhere: keys of one tap, what PostgreSQL makes, secrets, devices."""
LEFT_BEHIND: Final[Mapping[str, str]] = {
    "face_templates": "bound to this gym's keys; people are photographed anew",
    "face_pictures": "bound to this gym's keys; people are photographed anew",
    "gallery_changes": "of this installation",
    "own_memberships": "follows from the linked chats",
    "admin_candidates": "of this installation",
    "approvals": "requests between colleagues; what was decided stands in the rows it led to",
    "transfer_quotes": "what was asked for; what was paid stands in the ledger",
    "payment_proofs": "pictures stay in this bot's chats; what was approved stands in the ledger",
    "conversations": "chats of this bot; they go after 90 days",
    "conversation_messages": "chats of this bot, whose files open nowhere else; they go after 90 days",
    "audit_details": "the trail stays with the gym that it is about",
    "audit_links": "the trail stays with the gym that it is about",
    "audit_checkpoints": "the trail stays with the gym that it is about",
    "audit_entries": "the trail stays with the gym that it is about",
    "kiosks": "devices are paired anew",
    "pairing_codes": "of this installation",
    "client_imports": "of this installation",
    "client_import_rows": "of this installation",
    "sale_baskets": "nothing of them is sold",
    "basket_lines": "nothing of them is sold",
    "counters": "the next receipt number follows from the receipts",
    "gym_state": "its settings are in settings.json",
    "job_runs": "of this installation",
    "backups": "of this installation",
    "backup_parts": "of this installation",
    "chat_people": "chats of this bot",
    "chat_pictures": "chats of this bot",
    "dead_updates": "chats of this bot",
    "desk_chats": "chats of this bot",
    "drafts": "chats of this bot",
    "inbox_updates": "chats of this bot",
    "newest_cards": "chats of this bot",
    "notifications": "messages of this bot",
    "notification_preferences": "of this bot's readers",
    "broadcasts": "messages of this bot",
    "idempotency_keys": "of this installation",
    "one_time_links": "of this installation",
    "refresh_tokens": "of this installation",
    "sign_ins": "of this installation",
    "rate_buckets": "of this installation",
    "outreaches": "of the desk's own work; what members did stands in the visits",
    "visit_rollups": "counted anew from the visits",
    "visit_days": "counted anew from the visits",
    "visit_hours": "counted anew from the visits",
    "visitor_months": "counted anew from the visits",
    "rolled_months": "counted anew from the visits",
    "reopened_months": "counted anew from the visits",
    "money_days": "summed anew from the payments",
    "tax_days": "summed anew from the payments",
    "collected_days": "summed anew from the payments",
    "money_months": "summed anew from the payments",
    "rolled_money_months": "summed anew from the payments",
    "reopened_money_months": "summed anew from the payments",
    "membership_periods": "followed anew from the plans that were sold",
    "counted_memberships": "followed anew from the plans that were sold",
    "changed_memberships": "followed anew from the plans that were sold",
}
