"""The privacy register's rows of people: clients, staff, faces, requests and the trail."""

from __future__ import annotations

from typing import Final

from gym.clients.fields.table import CLIENT_FIELDS
from gym.privacy.register import BLANK, ClientRows, Entry, Old
from gym.privacy.tables.conditions import CLIENT, MINE, STAFF_NAME, unless_staff
from gym.privacy.tables.reasons import DAY, TRAIL

EMPTY_FIELDS: Final = {
    column: {"first_name": BLANK, "last_name": "''", "tags": "'{}'"}.get(column, "NULL")
    for row in CLIENT_FIELDS.values()
    for column in row.columns
}
NUMBERS: Final = "a face as numbers that only this gym's key can compare"

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
        " card_issued_at active erased_at document_in_doubt"
        " idempotency_key created_by created_at updated_at",
        stays="members of the gym, until they are erased",
        whose="client",
        why="the membership: who it is, how to reach them, what staff must know",
        client=ClientRows(
            which=f"id = {CLIENT}",
            sets={
                **EMPTY_FIELDS,
                "telegram_id": "NULL",
                "linked_at": "NULL",
                "guardian_consent_at": "NULL",
                "blocked_until": "NULL",
                "block_reason": "NULL",
                "card_serial": "card_serial + 1",
                "card_issued_at": "NULL",
                "document_in_doubt": "false",
                "idempotency_key": "NULL",
                "active": "false",
                "erased_at": "coalesce(erased_at, CAST(:at AS timestamptz))",
            },
            keeps={"search": "made of the name, so it goes with it"},
            withheld={"search": "the name once more", "idempotency_key": "a random number"},
        ),
    ),
    Entry(
        "staff",
        {"name": "name", "telegram_id": "telegram", "username": "name", "password_hash": "digest"},
        "id role language active token_generation created_at",
        stays="the team; who has left is named by what they did",
        whose="staff",
        why="who works here and what they may do",
    ),
    Entry(
        "own_memberships",
        {},
        "staff_id client_id acted_alone last_alone_at",
        stays="which membership is whose at the desk: what nobody may give to themselves",
        whose="staff client",
        why="nobody gives money or days to themselves",
        client=ClientRows(which=MINE, deletes=True),
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
        whose="staff stranger",
        why="a new admin is confirmed by another",
    ),
    Entry(
        "face_consents",
        {},
        "id client_id version asked_version method witness_id given_at withdrawn_at",
        stays="the proof of a consent and of its end, under a number once the client is erased",
        whose="client",
        why="no face without an agreement to one text",
        # An owner must be able to show that every face had its consent; erasing the face ends it.
        client=ClientRows(
            which=MINE, keeps={"client_id": "days of consents that have ended, under a number"}
        ),
    ),
    Entry(
        "face_templates",
        {"vector": "sealed"},
        "id client_id model_id key_id origin created_at",
        stays="until the consent is withdrawn or the client erased",
        whose="client",
        why="recognition at the door",
        client=ClientRows(which=MINE, deletes=True, withheld={"vector": NUMBERS, "key_id": NUMBERS}),
    ),
    Entry(
        "face_pictures",
        {"crop": "sealed", "thumbnail": "sealed"},
        "template_id client_id at_kiosk",
        stays="as long as the template that was made of it",
        whose="client",
        why="to show staff who it is, and to make templates anew for another model",
        client=ClientRows(
            which=MINE,
            deletes=True,
            withheld={"crop": "exported as a picture", "thumbnail": "exported as a picture"},
        ),
    ),
    Entry(
        "gallery_changes",
        {},
        "client_id number",
        stays="one number a client, by which galleries refresh",
        whose="client",
        why="every process forgets a face at once",
        client=ClientRows(which=MINE),
    ),
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
        whose="client staff",
        why="discounts, voids and refunds are decided by a second person",
        client=ClientRows(
            which=MINE,
            sets={
                "reason": "NULL",
                "answer": "NULL",
                "asked_by_name": unless_staff("asked_by_name", "asked_by"),
                "decided_by_name": unless_staff("decided_by_name", "decided_by"),
            },
            keeps={"facts": "plan, amounts and who of the team took the money"},
            withheld={"facts": "names the team", "decided_by_name": STAFF_NAME, "asked_by_name": STAFF_NAME},
        ),
    ),
    Entry(
        "audit_entries",
        {"actor_name": "name", "before": "name words", "after": "name words", "digest": "digest"},
        "id at actor_kind actor_id action subject_type subject_id",
        stays=TRAIL,
        whose="client staff",
        why="who did what to whom, and who looked at whom",
        client=ClientRows(
            which=f"subject_type = 'clients' AND subject_id = {CLIENT} OR actor_id = {CLIENT}",
            keeps={
                "actor_name": "of the team; a client's own is apart",
                "before": "numbers, days, states and names of the team; what tells of a client is apart",
                "after": "numbers, days, states and names of the team; what tells of a client is apart",
                "digest": "a checksum whose salt is gone",
            },
            withheld={"actor_name": STAFF_NAME, "actor_id": STAFF_NAME, "digest": "a checksum"},
        ),
    ),
    Entry(
        "audit_details",
        {
            "actor_name": "name",
            "before": "name document contact person telegram words",
            "after": "name document contact person telegram words",
            "salt": "digest",
        },
        "entry_id person_id",
        stays="as long as the client: the values of the trail that are personal",
        whose="client",
        why="what a change changed",
        client=ClientRows(which=f"person_id = {CLIENT}", deletes=True, withheld={"salt": "a random number"}),
    ),
    Entry(
        "audit_links",
        {},
        "number entry_id hash sealed_at",
        stays="a changed or deleted entry is found by its link",
    ),
    Entry("audit_checkpoints", {}, "number hash made_at seal", stays="where the chain of the trail begins"),
    Entry(
        "erasures",
        {},
        "id client_id by_client asked_by asked_at due_at canceled_at done_at",
        (Old("canceled_at < :moment", 30 * DAY),),
        stays="an id and days: what a restored backup has to repeat",
        whose="client",
        why="an erasure is carried out, and repeated when an older backup is restored",
        client=ClientRows(which=MINE, withheld={"asked_by": STAFF_NAME}),
    ),
)
