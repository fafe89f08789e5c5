"""Number of a pairing code (its first three digits), by which it is found; codes in use now expire."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pairing_codes", sa.Column("number", sa.SmallInteger(), nullable=True))
    op.create_index(op.f("ix_pairing_codes_number"), "pairing_codes", ["number"])


def downgrade() -> None:
    op.drop_index(op.f("ix_pairing_codes_number"), "pairing_codes")
    op.drop_column("pairing_codes", "number")
