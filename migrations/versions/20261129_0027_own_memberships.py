"""Own memberships: pairs of client and staff with the same Telegram account, kept by triggers.

The triggers note it however the account was written. What the trail tells of accounts that were unlinked
before this migration is noted too.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0022"
branch_labels = None
depends_on = None

FUNCTION = """
CREATE FUNCTION note_own_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO own_memberships (staff_id, client_id)
    SELECT staff.id, clients.id FROM staff JOIN clients ON clients.telegram_id = staff.telegram_id
    WHERE staff.telegram_id = NEW.telegram_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_own_membership AFTER INSERT OR UPDATE OF telegram_id ON {table}
FOR EACH ROW WHEN (NEW.telegram_id IS NOT NULL) EXECUTE FUNCTION note_own_membership()
"""
KNOWN = """
INSERT INTO own_memberships (staff_id, client_id)
SELECT staff.id, clients.id FROM staff JOIN clients ON clients.telegram_id = staff.telegram_id
ON CONFLICT DO NOTHING
"""
UNLINKED_BEFORE = """
INSERT INTO own_memberships (staff_id, client_id)
SELECT staff.id, clients.id
FROM audit_entries JOIN staff ON staff.telegram_id::text = audit_entries.before ->> 'telegram_id'
    JOIN clients ON clients.id = audit_entries.subject_id
WHERE audit_entries.action = 'client.unlinked'
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "own_memberships",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("acted_alone", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_alone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_own_memberships_staff_id_staff"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.id"],
            name=op.f("fk_own_memberships_client_id_clients"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("staff_id", "client_id", name=op.f("pk_own_memberships")),
    )
    op.create_index(op.f("ix_own_memberships_client_id"), "own_memberships", ["client_id"])
    op.execute(FUNCTION)
    for table in ("staff", "clients"):
        op.execute(TRIGGER.format(table=table))
    op.execute(KNOWN)
    op.execute(UNLINKED_BEFORE)


def downgrade() -> None:
    for table in ("staff", "clients"):
        op.execute(f"DROP TRIGGER {table}_own_membership ON {table}")
    op.execute("DROP FUNCTION note_own_membership()")
    op.drop_table("own_memberships")
