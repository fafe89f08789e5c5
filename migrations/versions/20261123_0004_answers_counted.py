"""How many answers an update has had, so that one handled again after a crash repeats none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A constant default: PostgreSQL adds the column without rewriting the table."""
    op.add_column("inbox_updates", sa.Column("sent", sa.SmallInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("inbox_updates", "sent")
