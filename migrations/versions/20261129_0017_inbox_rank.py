"""Rank of an update's sender (staff, member, stranger), by which the inbox is served.

What waits at this moment is treated as the desk's own: nobody who wrote before is put behind anybody.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox_updates", sa.Column("rank", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column(
        "inbox_updates", sa.Column("excess", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.drop_index("ix_inbox_updates_done_at", table_name="inbox_updates")
    op.create_index(
        "ix_inbox_updates_done_at",
        "inbox_updates",
        ["done_at"],
        postgresql_where=sa.text("done_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_updates_done_at", table_name="inbox_updates")
    op.create_index("ix_inbox_updates_done_at", "inbox_updates", ["done_at"])
    op.drop_column("inbox_updates", "excess")
    op.drop_column("inbox_updates", "rank")
