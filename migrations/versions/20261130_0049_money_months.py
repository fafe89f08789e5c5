"""Roll-up of money by month, and the marks of reopened months."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

# An entry of two UTC days ago or earlier came late; one of the gym's own day is never that old in any zone, so
# the usual payment runs no trigger at all.
MARK = """
CREATE FUNCTION gym_reopen_money() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO reopened_money_months (month)
        SELECT DISTINCT date_trunc('month', CAST(d.gym_day AS timestamp))
        FROM (SELECT OLD.gym_day UNION ALL SELECT gym_day FROM ledger_entries WHERE voids_id = OLD.id) d(gym_day);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO reopened_money_months (month) VALUES (date_trunc('month', CAST(NEW.gym_day AS timestamp)));
    END IF;
    RETURN NULL;
END $$
"""
ARRIVED = """
CREATE TRIGGER reopen_money AFTER INSERT ON ledger_entries FOR EACH ROW
    WHEN (NEW.gym_day < CAST(timezone('UTC', NEW.at) AS date) - 1) EXECUTE FUNCTION gym_reopen_money()
"""
# Nothing changes an entry: a trigger refuses it. A migration that lifts that one is seen by these.
CHANGED = """
CREATE TRIGGER reopen_changed_money AFTER UPDATE OF kind, amount, method, cause, destination, staff_id, gym_day,
    account_id, voids_id OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION gym_reopen_money()
"""
TABLES = ("reopened_money_months", "rolled_money_months", "money_months", "money_days")


def upgrade() -> None:
    op.create_table(
        "money_days",
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("received", sa.Numeric(18, 2), nullable=False),
        sa.Column("voided", sa.Numeric(18, 2), nullable=False),
        sa.Column("refunded", sa.Numeric(18, 2), nullable=False),
        sa.PrimaryKeyConstraint("gym_day", name=op.f("pk_money_days")),
    )
    op.create_table(
        "money_months",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("method", sa.String(length=32), nullable=True),
        sa.Column("destination", sa.String(length=60), nullable=True),
        sa.Column("till", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.CheckConstraint("entries > 0", name=op.f("ck_money_months_entries")),
        sa.ForeignKeyConstraint(
            ["till"], ["staff.id"], name=op.f("fk_money_months_till"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_money_months_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_months")),
    )
    op.create_index("ix_money_months_month", "money_months", ["month", "kind"])
    op.create_table(
        "rolled_money_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_rolled_money_months")),
    )
    op.create_table(
        "reopened_money_months",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopened_money_months")),
    )
    op.create_index("ix_reopened_money_months_month", "reopened_money_months", ["month"])
    for statement in (MARK, ARRIVED, CHANGED):
        op.execute(statement)


def downgrade() -> None:
    for trigger in ("reopen_money", "reopen_changed_money"):
        op.execute(f"DROP TRIGGER {trigger} ON ledger_entries")
    op.execute("DROP FUNCTION gym_reopen_money()")
    for table in TABLES:
        op.drop_table(table)
