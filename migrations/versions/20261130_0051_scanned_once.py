"""The photo whose product came into a basket last, so that it counts once however often it is handled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sale_baskets", sa.Column("last_scan", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("sale_baskets", "last_scan")
