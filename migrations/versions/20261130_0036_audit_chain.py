"""A hash chain over the audit trail, with checkpoints up to which retention may delete it.

The chain over what is there already is made by its job, some thousand entries at a time, while the gym is open.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Entries and links go once a checkpoint stands behind them, and in no other way.
TRAIL_KEPT = """
CREATE FUNCTION gym_trail_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF TG_TABLE_NAME = 'audit_links' THEN
            IF EXISTS (SELECT FROM audit_checkpoints WHERE number >= OLD.number) THEN
                RETURN OLD;
            END IF;
        ELSIF TG_TABLE_NAME = 'audit_entries' THEN
            IF EXISTS (
                SELECT FROM audit_links l JOIN audit_checkpoints c ON c.number >= l.number
                WHERE l.entry_id = OLD.id
            ) THEN
                RETURN OLD;
            END IF;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$
"""
DETAILS_KEPT = """
CREATE OR REPLACE FUNCTION gym_details_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND (EXISTS (
        SELECT FROM clients WHERE id = OLD.person_id AND erased_at IS NOT NULL
    ){or_else}) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_details go with an erased client only'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_details_append_only';
END $$
"""
BEHIND_CHECKPOINT = """ OR EXISTS (
        SELECT FROM audit_links l JOIN audit_checkpoints c ON c.number >= l.number
        WHERE l.entry_id = OLD.entry_id
    )"""
GUARD = """
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {function}()
"""
WHOLE = """
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION gym_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "audit_links",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_links_entry_id")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
    )
    op.add_column("backups", sa.Column("trail_number", sa.BigInteger(), nullable=True))
    op.add_column("backups", sa.Column("trail_head", sa.String(length=64), nullable=True))
    op.execute(TRAIL_KEPT)
    op.execute(DETAILS_KEPT.format(or_else=BEHIND_CHECKPOINT))
    for table in ("audit_links", "audit_checkpoints"):
        op.execute(GUARD.format(table=table, function="gym_trail_kept"))
        op.execute(WHOLE.format(table=table))
    op.execute(GUARD.format(table="audit_entries", function="gym_trail_kept"))


def downgrade() -> None:
    op.execute(GUARD.format(table="audit_entries", function="gym_append_only"))
    op.execute(DETAILS_KEPT.format(or_else=""))
    op.drop_column("backups", "trail_head")
    op.drop_column("backups", "trail_number")
    op.drop_table("audit_checkpoints")
    op.drop_table("audit_links")
    op.execute("DROP FUNCTION gym_trail_kept()")
