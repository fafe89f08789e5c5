"""Rate limits that several replicas share: one instant a bucket, in an unlogged table. And a way to
find what was received today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_buckets",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_buckets")),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_rate_buckets_full_at", "rate_buckets", ["full_at"])
    op.create_index("ix_check_ins_received", "check_ins", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_index("ix_check_ins_received", "check_ins")
    op.drop_table("rate_buckets")
