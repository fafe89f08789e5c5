"""Readers' preferences, broadcasts, lost desk chats, and dismissed messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = ("pending", "sent", "unreachable", "failed")
MORE_STATES = (*STATES, "muted", "dismissed")
PENDING = sa.text("state = 'pending'")


def states(names: tuple[str, ...]) -> None:
    """Name a message's states anew; the rows that are there keep to them already."""
    listed = ", ".join(f"'{name}'" for name in names)
    op.drop_constraint(op.f("ck_notifications_notificationstate"), "notifications", type_="check")
    op.create_check_constraint(
        op.f("ck_notifications_notificationstate"), "notifications", f"state IN ({listed})"
    )


def kind(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "notification_preferences",
        sa.Column("recipient_kind", kind("recipientkind", "client", "staff", "desk"), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.String(length=40)), server_default="{}", nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient_kind", "recipient_id", name=op.f("pk_notification_preferences")),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("segment", sa.String(length=20), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("tag", sa.String(length=40), nullable=True),
        sa.Column("state", kind("broadcaststate", "preparing", "sending", "done", "stopped"), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_client_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_broadcasts_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_broadcasts_idempotency_key")),
    )
    op.create_index(
        "ix_broadcasts_open",
        "broadcasts",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('preparing', 'sending')"),
    )
    op.add_column("desk_chats", sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_desk_chats_place", "desk_chats", ["chat_id", sa.text("coalesce(topic_id, 0)")], unique=True
    )
    op.add_column("notifications", sa.Column("broadcast_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_notifications_broadcast_id"), "notifications", "broadcasts", ["broadcast_id"], ["id"]
    )
    states(MORE_STATES)
    order = ["rank", "created_at", "id"]
    op.create_index("ix_notifications_order", "notifications", order, unique=False, postgresql_where=PENDING)
    for name, columns, rule in (
        ("failed", ["created_at"], "state = 'failed'"),
        ("sent_at", ["sent_at"], "state = 'sent'"),
        ("broadcast", ["broadcast_id", "state"], "broadcast_id IS NOT NULL"),
    ):
        op.create_index(
            f"ix_notifications_{name}", "notifications", columns, unique=False, postgresql_where=sa.text(rule)
        )


def downgrade() -> None:
    for name in ("broadcast", "sent_at", "failed", "order"):
        op.drop_index(f"ix_notifications_{name}", table_name="notifications")
    op.execute("UPDATE notifications SET state = 'unreachable' WHERE state IN ('muted', 'dismissed')")
    states(STATES)
    op.drop_constraint(op.f("fk_notifications_broadcast_id"), "notifications", type_="foreignkey")
    op.drop_column("notifications", "broadcast_id")
    op.drop_index("uq_desk_chats_place", table_name="desk_chats")
    op.drop_column("desk_chats", "gone_at")
    op.drop_table("broadcasts")
    op.drop_table("notification_preferences")
