"""When BACKUP_COMMAND took a backup, and when and why it did not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("backups", sa.Column("copied_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("backups", sa.Column("copy_failed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("backups", sa.Column("copy_error", sa.String(length=200), nullable=True))


def downgrade() -> None:
    for name in ("copy_error", "copy_failed_at", "copied_at"):
        op.drop_column("backups", name)
