"""Version of the consent text that a client was asked about; pictures taken at a kiosk.

What is there was enrolled in chat as far as anybody knows: cards showed it there already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("face_consents", sa.Column("asked_version", sa.Integer(), nullable=True))
    op.add_column(
        "face_pictures",
        sa.Column("at_kiosk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("face_pictures", "at_kiosk")
    op.drop_column("face_consents", "asked_version")
