"""Proofs of payment by the day of their approval, and by the letters and digits of their number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

BARE = "regexp_replace(number, '[^0-9A-Z]', '', 'g')"


def upgrade() -> None:
    # A gym has a few proofs a day at most: 10,000 rows are indexed in well under a second.
    approved = sa.text("state = 'approved'")
    op.create_index(
        "ix_payment_proofs_approved_at", "payment_proofs", ["decided_at"], postgresql_where=approved
    )
    op.create_index("ix_payment_proofs_bare_number", "payment_proofs", [sa.text(BARE)])
    op.drop_index("ix_payment_proofs_number", "payment_proofs")


def downgrade() -> None:
    op.create_index("ix_payment_proofs_number", "payment_proofs", ["number"])
    op.drop_index("ix_payment_proofs_bare_number", "payment_proofs")
    op.drop_index("ix_payment_proofs_approved_at", "payment_proofs")
