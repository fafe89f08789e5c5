"""Value types of product sales: what is wanted, how it is paid, what was sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from gym.payments.models import LedgerEntry, Method
from gym.payments.tax import taxed_lines

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class WantedPieces:
    """So many pieces of one product."""

    product_id: UUID
    pieces: int


@dataclass(frozen=True, slots=True)
class PaidPart:
    """One method's part of what is paid at once; `destination` is the bank account of a transfer."""

    method: Method
    amount: Decimal
    destination: str | None = None


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One product of a sale, as its receipt says it."""

    product_id: UUID
    product: str
    pieces: int
    unit_price: Decimal
    tax_percent: Decimal

    @property
    def total(self) -> Decimal:
        return self.pieces * self.unit_price


@dataclass(frozen=True, slots=True)
class BasketView:
    """A basket with the prices of today."""

    id: UUID
    client_id: UUID | None
    client_name: str | None
    lines: Sequence[SoldLine]
    credit: Decimal = ZERO
    """What the gym keeps for the client."""

    @property
    def total(self) -> Decimal:
        return sum((one.total for one in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class SaleReceipt:
    """A sale as it stands now: lines, payments, what is still owed."""

    id: UUID
    account_id: UUID
    client_id: UUID | None
    client_name: str | None
    at: datetime
    seller_name: str
    lines: Sequence[SoldLine]
    payments: Sequence[LedgerEntry]
    """That were not voided."""
    balance: Decimal
    returned_at: datetime | None
    return_reason: str | None
    may_void: bool
    """Whether whoever asks may take the whole sale back now; others ask an admin."""

    @property
    def total(self) -> Decimal:
        return sum((one.total for one in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        """What of the total is tax, in cents."""
        return taxed_lines((one.total, one.tax_percent) for one in self.lines).tax
