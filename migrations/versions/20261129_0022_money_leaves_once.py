"""Constraint trigger: payments less voids and refunds of an account are never negative; the cause of an entry.

A payment could be voided after its money had been handed back, as cash or as the client's credit: the same
money left twice. `balance >= 0` does not see that, because a void raises what is owed. Accounts on which it has
happened stay as they are: only a void or a refund that leaves less than nothing of what was paid is refused.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

CAUSES = (
    "canceled",
    "not_begun",
    "plan_changed",
    "goodwill",
    "written_off",
    "rounding",
    "refunded",
    "returned",
)
CHECK = "ck_ledger_entries_entrycause"
RULE = f"cause IN ({', '.join(repr(cause) for cause in CAUSES)})"

# The account's row is locked before the sum is read, so that of two who hand back the same money one waits and
# then sees what the other has done. A statement inside a volatile function sees what was committed by then.
ONCE = """
CREATE FUNCTION gym_money_leaves_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held numeric;
BEGIN
    PERFORM FROM accounts WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT sum(CASE kind WHEN 'payment' THEN amount WHEN 'void' THEN -amount WHEN 'refund' THEN -amount END)
        INTO held FROM ledger_entries WHERE account_id = NEW.account_id;
    IF held < 0 THEN
        RAISE EXCEPTION 'more would be given back than was paid'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_money_leaves_once';
    END IF;
    RETURN NULL;
END $$
"""
# Named so that it fires after `move_balance`, which refuses a void of something else than a payment.
GUARD = """
CREATE CONSTRAINT TRIGGER paid_out_once AFTER INSERT ON ledger_entries
    FOR EACH ROW WHEN (NEW.kind IN ('void', 'refund')) EXECUTE FUNCTION gym_money_leaves_once()
"""


def upgrade() -> None:
    op.add_column("ledger_entries", sa.Column("cause", sa.String(length=32), nullable=True))
    # One transaction with its VALIDATE: nobody writes there until the old rows were looked at.
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT {CHECK} CHECK ({RULE}) NOT VALID")
    op.execute(f"ALTER TABLE ledger_entries VALIDATE CONSTRAINT {CHECK}")
    op.execute(ONCE)
    op.execute(GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER paid_out_once ON ledger_entries")
    op.execute("DROP FUNCTION gym_money_leaves_once()")
    op.execute(f"ALTER TABLE ledger_entries DROP CONSTRAINT {CHECK}")
    op.drop_column("ledger_entries", "cause")
