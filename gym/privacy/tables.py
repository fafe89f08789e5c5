"""The retention register: every table of the gym, what its columns hold, and when its rows go."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from gym.clients.fields.table import CLIENT_FIELDS
from gym.privacy.register import Entry, Old

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONEY = "what was bought, owed and paid is kept as long as the law keeps books; people stand in it by id"
OWN = "the gym's own settings, not of a person"
TRAIL = "who did what: the trail that answers for all the others"
STRANGER = (
    "NOT EXISTS (SELECT FROM staff s WHERE s.telegram_id = chat_people.user_id)"
    " AND NOT EXISTS (SELECT FROM clients c WHERE c.telegram_id = chat_people.user_id)"
)
UNTOLD = "NOT EXISTS (SELECT FROM notifications n WHERE n.broadcast_id = broadcasts.id)"

PEOPLE: Final = (
    Entry(
        "clients",
        {
            **{column: row.holds for row in CLIENT_FIELDS.values() for column in row.columns if row.holds},
            "telegram_id": "telegram",
            "block_reason": "words",
            "search": "name document contact",
        },
        "id language guardian_consent_at linked_at blocked_until referred_by card_serial"
        " card_issued_at active document_in_doubt"
        " idempotency_key created_by created_at updated_at",
        stays="members of the gym, until they are erased",
    ),
    Entry(
        "staff",
        {"name": "name", "telegram_id": "telegram", "username": "name", "password_hash": "digest"},
        "id role language active token_generation created_at",
        stays="the team; who has left is named by what they did",
    ),
    Entry(
        "own_memberships",
        {},
        "staff_id client_id acted_alone last_alone_at",
        stays="which membership is whose at the desk: what nobody may give to themselves",
    ),
    Entry(
        "admin_candidates",
        {
            "telegram_id": "telegram",
            "name": "name",
            "username": "name",
            "invited_by_name": "name",
            "decided_by_name": "name",
        },
        "id language invited_by state created_at expires_at decided_at decided_by",
        (Old("coalesce(decided_at, expires_at) < :moment", 30 * DAY),),
    ),
    Entry(
        "face_consents",
        {},
        "id client_id version asked_version method witness_id given_at withdrawn_at",
        stays="the proof of a consent and of its end",
    ),
    Entry(
        "face_templates",
        {"vector": "sealed"},
        "id client_id model_id key_id origin created_at",
        stays="until the consent is withdrawn or the client deactivated",
    ),
    Entry(
        "face_pictures",
        {"crop": "sealed", "thumbnail": "sealed"},
        "template_id client_id at_kiosk",
        stays="as long as the template that was made of it",
    ),
    Entry("gallery_changes", {}, "client_id number", stays="one number a client, by which galleries refresh"),
    Entry(
        "approvals",
        {
            "facts": "name words",
            "asked_by_name": "name",
            "reason": "words",
            "decided_by_name": "name",
            "answer": "words",
        },
        "id kind state client_id asked_by created_at expires_at decided_by decided_at used_at"
        " idempotency_key",
        stays="who allowed which discount, void or refund: part of the books",
    ),
    Entry(
        "audit_entries",
        {
            "actor_name": "name",
            "before": "name document contact person telegram words",
            "after": "name document contact person telegram words",
        },
        "id at actor_kind actor_id action subject_type subject_id",
        stays=TRAIL,
    ),
)
VISITS: Final = (
    Entry(
        "check_ins",
        {"override_reason": "words"},
        "id client_id subscription_id outcome code method counted visit_number balance kiosk_id staff_id at"
        " received_at left_at gym_day undone_at undone_by idempotency_key",
        (
            # Reports count refusals by their reason; whose they were is nobody's business after a season.
            Old(
                "outcome = 'denied' AND client_id IS NOT NULL AND received_at < :moment",
                90 * DAY,
                sets="client_id = NULL, subscription_id = NULL, balance = NULL",
            ),
        ),
        stays="visits are what a plan was used for; refusals only count",
    ),
    Entry(
        "kiosks",
        {
            "name": "words",
            "secret_hash": "digest",
            "exit_pin_hash": "digest",
            "door_address": "address words",
        },
        "id active token_generation paired_at last_seen_at paired_by",
        stays="devices; visits name them",
    ),
    Entry(
        "pairing_codes",
        {"digest": "digest", "name": "words", "exit_pin_hash": "digest"},
        "id number tries created_by created_at expires_at used_at kiosk_id",
        (Old("coalesce(used_at, expires_at) < :moment", DAY),),
    ),
    Entry(
        "rewards",
        {},
        "id client_id kind subscription_id friend_id threshold percent granted_on expires_on granted_at"
        " redeemed_at redeemed_by revoked_at",
        stays=MONEY,
    ),
)
BOOKS: Final = (
    Entry("accounts", {}, "id client_id kind balance snoozed_until created_at", stays=MONEY),
    Entry(
        "client_imports",
        {"file_name": "words", "staff_name": "name", "undone_by_name": "name"},
        "id staff_id at made changed left_out idempotency_key undone_at",
        stays=TRAIL,
    ),
    Entry(
        "client_import_rows",
        {},
        "import_id client_id line made filled subscription_id",
        stays="which clients a list made, so that it can be taken back; they go with their client",
    ),
    Entry(
        "ledger_entries",
        {"reason": "words", "note": "words", "destination": "words", "staff_name": "name"},
        "id account_id kind amount method voids_id cause receipt_number staff_id at gym_day idempotency_key",
        stays=MONEY,
    ),
    Entry(
        "cash_counts",
        {"note": "words", "counted_by_name": "name"},
        "id gym_day staff_id method expected counted difference counted_by at idempotency_key",
        stays=MONEY,
    ),
    Entry(
        "subscriptions",
        {"cancel_reason": "words"},
        "id client_id plan_id account_id status starts_on ends_on anchor frozen_days gift_days held"
        " base_price"
        " discount final_price visits visits_used renews_id replaces_id sold_by sold_at closed_at"
        " idempotency_key",
        stays=MONEY,
    ),
    Entry(
        "freezes",
        {"reason": "words", "staff_name": "name"},
        "id subscription_id kind starts_on ends_on closure_id staff_id created_at canceled_at"
        " idempotency_key",
        stays=MONEY,
    ),
    Entry(
        "gift_days",
        {"reason": "words", "staff_name": "name"},
        "id subscription_id days staff_id created_at idempotency_key",
        stays=MONEY,
    ),
    Entry(
        "gym_closures",
        {"reason": "words", "staff_name": "name"},
        "id starts_on ends_on frozen extended staff_id created_at canceled_at",
        stays=OWN,
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
    Entry("counters", {}, "name value", stays=OWN),
    Entry(
        "gym_state",
        {"settings": "words contact"},
        "id kind clock_offset_seconds",
        stays=OWN,
    ),
    Entry(
        "job_runs",
        {},
        "job done_day slot last_success_at last_failure_at failures error",
        stays="one row a job",
    ),
)
CHATS: Final = (
    Entry(
        "chat_people",
        {"user_id": "telegram", "home_message_id": "telegram"},
        "language reachable first_seen_at",
        # Whoever writes again is met again; of who never came back nothing is known but a number.
        (Old(f"first_seen_at < :moment AND {STRANGER}", 30 * DAY),),
        stays="the chats of staff and members",
    ),
    Entry(
        "chat_pictures",
        {"chat_id": "telegram", "message_id": "telegram"},
        "own shown_at due_at form_key tries stays",
        (Old("stays IS NOT NULL AND due_at < :moment", 30 * DAY),),
    ),
    Entry("dead_updates", {}, "id update_id reason code times at", (Old("at < :moment", 30 * DAY),)),
    Entry(
        "desk_chats",
        {"chat_id": "telegram", "topic_id": "telegram", "title": "words"},
        "id kinds active offered_at gone_at created_at",
        (Old("gone_at < :moment", 365 * DAY),),
        stays="the groups that hear the desk",
    ),
    Entry(
        "drafts",
        {
            "chat_id": "telegram",
            "user_id": "telegram",
            "data": "name document contact person telegram words digest",
            "message_id": "telegram",
        },
        "form step key revision last_update_id updated_at",
        # Finished and canceled forms are deleted at once; these were left open.
        (Old("updated_at < :moment", 7 * DAY),),
    ),
    Entry(
        "inbox_updates",
        # Emptied in the statement that marks it; until then it waits to be read.
        {"chat_id": "telegram", "payload": "name document contact person telegram words"},
        "update_id received_at leased_until attempts crashes sent done_at failed rank excess",
        (Old("done_at < :moment", 7 * DAY),),
    ),
    Entry(
        "notifications",
        # Emptied when it has left, was muted or laid aside.
        {
            "payload": "name document contact words",
            "chat_id": "telegram",
            "message_id": "telegram",
        },
        "id recipient_kind recipient_id caused_by kind dedup_key rank state created_at due_at next_try_at"
        " leased_until attempts unanswered sent_at error broadcast_id",
        (
            # A price is announced once for each member, perhaps a year ahead: that key must outlive the
            # announcement.
            Old("state <> 'pending' AND kind <> 'price_changed' AND created_at < :moment", None),
            Old("state <> 'pending' AND created_at < :moment", 800 * DAY),
        ),
    ),
    Entry(
        "notification_preferences",
        {},
        "recipient_kind recipient_id muted quiet_from quiet_until updated_at",
        stays="what a reader does not want to hear",
    ),
    Entry(
        "broadcasts",
        {"text": "words", "tag": "words", "chat_id": "telegram", "message_id": "telegram"},
        "id segment plan_id state total last_client_id asked_by idempotency_key created_at finished_at",
        (Old(f"finished_at < :moment AND {UNTOLD}", 365 * DAY),),
    ),
)
DOORS: Final = (
    Entry(
        "idempotency_keys",
        {"body_hash": "digest", "answer": "sealed"},
        "caller key created_at leased_until status",
        (Old("created_at < :moment", 72 * HOUR),),
    ),
    Entry(
        "one_time_links",
        {"digest": "digest"},
        "id purpose role subject_id created_by created_at expires_at used_at",
        (Old("coalesce(used_at, expires_at) < :moment", 7 * DAY),),
    ),
    Entry(
        "refresh_tokens",
        {},
        "jti family subject_id scope issued_at expires_at spent_at successor revoked_at",
        (Old("expires_at < :moment", DAY),),
    ),
    Entry(
        "sign_ins",
        {"address": "address"},
        "id subject_id scope opened_at renewed_at ends_at ended_at",
        (Old("ends_at < :moment", DAY),),
    ),
    Entry("rate_buckets", {"key": "digest"}, "full_at", (Old("full_at < :moment", HOUR),)),
)
REGISTER: Final = (*PEOPLE, *VISITS, *BOOKS, *CHATS, *DOORS)
