"""Triggers: the ledger is append-only, its balances are kept, and listeners are notified."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION gym_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION gym_append_only();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION gym_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION gym_append_only();
"""

# The account's balance moves with its entries and in no other way; CHECK (balance >= 0) does the rest.
BALANCE = """
CREATE FUNCTION gym_move_balance() RETURNS trigger LANGUAGE plpgsql AS $$
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
    delta := CASE WHEN NEW.kind IN ('charge', 'refund', 'void') THEN NEW.amount ELSE -NEW.amount END;
    UPDATE accounts SET balance = balance + delta WHERE id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER move_balance AFTER INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION gym_move_balance();
CREATE FUNCTION gym_balance_is_derived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 AND (TG_OP = 'UPDATE' OR NEW.balance <> 0) THEN
        RAISE EXCEPTION 'a balance is the sum of its entries'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_balance_is_derived';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER balance_is_derived BEFORE INSERT OR UPDATE OF balance ON accounts
    FOR EACH ROW EXECUTE FUNCTION gym_balance_is_derived();
"""

WAKE = """
CREATE FUNCTION gym_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(TG_ARGV[0], '');
    RETURN NULL;
END $$;
CREATE TRIGGER wake AFTER INSERT ON notifications
    FOR EACH STATEMENT EXECUTE FUNCTION gym_wake('powergym_outbox');
CREATE TRIGGER wake AFTER INSERT ON inbox_updates
    FOR EACH STATEMENT EXECUTE FUNCTION gym_wake('powergym_inbox');
"""


def upgrade() -> None:
    for block in (APPEND_ONLY, BALANCE, WAKE):
        for statement in _statements(block):
            op.execute(statement)
    op.execute("INSERT INTO gym_state (id) VALUES (1)")
    op.execute("INSERT INTO counters (name) VALUES ('receipt')")


def downgrade() -> None:
    for table in ("notifications", "inbox_updates"):
        op.execute(f"DROP TRIGGER wake ON {table}")
    op.execute("DROP TRIGGER move_balance ON ledger_entries")
    op.execute("DROP TRIGGER balance_is_derived ON accounts")
    op.execute("DROP TRIGGER append_only_all ON ledger_entries")
    for table in ("ledger_entries", "audit_entries"):
        op.execute(f"DROP TRIGGER append_only ON {table}")
    for function in ("gym_wake", "gym_move_balance", "gym_balance_is_derived", "gym_append_only"):
        op.execute(f"DROP FUNCTION {function}()")
    op.execute("DELETE FROM counters WHERE name = 'receipt'")
    op.execute("DELETE FROM gym_state")


def _statements(block: str) -> list[str]:
    """asyncpg prepares one statement at a time; ours each begin with CREATE at the start of a line."""
    return [f"CREATE {part}" for part in block.strip().removeprefix("CREATE ").split("\nCREATE ")]
