"""A product's photo sent to the desk: one piece more in the basket, or what to do with an unknown barcode."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk.idempotency import message_key
from bot.desk.products.product_new import NewProductWithCode
from bot.desk.products.selling import BeginBasket, basket_screen
from bot.ui.buttons.plans import ProductCard, ProductList, SellProducts
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.products.catalogue import CatalogueService
from gym.products.models import Product
from gym.products.sales.baskets import BasketService
from gym.products.schemas import ScannedCode
from gym.security.permissions import Permission


async def scanned_code(context: UpdateContext, texts: Sequence[str]) -> ScannedCode | None:
    """Whose barcode a photo shows; None where it shows none."""
    if not texts:
        return None
    async with context.unit_of_work() as uow:
        return await CatalogueService(uow).by_scan(texts)


async def sell_scanned(context: UpdateContext, product: Product) -> None:
    """Into the basket that the actor has just begun, beside a way to a new one; else into a new one."""
    if not product.active:
        await context.show(_off_sale(context, product))
        return
    async with context.unit_of_work() as uow:
        view = await BasketService(uow).add(product.id, message_key(context))
    anew = [[button(context.t("🆕 A new sale"), BeginBasket(product.id))]]
    is_first = [one.pieces for one in view.lines] == [1]
    await context.show(basket_screen(context, view, [] if is_first else anew))


def _off_sale(context: UpdateContext, product: Product) -> Screen:
    t = context.t
    rows: list[Row] = [[button(t("Look at it"), ProductCard(product.id))]]
    return Screen(t("⏸ <b>{product}</b> is not on sale.", product=product.name), [*rows, nav(t)])


async def show_unknown_code(context: UpdateContext, code: str) -> None:
    """A barcode that no product has: an admin makes it one's, others sell from the list."""
    t = context.t
    text = t("🔖 No product has the barcode <code>{code}</code>.", code=code)
    row: Row = [button(t("🥤 Sell"), SellProducts())]
    rows: list[Row] = [row]
    if context.identity.may(Permission.MANAGE_PRODUCTS):
        text += "\n" + t(
            "Is it new? Else open its product, tap “Change” and “Barcode”, and send this photo again."
        )
        rows = [
            [button(t("➕ New with this barcode"), NewProductWithCode(code), wide=True)],
            [*row, button(t("Products"), ProductList())],
        ]
    else:
        text += "\n" + t("Choose the product from the list, and tell an admin the number.")
    await context.show(Screen(text, [*rows, nav(t)]))
