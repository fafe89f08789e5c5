"""The first and the last gym day on which entries moved an account, and visits that were taken back by index.

Nearly every account is settled on one day: reports that ask what was owed on each day of years read the ledger
of the few others alone.
"""

from __future__ import annotations

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

MOVE_BALANCE = """
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
    delta := CASE WHEN NEW.kind IN ('charge', 'opening', 'refund', 'void') THEN NEW.amount
        ELSE -NEW.amount END;
    UPDATE accounts SET balance = balance + deltaDAYS WHERE id = NEW.account_id;
    RETURN NULL;
END $$
"""
DAYS = """,
        first_entry_day = least(first_entry_day, NEW.gym_day),
        last_entry_day = greatest(last_entry_day, NEW.gym_day)"""
# An entry that is written meanwhile has moved the days already: they only ever grow apart.
FILL = """
UPDATE accounts a SET first_entry_day = least(a.first_entry_day, e.first),
    last_entry_day = greatest(a.last_entry_day, e.last)
FROM (
    SELECT account_id, min(gym_day) AS first, max(gym_day) AS last FROM ledger_entries GROUP BY account_id
) e
WHERE e.account_id = a.id
"""
INDEX = "ix_check_ins_undone"


def upgrade() -> None:
    # May be here from a run that was cut short after the commit below.
    for column in ("first_entry_day", "last_entry_day"):
        op.execute(f"ALTER TABLE accounts ADD COLUMN IF NOT EXISTS {column} date")
    op.execute(MOVE_BALANCE.replace("DAYS", DAYS))
    # The block commits what stands above it: the door reads accounts while they are filled, and while the index
    # is built. An index that was cut short is left invalid, so it is dropped first.
    with op.get_context().autocommit_block():
        op.execute(FILL)
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {INDEX}")
        op.execute(f"CREATE INDEX CONCURRENTLY {INDEX} ON check_ins (undone_at) WHERE undone_at IS NOT NULL")


def downgrade() -> None:
    op.drop_index(INDEX, "check_ins")
    op.execute(MOVE_BALANCE.replace("DAYS", ""))
    op.drop_column("accounts", "last_entry_day")
    op.drop_column("accounts", "first_entry_day")
