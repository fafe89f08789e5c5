"""Stock-taking: one product counted, or all of them one after another. The count is blind."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from bot.desk.products.barcode_reading import read_code
from bot.desk.products.stock import CountStock, known_product, loss_reasons
from bot.forms.definition import Form, FormContext, ScannedAnswer, Step
from bot.forms.opening import begin
from bot.forms.steps import reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import ProductCard, ProductList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import signed_count
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.schemas import ProductChanges, parse_pieces
from gym.products.stock import StockService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("sttake")
class TakeStock(Callback):
    """Begin to count the shelf; an older button goes on at a place of the list."""

    place: int = 0


@callback("stnext")
class CountNext(Callback):
    """Go on with what stands behind a product on the shelf."""

    after: UUID


@router.on(TakeStock)
async def take_stock(context: UpdateContext, press: TakeStock) -> None:
    await _count_from(context, lambda place, _: place >= press.place)


@router.on(CountNext)
async def count_next(context: UpdateContext, press: CountNext) -> None:
    await _count_from(context, lambda _, product_id: product_id > press.after)


async def _count_from(context: UpdateContext, is_left: Callable[[int, UUID], bool]) -> None:
    """Ask for the first product of the shelf that is left to count."""
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    async with context.unit_of_work() as uow:
        shelf = await CatalogueService(uow).shelf()
    place = next((place for place, one in enumerate(shelf) if is_left(place, one.product.id)), None)
    if place is None:
        t = context.t
        await context.show(Screen(t("✅ Everything is counted."), [nav(t, back=ProductList())]))
        return
    known = await known_product(context, shelf[place].product.id)
    await begin(context, COUNTING, {**known, "place": place, "of": len(shelf)}, back=ProductList())


@router.on(CountStock)
async def count(context: UpdateContext, press: CountStock) -> None:
    known = await known_product(context, press.product_id)
    await begin(context, COUNTING, known, back=ProductCard(press.product_id))


async def _ask(ctx: FormContext) -> str:
    """Without the expected number: it has to be counted, not agreed to."""
    text = ctx.t("🧮 <b>{product}</b>\nHow many are there? Count them.", product=ctx.value("product", str))
    if ctx.has("of"):
        place, of = ctx.value("place", int) + 1, ctx.value("of", int)
        text = ctx.t("{place} of {of}", place=place, of=of) + "\n" + text
    return text


async def _scan(ctx: FormContext, picture: bytes) -> ScannedAnswer:
    """Whether this is the product to be counted; one without a barcode takes that of the photo."""
    scanned, product_id = await read_code(ctx.context, picture), ctx.value("product_id", UUID)
    t, product = ctx.t, ctx.value("product", str)
    if scanned.found is not None and scanned.found.product.id == product_id:
        return ScannedAnswer(None, t("✅ This is {product}.", product=product))
    if scanned.found is not None:
        other = scanned.found.product.name
        return ScannedAnswer(None, t("⚠️ This is {other}, not {product}.", other=other, product=product))
    async with ctx.unit_of_work() as uow:
        catalogue = CatalogueService(uow)
        if known := (await catalogue.get(product_id)).product.barcode:
            note = t("⚠️ {product} has another barcode: {code}.", product=product, code=known)
            return ScannedAnswer(None, note)
        await catalogue.edit(product_id, ProductChanges(barcode=scanned.code))
    note = t("✅ {code} is the barcode of {product} now.", code=scanned.code, product=product)
    return ScannedAnswer(None, note)


def _read_counted(text: str, _: FormContext) -> int:
    return parse_pieces(text, least=0)


def _differs(ctx: FormContext) -> bool:
    return ctx.has("counted") and ctx.value("counted", int) != ctx.value("expected", int)


async def _why(ctx: FormContext) -> str:
    return ctx.t(
        "The books say {expected}, you counted {counted}: {off}. Why?",
        expected=ctx.value("expected", int),
        counted=ctx.value("counted", int),
        off=signed_count(ctx.value("counted", int) - ctx.value("expected", int)),
    )


async def _count(ctx: FormContext) -> Screen:
    counted, expected = ctx.value("counted", int), ctx.value("expected", int)
    async with ctx.unit_of_work() as uow:
        product = await StockService(uow).count(
            ctx.value("product_id", UUID), counted, ctx.maybe("reason", str), seen=expected, key=ctx.key
        )
    t = ctx.t
    if counted == expected:
        text = t("✅ {product}: {count}, as in the books.", product=product.name, count=counted)
    else:
        off = signed_count(counted - expected)
        text = t("✅ {product}: {count} now ({off}).", product=product.name, count=counted, off=off)
    rows = [[button(t("Next ▶"), CountNext(product.id))]] if ctx.has("of") else []
    back = ProductList() if ctx.has("of") else ProductCard(product.id)
    return Screen(text, [*rows, nav(t, back=back)])


COUNTING = router.form(
    Form(
        name="stock_count",
        title=N_("Stock-taking"),
        steps=[
            Step("counted", N_("Counted"), _ask, parse=_read_counted, scan=_scan),
            reason_step(_why, choices=loss_reasons, when=_differs),
        ],
        submit=_count,
        confirm=None,
    )
)
