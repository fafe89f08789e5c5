"""Stock of one product: pieces received, written off or counted, its movements, and the shopping list."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from bot.desk.products.wording import left, movement_line
from bot.forms.answers import read_amount
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import ProductCard, ProductList, ShoppingList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav, pager
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.models import Product
from gym.products.schemas import parse_pieces
from gym.products.stock import StockService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("stbuy")
class BuyStock(Callback):
    product_id: UUID


@callback("stlose")
class LoseStock(Callback):
    product_id: UUID


@callback("stcnt")
class CountStock(Callback):
    """Count one product, and no other after it."""

    product_id: UUID


@callback("stmov")
class Movements(Callback):
    product_id: UUID
    page: int = 0


@router.on(Movements)
async def movements(context: UpdateContext, press: Movements) -> None:
    async with context.unit_of_work() as uow:
        one = await CatalogueService(uow).get(press.product_id)
        found = await StockService(uow).movements(press.product_id, press.page)
    t = context.t
    lines = [t("📜 <b>Movements of {product}</b>", product=one.product.name), ""]
    lines += [movement_line(t, row) for row in found.items] or [t("Nothing has come or gone yet.")]
    turn = pager(found.number, found.pages, lambda page: Movements(press.product_id, page))
    await context.show(Screen("\n".join(lines), [turn, nav(t, back=ProductCard(press.product_id))]))


@router.on(ShoppingList)
async def shopping_list(context: UpdateContext, _: ShoppingList) -> None:
    async with context.unit_of_work() as uow:
        found = await StockService(uow).shopping_list()
    t = context.t
    lines = [t("🛒 <b>Shopping list</b>"), ""]
    lines += [
        t(
            "{pieces} × <b>{product}</b> ({left}), about {cost}",
            pieces=one.pieces,
            product=one.product.name,
            left=left(t, one.product),
            cost=one.cost,
        )
        if one.cost
        else t("{pieces} × <b>{product}</b> ({left})", pieces=one.pieces, product=one.product.name,
               left=left(t, one.product))
        for one in found
    ] or [t("Nothing is at its low mark.")]  # fmt: skip
    total = sum((one.cost for one in found), Decimal(0))
    if total:
        lines += ["", t("About {total} together.", total=total)]
    rows = [
        [button(t("📥 {product}", product=one.product.name), BuyStock(one.product.id), wide=True)]
        for one in found[:8]
    ]
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=ProductList())]))


# Forms ────────────────────────────────────────────────────────────────────────────────────────────────────


async def known_product(context: UpdateContext, product_id: UUID) -> dict[str, object]:
    """What the forms about a product know of it. Raises `NotAllowed`, `ProductNotFound`."""
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    async with context.unit_of_work() as uow:
        product = (await CatalogueService(uow).get(product_id)).product
        cost = await StockService(uow).last_cost(product_id)
    return {
        "product_id": product.id,
        "product": product.name,
        "expected": product.quantity,
        **({"last_cost": cost} if cost is not None else {}),
    }


@router.on(BuyStock)
async def buy(context: UpdateContext, press: BuyStock) -> None:
    known = await known_product(context, press.product_id)
    await begin(context, PURCHASE, known, back=ProductCard(press.product_id))


@router.on(LoseStock)
async def lose(context: UpdateContext, press: LoseStock) -> None:
    known = await known_product(context, press.product_id)
    await begin(context, LOSS, known, back=ProductCard(press.product_id))


def _read_pieces(text: str, _: FormContext) -> int:
    return parse_pieces(text)


async def _costs(ctx: FormContext) -> Sequence[Choice]:
    """What one cost the last time."""
    cost = ctx.maybe("last_cost", Decimal)
    return [Choice(cost, ctx.t.money(cost))] if cost else []


def after_stock(ctx: FormContext, text: str, product: Product) -> Screen:
    """What was booked, and how many there are now."""
    t = ctx.t
    lines = [text, t("🥤 {product}: {left}", product=product.name, left=left(t, product))]
    return Screen("\n".join(lines), [nav(t, back=ProductCard(product.id))])


async def _purchase_summary(ctx: FormContext) -> str:
    pieces, cost = ctx.value("pieces", int), ctx.value("cost", Decimal)
    return ctx.t(
        "🥤 {product}\n📥 <b>{pieces}</b> at {cost}: {total}",
        product=ctx.value("product", str),
        pieces=pieces,
        cost=cost,
        total=pieces * cost,
    )


async def _purchase(ctx: FormContext) -> Screen:
    pieces = ctx.value("pieces", int)
    async with ctx.unit_of_work() as uow:
        product = await StockService(uow).purchase(
            ctx.value("product_id", UUID), pieces, ctx.value("cost", Decimal), key=ctx.key
        )
    return after_stock(ctx, ctx.t("✅ {pieces} received.", pieces=pieces), product)


async def _loss_summary(ctx: FormContext) -> str:
    return ctx.t(
        "🥤 {product}\n🗑 <b>{pieces}</b> written off\n📝 {reason}",
        product=ctx.value("product", str),
        pieces=ctx.value("pieces", int),
        reason=ctx.value("reason", str),
    )


async def _loss(ctx: FormContext) -> Screen:
    pieces = ctx.value("pieces", int)
    async with ctx.unit_of_work() as uow:
        product = await StockService(uow).lose(
            ctx.value("product_id", UUID), pieces, ctx.value("reason", str), key=ctx.key
        )
    return after_stock(ctx, ctx.t("✅ {pieces} written off.", pieces=pieces), product)


async def loss_reasons(ctx: FormContext) -> Sequence[Choice]:
    names = [ctx.t(one) for one in (N_("Broken"), N_("Gone off"), N_("Given away"), N_("Missing"))]
    return [Choice(name, name) for name in names]


PURCHASE = router.form(
    Form(
        name="purchase",
        title=N_("Goods received"),
        steps=[
            Step("pieces", N_("Pieces"), N_("How many came?"), parse=_read_pieces),
            Step("cost", N_("Cost of one"), N_("What did one cost you?"), parse=read_amount, choices=_costs),
        ],
        summary=_purchase_summary,
        submit=_purchase,
    )
)
LOSS = router.form(
    Form(
        name="stock_loss",
        title=N_("Write stock off"),
        steps=[
            Step("pieces", N_("Pieces"), N_("How many are gone?"), parse=_read_pieces),
            reason_step(N_("Why? Choose, or write it in a few words."), choices=loss_reasons),
        ],
        summary=_loss_summary,
        submit=_loss,
    )
)
