"""Dead updates with their reason; a count of attempts that ended with their process."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What failed before is listed as well: its row says no more than that.
CARRIED_OVER = """
INSERT INTO dead_updates (id, update_id, reason, at)
SELECT gen_random_uuid(), update_id, 'failed', done_at FROM inbox_updates WHERE failed AND done_at IS NOT NULL
"""


def upgrade() -> None:
    op.add_column(
        "inbox_updates", sa.Column("crashes", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.create_table(
        "dead_updates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_updates")),
        sa.UniqueConstraint(
            "update_id",
            "reason",
            name=op.f("uq_dead_updates_update_id_reason"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_dead_updates_at"), "dead_updates", ["at"])
    op.execute(CARRIED_OVER)


def downgrade() -> None:
    op.drop_table("dead_updates")
    op.drop_column("inbox_updates", "crashes")
