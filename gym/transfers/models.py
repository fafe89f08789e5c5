"""Mapped rows of payment keys, of quotes for a transfer, and of proofs of payment."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, literal_column
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from gym.clients.models import Client
from gym.core.database.engine import Base, Id, enum_column

BARE_NUMBER: Final = "regexp_replace(number, '[^0-9A-Z]', '', 'g')"
"""A proof's number by its letters and digits: the same one is written with other hyphens and dots."""


VOIDED: Final = """(
    SELECT coalesce(sum(v.amount), 0) FROM ledger_entries f
    JOIN accounts a ON a.client_id = payment_proofs.client_id
    JOIN ledger_entries p ON p.account_id = a.id AND p.kind = 'payment' AND p.at = f.at
        AND p.note IS NOT DISTINCT FROM f.note
    JOIN ledger_entries v ON v.voids_id = p.id
    WHERE f.id = payment_proofs.entry_id
)"""
"""How much of a proof's money was voided since: the parts of its receipt, which were taken in one moment and
say its reference, are voided one by one."""


class PaymentKeyKind(StrEnum):
    """Which system of payments a key belongs to."""

    BRE_B = "bre_b"
    NEQUI = "nequi"
    DAVIPLATA = "daviplata"
    PIX = "pix"
    BIZUM = "bizum"
    IBAN = "iban"
    OTHER = "other"


class ProofKind(StrEnum):
    """In which way a member showed that money was sent."""

    PICTURE = "picture"
    DOCUMENT = "document"
    NUMBER = "number"
    """The number of the transfer, typed."""


class ProofState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REPLACED = "replaced"
    """The member has sent another one for the same quote."""


class PaymentKey(Base):
    """Where a member can send money: a key, phone number or account of the gym's."""

    __tablename__ = "payment_keys"
    __table_args__ = (Index("uq_payment_keys_value", "kind", "value", unique=True),)

    id: Mapped[Id]
    kind: Mapped[PaymentKeyKind] = mapped_column(enum_column(PaymentKeyKind))
    label: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(120))
    """What a bank's app asks for, as it is copied."""
    shown: Mapped[bool] = mapped_column(default=True, server_default=sql("true"))
    """Whether members are offered it."""
    position: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    """The order in which members see them."""
    created_at: Mapped[datetime]


class TransferQuote(Base):
    """What a member was told to send: a plan at a price, or debts, or both, with a reference to write."""

    __tablename__ = "transfer_quotes"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(plan_id IS NULL) = (price IS NULL)", name="plan"),
    )

    id: Mapped[Id]
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    """None where only debts are paid."""
    plan_name: Mapped[str | None] = mapped_column(String(80))
    price: Mapped[Decimal | None]
    """Of the plan, an earned reward taken off."""
    reward_id: Mapped[UUID | None] = mapped_column(ForeignKey("rewards.id", ondelete="SET NULL"))
    renews_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="SET NULL"))
    """The client's latest period when it was quoted, None without one: with another one at the approval, the
    desk has sold meanwhile."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    """The period as it was shown; the one that is sold is counted on the day of the approval."""
    debts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default=sql("'[]'"))
    """The debts that are paid with it (`QuotedDebt`), the oldest first."""
    amount: Mapped[Decimal]
    """The price and the debts together."""
    key_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_keys.id", ondelete="SET NULL"))
    key_label: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    holds_until: Mapped[datetime]
    """A proof that is sent until then is worth the quoted price."""
    client: Mapped[Client] = relationship(lazy="raise")


class PaymentProof(Base):
    """What a member sent to show that a quote was paid, and who at the desk decided what.

    The state changes by conditional UPDATEs: of several answers the first is the only one.
    """

    __tablename__ = "payment_proofs"
    __table_args__ = (
        CheckConstraint("(state IN ('approved', 'rejected')) = (decided_at IS NOT NULL)", name="decided"),
        CheckConstraint("(state = 'approved') = (booked IS NOT NULL)", name="booked"),
        CheckConstraint("confirmed_at IS NULL OR state = 'approved'", name="confirmed"),
        Index("uq_payment_proofs_open", "quote_id", unique=True, postgresql_where=sql("state = 'open'")),
        Index(
            "uq_payment_proofs_approved", "quote_id", unique=True, postgresql_where=sql("state = 'approved'")
        ),
        Index("ix_payment_proofs_expiring", "expires_at", postgresql_where=sql("state = 'open'")),
        Index(
            "ix_payment_proofs_unconfirmed",
            "decided_by",
            postgresql_where=sql("state = 'approved' AND confirmed_at IS NULL"),
        ),
        Index("ix_payment_proofs_approved_at", "decided_at", postgresql_where=sql("state = 'approved'")),
        Index("ix_payment_proofs_bare_number", sql(BARE_NUMBER)),
    )

    id: Mapped[Id]
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("transfer_quotes.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("clients.id"), index=True)
    kind: Mapped[ProofKind] = mapped_column(enum_column(ProofKind))
    state: Mapped[ProofState] = mapped_column(enum_column(ProofState))
    file_id: Mapped[str | None] = mapped_column(String(200))
    """Telegram's name of the picture or file, which stays in the member's chat."""
    digest: Mapped[str | None] = mapped_column(String(64), index=True)
    """SHA-256 of the file, in hexadecimal."""
    number: Mapped[str | None] = mapped_column(String(60))
    """The typed number, in capitals and without spaces; compared by its letters and digits alone."""
    expected: Mapped[Decimal]
    """The quote's amount."""
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    booked: Mapped[Decimal | None]
    """What arrived, as whoever approved it said."""
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entries.id"))
    """The first payment that it led to; the others were taken together with that one."""
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    decided_by_name: Mapped[str | None] = mapped_column(String(160))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(300))
    """What the member was told when it was rejected."""
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    confirmed_at: Mapped[datetime | None]
    """When an admin found the money on the bank's statement; until then it is unconfirmed."""
    voided_amount: Mapped[Decimal] = column_property(literal_column(VOIDED, Numeric(12, 2)))
    quote: Mapped[TransferQuote] = relationship(lazy="raise")
    client: Mapped[Client] = relationship(lazy="raise")

    @property
    def standing(self) -> Decimal:
        """What of the booked money is not voided; zero before an approval."""
        return Decimal(0) if self.booked is None else self.booked - self.voided_amount

    @property
    def voided(self) -> bool:
        """Whether it was approved, and nothing of the money stands any more."""
        return self.state is ProofState.APPROVED and self.standing <= 0

    def waits(self, now: datetime) -> bool:
        """Whether it can be answered: an expired one cannot, although the job has not closed it yet."""
        return self.state is ProofState.OPEN and self.expires_at > now
