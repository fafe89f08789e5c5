"""A product's price: from today, or from a later day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from bot.forms.answers import read_coming_day, read_positive_amount
from bot.forms.definition import Choice, Form, FormContext, Step
from bot.forms.opening import begin
from bot.forms.steps import day_choices
from bot.routing.navigation import go
from bot.routing.router import Audience, Router
from bot.ui.buttons.plans import ProductCard
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Row, button, nav
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from gym.core.language import N_
from gym.products.catalogue import CatalogueService
from gym.products.models import ProductPrice
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
MOST_SHOWN = 12
"""Prices on one screen; older ones are in the audit trail."""


@callback("prpric")
class ProductPrices(Callback):
    """Show what a product has cost and will cost."""

    product_id: UUID


@callback("prnext")
class NewProductPrice(Callback):
    product_id: UUID


@callback("prpx", changes=True)
class DropProductPrice(Callback):
    """Drop a planned price, by its id: exactly the one that was shown."""

    product_id: UUID
    price_id: UUID


@router.on(ProductPrices)
async def product_prices(context: UpdateContext, press: ProductPrices) -> None:
    async with context.unit_of_work() as uow:
        service = CatalogueService(uow)
        one, prices = await service.get(press.product_id), await service.prices(press.product_id)
    t = context.t
    lines = [t("💵 <b>Prices of {product}</b>", product=one.product.name), ""]
    lines += [_line(t, price, context.today) for price in prices[-MOST_SHOWN:][::-1]]
    rows: list[Row] = []
    if context.identity.may(Permission.MANAGE_PRODUCTS):
        rows.append([button(t("➕ New price"), NewProductPrice(press.product_id))])
        if one.coming is not None:
            rows.append([button(t("Drop new price"), DropProductPrice(press.product_id, one.coming.id))])
    await context.show(Screen("\n".join(lines), [*rows, nav(t, back=ProductCard(press.product_id))]))


def _line(t: HtmlTranslator, price: ProductPrice, today: date) -> str:
    line = t("{price} since {day}", price=price.amount, day=price.valid_from)
    if price.valid_from > today:
        line = t("{price} from {day} on", price=price.amount, day=price.valid_from)
    now = price.valid_from <= today and (price.valid_until is None or price.valid_until > today)
    return f"<b>{line}</b>" if now else line


@router.on(DropProductPrice)
async def drop_price(context: UpdateContext, press: DropProductPrice) -> None:
    async with context.unit_of_work() as uow:
        await CatalogueService(uow).cancel_price(press.product_id, press.price_id)
    await go(context, ProductPrices(press.product_id))


@router.on(NewProductPrice)
async def new_price(context: UpdateContext, press: NewProductPrice) -> None:
    context.identity.desk_actor.require(Permission.MANAGE_PRODUCTS)
    async with context.unit_of_work() as uow:
        one = await CatalogueService(uow).get(press.product_id)
    values = {"product_id": press.product_id, "product": one.product.name, "before": one.price}
    await begin(context, PRICE, values, back=ProductPrices(press.product_id))


async def _days(ctx: FormContext) -> Sequence[Choice]:
    today = ctx.context.today
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day_choices(ctx, (today, today + timedelta(days=1), first))


def _read_day(text: str, ctx: FormContext) -> date:
    return read_coming_day(text, ctx)


async def _summary(ctx: FormContext) -> str:
    return ctx.t(
        "🥤 {product}\n💵 {before} → <b>{price}</b> from {day}",
        product=ctx.value("product", str),
        before=ctx.value("before", Decimal),
        price=ctx.value("price", Decimal),
        day=ctx.value("day", date),
    )


async def _save(ctx: FormContext) -> Screen | None:
    product_id = ctx.value("product_id", UUID)
    async with ctx.unit_of_work() as uow:
        await CatalogueService(uow).set_price(product_id, ctx.value("price", Decimal), ctx.value("day", date))
    await go(ctx.context, ProductPrices(product_id))
    return None


PRICE = router.form(
    Form(
        name="product_price",
        title=N_("New price"),
        steps=[
            Step("price", N_("Price"), N_("What does one cost from now on?"), parse=read_positive_amount),
            Step(
                "day",
                N_("From"),
                N_("From which day? Choose, or type such as 1 January."),
                parse=_read_day,
                choices=_days,
            ),
        ],
        summary=_summary,
        submit=_save,
        confirm=N_("Save"),
    )
)
