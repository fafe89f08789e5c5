"""The list of products and one product's card; admins put products on sale and take them off."""

from __future__ import annotations

from uuid import UUID

from bot.desk.products.product_edit import EditProduct
from bot.desk.products.product_new import NewProduct
from bot.desk.products.product_prices import ProductPrices
from bot.desk.products.stock import BuyStock, CountStock, LoseStock, Movements
from bot.desk.products.stock_taking import TakeStock
from bot.desk.products.wording import described
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.menu import ManageGroup, MenuGroup
from bot.ui.buttons.plans import ProductCard, ProductList, ShoppingList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, nav, pager, yes_no
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.database.repository import PAGE_SIZE
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.schemas import PricedProduct
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("proff")
class AskProductOff(Callback):
    product_id: UUID


@callback("pronof", changes=True)
class SetProductOnSale(Callback):
    product_id: UUID
    on_sale: bool


router.manage(MenuGroup.PLANS, N_("🥤 Products"), ProductList(), permission=Permission.SELL_PRODUCTS)


@router.on(ProductList)
async def products(context: UpdateContext, press: ProductList) -> None:
    """The list; those on sale first."""
    async with context.unit_of_work() as uow:
        every = await CatalogueService(uow).all()
    t, pages = context.t, max(1, -(-len(every) // PAGE_SIZE))
    found = every[press.page * PAGE_SIZE : (press.page + 1) * PAGE_SIZE]
    rows: list[Row] = [[_line(context, one)] for one in found]
    rows.append(pager(press.page, pages, ProductList))
    if context.identity.may(Permission.MANAGE_PRODUCTS):
        rows += grid(_of_all(context, every))
    text = t("<b>Products</b>") if found else t("<b>Products</b>\n\nThere is none yet.")
    await context.show(Screen(text, [*rows, nav(t, back=ManageGroup(MenuGroup.PLANS))]))


def _line(context: UpdateContext, one: PricedProduct) -> Button:
    sign = "" if one.product.active else "⏸ "
    low = " 📉" if one.product.active and one.is_low else ""
    label = f"{sign}{one.product.name} · {context.t.money(one.price)} · {one.product.quantity}{low}"
    return button(label, ProductCard(one.product.id), wide=True)


def _of_all(context: UpdateContext, every: list[PricedProduct]) -> list[Button]:
    t = context.t
    found = [button(t("➕ New product"), NewProduct())]
    if every:
        found += [button(t("🛒 Shopping list"), ShoppingList()), button(t("🧮 Stock-taking"), TakeStock())]
    return found


@router.on(ProductCard)
async def product_card(context: UpdateContext, press: ProductCard) -> None:
    async with context.unit_of_work() as uow:
        one = await CatalogueService(uow).get(press.product_id)
    t, manages = context.t, context.identity.may(Permission.MANAGE_PRODUCTS)
    text = described(t, one, costs=manages)
    text += "" if one.product.active else "\n\n" + t("⏸ Not on sale.")
    actions = _actions(context, one) if manages else []
    await context.show(Screen(text, [*actions, nav(t, back=ProductList())]))


def _actions(context: UpdateContext, one: PricedProduct) -> list[Row]:
    t, key = context.t, one.product.id
    off = button(t("⏸ Take off sale"), AskProductOff(key))
    sale = off if one.product.active else button(t("Put on sale"), SetProductOnSale(key, True))
    return [
        [button(t("📥 Received"), BuyStock(key)), button(t("🧮 Count"), CountStock(key))],
        [button(t("🗑 Write off"), LoseStock(key)), button(t("📜 Movements"), Movements(key))],
        [button(t("✏️ Change"), EditProduct(key)), button(t("💵 Prices"), ProductPrices(key))],
        [sale],
    ]


@router.on(AskProductOff)
async def ask_product_off(context: UpdateContext, press: AskProductOff) -> None:
    async with context.unit_of_work() as uow:
        product = (await CatalogueService(uow).get(press.product_id)).product
    t = context.t
    text = t("Take <b>{product}</b> off sale?", product=product.name)
    if product.quantity:
        text += "\n\n" + t("The {count} that are left stay in the books.", count=product.quantity)
    take_off = button(t("Take off sale"), SetProductOnSale(product.id, False))
    row = yes_no(t, take_off, ProductCard(product.id), N_("Keep on sale"))
    await context.show(Screen(text, [row]))


@router.on(SetProductOnSale)
async def set_product_on_sale(context: UpdateContext, press: SetProductOnSale) -> None:
    async with context.unit_of_work() as uow:
        service = CatalogueService(uow)
        await (service.reactivate if press.on_sale else service.deactivate)(press.product_id)
    await go(context, ProductCard(press.product_id))
