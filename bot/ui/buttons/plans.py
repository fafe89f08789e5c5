"""Buttons of what the gym sells: its plans, its products, and sales of them."""

from __future__ import annotations

from uuid import UUID

from bot.ui.callbacks import Callback, callback


@callback("plans")
class PlanList(Callback):
    """List every plan of the gym."""

    page: int = 0


@callback("plan")
class PlanCard(Callback):
    """Show one plan: what it is, what it costs, what can be changed."""

    plan_id: UUID


@callback("prods")
class ProductList(Callback):
    """List every product of the gym."""

    page: int = 0


@callback("prod")
class ProductCard(Callback):
    """Show one product: price, stock, and what can be done."""

    product_id: UUID


@callback("shop")
class ShoppingList(Callback):
    """List what is at its low mark or below."""


@callback("psell")
class SellProducts(Callback):
    """List what is on sale, for a client or for nobody in particular."""

    client_id: UUID | None = None
    page: int = 0


@callback("sale")
class ShowSale(Callback):
    """Show one sale, with what can be done about it."""

    sale_id: UUID


@callback("salesa")
class SalesOnAccount(Callback):
    """List sales with something left to pay; of one client, or all."""

    client_id: UUID | None = None
    page: int = 0
