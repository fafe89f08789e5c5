"""Triggers that empty the payloads of handled updates and of sent messages."""

from __future__ import annotations

from alembic import op

from gym.core.database.migrations import in_slices

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Many statements close a message, and older processes close both while they are replaced: the database empties
# what each of them leaves. What an admin may still send again, or sees as not delivered, stays until retention.
EMPTY = """
CREATE OR REPLACE FUNCTION gym_empty_payload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.payload := '{}';
    RETURN NEW;
END $$
"""
HANDLED = """
CREATE OR REPLACE TRIGGER empty_payload BEFORE INSERT OR UPDATE ON inbox_updates FOR EACH ROW
    WHEN (NEW.done_at IS NOT NULL AND NEW.payload <> '{}') EXECUTE FUNCTION gym_empty_payload()
"""
DELIVERED = """
CREATE OR REPLACE TRIGGER empty_payload BEFORE INSERT OR UPDATE ON notifications FOR EACH ROW
    WHEN (NEW.state IN ('sent', 'muted', 'dismissed') AND NEW.payload <> '{}')
    EXECUTE FUNCTION gym_empty_payload()
"""


# Cards, links and typed PINs of the last week, and the names in what was told in the last months.
SERVED = {
    "inbox_updates": "done_at IS NOT NULL AND payload <> '{}'",
    "notifications": "state IN ('sent', 'muted', 'dismissed') AND payload <> '{}'",
}


def upgrade() -> None:
    op.execute(EMPTY)
    op.execute(HANDLED)
    op.execute(DELIVERED)
    # In one transaction with the triggers, 200,000 old rows kept the bot's tables locked for seven seconds. When
    # this is cut short, it is all done again.
    with op.get_context().autocommit_block():
        for table, condition in SERVED.items():
            for rows in in_slices(op.get_bind(), table):
                op.execute(f"UPDATE {table} SET payload = '{{}}' WHERE {rows} AND {condition}")


def downgrade() -> None:
    op.execute("DROP TRIGGER empty_payload ON notifications")
    op.execute("DROP TRIGGER empty_payload ON inbox_updates")
    op.execute("DROP FUNCTION gym_empty_payload()")
