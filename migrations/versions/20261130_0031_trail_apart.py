"""Take the personal values of the audit trail apart from its rows, where they can go with the person.

The rows stay as they are for ever: they keep a salted digest of what stood in them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from gym.core.database.migrations import in_slices

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION gym_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {but}
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$
"""
# What somebody typed about a client goes when the client is erased; a sum, a day, a receipt never.
WORDS_OF_ERASED = """
    IF TG_TABLE_NAME = 'ledger_entries' AND TG_OP = 'UPDATE' THEN
        IF NEW.note IS NULL
            AND NEW.reason IS NOT DISTINCT FROM (CASE WHEN OLD.reason IS NULL THEN NULL ELSE '—' END)
            AND to_jsonb(NEW) - 'reason' - 'note' = to_jsonb(OLD) - 'reason' - 'note'
            AND EXISTS (
                SELECT FROM accounts JOIN clients ON clients.id = accounts.client_id
                WHERE accounts.id = OLD.account_id AND clients.erased_at IS NOT NULL
            )
        THEN
            RETURN NEW;
        END IF;
    END IF;
"""
# While this migration runs, for its own connection alone: who does not know the word is refused as ever.
TAKING_APART = """
    IF TG_TABLE_NAME = 'audit_entries' AND TG_OP = 'UPDATE'
        AND current_setting('powergym.taking_apart', true) = '{word}' THEN
        RETURN NEW;
    END IF;
"""
# Whom a row of the trail is about, as the releases before this one wrote it.
FOUND = """
SELECT e.id, e.actor_kind, e.actor_name, e.before, e.after, CASE
    WHEN e.actor_kind = 'member' THEN e.actor_id
    WHEN e.subject_type = 'clients' THEN e.subject_id
    ELSE coalesce(a.client_id, s.client_id, p.client_id, r.client_id, c.client_id, z.client_id)
END AS person_id
FROM (SELECT * FROM audit_entries WHERE {rows} AND digest IS NULL) e
LEFT JOIN accounts a ON e.subject_type = 'accounts' AND a.id = e.subject_id
LEFT JOIN subscriptions s ON e.subject_type = 'subscriptions' AND s.id = e.subject_id
LEFT JOIN approvals p ON e.subject_type = 'approvals' AND p.id = e.subject_id
LEFT JOIN rewards r ON e.subject_type = 'rewards' AND r.id = e.subject_id
LEFT JOIN check_ins c ON e.subject_type = 'check_ins' AND c.id = e.subject_id
LEFT JOIN freezes f ON e.subject_type = 'freezes' AND f.id = e.subject_id
LEFT JOIN subscriptions z ON z.id = f.subscription_id
"""
MOVED = """
WITH found AS (
    SELECT * FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS one(
        id uuid, person_id uuid, salt text, digest text, actor_name text, before jsonb, after jsonb,
        kept_name text, kept_before jsonb, kept_after jsonb)
), apart AS (
    INSERT INTO audit_details (entry_id, person_id, salt, actor_name, before, after)
    SELECT id, person_id, decode(salt, 'hex'), actor_name, before, after FROM found
)
UPDATE audit_entries SET digest = decode(found.digest, 'hex'), actor_name = found.kept_name,
    before = coalesce(found.kept_before, audit_entries.before),
    after = coalesce(found.kept_after, audit_entries.after)
FROM found WHERE audit_entries.id = found.id
"""
TOGETHER = """
UPDATE audit_entries e SET actor_name = coalesce(d.actor_name, e.actor_name),
    before = CASE WHEN d.before IS NULL THEN e.before ELSE CASE jsonb_typeof(e.before) WHEN 'object' THEN e.before ELSE '{}' END || d.before END,
    after = CASE WHEN d.after IS NULL THEN e.after ELSE CASE jsonb_typeof(e.after) WHEN 'object' THEN e.after ELSE '{}' END || d.after END
FROM audit_details d WHERE d.entry_id = e.id
"""

PERSONAL = {"birth_date", "gender", "telegram_id", "document_type"}
PLAIN = {
    "cause", "code", "destination", "discount_kind", "kind", "language", "method", "permission", "plan",
    "plan_name", "state", "status",
}  # fmt: skip


def upgrade() -> None:
    word = uuid4().hex
    op.execute(APPEND_ONLY.format(but=TAKING_APART.format(word=word) + WORDS_OF_ERASED))
    # Each slice by itself: years of the trail are written anew while the door is open. When this is cut short,
    # it goes on with what still has its values.
    with op.get_context().autocommit_block():
        op.execute(f"SET powergym.taking_apart = '{word}'")
        for rows in in_slices(op.get_bind(), "audit_entries"):
            take_apart(op.get_bind(), rows)
        op.execute("RESET powergym.taking_apart")
    op.execute(APPEND_ONLY.format(but=WORDS_OF_ERASED))


def downgrade() -> None:
    op.execute(APPEND_ONLY.format(but=TAKING_APART.format(word="downgrade")))
    op.execute("SET LOCAL powergym.taking_apart = 'downgrade'")
    op.execute(TOGETHER)
    op.execute("ALTER TABLE audit_details DISABLE TRIGGER USER")
    op.execute("DELETE FROM audit_details")
    op.execute("ALTER TABLE audit_details ENABLE TRIGGER USER")
    op.execute(APPEND_ONLY.format(but=WORDS_OF_ERASED))


def take_apart(connection: sa.Connection, rows: str) -> None:
    found = connection.execute(sa.text(FOUND.format(rows=rows))).mappings()
    apart = list(taken_apart(dict(row) for row in found if row["person_id"] is not None))
    if apart:
        connection.execute(sa.text(MOVED), {"found": json.dumps(apart)})


def taken_apart(found: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As `gym.audit.personal_values` does it in this release."""
    for row in found:
        name = row["actor_name"] if row["actor_kind"] == "member" else None
        before, after = personal(row["before"]), personal(row["after"])
        if not (name or before or after):
            continue
        salt = os.urandom(16)
        values = json.dumps([name, before, after], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        yield {
            "id": str(row["id"]),
            "person_id": str(row["person_id"]),
            "salt": salt.hex(),
            "digest": sha256(salt + values.encode()).hexdigest(),
            "actor_name": name,
            "before": before,
            "after": after,
            "kept_name": "" if name else row["actor_name"],
            "kept_before": without(row["before"], before),
            "kept_after": without(row["after"], after),
        }


def personal(values: dict[str, Any] | None) -> dict[str, Any] | None:
    found = {key: one for key, one in (values or {}).items() if tells(key, one)}
    return found or None


def without(values: dict[str, Any] | None, gone: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if values is None else {key: one for key, one in values.items() if key not in (gone or {})}


def tells(key: str, value: Any) -> bool:
    return value is not None and (key in PERSONAL or (key not in PLAIN and has_text(value)))


def has_text(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value)
    if isinstance(value, list):
        return any(map(has_text, value))
    if isinstance(value, dict):
        return any(not key.startswith("$") and has_text(one) for key, one in value.items())
    return False
