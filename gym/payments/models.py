"""Mapped rows of the ledger. Append-only: a trigger refuses to change or delete an entry."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, Id, enum_column


class AccountKind(StrEnum):
    """What an account is kept for."""

    SUBSCRIPTION = "subscription"
    SALE = "sale"
    CREDIT = "credit"


class EntryKind(StrEnum):
    """charge, opening and refund raise what is owed; payment and credit lower it; a void undoes one payment.

    An opening is what was owed before the gym kept its books here: nothing was sold, and no money moved.
    """

    CHARGE = "charge"
    PAYMENT = "payment"
    VOID = "void"
    CREDIT = "credit"
    REFUND = "refund"
    OPENING = "opening"


class EntryCause(StrEnum):
    """Why an entry was written, where the program knows it; `reason` is what somebody typed."""

    CANCELED = "canceled"
    NOT_BEGUN = "not_begun"
    """The whole charge of a period that was canceled before its first day."""
    PLAN_CHANGED = "plan_changed"
    GOODWILL = "goodwill"
    WRITTEN_OFF = "written_off"
    ROUNDING = "rounding"
    """Less than the gym's smallest amount."""
    REFUNDED = "refunded"
    """The credit that justifies money handed back."""
    RETURNED = "returned"
    """The charge that stands for money which was handed back and came in again, and the payment that pays it;
    with a void of that payment, the credit that ends the charge."""
    PAID_BEFORE = "paid_before"
    """The credit for what had been paid before the gym kept its books here, and the opening that takes it
    back when the import is undone. Held for the client like a payment, but no till moved and nobody has a
    receipt for it."""
    SURPLUS = "surplus"
    """Money that came above what was owed: the payment, and the refund that keeps it as the client's credit;
    with a void of that payment, the void and the payment that takes it out of the credit again."""


class Method(StrEnum):
    CASH = "cash"
    CARD = "card"
    TRANSFER = "transfer"
    QR = "qr"
    CREDIT = "credit"
    """The client's own credit: money that the gym already holds, so it moves no till."""


TILL = (Method.CASH, Method.CARD, Method.TRANSFER, Method.QR)
"""Methods that move real money; only these are offered, counted and reported by method."""


class Account(Base):
    """What a client owes for one thing. `balance` is kept by a trigger on entries and is never negative.

    A client has one account of kind `credit`. There it is the gym that owes: a charge puts money in, a credit
    takes it out.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("kind <> 'credit' OR client_id IS NOT NULL", name="credit_owner"),
        CheckConstraint("loss_accepted > 0", name="loss_accepted"),
        # One credit account a client, so that of two who open it at once one makes it; and the accounts that
        # owe, a small part of all.
        Index("uq_accounts_credit", "client_id", unique=True, postgresql_where=sql("kind = 'credit'")),
        Index("ix_accounts_owed", "client_id", postgresql_where=sql("balance > 0")),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID | None] = mapped_column(ForeignKey("clients.id"), index=True)
    kind: Mapped[AccountKind] = mapped_column(enum_column(AccountKind))
    balance: Mapped[Decimal] = mapped_column(default=Decimal(0), server_default=sql("0"))
    snoozed_until: Mapped[date | None]
    """Nobody is reminded of this debt before that day."""
    loss_accepted: Mapped[Decimal | None]
    """Money that left twice in an earlier release and will not come back, as an admin has accepted it; by
    whom and why stands in the audit, and the ledger stays as it is."""
    created_at: Mapped[datetime]
    first_entry_day: Mapped[date | None]
    last_entry_day: Mapped[date | None]
    """Gym days of the first and the last of its entries, kept by the trigger that keeps the balance: reports
    read the ledger of years for the accounts alone that several days have moved."""


class LedgerEntry(Base):
    """One movement of money, for ever.

    Of every account payments, and what was paid before the import, less voids and refunds are never below
    zero: a constraint trigger refuses the void or refund by which money would leave twice. A refund by
    `Method.CREDIT` is money kept for the client.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(kind = 'void') = (voids_id IS NOT NULL)", name="void_of"),
        CheckConstraint("(kind = 'payment') = (receipt_number IS NOT NULL)", name="receipt"),
        CheckConstraint("kind NOT IN ('payment', 'refund') OR method IS NOT NULL", name="has_method"),
        CheckConstraint("kind NOT IN ('credit', 'void') OR reason IS NOT NULL", name="reason"),
        CheckConstraint(
            "cause IS DISTINCT FROM 'paid_before' OR kind IN ('credit', 'opening')", name="paid_before"
        ),
        Index("ix_ledger_entries_day", "gym_day", "kind"),
    )

    id: Mapped[Id]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[EntryKind] = mapped_column(enum_column(EntryKind))
    amount: Mapped[Decimal]
    method: Mapped[Method | None] = mapped_column(enum_column(Method))
    voids_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    receipt_number: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    cause: Mapped[EntryCause | None] = mapped_column(enum_column(EntryCause))
    reason: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[str | None] = mapped_column(String(300))
    destination: Mapped[str | None] = mapped_column(String(60))
    """The bank account that a transfer went to, as the settings name it."""
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    staff_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    gym_day: Mapped[date]
    """The day on which the money moved: `at`'s, or an earlier one that an admin gave."""
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)


class CashCount(Base):
    """One till counted at the end of a gym day: what should be there, what was there."""

    __tablename__ = "cash_counts"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint("difference = counted - expected", name="difference"),
        Index("ix_cash_counts_till", "gym_day", "staff_id", "method"),
    )

    id: Mapped[Id]
    gym_day: Mapped[date]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="RESTRICT"))
    """Whose till it is."""
    method: Mapped[Method] = mapped_column(enum_column(Method))
    expected: Mapped[Decimal]
    counted: Mapped[Decimal]
    difference: Mapped[Decimal]
    note: Mapped[str | None] = mapped_column(String(300))
    counted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    counted_by_name: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    idempotency_key: Mapped[UUID | None] = mapped_column(unique=True)
