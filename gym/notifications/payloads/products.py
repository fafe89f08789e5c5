"""Payloads about products: stock that runs low or out."""

from __future__ import annotations

from uuid import UUID

from gym.notifications.payloads.base import Payload


class StockLowPayload(Payload):
    """`left` is 0 when the last piece was sold."""

    product_id: UUID
    product_name: str
    left: int
    minimum: int
