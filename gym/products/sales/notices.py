"""What the client and the desk are told of a sale, of its later payment, and of one that was taken back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.money import ReceiptPart
from gym.notifications.payloads.products import (
    DeskProductsPaidPayload,
    DeskProductsReturnedPayload,
    DeskProductsSoldPayload,
    DeskProductsWrittenOffPayload,
    ProductsBoughtPayload,
    ProductsPaidPayload,
    ProductsReturnedPayload,
    ProductsWrittenOffPayload,
)
from gym.payments.models import LedgerEntry
from gym.payments.schemas import ProductsReceipt
from gym.products.sales.schemas import SaleReceipt, SoldLine
from gym.unit_of_work import UnitOfWork


def tell_sold(uow: UnitOfWork, sale: SaleReceipt) -> None:
    """Once for each sale."""
    what = words_of(sale.lines)
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


def tell_returned(
    uow: UnitOfWork, sale: SaleReceipt, reason: str, paid_out: Decimal | None, *, to_client: bool
) -> None:
    """Once for each sale; `paid_out` is what was handed back, None of a void.

    `to_client` is false of somebody who was erased: there is nobody to tell.
    """
    what = words_of(sale.lines)
    if sale.client_id is not None and to_client:
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


def tell_written_off(uow: UnitOfWork, sale: SaleReceipt, entry: LedgerEntry) -> None:
    """What nobody pays any more; `entry` is the credit."""
    if sale.client_id is None:
        return
    given = ProductsWrittenOffPayload(sale_id=sale.id, what=words_of(sale.lines), amount=entry.amount)
    uow.notify(Recipient.client(sale.client_id), given, dedup_key=f"products-written-off:{entry.id}")
    desk = DeskProductsWrittenOffPayload(
        **dict(given),
        reason=entry.reason or "",
        client_id=sale.client_id,
        client_name=sale.client_name or "",
        staff_name=uow.actor.name,
    )
    uow.notify(DESK, desk, dedup_key=f"desk-products-written-off:{entry.id}")


def tell_products_paid(uow: UnitOfWork, parts: Sequence[ProductsReceipt]) -> None:
    """Money for products on account, of one sale or several of one client at once."""
    first = parts[0]
    paid = ProductsPaidPayload(
        total=sum((one.amount for one in parts), Decimal(0)),
        method=first.method,
        parts=tuple(products_part(one) for one in parts),
        owed=sum((one.balance_after for one in parts), Decimal(0)),
        entry_id=first.entry_id,
    )
    uow.notify(Recipient.client(first.client_id), paid, dedup_key=f"products-paid:{first.entry_id}")
    desk = DeskProductsPaidPayload(
        **dict(paid),
        client_id=first.client_id,
        client_name=first.client_name,
        staff_name=uow.actor.name,
    )
    uow.notify(DESK, desk, dedup_key=f"desk-products-paid:{first.entry_id}")


def products_part(receipt: ProductsReceipt) -> ReceiptPart:
    """One sale of several debts that were paid at once."""
    return ReceiptPart(
        plan_name=receipt.what,
        starts_on=receipt.sold_on,
        amount=receipt.amount,
        receipt_number=receipt.number,
    )


def words_of(lines: Iterable[SoldLine]) -> str:
    """The pieces with their names: `2 × Water, 1 × Bar`."""
    return ", ".join(f"{one.pieces} × {one.product}" for one in lines)
