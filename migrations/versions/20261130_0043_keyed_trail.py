"""The chain of the audit trail is keyed from now on; what is sealed stays as it is, and is told by its NULLs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Neither rewrites its table: there is no default.
    op.add_column("audit_links", sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("audit_checkpoints", sa.Column("seal", sa.LargeBinary(length=32), nullable=True))


def downgrade() -> None:
    op.drop_column("audit_checkpoints", "seal")
    op.drop_column("audit_links", "sealed_at")
