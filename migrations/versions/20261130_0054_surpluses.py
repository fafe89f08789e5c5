"""Money above what was owed is a payment that is kept as credit, not a charge: the cause of its entries.

The refund that keeps it stands before the payment, as a balance may at no moment be negative; so the guard of
money that leaves looks at these refunds, and at the voids of such payments, when the transaction ends.
"""

from __future__ import annotations

from alembic import op

revision = "0054"
down_revision = "0053"
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
    "paid_before",
)
NEW = "surplus"
CHECK = "ck_ledger_entries_entrycause"
GUARD = """
CREATE CONSTRAINT TRIGGER paid_out_once AFTER INSERT ON ledger_entries
    FOR EACH ROW WHEN (GUARDED) EXECUTE FUNCTION gym_money_leaves_once()
"""
BEFORE = "NEW.kind IN ('void', 'refund') OR (NEW.kind = 'opening' AND NEW.cause = 'paid_before')"
AT_THE_END = f"""
CREATE CONSTRAINT TRIGGER surplus_came_in AFTER INSERT ON ledger_entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind IN ('void', 'refund') AND NEW.cause = '{NEW}')
    EXECUTE FUNCTION gym_money_leaves_once()
"""


def upgrade() -> None:
    _causes((*CAUSES, NEW))
    _guard(f"({BEFORE}) AND NEW.cause IS DISTINCT FROM '{NEW}'")
    op.execute(AT_THE_END)


def downgrade() -> None:
    """What is owed and held stays as it is: an older release sees a payment and a refund without a cause."""
    op.execute("DROP TRIGGER surplus_came_in ON ledger_entries")
    _guard(BEFORE)
    op.execute("ALTER TABLE ledger_entries DISABLE TRIGGER append_only")
    op.execute(f"UPDATE ledger_entries SET cause = NULL WHERE cause = '{NEW}'")
    op.execute("ALTER TABLE ledger_entries ENABLE TRIGGER append_only")
    _causes(CAUSES)


def _guard(condition: str) -> None:
    op.execute("DROP TRIGGER IF EXISTS paid_out_once ON ledger_entries")
    op.execute(GUARD.replace("GUARDED", condition))


def _causes(names: tuple[str, ...]) -> None:
    """One transaction with its VALIDATE: nobody writes there until the old rows were looked at."""
    op.execute(f"ALTER TABLE ledger_entries DROP CONSTRAINT {CHECK}")
    rule = f"cause IN ({', '.join(repr(name) for name in names)})"
    op.execute(f"ALTER TABLE ledger_entries ADD CONSTRAINT {CHECK} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE ledger_entries VALIDATE CONSTRAINT {CHECK}")
