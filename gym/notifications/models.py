"""Mapped rows of the outbox, desk chats, preferences and broadcasts. A notification is data, never text."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class NotificationKind(StrEnum):
    """Every notification; a recipient may opt out of some."""

    # to the client
    WELCOME = "welcome"
    RECEIPT = "receipt"
    SUBSCRIPTION_SOLD = "subscription_sold"
    SUBSCRIPTION_RENEWED = "subscription_renewed"
    SUBSCRIPTION_ACTIVATED = "subscription_activated"
    SUBSCRIPTION_EXPIRED = "subscription_expired"
    SUBSCRIPTION_CANCELED = "subscription_canceled"
    PLAN_CHANGED = "plan_changed"
    VOIDED = "voided"
    REFUNDED = "refunded"
    FREEZE_APPROVED = "freeze_approved"
    FREEZE_REJECTED = "freeze_rejected"
    FROZEN = "frozen"
    FREEZE_ENDS = "freeze_ends"
    FREEZE_ENDED = "freeze_ended"
    GYM_CLOSED = "gym_closed"
    GYM_OPENED = "gym_opened"
    GIFT_DAYS = "gift_days"
    REWARD_EARNED = "reward_earned"
    REWARD_EXPIRES = "reward_expires"
    MILESTONE = "milestone"
    ENDS_SOON = "ends_soon"
    ENDED = "ended"
    PAYMENT_DUE = "payment_due"
    CHECKED_IN = "checked_in"
    DENIED = "denied"
    BIRTHDAY = "birthday"
    ABSENT = "absent"
    PRICE_CHANGED = "price_changed"
    FACE_CONSENT_RENEWED = "face_consent_renewed"
    ERASURE_STOPPED = "erasure_stopped"
    BROADCAST = "broadcast"
    # to the desk
    DESK_CLIENT_REGISTERED = "desk_client_registered"
    DESK_CLIENT_CHANGED = "desk_client_changed"
    DESK_CLIENT_DEACTIVATED = "desk_client_deactivated"
    DESK_SOLD = "desk_sold"
    DESK_RENEWED = "desk_renewed"
    DESK_IMPORTED = "desk_imported"
    """Plans were brought forward with a list: no sale of them is told."""
    DESK_CANCELED = "desk_canceled"
    DESK_PAYMENT = "desk_payment"
    DESK_VOID = "desk_void"
    DESK_REFUND = "desk_refund"
    DESK_PLAN_CHANGED = "desk_plan_changed"
    DESK_FROZEN = "desk_frozen"
    DESK_FREEZE_ENDED = "desk_freeze_ended"
    DESK_GIFT_DAYS = "desk_gift_days"
    DESK_REWARD_EARNED = "desk_reward_earned"
    DESK_REWARD_APPLIED = "desk_reward_applied"
    DESK_CASH_COUNTED = "desk_cash_counted"
    DESK_FREEZE_WANTED = "desk_freeze_wanted"
    DESK_FREEZE_TAKEN_BACK = "desk_freeze_taken_back"
    """Replaces the request in the chat; alone it is not sent."""
    DESK_CHECKED_IN = "desk_checked_in"
    DESK_DENIED = "desk_denied"
    DESK_OVERRIDE = "desk_override"
    DESK_ACTIVATED = "desk_activated"
    DESK_EXPIRED = "desk_expired"
    DESK_OVERDUE = "desk_overdue"
    DESK_WANTS_RENEWAL = "desk_wants_renewal"
    DESK_NEW_KIOSK = "desk_new_kiosk"
    DESK_NEW_STAFF = "desk_new_staff"
    DESK_JOB_FAILED = "desk_job_failed"
    DESK_JOB_LATE = "desk_job_late"
    DESK_DIGEST = "desk_digest"
    DESK_PICTURE_STAYS = "desk_picture_stays"
    DESK_TELEGRAM_FAILS = "desk_telegram_fails"
    DESK_DOOR_FAILED = "desk_door_failed"
    # to one person of the staff
    APPROVAL_ASKED = "approval_asked"
    APPROVAL_DECIDED = "approval_decided"
    APPROVAL_TAKEN_BACK = "approval_taken_back"
    """Takes the place of the question in the chat; alone it is not told."""
    ADMIN_WAITING = "admin_waiting"
    ADMIN_WAIT_OVER = "admin_wait_over"
    """Takes the place of the question in the chat; alone it is not told."""
    ADMIN_CONFIRMED = "admin_confirmed"
    ERASURE_ASKED = "erasure_asked"
    BACKUP_ALARM = "backup_alarm"
    MONTHLY_LETTER = "monthly_letter"
    REPORT_FILE_LOST = "report_file_lost"
    """The file that was asked for is not coming: the program was ended while it made it."""
    STOCK_LOW = "stock_low"
    """A product has reached its low mark, or its last piece is gone."""
    SALE_VOID_ASKED = "sale_void_asked"
    """An employee asks an admin to void a sale of products."""
    PRODUCTS_BOUGHT = "products_bought"
    """To the client on whose name they were sold."""
    PRODUCTS_RETURNED = "products_returned"
    DESK_PRODUCTS_SOLD = "desk_products_sold"
    DESK_PRODUCTS_RETURNED = "desk_products_returned"
    PRODUCTS_DUE = "products_due"
    DESK_PRODUCTS_OVERDUE = "desk_products_overdue"
    PRODUCTS_PAID = "products_paid"
    DESK_PRODUCTS_PAID = "desk_products_paid"
    PRODUCTS_WRITTEN_OFF = "products_written_off"
    DESK_PRODUCTS_WRITTEN_OFF = "desk_products_written_off"
    """A sale was voided or paid back: what a colleague who takes it back alone cannot keep to himself."""
    PROOF_SENT = "proof_sent"
    """To one of the staff, where no desk chat listens."""
    PROOF_SETTLED = "proof_settled"
    """Takes the place of `PROOF_SENT` in the chat; alone it is not told."""
    DESK_PROOF_SENT = "desk_proof_sent"
    DESK_PROOF_SETTLED = "desk_proof_settled"
    PROOF_ANSWERED = "proof_answered"
    """To the member: rejected, or nobody has answered in time."""
    PROOF_QUESTION = "proof_question"
    """To the member, from the desk."""
    MEMBER_WROTE = "member_wrote"
    """To one of the staff, where no desk chat hears of it: what a member wrote outside of every form."""
    MEMBER_ANSWERED = "member_answered"
    """Takes the place of `MEMBER_WROTE` in the chat; alone it is not told."""
    DESK_MEMBER_WROTE = "desk_member_wrote"
    DESK_MEMBER_ANSWERED = "desk_member_answered"
    GYM_ANSWERED = "gym_answered"
    """To the member: what the desk answered."""
    ANSWER_UNDELIVERED = "answer_undelivered"
    """To whoever answered: the member has blocked the bot."""


class RecipientKind(StrEnum):
    """Whom a row is for; the chat is looked up when it is sent."""

    CLIENT = "client"
    STAFF = "staff"
    DESK = "desk"


class NotificationState(StrEnum):
    """State of delivery of one row."""

    PENDING = "pending"
    SENT = "sent"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    """Telegram refuses it, or it failed too often: an admin resends or dismisses it."""
    MUTED = "muted"
    """The reader does not want to hear of it."""
    DISMISSED = "dismissed"
    """Dismissed by an admin, or called off, or overtaken by a later message."""


class Priority(StrEnum):
    """Urgent leaves before bulk."""

    URGENT = "urgent"
    NORMAL = "normal"
    BULK = "bulk"


class Notification(Base):
    """One message that is due; created exactly once (`dedup_key`), delivered at least once."""

    __tablename__ = "notifications"
    __table_args__ = (
        # When the next message is due, and what is due already (`claims.NEXT_DUE`, the sweep).
        Index(
            "ix_notifications_due",
            "rank",
            "next_try_at",
            postgresql_where=text("state = 'pending'"),
        ),
        # The order of a claim (`claims.CLAIM`): it stops at the first few that may be sent.
        Index(
            "ix_notifications_order",
            "rank",
            "created_at",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        # Dead letters, the newest first; lately sent, for pacing and retention.
        Index("ix_notifications_failed", "created_at", postgresql_where=text("state = 'failed'")),
        Index("ix_notifications_sent_at", "sent_at", postgresql_where=text("state = 'sent'")),
        # The progress of a broadcast.
        Index(
            "ix_notifications_broadcast",
            "broadcast_id",
            "state",
            postgresql_where=text("broadcast_id IS NOT NULL"),
        ),
        # Whether an earlier message of the same reader waits, asked for each candidate of a claim.
        Index(
            "ix_notifications_waiting",
            "recipient_id",
            "created_at",
            postgresql_where=text("state = 'pending'"),
        ),
        # Which conversation a message is about that staff reply to.
        Index(
            "ix_notifications_member_wrote",
            "chat_id",
            "message_id",
            postgresql_where=text("kind IN ('member_wrote', 'desk_member_wrote')"),
        ),
        # What has told of one conversation, by the beginning of its key.
        Index(
            "ix_notifications_member_wrote_key",
            "dedup_key",
            postgresql_ops={"dedup_key": "text_pattern_ops"},
            postgresql_where=text("kind IN ('member_wrote', 'desk_member_wrote')"),
        ),
        CheckConstraint("recipient_kind = 'desk' OR recipient_id IS NOT NULL", name="recipient"),
    )

    id: Mapped[Id]
    recipient_kind: Mapped[RecipientKind] = mapped_column(enum_column(RecipientKind))
    recipient_id: Mapped[UUID | None]
    caused_by: Mapped[UUID | None]
    """The member of staff who did it, and who need not be told."""
    kind: Mapped[NotificationKind] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    dedup_key: Mapped[str] = mapped_column(String(160), unique=True)
    rank: Mapped[int] = mapped_column(SmallInteger, default=1)
    state: Mapped[NotificationState] = mapped_column(
        enum_column(NotificationState), default=NotificationState.PENDING
    )
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    unanswered: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    """Those of the attempts of which nobody knows whether the message arrived."""
    sent_at: Mapped[datetime | None]
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(String(200))
    broadcast_id: Mapped[UUID | None] = mapped_column(ForeignKey("broadcasts.id"))


class DeskChat(Base):
    """A chat (a group, perhaps one topic of it) that hears what happens at the desk."""

    __tablename__ = "desk_chats"
    __table_args__ = (Index("uq_desk_chats_place", "chat_id", text("coalesce(topic_id, 0)"), unique=True),)

    id: Mapped[Id]
    chat_id: Mapped[int] = mapped_column(BigInteger)
    topic_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(160))
    kinds: Mapped[list[str] | None] = mapped_column(ARRAY(String(40)))
    """The `KindGroup`s it hears; None for all of them."""
    active: Mapped[bool] = mapped_column(default=True)
    """False while paused."""
    checks_in: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether a photo of one face that staff send there checks that client in."""
    tells_messages: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether it reads what members write, and not only that they did."""
    gone_at: Mapped[datetime | None]
    """Since when the bot cannot write there: it was taken out of the group, or the topic was deleted."""
    offered_at: Mapped[datetime | None]
    """Since when it waits to be confirmed by an admin; None once it is."""
    created_at: Mapped[datetime]


class NotificationPreference(Base):
    """One reader's muted groups and quiet hours; without a row the gym's settings hold."""

    __tablename__ = "notification_preferences"

    recipient_kind: Mapped[RecipientKind] = mapped_column(enum_column(RecipientKind), primary_key=True)
    recipient_id: Mapped[UUID] = mapped_column(primary_key=True)
    muted: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list, server_default="{}")
    """`KindGroup`s that are switched off."""
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    """Quiet hours of one's own; both or neither."""
    updated_at: Mapped[datetime]


class BroadcastState(StrEnum):
    """How far a broadcast is."""

    PREPARING = "preparing"
    """Its messages are being written into the outbox."""
    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


class Broadcast(Base):
    """One text for many clients."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        Index(
            "ix_broadcasts_open",
            "created_at",
            postgresql_where=text("state IN ('preparing', 'sending')"),
        ),
    )

    id: Mapped[Id]
    text: Mapped[str] = mapped_column(Text)
    segment: Mapped[str] = mapped_column(String(20))
    plan_id: Mapped[UUID | None]
    tag: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[BroadcastState] = mapped_column(
        enum_column(BroadcastState), default=BroadcastState.PREPARING
    )
    total: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many messages were written so far."""
    last_client_id: Mapped[UUID | None]
    """Up to which client they were written: a restart goes on from here."""
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    chat_id: Mapped[int | None] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    """The message that shows how far it is."""
    idempotency_key: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
