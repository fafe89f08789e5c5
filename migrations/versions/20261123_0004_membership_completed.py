"""Freezes, approvals, rewards, cash counts, the client's credit, snoozed debts and check-outs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


CHECKS = (
    ("subscriptions", "extra_days", "frozen_days >= 0 AND gift_days >= 0"),
    ("subscriptions", "held_waits", "NOT held OR status IN ('scheduled', 'canceled')"),
    ("check_ins", "left", "left_at IS NULL OR (left_at >= at AND outcome = 'admitted')"),
    ("accounts", "credit_owner", "kind <> 'credit' OR client_id IS NOT NULL"),
    ("clients", "referred_by_another", "referred_by IS NULL OR referred_by <> id"),
)

# A subscription that rests at this moment goes on resting, from the day it was last seen running.
FROZEN_BEFORE = """
INSERT INTO freezes (id, subscription_id, kind, starts_on, ends_on, reason, staff_name, created_at)
SELECT gen_random_uuid(), id, 'client', least(starts_on, coalesce(frozen_until, starts_on)), frozen_until,
    'frozen before', 'PowerGym', sold_at
FROM subscriptions WHERE status = 'frozen'
"""

# Row triggers are not asked when a whole table is emptied.
AUDIT_KEPT = """
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION gym_append_only()
"""

# What the gym keeps for a client goes in as a charge and out as a credit: a payment there would turn the sign.
CREDIT_ROWS = """
CREATE FUNCTION gym_credit_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind NOT IN ('charge', 'credit') AND EXISTS (
        SELECT FROM accounts WHERE id = NEW.account_id AND kind = 'credit'
    ) THEN
        RAISE EXCEPTION 'a client''s credit has charges and credits only'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_credit_rows';
    END IF;
    RETURN NEW;
END $$
"""
CREDIT_ROWS_GUARD = """
CREATE TRIGGER credit_rows BEFORE INSERT ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION gym_credit_rows()
"""


def methods(names: tuple[str, ...]) -> None:
    """Which payment methods the ledger knows."""
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_ledger_entries_method"), "ledger_entries", type_="check")
    op.create_check_constraint(op.f("ck_ledger_entries_method"), "ledger_entries", f"method IN ({listed})")


def upgrade() -> None:
    op.create_table(
        "cash_counts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gym_day", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column(
            "method",
            sa.Enum(
                "cash",
                "card",
                "transfer",
                "qr",
                "credit",
                name="method",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("expected", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("counted", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("difference", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.Column("counted_by_name", sa.String(length=160), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_cash_counts_counted")),
        sa.CheckConstraint("difference = counted - expected", name=op.f("ck_cash_counts_difference")),
        sa.ForeignKeyConstraint(
            ["counted_by"], ["staff.id"], name=op.f("fk_cash_counts_counted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_cash_counts_staff_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_counts")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_cash_counts_idempotency_key")),
    )
    op.create_index("ix_cash_counts_till", "cash_counts", ["gym_day", "staff_id", "method"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "discount",
                "void",
                "refund",
                "freeze",
                name="approvalkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "rejected",
                "expired",
                "withdrawn",
                name="approvalstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=160), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=160), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('approved', 'rejected', 'withdrawn')) = (decided_at IS NOT NULL)",
            name=op.f("ck_approvals_decided"),
        ),
        sa.CheckConstraint("used_at IS NULL OR state = 'approved'", name=op.f("ck_approvals_used")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_approvals_asked_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_approvals_client_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_approvals_decided_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_approvals_idempotency_key")),
    )
    op.create_index(op.f("ix_approvals_client_id"), "approvals", ["client_id"], unique=False)
    op.create_index(
        "ix_approvals_pending",
        "approvals",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "freezes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "client", "closure", name="freezekind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("closure_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("subscription_id"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            where=sa.text("canceled_at IS NULL"),
            deferrable=True,
            using="gist",
            name="ex_freezes_no_overlap",
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_freezes_period")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_freezes_staff_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_freezes_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freezes")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_freezes_idempotency_key")),
    )
    op.create_index(
        "ix_freezes_closure",
        "freezes",
        ["closure_id"],
        unique=False,
        postgresql_where=sa.text("closure_id IS NOT NULL"),
    )
    op.create_index(
        "ix_freezes_ends_on",
        "freezes",
        ["ends_on"],
        unique=False,
        postgresql_where=sa.text("canceled_at IS NULL"),
    )
    op.create_index(op.f("ix_freezes_subscription_id"), "freezes", ["subscription_id"], unique=False)
    op.create_table(
        "gym_closures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("frozen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("extended", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("canceled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_gym_closures_period")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_gym_closures_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gym_closures")),
    )
    op.create_table(
        "gift_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=True),
        sa.CheckConstraint("days > 0", name=op.f("ck_gift_days_days")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_gift_days_staff_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_gift_days_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_days")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_gift_days_idempotency_key")),
    )
    op.create_index(op.f("ix_gift_days_subscription_id"), "gift_days", ["subscription_id"], unique=False)
    op.create_table(
        "rewards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "visits",
                "milestone",
                "referral",
                name="rewardkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.Column("friend_id", sa.Uuid(), nullable=True),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redeemed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("redeemed_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(redeemed_at IS NULL) = (redeemed_by IS NULL)", name=op.f("ck_rewards_redeemed")),
        sa.CheckConstraint("redeemed_by <> subscription_id", name=op.f("ck_rewards_for_another")),
        sa.CheckConstraint("(kind = 'referral') = (friend_id IS NOT NULL)", name=op.f("ck_rewards_friend")),
        sa.CheckConstraint("expires_on >= granted_on", name=op.f("ck_rewards_period")),
        sa.CheckConstraint("percent >= 0 AND percent <= 100", name=op.f("ck_rewards_percent")),
        sa.CheckConstraint("redeemed_at IS NULL OR revoked_at IS NULL", name=op.f("ck_rewards_one_end")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_rewards_client_id")),
        sa.ForeignKeyConstraint(["friend_id"], ["clients.id"], name=op.f("fk_rewards_friend_id")),
        sa.ForeignKeyConstraint(["redeemed_by"], ["subscriptions.id"], name=op.f("fk_rewards_redeemed_by")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscriptions.id"], name=op.f("fk_rewards_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint(
            "kind",
            "client_id",
            "subscription_id",
            "threshold",
            name="uq_rewards_earned",
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("redeemed_by", name=op.f("uq_rewards_redeemed_by")),
        sa.UniqueConstraint("friend_id", name=op.f("uq_rewards_friend_id")),
    )
    op.create_index(
        "uq_rewards_one_a_subscription",
        "rewards",
        ["subscription_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'visits'"),
    )
    op.create_index(
        "ix_rewards_waiting",
        "rewards",
        ["client_id", "expires_on"],
        unique=False,
        postgresql_where=sa.text("redeemed_at IS NULL AND revoked_at IS NULL"),
    )
    op.add_column("accounts", sa.Column("snoozed_until", sa.Date(), nullable=True))
    op.create_index(
        "ix_accounts_owed", "accounts", ["client_id"], unique=False, postgresql_where=sa.text("balance > 0")
    )
    op.create_index(
        "uq_accounts_credit",
        "accounts",
        ["client_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'credit'"),
    )
    op.add_column("check_ins", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("referred_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_clients_referred_by"), "clients", "clients", ["referred_by"], ["id"], ondelete="SET NULL"
    )
    op.add_column("ledger_entries", sa.Column("destination", sa.String(length=60), nullable=True))
    op.add_column(
        "subscriptions", sa.Column("gift_days", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "subscriptions", sa.Column("held", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("subscriptions", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_subscriptions_replaces_id"), "subscriptions", ["replaces_id"])
    op.create_foreign_key(
        op.f("fk_subscriptions_replaces_id"), "subscriptions", "subscriptions", ["replaces_id"], ["id"]
    )
    op.execute(FROZEN_BEFORE)
    op.execute(AUDIT_KEPT)
    op.execute(CREDIT_ROWS)
    op.execute(CREDIT_ROWS_GUARD)
    op.drop_column("subscriptions", "frozen_until")
    for table, name, rule in CHECKS:
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
    methods(("cash", "card", "transfer", "qr", "credit"))


def downgrade() -> None:
    op.execute("DROP TRIGGER credit_rows ON ledger_entries")
    op.execute("DROP FUNCTION gym_credit_rows()")
    op.execute("DROP TRIGGER append_only_all ON audit_entries")
    methods(("cash", "card", "transfer", "qr"))
    for table, name, _ in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
    op.add_column("subscriptions", sa.Column("frozen_until", sa.DATE(), autoincrement=False, nullable=True))
    op.drop_constraint(op.f("fk_subscriptions_replaces_id"), "subscriptions", type_="foreignkey")
    op.drop_constraint(op.f("uq_subscriptions_replaces_id"), "subscriptions", type_="unique")
    op.drop_column("subscriptions", "replaces_id")
    op.drop_column("subscriptions", "held")
    op.drop_column("subscriptions", "gift_days")
    op.drop_column("ledger_entries", "destination")
    op.drop_constraint(op.f("fk_clients_referred_by"), "clients", type_="foreignkey")
    op.drop_column("clients", "referred_by")
    op.drop_column("check_ins", "left_at")
    op.drop_index("uq_accounts_credit", table_name="accounts", postgresql_where=sa.text("kind = 'credit'"))
    op.drop_index("ix_accounts_owed", table_name="accounts", postgresql_where=sa.text("balance > 0"))
    op.drop_column("accounts", "snoozed_until")
    op.drop_index(
        "ix_rewards_waiting",
        table_name="rewards",
        postgresql_where=sa.text("redeemed_at IS NULL AND revoked_at IS NULL"),
    )
    op.drop_index(
        "uq_rewards_one_a_subscription", table_name="rewards", postgresql_where=sa.text("kind = 'visits'")
    )
    op.drop_table("rewards")
    op.drop_index(op.f("ix_gift_days_subscription_id"), table_name="gift_days")
    op.drop_table("gift_days")
    op.drop_table("gym_closures")
    op.drop_index(op.f("ix_freezes_subscription_id"), table_name="freezes")
    op.drop_index("ix_freezes_ends_on", table_name="freezes", postgresql_where=sa.text("canceled_at IS NULL"))
    op.drop_index(
        "ix_freezes_closure", table_name="freezes", postgresql_where=sa.text("closure_id IS NOT NULL")
    )
    op.drop_table("freezes")
    op.drop_index(
        "ix_approvals_pending", table_name="approvals", postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_index(op.f("ix_approvals_client_id"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_index("ix_cash_counts_till", table_name="cash_counts")
    op.drop_table("cash_counts")
