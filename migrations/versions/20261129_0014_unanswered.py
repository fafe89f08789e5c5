"""Count of tries without an answer of Telegram's, of each message: it may have arrived, so tries are bounded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default rewrites no row.
    op.add_column(
        "notifications", sa.Column("unanswered", sa.SmallInteger(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("notifications", "unanswered")
