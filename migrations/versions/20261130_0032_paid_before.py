"""What was paid before an import counts as paid: it can be carried over and handed back, once.

An imported plan was worth nothing when it was changed or canceled, as the ledger had no payment for it. A credit
of cause `paid_before` is held for the client like a payment; it moves no till and is in no report of takings. An
opening of that cause takes it back when the import is undone, and is guarded like a void.
"""

from __future__ import annotations

from alembic import op

revision = "0032"
down_revision = "0031"
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
NEW = "paid_before"
CHECK = "ck_ledger_entries_entrycause"
ONLY = "ck_ledger_entries_paid_before"

# As in 0022, with what was paid before an import: its credit adds, its taking back subtracts.
ONCE = """
CREATE OR REPLACE FUNCTION gym_money_leaves_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held numeric;
BEGIN
    PERFORM FROM accounts WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT sum(CASE WHEN kind = 'payment' THEN amount WHEN kind IN ('void', 'refund') THEN -amount BROUGHT END)
        INTO held FROM ledger_entries WHERE account_id = NEW.account_id;
    IF held < 0 THEN
        RAISE EXCEPTION 'more would be given back than was paid'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_money_leaves_once';
    END IF;
    RETURN NULL;
END $$
"""
BROUGHT = """WHEN cause = 'paid_before' AND kind = 'credit' THEN amount
        WHEN cause = 'paid_before' AND kind = 'opening' THEN -amount"""
GUARD = """
CREATE CONSTRAINT TRIGGER paid_out_once AFTER INSERT ON ledger_entries
    FOR EACH ROW WHEN (GUARDED) EXECUTE FUNCTION gym_money_leaves_once()
"""
BEFORE = "NEW.kind IN ('void', 'refund')"


def upgrade() -> None:
    _causes((*CAUSES, NEW))
    _check(ONLY, f"cause IS DISTINCT FROM '{NEW}' OR kind IN ('credit', 'opening')")
    op.execute(ONCE.replace("BROUGHT", BROUGHT))
    _guard(f"{BEFORE} OR (NEW.kind = 'opening' AND NEW.cause = '{NEW}')")


def downgrade() -> None:
    """What is owed stays as it is: an older release sees a credit without a cause."""
    _guard(BEFORE)
    op.execute(ONCE.replace("BROUGHT", ""))
    op.execute(f"ALTER TABLE ledger_entries DROP CONSTRAINT {ONLY}")
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    op.execute(f"UPDATE ledger_entries SET cause = NULL WHERE cause = '{NEW}'")
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER append_only")
    _causes(CAUSES)


def _guard(condition: str) -> None:
    op.execute("DROP TRIGGER IF EXISTS paid_out_once ON ledger_entries")
    op.execute(GUARD.replace("GUARDED", condition))


def _causes(names: tuple[str, ...]) -> None:
    op.execute(f"ALTER TABLE ledger_entries DROP CONSTRAINT {CHECK}")
    _check(CHECK, f"cause IN ({', '.join(repr(name) for name in names)})")


def _check(name: str, rule: str) -> None:
    """One transaction with its VALIDATE: nobody writes there until the old rows were looked at."""
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE ledger_entries VALIDATE CONSTRAINT {name}")
