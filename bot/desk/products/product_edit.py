"""Editing a product one field at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from bot.desk.products.barcode_reading import scan_code
from bot.desk.products.product_new import (
    MARKS,
    categories,
    read_category,
    read_mark,
    read_product_code,
    read_product_name,
    read_tax,
)
from bot.desk.products.wording import described
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import ProductCard
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import button, grid, nav
from bot.ui.screens import Html, HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.models import Product
from gym.products.schemas import PricedProduct, ProductChanges
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


class ProductField(StrEnum):
    """The fields that can be changed; the value is the column's name. Prices have a page of their own."""

    NAME = "name"
    CATEGORY = "category"
    BARCODE = "barcode"
    SKU = "sku"
    TAX = "tax_percent"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"


@callback("predit")
class EditProduct(Callback):
    """Show the fields of a product."""

    product_id: UUID


@callback("prfld")
class EditProductField(Callback):
    product_id: UUID
    field: ProductField


@dataclass(frozen=True, slots=True)
class ProductQuestion:
    label: str
    ask: str
    parse: Callable[[str, FormContext], object]
    choices: Callable[[FormContext], Awaitable[Sequence[Choice]]] | None = None
    empty: bool = True
    """Whether the field can be emptied."""


async def _marks(_: FormContext) -> Sequence[Choice]:
    return MARKS


QUESTIONS: Final = {
    ProductField.NAME: ProductQuestion(
        N_("Name"), N_("What is the product called?"), read_product_name, empty=False
    ),
    ProductField.CATEGORY: ProductQuestion(
        N_("Category"), N_("Which category? Choose or type one."), read_category, categories
    ),
    ProductField.BARCODE: ProductQuestion(
        N_("Barcode"),
        N_("Which number stands under the bars? Type it, or send a photo of it."),
        read_product_code,
    ),
    ProductField.SKU: ProductQuestion(
        N_("SKU"), N_("Which number of your own does it have?"), read_product_code
    ),
    ProductField.TAX: ProductQuestion(
        N_("Tax"), N_("How much tax is in the price, in percent?"), read_tax, empty=False
    ),
    ProductField.MINIMUM: ProductQuestion(
        N_("Low mark"),
        N_("At how many left should I tell the admins? Choose, or type a number."),
        read_mark,
        _marks,
        empty=False,
    ),
    ProductField.MAXIMUM: ProductQuestion(
        N_("Most to keep"),
        N_("How many do you want to keep at most? The shopping list fills up to there."),
        read_mark,
    ),
}
EMPTY: Final = ""
"""The answer that empties a field."""


@router.on(EditProduct)
async def edit_product(context: UpdateContext, press: EditProduct) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    async with context.unit_of_work() as uow:
        one = await CatalogueService(uow).get(press.product_id)
    await context.show(_fields(context.t, one))


def _fields(t: HtmlTranslator, one: PricedProduct, heading: str = "") -> Screen:
    key = one.product.id
    buttons = [button(t(row.label), EditProductField(key, field)) for field, row in QUESTIONS.items()]
    text = "\n\n".join([heading or t("✏️ What changes?"), described(t, one, costs=True)])
    return Screen(text, [*grid(buttons), nav(t, back=ProductCard(key))])


@router.on(EditProductField)
async def edit_product_field(context: UpdateContext, press: EditProductField) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    async with context.unit_of_work() as uow:
        product = (await CatalogueService(uow).get(press.product_id)).product
    values = {
        "product_id": product.id,
        "product": product.name,
        "field": press.field,
        "now": _written(product, press.field),
    }
    await begin(context, EDITING, values, back=EditProduct(product.id))


def _written(product: Product, field: ProductField) -> str:
    value: object = getattr(product, field)
    return "–" if value in (None, EMPTY) else str(value)


def _field(ctx: FormContext) -> ProductField:
    return ctx.value("field", ProductField)


def _is_code(ctx: FormContext) -> bool:
    return _field(ctx) in (ProductField.BARCODE, ProductField.SKU)


async def _ask(ctx: FormContext) -> str:
    question = QUESTIONS[_field(ctx)]
    return ctx.t(
        "🥤 {product}\n{label}: <b>{now}</b>\n\n{ask}",
        product=ctx.value("product", str),
        label=ctx.t(question.label),
        now=ctx.value("now", str),
        ask=ctx.t(question.ask),
    )


async def _choices(ctx: FormContext) -> Sequence[Choice]:
    question = QUESTIONS[_field(ctx)]
    offered = list(await question.choices(ctx)) if question.choices else []
    return [*offered, Choice(EMPTY, ctx.t("Empty it"))] if question.empty else offered


def _read(text: str, ctx: FormContext) -> object:
    return QUESTIONS[_field(ctx)].parse(text, ctx)


async def _save(ctx: FormContext) -> Screen:
    field, value = _field(ctx), ctx.value("value", object)
    changes = ProductChanges.model_validate({field.value: None if value == EMPTY else value})
    async with ctx.unit_of_work() as uow:
        service = CatalogueService(uow)
        await service.edit(ctx.value("product_id", UUID), changes)
        one = await service.get(ctx.value("product_id", UUID))
    label = Html(ctx.t(QUESTIONS[field].label))
    return _fields(ctx.t, one, ctx.t("✅ {label} saved.", label=label))


EDITING = router.form(
    Form(
        name="edit_product",
        title=N_("Change a product"),
        steps=[
            Step(
                "value",
                N_("New value"),
                _ask,
                parse=_read,
                choices=_choices,
                columns=2,
                scan=scan_code,
                scans=_is_code,
            )
        ],
        submit=_save,
        confirm=None,
    )
)
