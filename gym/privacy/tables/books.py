"""The privacy register's rows of the books: money, plans, imports, settings and jobs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gym.privacy.register import BLANK, ClientRows, Entry, Old
from gym.privacy.tables.conditions import MINE, OF_ACCOUNT, OF_PLAN, OF_SALE, STAFF_NAME, unless_staff
from gym.privacy.tables.reasons import DAY, MONEY, OWN, TRAIL

NO_PROOF: Final = "NOT EXISTS (SELECT FROM payment_proofs p WHERE p.quote_id = transfer_quotes.id)"
KEY: Final = {"idempotency_key": "a random number"}

BOOKS: Final = (
    Entry(
        "accounts",
        {},
        "id client_id kind balance snoozed_until loss_accepted created_at first_entry_day last_entry_day",
        stays=MONEY,
        whose="client",
        why="what is owed for what",
        client=ClientRows(which=MINE),
    ),
    Entry(
        "client_imports",
        {"file_name": "words", "staff_name": "name", "undone_by_name": "name"},
        "id staff_id at made changed left_out idempotency_key undone_at",
        stays=TRAIL,
        whose="staff",
        why="who brought which list",
    ),
    Entry(
        "client_import_rows",
        {},
        "import_id client_id line made filled subscription_id",
        stays="which clients a list made, so that it can be taken back; they go with their client",
        whose="client",
        why="a list can be taken back",
        client=ClientRows(which=MINE, deletes=True),
    ),
    Entry(
        "ledger_entries",
        {"reason": "words", "note": "words", "destination": "words", "staff_name": "name"},
        "id account_id kind amount method voids_id cause receipt_number staff_id at gym_day idempotency_key",
        stays=MONEY,
        whose="client staff",
        why="the books: what was charged, paid and given back",
        client=ClientRows(
            which=OF_ACCOUNT,
            sets={"reason": f"CASE WHEN reason IS NULL THEN NULL ELSE {BLANK} END", "note": "NULL"},
            keeps={"destination": "an account of the gym's", "staff_name": STAFF_NAME},
            withheld={"staff_name": STAFF_NAME, "staff_id": STAFF_NAME, **KEY},
        ),
    ),
    Entry(
        "cash_counts",
        {"note": "words", "counted_by_name": "name"},
        "id gym_day staff_id method expected counted difference counted_by at idempotency_key",
        stays=MONEY,
        whose="staff",
        why="what was in a till",
    ),
    Entry(
        "money_days",
        {},
        "gym_day payments received voided refunded",
        stays="sums of a day, without people",
    ),
    Entry(
        "money_months",
        {},
        "id month kind cause method destination till plan_id entries amount",
        stays=MONEY,
        whose="staff",
        why="reports over years need not sum up every payment anew",
    ),
    Entry("tax_days", {}, "gym_day rows total base", stays="sums of a day, without people"),
    Entry("collected_days", {}, "gym_day payments amount", stays="sums of a day, without people"),
    Entry("rolled_money_months", {}, "month rolled_at tax_percent", stays="one row a month"),
    Entry("reopened_money_months", {}, "id month", stays="deleted when the month is summed up again"),
    Entry(
        "membership_periods",
        {},
        "subscription_id client_id plan_id seller_id starts_on until begins is_last ends_itself renewed_on",
        stays=MONEY,
        whose="client staff",
        why="reports over years need not follow every plan that was sold anew",
        client=ClientRows(which=MINE, withheld={"seller_id": STAFF_NAME}),
    ),
    Entry(
        "counted_memberships",
        {},
        "client_id zone",
        stays="one row a client",
        whose="client",
        why="whose plans are followed",
        client=ClientRows(which=MINE),
    ),
    Entry(
        "changed_memberships",
        {},
        "id client_id",
        stays="deleted when the client's plans are followed again",
        whose="client",
        why="whose plans have changed since",
        client=ClientRows(which=MINE),
    ),
    Entry(
        "subscriptions",
        {"cancel_reason": "words"},
        "id client_id plan_id account_id status starts_on ends_on anchor frozen_days gift_days held"
        " base_price"
        " discount final_price visits visits_used renews_id replaces_id sold_by sold_at closed_at"
        " idempotency_key",
        stays=MONEY,
        whose="client staff",
        why="what was sold, for which days and at which price",
        client=ClientRows(
            which=MINE, sets={"cancel_reason": "NULL"}, withheld={"sold_by": STAFF_NAME, **KEY}
        ),
    ),
    Entry(
        "freezes",
        {"reason": "words", "staff_name": "name"},
        "id subscription_id kind starts_on ends_on closure_id staff_id created_at canceled_at"
        " idempotency_key",
        stays=MONEY,
        whose="client staff",
        why="days that moved the end of a plan",
        client=ClientRows(
            which=OF_PLAN,
            sets={"reason": BLANK, "staff_name": unless_staff("staff_name", "staff_id")},
            withheld={"staff_name": STAFF_NAME, "staff_id": STAFF_NAME, **KEY},
        ),
    ),
    Entry(
        "gift_days",
        {"reason": "words", "staff_name": "name"},
        "id subscription_id days staff_id created_at idempotency_key",
        stays=MONEY,
        whose="client staff",
        why="days that the gym gave",
        client=ClientRows(
            which=OF_PLAN,
            sets={"reason": BLANK, "staff_name": unless_staff("staff_name", "staff_id")},
            withheld={"staff_name": STAFF_NAME, "staff_id": STAFF_NAME, **KEY},
        ),
    ),
    Entry(
        "gym_closures",
        {"reason": "words", "staff_name": "name"},
        "id starts_on ends_on frozen extended staff_id created_at canceled_at",
        stays=OWN,
        whose="staff",
        why="days on which the gym was shut",
    ),
    Entry(
        "plans",
        {},
        "id name slug description duration_unit duration_count visits window freeze_days"
        " once_per_client active"
        " idempotency_key created_at",
        stays=OWN,
    ),
    Entry("plan_prices", {}, "id plan_id amount valid_from valid_until", stays=OWN),
    Entry(
        "products",
        {},
        "id name sku barcode category tax_percent minimum maximum quantity average_cost active"
        " idempotency_key created_at",
        stays=OWN,
    ),
    Entry("product_prices", {}, "id product_id amount valid_from valid_until", stays=OWN),
    Entry(
        "stock_movements",
        {"reason": "words", "staff_name": "name"},
        "id product_id kind quantity unit_cost sale_line_id staff_id at gym_day idempotency_key",
        stays=MONEY,
        whose="staff",
        why="which goods came and went, and through whose hands",
    ),
    Entry(
        "sales",
        {"return_reason": "words", "seller_name": "name"},
        "id account_id sold_by at gym_day returned_at returned_by idempotency_key",
        stays=MONEY,
        whose="client staff",
        why="which products were sold to whom",
        client=ClientRows(
            which=OF_ACCOUNT,
            sets={"return_reason": f"CASE WHEN return_reason IS NULL THEN NULL ELSE {BLANK} END"},
            keeps={"seller_name": STAFF_NAME},
            withheld={"seller_name": STAFF_NAME, "sold_by": STAFF_NAME, "returned_by": STAFF_NAME, **KEY},
        ),
    ),
    Entry(
        "sale_lines",
        {},
        "id sale_id product_id pieces unit_price tax_percent unit_cost",
        stays=MONEY,
        whose="client",
        why="what a sale was of, at which price",
        client=ClientRows(which=OF_SALE, withheld={"unit_cost": "what the gym paid for it"}),
    ),
    Entry(
        "sale_baskets",
        {},
        "id staff_id client_id made_at last_scan",
        (Old("made_at < :moment", DAY),),
        whose="client staff",
        why="what is put together at the desk and not sold yet",
        client=ClientRows(which=MINE, deletes=True),
    ),
    Entry(
        "basket_lines",
        {},
        "basket_id product_id pieces",
        stays="as long as their basket",
    ),
    Entry(
        "payment_keys",
        {"label": "words", "value": "contact"},
        "id kind shown position created_at",
        stays=OWN,
        whose="staff",
        why="where members can send money",
    ),
    Entry(
        "transfer_quotes",
        {"key_label": "words"},
        "id client_id reference plan_id plan_name price reward_id renews_id starts_on ends_on debts amount"
        " key_id created_at holds_until",
        (Old(f"created_at < :moment AND {NO_PROOF}", timedelta(days=30)),),
        stays=MONEY,
        whose="client",
        why="what somebody was asked to send, at which price",
        client=ClientRows(which=MINE, keeps={"key_label": "an account of the gym's"}),
    ),
    Entry(
        "payment_proofs",
        {
            "file_id": "telegram",
            "digest": "checksum",
            "number": "words",
            "decided_by_name": "name",
            "answer": "words",
        },
        "id quote_id client_id kind state expected sent_at expires_at booked entry_id decided_by decided_at"
        " confirmed_by confirmed_at",
        (
            Old(
                "file_id IS NOT NULL AND state <> 'open' AND sent_at < :moment",
                timedelta(days=180),
                sets="file_id = NULL",
            ),
        ),
        stays=MONEY,
        whose="client staff",
        why="who showed which transfer, and who took it for true",
        client=ClientRows(
            which=MINE,
            sets={
                "file_id": "NULL",
                "digest": "NULL",
                "number": "NULL",
                "answer": "NULL",
                "state": "CASE WHEN state = 'open' THEN 'expired' ELSE state END",
            },
            keeps={"decided_by_name": STAFF_NAME},
            withheld={"decided_by_name": STAFF_NAME, "decided_by": STAFF_NAME, "confirmed_by": STAFF_NAME},
        ),
    ),
    Entry(
        "backups",
        {"chat_id": "telegram", "manifest_id": "telegram"},
        "id reason state asked_at asked_by made_at name size sha256 trail_number trail_head error proved_at"
        " proof_failed_at proof_error copied_at copy_failed_at copy_error manifest_digest sent_at expired_at",
        (Old("state IN ('gone', 'failed') AND asked_at < :moment", timedelta(days=400)),),
        stays=OWN,
        whose="staff",
        why="which copies of the gym there are, and in whose chat",
    ),
    Entry(
        "backup_parts",
        {"chat_id": "telegram", "message_id": "telegram", "file_id": "telegram"},
        "backup_id number size sha256",
        stays="as long as their backup",
        whose="staff",
        why="the parts of a copy are found again and emptied",
    ),
    Entry("counters", {}, "name value", stays=OWN),
    Entry(
        "gym_state",
        {"settings": "words contact"},
        "id kind clock_offset_seconds",
        stays=OWN,
        whose="staff",
        why="the gym's name, address and rules",
    ),
    Entry(
        "job_runs",
        {},
        "job done_day slot last_success_at last_failure_at failures error",
        stays="one row a job",
    ),
)
