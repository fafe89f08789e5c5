"""What the client and the desk are told of a sale, and of one that was taken back."""

from __future__ import annotations

from decimal import Decimal

from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.products import (
    DeskProductsReturnedPayload,
    DeskProductsSoldPayload,
    ProductsBoughtPayload,
    ProductsReturnedPayload,
)
from gym.products.sales.schemas import SaleReceipt
from gym.unit_of_work import UnitOfWork


def tell_sold(uow: UnitOfWork, sale: SaleReceipt) -> None:
    """Once for each sale."""
    what = _what(sale)
    if sale.client_id is not None:
        bought = ProductsBoughtPayload(sale_id=sale.id, what=what, total=sale.total, owed=sale.balance)
        uow.notify(Recipient.client(sale.client_id), bought, dedup_key=f"products-bought:{sale.id}")
    desk = DeskProductsSoldPayload(
        sale_id=sale.id,
        what=what,
        total=sale.total,
        owed=sale.balance,
        client_id=sale.client_id,
        client_name=sale.client_name,
        staff_name=uow.actor.name,
    )
    uow.notify(DESK, desk, dedup_key=f"desk-products-sold:{sale.id}")


def tell_returned(uow: UnitOfWork, sale: SaleReceipt, reason: str, paid_out: Decimal | None) -> None:
    """Once for each sale; `paid_out` is what was handed back, None of a void."""
    what = _what(sale)
    if sale.client_id is not None:
        returned = ProductsReturnedPayload(
            sale_id=sale.id, what=what, total=sale.total, reason=reason, paid_out=paid_out
        )
        uow.notify(Recipient.client(sale.client_id), returned, dedup_key=f"products-returned:{sale.id}")
    desk = DeskProductsReturnedPayload(
        sale_id=sale.id,
        what=what,
        total=sale.total,
        reason=reason,
        paid_out=paid_out,
        client_id=sale.client_id,
        client_name=sale.client_name,
        staff_name=uow.actor.name,
    )
    uow.notify(DESK, desk, dedup_key=f"desk-products-returned:{sale.id}")


def _what(sale: SaleReceipt) -> str:
    return ", ".join(f"{one.pieces} × {one.product}" for one in sale.lines)
