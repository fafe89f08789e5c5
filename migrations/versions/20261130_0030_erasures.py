"""Erasures: their table, one for personal values of the audit trail, and what erased clients lose in the ledger.

An entry of the ledger may lose what somebody typed once its client is erased, and nothing else.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
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
DETAILS_KEPT = """
CREATE FUNCTION gym_details_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM clients WHERE id = OLD.person_id AND erased_at IS NOT NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_details go with an erased client only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_details_append_only';
END $$
"""
DETAILS_GUARDS = (
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_details
        FOR EACH ROW EXECUTE FUNCTION gym_details_kept()
    """,
    """
    CREATE TRIGGER append_only_all BEFORE TRUNCATE ON audit_details
        FOR EACH STATEMENT EXECUTE FUNCTION gym_append_only()
    """,
)


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("by_client", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("canceled_at IS NULL OR done_at IS NULL", name=op.f("ck_erasures_one_end")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_erasures_asked_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("canceled_at IS NULL"),
    )
    op.create_index(
        "ix_erasures_due",
        "erasures",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("canceled_at IS NULL AND done_at IS NULL"),
    )
    op.create_table(
        "audit_details",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("actor_name", sa.String(length=160), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_details")),
    )
    op.create_index(op.f("ix_audit_details_person_id"), "audit_details", ["person_id"], unique=False)
    op.execute(DETAILS_KEPT)
    for guard in DETAILS_GUARDS:
        op.execute(guard)
    op.add_column("clients", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit_entries", sa.Column("digest", sa.LargeBinary(length=32), nullable=True))
    op.execute(APPEND_ONLY.format(but=WORDS_OF_ERASED))


def downgrade() -> None:
    op.execute(APPEND_ONLY.format(but=""))
    op.drop_column("audit_entries", "digest")
    op.drop_column("clients", "erased_at")
    op.drop_table("audit_details")
    op.execute("DROP FUNCTION gym_details_kept()")
    op.drop_table("erasures")
