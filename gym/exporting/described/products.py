"""Exported tables: products and their prices, sales and stock."""

from __future__ import annotations

from typing import Final

from gym.exporting.described.table import AT, BY, ID, NAME, ExportedTable
from gym.products.models import Product, ProductPrice, StockMovement
from gym.products.sales.models import ProductSale, SaleLine

PRODUCT: Final = ExportedTable(
    Product,
    "what is sold by the piece",
    {
        "id": ID,
        "name": "name",
        "sku": "the gym's own number",
        "barcode": "what stands under the bars",
        "category": "category",
        "tax_percent": "contained in the price",
        "minimum": "at this many left or fewer stock is low",
        "maximum": "the most to keep",
        "quantity": "sum of its movements; never below zero",
        "average_cost": "weighted average of what one piece cost",
        "active": "whether it is sold",
        "created_at": AT,
    },
)
PRODUCT_PRICE: Final = ExportedTable(
    ProductPrice,
    "prices of products, each with its days",
    {
        "id": ID,
        "product_id": "an `id` of `products`",
        "amount": "price",
        "valid_from": "first day",
        "valid_until": "the day after the last one; empty for no end",
    },
)
PRODUCT_SALE: Final = ExportedTable(
    ProductSale,
    "products sold at once; what was paid for them is in the ledger",
    {
        "id": ID,
        "account_id": "an `id` of `accounts`",
        "sold_by": BY,
        "seller_name": NAME,
        "at": AT,
        "gym_day": "day",
        "returned_at": "when it was taken back",
        "returned_by": BY,
        "return_reason": "why",
    },
    ("at", "id"),
)
SALE_LINE: Final = ExportedTable(
    SaleLine,
    "what was sold",
    {
        "id": ID,
        "sale_id": "an `id` of `sales`",
        "product_id": "an `id` of `products`",
        "pieces": "how many",
        "unit_price": "of one",
        "tax_percent": "contained in the price",
        "unit_cost": "what one had cost, on average",
    },
)
STOCK_MOVEMENT: Final = ExportedTable(
    StockMovement,
    "every piece that came or went, for ever",
    {
        "id": ID,
        "product_id": "an `id` of `products`",
        "kind": "`purchase`, `sale`, `loss`, `correction` or `return`",
        "quantity": "above zero what came, below what went",
        "unit_cost": "paid for one that came; of one that went, the average then",
        "reason": "of a loss or a correction",
        "sale_line_id": "of a sale or return: an `id` of `sale_lines`",
        "staff_id": BY,
        "staff_name": NAME,
        "at": AT,
        "gym_day": "day",
    },
    # By id: made where the product is locked, so the average cost is reckoned in the trigger's order.
)
