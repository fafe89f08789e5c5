"""Register of chat messages that show a face, for their deletion; earlier messages are not in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_pictures",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_key", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("stays", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "stays IN ('too_old', 'no_right', 'no_chat', 'refused', 'unnumbered')",
            name=op.f("ck_chat_pictures_stays"),
        ),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_chat_pictures")),
    )
    op.create_index(
        "ix_chat_pictures_waiting",
        "chat_pictures",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("stays IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_chat_pictures_waiting", "chat_pictures")
    op.drop_table("chat_pictures")
