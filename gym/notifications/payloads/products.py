"""Payloads about products: stock that runs low or out, sales, sales taken back, what is owed for them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.money import ReceiptPart


class StockLowPayload(Payload):
    """`left` is 0 when the last piece was sold."""

    product_id: UUID
    product_name: str
    left: int
    minimum: int


class SaleVoidAskedPayload(Payload):
    """`total` is the whole sale's."""

    sale_id: UUID
    total: Decimal
    staff_name: str
    reason: str


class ProductsPayload(Payload):
    """`what` is the pieces with their names, `total` the whole sale's."""

    sale_id: UUID
    what: str
    total: Decimal


class ProductsBoughtPayload(ProductsPayload):
    """`owed` is what stands on the client's account."""

    owed: Decimal


class ProductsReturnedPayload(ProductsPayload):
    """`paid_out` is what was handed back; a void hands nothing back."""

    reason: str
    paid_out: Decimal | None = None


class ProductsDuePayload(Payload):
    """Products on account that are not paid, `days` after the sale."""

    sale_id: UUID
    what: str
    owed: Decimal
    days: int


class DeskProductsOverduePayload(ProductsDuePayload):
    """Nobody has paid them for a week."""

    client_id: UUID
    client_name: str


class ProductsPaidPayload(Payload):
    """Products on account were paid, one sale or several at once; `owed` is what stays to pay for them."""

    total: Decimal
    method: str
    """A `Method`."""
    parts: tuple[ReceiptPart, ...]
    owed: Decimal
    entry_id: UUID
    """The payment of the first part, whose receipt names them all."""


class DeskProductsPaidPayload(ProductsPaidPayload):
    client_id: UUID
    client_name: str
    staff_name: str


class ProductsWrittenOffPayload(Payload):
    """A debt for products was given up."""

    sale_id: UUID
    what: str
    amount: Decimal


class DeskProductsWrittenOffPayload(ProductsWrittenOffPayload):
    reason: str
    client_id: UUID
    client_name: str
    staff_name: str


class DeskProductsSoldPayload(ProductsBoughtPayload):
    """`client_id` is None of a sale to nobody; erasing a client finds the message by it."""

    client_id: UUID | None
    client_name: str | None
    staff_name: str


class DeskProductsReturnedPayload(ProductsReturnedPayload):
    """`client_id` is None of a sale to nobody; erasing a client finds the message by it."""

    client_id: UUID | None
    client_name: str | None
    staff_name: str
