"""Roll-up of visits by month, the marks of reopened months, and indexes of refusals and overrides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# A visit of two UTC days ago or earlier came late; one of the gym's own day is never that old in any zone, so
# the usual check-in runs no trigger at all.
LATE = """
CREATE FUNCTION gym_reopen_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO reopened_months (month) VALUES (date_trunc('month', CAST(OLD.gym_day AS timestamp)));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO reopened_months (month) VALUES (date_trunc('month', CAST(NEW.gym_day AS timestamp)));
    END IF;
    RETURN NULL;
END $$
"""
ARRIVED = """
CREATE TRIGGER reopen_month AFTER INSERT ON check_ins FOR EACH ROW
    WHEN (NEW.counted AND NEW.gym_day < CAST(timezone('UTC', NEW.received_at) AS date) - 1)
    EXECUTE FUNCTION gym_reopen_month()
"""
CHANGED = """
CREATE TRIGGER reopen_changed_month
    AFTER UPDATE OF counted, undone_at, at, gym_day, client_id, subscription_id ON check_ins FOR EACH ROW
    WHEN ((OLD.counted OR NEW.counted) AND (OLD.counted, OLD.undone_at, OLD.at, OLD.gym_day, OLD.client_id,
        OLD.subscription_id) IS DISTINCT FROM (NEW.counted, NEW.undone_at, NEW.at, NEW.gym_day, NEW.client_id,
        NEW.subscription_id))
    EXECUTE FUNCTION gym_reopen_month()
"""
GONE = """
CREATE TRIGGER reopen_emptied_month AFTER DELETE ON check_ins FOR EACH ROW
    WHEN (OLD.counted) EXECUTE FUNCTION gym_reopen_month()
"""
INDEXES = {
    "ix_check_ins_denied": "(gym_day, code) WHERE outcome = 'denied'",
    "ix_check_ins_overridden": "(gym_day) WHERE outcome = 'admitted' AND override_reason IS NOT NULL",
}


def upgrade() -> None:
    # Over years of visits an ordinary index would close the door while it is built. One that was cut short is
    # left invalid, so it is dropped first; before anything else, since the block commits what stands above it.
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON check_ins {of}")

    op.create_table(
        "visit_rollups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.CheckConstraint("visits > 0", name=op.f("ck_visit_rollups_visits")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_visit_rollups_hour")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_visit_rollups_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_rollups")),
    )
    op.create_index("ix_visit_rollups_day", "visit_rollups", ["gym_day"])
    op.create_table(
        "visitor_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_visitor_months_client_id")),
        sa.PrimaryKeyConstraint("month", "client_id", name=op.f("pk_visitor_months")),
    )
    op.create_table(
        "rolled_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("rolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_rolled_months")),
    )
    op.create_table(
        "reopened_months",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopened_months")),
    )
    op.create_index("ix_reopened_months_month", "reopened_months", ["month"])
    for statement in (LATE, ARRIVED, CHANGED, GONE):
        op.execute(statement)


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "check_ins")
    for trigger in ("reopen_month", "reopen_changed_month", "reopen_emptied_month"):
        op.execute(f"DROP TRIGGER {trigger} ON check_ins")
    op.execute("DROP FUNCTION gym_reopen_month()")
    for table in ("reopened_months", "rolled_months", "visitor_months", "visit_rollups"):
        op.drop_table(table)
