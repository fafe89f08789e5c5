"""Backups: what was made, sent and proved, and the parts that lie in a chat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def _enum(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "backups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reason", _enum("backupreason", "nightly", "asked"), nullable=False),
        sa.Column("state", _enum("backupstate", "asked", "made", "failed", "gone"), nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", moment, nullable=True),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("proved_at", moment, nullable=True),
        sa.Column("proof_failed_at", moment, nullable=True),
        sa.Column("proof_error", sa.String(length=200), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("manifest_id", sa.BigInteger(), nullable=True),
        sa.Column("manifest_digest", sa.String(length=64), nullable=True),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("expired_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backups")),
        sa.UniqueConstraint("name", name=op.f("uq_backups_name")),
    )
    op.create_index(op.f("ix_backups_asked_at"), "backups", ["asked_at"])
    op.create_index("ix_backups_made_at", "backups", ["made_at"], postgresql_where=sa.text("state = 'made'"))
    op.create_table(
        "backup_parts",
        sa.Column("backup_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["backup_id"], ["backups.id"], name=op.f("fk_backup_parts_backup_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("backup_id", "number", name=op.f("pk_backup_parts")),
    )


def downgrade() -> None:
    op.drop_table("backup_parts")
    op.drop_table("backups")
