"""The form of a new product."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.desk.products.barcode_reading import scan_code
from bot.desk.products.stock import BuyStock
from bot.forms.answers import read_positive_amount
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import yes_no_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import ProductCard, ProductList
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, nav
from bot.ui.screens import Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.schemas import (
    ProductInput,
    parse_category,
    parse_pieces,
    parse_product_code,
    parse_product_name,
    parse_tax,
)
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("prnew")
class NewProduct(Callback):
    """Open the form of a new product."""


@callback("prcode")
class NewProductWithCode(Callback):
    """Open the form of a new product whose barcode is known."""

    barcode: str


@router.on(NewProduct)
async def new_product(context: UpdateContext, _: NewProduct) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    await begin(context, PRODUCT, back=ProductList())


@router.on(NewProductWithCode)
async def new_product_with_code(context: UpdateContext, press: NewProductWithCode) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    await begin(context, PRODUCT, {"barcode": parse_product_code(press.barcode)}, back=ProductList())


# Reading, here and when a product is changed ──────────────────────────────────────────────────────────────


def read_product_name(text: str, _: FormContext) -> str:
    return parse_product_name(text)


def read_product_code(text: str, _: FormContext) -> str:
    return parse_product_code(text)


def read_category(text: str, _: FormContext) -> str:
    return parse_category(text)


def read_tax(text: str, _: FormContext) -> Decimal:
    return parse_tax(text)


def read_mark(text: str, _: FormContext) -> int:
    return parse_pieces(text, least=0)


async def categories(ctx: FormContext) -> Sequence[Choice]:
    """Those in use; before there is one, three usual ones."""
    async with ctx.unit_of_work() as uow:
        found = await CatalogueService(uow).categories()
    names = found or [ctx.t(one) for one in (N_("Drinks"), N_("Snacks"), N_("Supplements"))]
    return [Choice(name, name) for name in names[:6]]


TAXES = [Choice(percent, f"{percent} %") for percent in (Decimal("0"), Decimal("5"), Decimal("19"))]
MARKS = [Choice(number, str(number)) for number in (0, 3, 6, 12)]


def _wants_more(ctx: FormContext) -> bool:
    return ctx.maybe("more", bool) is True


async def _ask_name(ctx: FormContext) -> str:
    """Below the barcode, where a photo gave it before anything was asked."""
    question, code = ctx.t(N_("What is the product called?")), ctx.maybe("barcode", str)
    return "\n".join([ctx.t("🔖 {code}", code=code), question]) if code else question


STEPS = [
    Step("name", N_("Name"), _ask_name, parse=read_product_name),
    Step("price", N_("Price"), N_("What does one cost?"), parse=read_positive_amount),
    Step(
        "category",
        N_("Category"),
        N_("Which category? Choose or type one."),
        parse=read_category,
        choices=categories,
        columns=2,
        optional=True,
    ),
    Step(
        "minimum",
        N_("Low mark"),
        N_("At how many left should I tell the admins? Choose, or type a number."),
        parse=read_mark,
        choices=MARKS,
        columns=4,
    ),
    yes_no_step(
        "more",
        N_("More"),
        N_("Anything else? Barcode, SKU, tax, the most to keep?"),
        yes=N_("Add more"),
        no=N_("That is all"),
        no_first=True,
        columns=2,
        listed=False,
    ),
    Step(
        "barcode",
        N_("Barcode"),
        N_("Which number stands under the bars? Type it, or send a photo of it."),
        parse=read_product_code,
        optional=True,
        when=_wants_more,
        scan=scan_code,
    ),
    Step(
        "sku",
        N_("SKU"),
        N_("Which number of your own does it have?"),
        parse=read_product_code,
        optional=True,
        when=_wants_more,
    ),
    Step(
        "tax",
        N_("Tax"),
        N_("How much tax is in the price, in percent?"),
        parse=read_tax,
        choices=TAXES,
        columns=3,
        when=_wants_more,
    ),
    Step(
        "maximum",
        N_("Most to keep"),
        N_("How many do you want to keep at most? The shopping list fills up to there."),
        parse=read_mark,
        optional=True,
        when=_wants_more,
    ),
]


def _input(ctx: FormContext) -> ProductInput:
    return ProductInput(
        name=ctx.value("name", str),
        price=ctx.value("price", Decimal),
        category=ctx.maybe("category", str),
        barcode=ctx.maybe("barcode", str),
        sku=ctx.maybe("sku", str),
        tax_percent=ctx.maybe("tax", Decimal) or Decimal(0),
        minimum=ctx.maybe("minimum", int) or 0,
        maximum=ctx.maybe("maximum", int),
    )


async def _create(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        product = await CatalogueService(uow).create(_input(ctx), key=ctx.key)
    t = ctx.t
    text = t(
        "✅ <b>{product}</b> is on sale for {price}. Enter what you have received of it next.",
        product=product.name,
        price=ctx.value("price", Decimal),
    )
    received = [button(t("📥 Goods received"), BuyStock(product.id), wide=True)]
    row = [button(t("Products"), ProductList()), button(t("Look at it"), ProductCard(product.id))]
    return Screen(text, [received, row, nav(t)])


PRODUCT = router.form(Form(name="product", title=N_("New product"), steps=STEPS, submit=_create))
