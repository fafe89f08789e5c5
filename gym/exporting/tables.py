"""The tables of an export, in the order in which they can be read back, with a sentence for every column.

`docs/export.md` is made of them by `python -m tests.documentation`. What is not exported stands in
`LEFT_BEHIND`, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gym.attendance.models import CheckIn
from gym.clients.models import Client
from gym.core.database.engine import Base
from gym.faces.models import FaceConsent
from gym.payments.models import Account, CashCount, LedgerEntry
from gym.plans.models import Plan, PlanPrice
from gym.products.models import Product, ProductPrice, StockMovement
from gym.products.sales.models import ProductSale, SaleLine
from gym.rewards.models import Reward
from gym.staff.models import Staff
from gym.subscriptions.models import Freeze, GiftDays, GymClosure, Subscription
from gym.transfers.models import PaymentKey


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """`columns` are in the order of the file; `order` sorts rows so that what is referred to comes first."""

    model: type[Base]
    says: str
    columns: Mapping[str, str]
    order: tuple[str, ...] = ("id",)

    @property
    def name(self) -> str:
        return self.model.__tablename__


ID: Final = "identifier (UUID)"
AT: Final = "when, with its time zone"
BY: Final = "who: an `id` of `staff`; empty for the gym itself"
NAME: Final = "their name at that time"
TABLES: Final = (
    ExportedTable(
        Staff,
        "who works or has worked here; without passwords and chats",
        {
            "id": ID,
            "name": "name",
            "role": "`admin` or `employee`",
            "language": "of their chat",
            "active": "whether they still work here",
            "created_at": AT,
        },
    ),
    ExportedTable(
        Client,
        "one row a person",
        {
            "id": ID,
            "document_type": "`CC`, `TI`, `CE`, `PP`, `PPT` or `ID`",
            "document_number": "without dots and leading zeros",
            "document_in_doubt": "an earlier release may have read it wrongly",
            "first_name": "given names",
            "last_name": "surnames; empty for a person with one name",
            "alias": "what a screen may call the person",
            "phone": "with `+` and the country",
            "email": "e-mail",
            "birth_date": "day of birth",
            "gender": "`female`, `male` or `other`",
            "address": "address",
            "emergency_contact": "name and phone",
            "card_number": "of a card that the gym had before",
            "tags": "a list; in CSV with `; ` between them",
            "warning": "what staff must know",
            "notes": "free text",
            "language": "of the person's messages",
            "guardian_name": "of somebody under 18",
            "guardian_consent_at": "when the guardian agreed",
            "telegram_id": "number of the linked Telegram account",
            "linked_at": "when it was linked",
            "blocked_until": "last day of a block",
            "block_reason": "why",
            "referred_by": "who brought the person: an `id` of `clients`",
            "card_serial": "how many QR cards were printed or revoked",
            "card_issued_at": "when the QR card in use was made",
            "active": "false once deactivated",
            "erased_at": "when the person was erased: the name is gone, visits and money stay",
            "created_by": BY,
            "created_at": "when the person was registered",
            "updated_at": "last change",
        },
        ("created_at", "id"),
    ),
    ExportedTable(
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
    ),
    ExportedTable(
        PlanPrice,
        "prices of plans, each with its days",
        {
            "id": ID,
            "plan_id": "an `id` of `plans`",
            "amount": "price",
            "valid_from": "first day",
            "valid_until": "the day after the last one; empty for no end",
        },
    ),
    ExportedTable(
        Product,
        "what is sold by the piece",
        {
            "id": ID,
            "name": "name",
            "sku": "the gym's own number",
            "barcode": "what stands under the bars",
            "category": "category",
            "tax_percent": "contained in the price",
            "minimum": "at this many left or fewer stock is low",
            "maximum": "the most to keep",
            "quantity": "sum of its movements; never below zero",
            "average_cost": "weighted average of what one piece cost",
            "active": "whether it is sold",
            "created_at": AT,
        },
    ),
    ExportedTable(
        ProductPrice,
        "prices of products, each with its days",
        {
            "id": ID,
            "product_id": "an `id` of `products`",
            "amount": "price",
            "valid_from": "first day",
            "valid_until": "the day after the last one; empty for no end",
        },
    ),
    ExportedTable(
        Account,
        "what is owed for one thing, or, of kind `credit`, what the gym keeps for a client",
        {
            "id": ID,
            "client_id": "an `id` of `clients`",
            "kind": "`subscription`, `sale` or `credit`",
            "balance": "sum of its entries; never below zero",
            "snoozed_until": "nobody is reminded before that day",
            "loss_accepted": "money that left twice and was accepted as lost",
            "created_at": AT,
        },
    ),
    ExportedTable(
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
    ),
    ExportedTable(
        LedgerEntry,
        "every movement of money, for ever: charges, openings, refunds and voids raise what is owed, payments"
        " and credits lower it",
        {
            "id": ID,
            "account_id": "an `id` of `accounts`",
            "kind": "`charge`, `opening`, `payment`, `void`, `credit` or `refund`",
            "amount": "above zero",
            "method": "`cash`, `card`, `transfer`, `qr` or `credit`",
            "voids_id": "the payment that a void undoes",
            "receipt_number": "of a payment",
            "cause": "why, where the program knows it",
            "reason": "why, as somebody typed it",
            "note": "of a payment",
            "destination": "bank account of a transfer",
            "staff_id": BY,
            "staff_name": NAME,
            "at": AT,
            "gym_day": "day on which the money moved",
        },
        ("at", "id"),
    ),
    ExportedTable(
        ProductSale,
        "products sold at once; what was paid for them is in the ledger",
        {
            "id": ID,
            "account_id": "an `id` of `accounts`",
            "sold_by": BY,
            "seller_name": NAME,
            "at": AT,
            "gym_day": "day",
            "returned_at": "when it was taken back",
            "returned_by": BY,
            "return_reason": "why",
        },
        ("at", "id"),
    ),
    ExportedTable(
        SaleLine,
        "what was sold",
        {
            "id": ID,
            "sale_id": "an `id` of `sales`",
            "product_id": "an `id` of `products`",
            "pieces": "how many",
            "unit_price": "of one",
            "tax_percent": "contained in the price",
            "unit_cost": "what one had cost, on average",
        },
    ),
    ExportedTable(
        StockMovement,
        "every piece that came or went, for ever",
        {
            "id": ID,
            "product_id": "an `id` of `products`",
            "kind": "`purchase`, `sale`, `loss`, `correction` or `return`",
            "quantity": "above zero what came, below what went",
            "unit_cost": "paid for one that came; of one that went, the average then",
            "reason": "of a loss or a correction",
            "sale_line_id": "of a sale or return: an `id` of `sale_lines`",
            "staff_id": BY,
            "staff_name": NAME,
            "at": AT,
            "gym_day": "day",
        },
        # By id: made where the product is locked, so the average cost is reckoned in the trigger's order.
    ),
    ExportedTable(
        CashCount,
        "tills that were counted",
        {
            "id": ID,
            "gym_day": "day",
            "staff_id": "whose till: an `id` of `staff`",
            "method": "as of payments",
            "expected": "what should have been there",
            "counted": "what was there",
            "difference": "counted less expected",
            "note": "note",
            "counted_by": BY,
            "counted_by_name": NAME,
            "at": AT,
        },
    ),
    ExportedTable(
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
    ),
    ExportedTable(
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
    ),
    ExportedTable(
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
    ),
    ExportedTable(
        PaymentKey,
        "where members can send money",
        {
            "id": ID,
            "kind": "`bre_b`, `nequi`, `daviplata`, `pix`, `bizum`, `iban` or `other`",
            "label": "what members read",
            "value": "the key, phone number or account",
            "shown": "whether members are offered it",
            "position": "its place in the list",
            "created_at": AT,
        },
    ),
    ExportedTable(
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
    ),
    ExportedTable(
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
    ),
    ExportedTable(
        FaceConsent,
        "consents to face check-in; faces themselves are not exported",
        {
            "id": ID,
            "client_id": "an `id` of `clients`",
            "version": "of the text",
            "method": "`chat` or `paper`",
            "witness_id": BY,
            "given_at": AT,
            "withdrawn_at": "when it was withdrawn",
            "asked_version": "the newest text that the person was asked about",
        },
    ),
)
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
    "audit_details": "the trail stays with the gym that it is about",
    "audit_links": "the trail stays with the gym that it is about",
    "audit_checkpoints": "the trail stays with the gym that it is about",
    "erasures": "erasures have been carried out in what is exported",
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
    "visitor_months": "counted anew from the visits",
    "rolled_months": "counted anew from the visits",
    "reopened_months": "counted anew from the visits",
    "money_days": "summed anew from the payments",
    "money_months": "summed anew from the payments",
    "rolled_money_months": "summed anew from the payments",
    "reopened_money_months": "summed anew from the payments",
}
