"""Conversations of members with the desk, and whether a desk chat reads what members write."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

WROTE = "WHERE kind IN ('member_wrote', 'desk_member_wrote')"
INDEXES = {
    "ix_notifications_member_wrote": f"(chat_id, message_id) {WROTE}",
    "ix_notifications_member_wrote_key": f"(dedup_key text_pattern_ops) {WROTE}",
}


def upgrade() -> None:
    # Messages of years: an ordinary index would hold every check-in while it is built. One that was cut short is
    # left invalid, so it is dropped first; before anything else, since the block commits what stands above it.
    with op.get_context().autocommit_block():
        for name, of in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON notifications {of}")

    op.add_column(
        "desk_chats",
        sa.Column("tells_messages", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    _conversations()
    _messages()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("told", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_by_name", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_conversations_client_id")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["staff.id"], name=op.f("fk_conversations_answered_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("client_id", name=op.f("uq_conversations_client_id")),
    )
    op.create_index(
        "ix_conversations_waiting",
        "conversations",
        ["waits_since"],
        postgresql_where=sa.text("waits_since IS NOT NULL"),
    )


def _messages() -> None:
    op.create_table(
        "conversation_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("side", _words("messageside", "member", "desk"), nullable=False),
        sa.Column(
            "kind",
            _words(
                "messagekind",
                *("text", "photo", "document", "voice", "video", "video_note", "audio", "animation"),
                *("sticker", "location", "contact", "other"),
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("file_id", sa.String(length=200), nullable=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("staff_name", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_messages_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_conversation_messages_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_conversation_messages_staff_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_messages")),
        sa.UniqueConstraint("origin", name=op.f("uq_conversation_messages_origin")),
    )
    op.create_index(op.f("ix_conversation_messages_client_id"), "conversation_messages", ["client_id"])
    op.create_index(
        "ix_conversation_messages_thread", "conversation_messages", ["conversation_id", "sent_at"]
    )
    op.create_index(op.f("ix_conversation_messages_sent_at"), "conversation_messages", ["sent_at"])


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        for name in INDEXES:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.drop_table("conversation_messages")
    op.drop_table("conversations")
    op.drop_column("desk_chats", "tells_messages")
