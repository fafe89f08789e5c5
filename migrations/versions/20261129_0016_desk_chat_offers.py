"""Desk chats that wait for an admin's confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_chats", sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # The version before knows no offers: to it they would be paused desk chats that somebody had confirmed.
    op.execute("DELETE FROM desk_chats WHERE offered_at IS NOT NULL AND NOT active")
    op.drop_column("desk_chats", "offered_at")
