"""Imports and their rows, by which one is undone; opening balances in the ledger.

An opening raises what is owed like a charge. It is no sale and no money: no receipt, no till, no revenue.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

KINDS = ("charge", "payment", "void", "credit", "refund")
BALANCE = """
CREATE OR REPLACE FUNCTION gym_move_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    delta numeric(12,2);
BEGIN
    IF NEW.kind = 'void' AND NOT EXISTS (
        SELECT FROM ledger_entries paid WHERE paid.id = NEW.voids_id AND paid.kind = 'payment'
            AND paid.account_id = NEW.account_id AND paid.amount = NEW.amount
    ) THEN
        RAISE EXCEPTION 'a void undoes exactly one payment of its account'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_void_matches';
    END IF;
    delta := CASE WHEN NEW.kind IN (RAISES) THEN NEW.amount ELSE -NEW.amount END;
    UPDATE accounts SET balance = balance + delta WHERE id = NEW.account_id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _kinds((*KINDS, "opening"))
    op.execute(BALANCE.replace("RAISES", "'charge', 'opening', 'refund', 'void'"))
    op.create_table(
        "client_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_name", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_client_imports_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_imports")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_client_imports_idempotency_key")),
    )
    op.create_table(
        "client_import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("filled", postgresql.ARRAY(sa.String(length=40)), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_client_import_rows_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["client_imports.id"],
            name=op.f("fk_client_import_rows_import_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_client_import_rows_subscription_id"),
        ),
        sa.PrimaryKeyConstraint("import_id", "client_id", name=op.f("pk_client_import_rows")),
    )
    op.create_index(op.f("ix_client_import_rows_client_id"), "client_import_rows", ["client_id"])


def downgrade() -> None:
    """What was owed stays owed: an older release knows it as a charge."""
    op.drop_table("client_import_rows")
    op.drop_table("client_imports")
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    op.execute("UPDATE ledger_entries SET kind = 'charge' WHERE kind = 'opening'")
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER append_only")
    op.execute(BALANCE.replace("RAISES", "'charge', 'refund', 'void'"))
    _kinds(KINDS)


def _kinds(names: tuple[str, ...]) -> None:
    """Which kinds the ledger knows. One transaction: nobody writes there until the old rows were looked at."""
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_ledger_entries_entrykind"), "ledger_entries", type_="check")
    op.execute(
        f"ALTER TABLE ledger_entries ADD CONSTRAINT ck_ledger_entries_entrykind CHECK (kind IN ({listed})) NOT VALID"
    )
    op.execute("ALTER TABLE ledger_entries VALIDATE CONSTRAINT ck_ledger_entries_entrykind")
