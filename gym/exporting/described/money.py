"""Exported tables: accounts, the ledger and counts of tills."""

from __future__ import annotations

from typing import Final

from gym.exporting.described.table import AT, BY, ID, NAME, ExportedTable
from gym.payments.models import Account, CashCount, LedgerEntry
from gym.transfers.models import PaymentKey

ACCOUNT: Final = ExportedTable(
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
)
LEDGER_ENTRY: Final = ExportedTable(
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
    # By id: made where the account is locked, so no balance is below zero on the way. `at` is when the
    # transaction began, and one that waited for the lock has an earlier one than what it waited for.
)
PAYMENT_KEY: Final = ExportedTable(
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
)
CASH_COUNT: Final = ExportedTable(
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
)
