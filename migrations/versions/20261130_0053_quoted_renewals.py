"""The period that a quote for a transfer was to renew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nullable and without a default: no row is rewritten. A quote from before asks once whether to sell too.
    op.add_column("transfer_quotes", sa.Column("renews_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_transfer_quotes_renews_id"),
        "transfer_quotes",
        "subscriptions",
        ["renews_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_column("transfer_quotes", "renews_id")
