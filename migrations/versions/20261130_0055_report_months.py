"""Roll-ups of visits by hour of the week, of taxes, of collected debts and of memberships, with their marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

FILL = (
    "INSERT INTO visit_days (gym_day, visits) SELECT gym_day, sum(visits) FROM visit_rollups GROUP BY gym_day",
    """
INSERT INTO visit_hours (id, month, weekday, hour, plan_id, visits)
SELECT gen_random_uuid(), date_trunc('month', CAST(gym_day AS timestamp)), extract(isodow FROM gym_day) - 1,
    hour, plan_id, sum(visits)
FROM visit_rollups GROUP BY 2, 3, hour, plan_id
""",
)
# Whether money was collected for a debt is decided by the plan's first day: one that moves over payments that
# came, and over their voids, changes what their months say. A prepaid renewal moves over none.
MARK = """
CREATE FUNCTION gym_reopen_collected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reopened_money_months (month)
    SELECT DISTINCT date_trunc('month', CAST(e.gym_day AS timestamp))
    FROM ledger_entries e LEFT JOIN ledger_entries v ON v.id = e.voids_id
    WHERE e.account_id = NEW.account_id AND e.kind IN ('payment', 'void')
        AND (coalesce(v.gym_day, e.gym_day) > OLD.starts_on) <> (coalesce(v.gym_day, e.gym_day) > NEW.starts_on);
    RETURN NULL;
END $$
"""
MOVED = """
CREATE TRIGGER reopen_collected AFTER UPDATE OF starts_on ON subscriptions FOR EACH ROW
    WHEN (OLD.starts_on <> NEW.starts_on) EXECUTE FUNCTION gym_reopen_collected()
"""
# A client's chain of periods follows from these alone. A night expires many plans, which changes no chain.
CHANGED = """
CREATE FUNCTION gym_change_membership() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'subscriptions' THEN
        IF TG_OP <> 'INSERT' AND (TG_OP = 'DELETE' OR OLD.client_id <> NEW.client_id) THEN
            INSERT INTO changed_memberships (client_id) VALUES (OLD.client_id);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO changed_memberships (client_id) VALUES (NEW.client_id);
        END IF;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO changed_memberships (client_id)
        SELECT s.client_id FROM subscriptions s WHERE s.id = OLD.subscription_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO changed_memberships (client_id)
        SELECT s.client_id FROM subscriptions s WHERE s.id = NEW.subscription_id;
    END IF;
    RETURN NULL;
END $$
"""
UNDONE = """
CREATE FUNCTION gym_change_imported() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changed_memberships (client_id)
    SELECT s.client_id FROM client_import_rows r JOIN subscriptions s ON s.id = r.subscription_id
    WHERE r.import_id = NEW.id;
    RETURN NULL;
END $$
"""
MARKS = (
    """
CREATE TRIGGER change_membership AFTER INSERT OR DELETE ON subscriptions FOR EACH ROW
    EXECUTE FUNCTION gym_change_membership()
""",
    """
CREATE TRIGGER change_moved_membership AFTER UPDATE ON subscriptions FOR EACH ROW
    WHEN ((OLD.client_id, OLD.plan_id, OLD.starts_on, OLD.ends_on, OLD.held, OLD.sold_by, OLD.sold_at,
        OLD.status = 'canceled', CASE WHEN OLD.status = 'canceled' THEN OLD.closed_at END)
        IS DISTINCT FROM
        (NEW.client_id, NEW.plan_id, NEW.starts_on, NEW.ends_on, NEW.held, NEW.sold_by, NEW.sold_at,
        NEW.status = 'canceled', CASE WHEN NEW.status = 'canceled' THEN NEW.closed_at END))
    EXECUTE FUNCTION gym_change_membership()
""",
    """
CREATE TRIGGER change_membership AFTER INSERT OR UPDATE OR DELETE ON freezes FOR EACH ROW
    EXECUTE FUNCTION gym_change_membership()
""",
    """
CREATE TRIGGER change_membership AFTER INSERT OR DELETE OR UPDATE OF subscription_id ON client_import_rows
    FOR EACH ROW EXECUTE FUNCTION gym_change_membership()
""",
    """
CREATE TRIGGER change_membership AFTER UPDATE OF undone_at ON client_imports FOR EACH ROW
    WHEN (OLD.undone_at IS DISTINCT FROM NEW.undone_at) EXECUTE FUNCTION gym_change_imported()
""",
)
TRIGGERS = (
    ("reopen_collected", "subscriptions"),
    ("change_membership", "subscriptions"),
    ("change_moved_membership", "subscriptions"),
    ("change_membership", "freezes"),
    ("change_membership", "client_import_rows"),
    ("change_membership", "client_imports"),
)
TABLES = (
    "changed_memberships",
    "counted_memberships",
    "membership_periods",
    "collected_days",
    "tax_days",
    "visit_hours",
    "visit_days",
)


def upgrade() -> None:
    op.create_table(
        "visit_days",
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gym_day", name=op.f("pk_visit_days")),
    )
    op.create_table(
        "visit_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_visit_hours_weekday")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_visit_hours_hour")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_visit_hours_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_hours")),
    )
    op.create_index("ix_visit_hours_month", "visit_hours", ["month"])
    op.create_table(
        "tax_days",
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("total", sa.Numeric(18, 2), nullable=False),
        sa.Column("base", sa.Numeric(18, 2), nullable=False),
        sa.PrimaryKeyConstraint("gym_day", name=op.f("pk_tax_days")),
    )
    op.create_table(
        "collected_days",
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(18, 2), nullable=False),
        sa.PrimaryKeyConstraint("gym_day", name=op.f("pk_collected_days")),
    )
    # Months that are summed by now have neither: none is their rate, so the next nights sum them again.
    op.add_column("rolled_money_months", sa.Column("tax_percent", sa.Numeric(), nullable=True))
    _memberships()
    for statement in (*FILL, MARK, MOVED, CHANGED, UNDONE, *MARKS):
        op.execute(statement)


def _memberships() -> None:
    op.create_table(
        "membership_periods",
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("seller_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("begins", sa.String(length=8), nullable=True),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        sa.Column("ends_itself", sa.Boolean(), nullable=False),
        sa.Column("renewed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name=op.f("fk_membership_periods_subscription_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_membership_periods_client_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_membership_periods_plan_id")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["staff.id"], name=op.f("fk_membership_periods_seller_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_membership_periods")),
    )
    op.create_index("ix_membership_periods_client", "membership_periods", ["client_id"])
    op.create_table(
        "counted_memberships",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_counted_memberships_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_counted_memberships")),
    )
    op.create_table(
        "changed_memberships",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_changed_memberships_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_memberships")),
    )
    op.create_index("ix_changed_memberships_client", "changed_memberships", ["client_id"])


def downgrade() -> None:
    for trigger, table in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in ("gym_change_imported", "gym_change_membership", "gym_reopen_collected"):
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_column("rolled_money_months", "tax_percent")
    for table in TABLES:
        op.drop_table(table)
