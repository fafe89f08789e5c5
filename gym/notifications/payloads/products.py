"""Payloads about products: stock that runs low or out."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from gym.notifications.payloads.base import Payload


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
