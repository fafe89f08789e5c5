"""Selling products at the desk: three taps for one thing, a basket for several, by one method or two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from bot.desk.idempotency import press_key, was_answered
from bot.desk.products.product_new import NewProduct
from bot.desk.products.sale_card import SalesToday, sale_screen
from bot.desk.products.sale_payment import ask_parts
from bot.desk.products.wording import sold_lines
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card, ClientSearch
from bot.ui.buttons.plans import SalesOnAccount, SellProducts
from bot.ui.callbacks import Callback, callback
from bot.ui.keyboards import Button, Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS
from gym.clients.service import ClientService
from gym.core.database.repository import PAGE_SIZE
from gym.core.errors import GymError
from gym.core.language import N_
from gym.payments.errors import NotEnoughCredit
from gym.payments.models import TILL, Method
from gym.products.catalogue import CatalogueService
from gym.products.errors import NotEnoughStock
from gym.products.sales.baskets import BasketService
from gym.products.sales.errors import BasketGone, ProductNotOnSale, SaleTotalChanged
from gym.products.sales.schemas import BasketView, PaidPart, SaleReceipt
from gym.products.sales.service import SaleService
from gym.products.schemas import PricedProduct
from gym.security.permissions import Permission

router = Router(Audience.STAFF)
MOVED: Final = (NotEnoughCredit, NotEnoughStock, ProductNotOnSale, SaleTotalChanged)
"""Refusals of a sale whose basket is not what was shown: a price, the stock or the credit has moved."""


@callback("bsktnw")
class BeginBasket(Callback):
    """Put the first piece into a new basket."""

    product_id: UUID
    client_id: UUID | None = None


@callback("bskt")
class ShowBasket(Callback):
    basket_id: UUID


@callback("bsktad")
class AddToBasket(Callback):
    """List what else can go into a basket."""

    basket_id: UUID
    page: int = 0


@callback("bsktpu")
class PutInBasket(Callback):
    """So many pieces of one product in all."""

    basket_id: UUID
    product_id: UUID
    pieces: int


@callback("bsktpy", changes=True)
class PayBasket(Callback):
    """Sell the basket at the total that was shown, paid by one method."""

    basket_id: UUID
    total: Decimal
    method: Method


@callback("bsktac", changes=True)
class PutOnAccount(Callback):
    """Sell the basket at the total that was shown; the client pays later."""

    basket_id: UUID
    total: Decimal


@callback("bsktsp")
class SplitPayment(Callback):
    """Ask for two methods and an amount."""

    basket_id: UUID


router.home(N_("🥤 Sell"), SellProducts(), permission=Permission.SELL_PRODUCTS)


@router.on(SellProducts)
async def sell_products(context: UpdateContext, press: SellProducts) -> None:
    """What sold most in the last days stands first."""
    async with context.unit_of_work() as uow:
        every = await CatalogueService(uow).on_sale()
        client = await ClientService(uow).get(press.client_id) if press.client_id else None
        unpaid = await SaleService(uow).count_on_account(press.client_id)
    t = context.t
    text = t("🥤 <b>What is sold?</b>") if every else t("🥤 <b>Nothing is on sale.</b>")
    if client is not None:
        text += "\n" + t("👤 {client}", client=client.full_name)
    if client is None:
        text += "\n" + t("A plan is sold on the client's card.")
    rows = _products(t, every, press.page, lambda key: BeginBasket(key, press.client_id))
    turn = pager(press.page, _pages(every), lambda page: SellProducts(press.client_id, page))
    more = [button(t("🧾 Today's sales"), SalesToday())]
    if client is None:
        more.insert(0, button(t("🏷 Sell plan"), ClientSearch()))
    if not every and context.identity.may(Permission.MANAGE_PRODUCTS):
        more.append(button(t("➕ New product"), NewProduct()))
    if unpaid:
        more.append(button(t("⏳ On account ({count})", count=unpaid), SalesOnAccount(press.client_id)))
    back = Card(press.client_id) if press.client_id else None
    await context.show(Screen(text, [*rows, turn, *grid(more), nav(t, back=back)]))


def _pages(every: Sequence[PricedProduct]) -> int:
    return max(1, -(-len(every) // PAGE_SIZE))


def _products(
    t: HtmlTranslator, every: Sequence[PricedProduct], page: int, leads: Callable[[UUID], Callback]
) -> list[Row]:
    shown = every[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    labels = [(one, f"{one.product.name} · {t.money(one.price)}") for one in shown]
    if all(len(label) <= 20 for _, label in labels):
        return grid([button(label, leads(one.product.id)) for one, label in labels])
    return [[button(label, leads(one.product.id), wide=True)] for one, label in labels]


@router.on(BeginBasket)
async def begin_basket(context: UpdateContext, press: BeginBasket) -> None:
    async with context.unit_of_work() as uow:
        view = await BasketService(uow).begin(press.product_id, press.client_id, press_key(context))
    await context.show(basket_screen(context, view))


@router.on(ShowBasket)
async def show_basket(context: UpdateContext, press: ShowBasket) -> None:
    async with context.unit_of_work() as uow:
        view = await BasketService(uow).view(press.basket_id)
    await context.show(basket_screen(context, view))


@router.on(PutInBasket)
async def put_in_basket(context: UpdateContext, press: PutInBasket) -> None:
    async with context.unit_of_work() as uow:
        view = await BasketService(uow).put(press.basket_id, press.product_id, press.pieces)
    await context.show(basket_screen(context, view))


@router.on(AddToBasket)
async def add_to_basket(context: UpdateContext, press: AddToBasket) -> None:
    async with context.unit_of_work() as uow:
        every = await CatalogueService(uow).on_sale()
        view = await BasketService(uow).view(press.basket_id)
    t, has = context.t, {one.product_id: one.pieces for one in view.lines}
    rows = _products(t, every, press.page, lambda key: PutInBasket(press.basket_id, key, has.get(key, 0) + 1))
    turn = pager(press.page, _pages(every), lambda page: AddToBasket(press.basket_id, page))
    await context.show(Screen(t("🥤 <b>What else?</b>"), [*rows, turn, nav(t, back=ShowBasket(view.id))]))


def basket_screen(context: UpdateContext, view: BasketView, more: Sequence[Row] = ()) -> Screen:
    """The whole sale restated; one tap on a method makes it."""
    t = context.t
    if not view.lines:
        return Screen(t("🥤 The basket is empty."), [[button(t("➕ Add"), AddToBasket(view.id))], nav(t)])
    lines = [t("🥤 <b>Sell for {total}</b>", total=view.total)]
    if view.client_name:
        lines.append(t("👤 {client}", client=view.client_name))
    lines += ["", *sold_lines(t, view.lines), "", t("How is it paid?")]
    rows: list[Row] = [
        *grid([button(t(METHODS[one]), PayBasket(view.id, view.total, one)) for one in TILL]),
        _for_client(t, view),
        *[_count_row(view, number) for number in range(len(view.lines))],
        [
            button(t("➕ Something else"), AddToBasket(view.id)),
            button(t("Two methods"), SplitPayment(view.id)),
        ],
    ]
    return Screen("\n".join(lines), [*rows, *more, nav(t, back=SellProducts(view.client_id))])


def _for_client(t: HtmlTranslator, view: BasketView) -> list[Button]:
    if view.client_id is None:
        return []
    row = [button(t("⏳ On account"), PutOnAccount(view.id, view.total))]
    if view.credit >= view.total:
        row.append(button(t("💳 Use credit"), PayBasket(view.id, view.total, Method.CREDIT)))
    return row


def _count_row(view: BasketView, number: int) -> list[Button]:
    one = view.lines[number]
    name = one.product if len(one.product) <= 12 else one.product[:11] + "…"
    return [
        button("➖", PutInBasket(view.id, one.product_id, one.pieces - 1)),
        button(f"{one.pieces} × {name}", ShowBasket(view.id)),
        button("➕", PutInBasket(view.id, one.product_id, one.pieces + 1)),
    ]


@router.on(PayBasket)
async def pay_basket(context: UpdateContext, press: PayBasket) -> None:
    """Sell; of a transfer the account is asked first, where the gym has several."""
    if press.method is Method.TRANSFER and context.settings.bank_accounts:
        await ask_parts(context, press.basket_id, {"method": press.method, "amount": press.total})
        return
    await _sell(context, press.basket_id, [PaidPart(press.method, press.total)], press.total)


@router.on(PutOnAccount)
async def put_on_account(context: UpdateContext, press: PutOnAccount) -> None:
    await _sell(context, press.basket_id, [], press.total)


async def _sell(context: UpdateContext, basket_id: UUID, paid: Sequence[PaidPart], seen: Decimal) -> None:
    try:
        async with context.unit_of_work() as uow:
            receipt, now = await BasketService(uow).sell(basket_id, paid, seen), uow.now
    except MOVED as error:
        await _show_again(context, basket_id, error)
        return
    await _sold(context, receipt, now)


async def _show_again(context: UpdateContext, basket_id: UUID, error: GymError) -> None:
    """The basket at today's prices below the refusal: the buttons that were shown would be refused again."""
    async with context.unit_of_work() as uow:
        screen = basket_screen(context, await BasketService(uow).view(basket_id))
    text = f"⚠️ {say_error(context.t, error)}\n\n{screen.text}"
    await context.show(replace(screen, text=text))


@router.refused(BasketGone)
async def basket_gone(context: UpdateContext, error: BasketGone) -> None:
    """No button of a basket that is gone does anything any more."""
    t = context.t
    again = [button(t("🥤 Sell"), SellProducts())]
    await context.show(Screen(f"⚠️ {say_error(t, error)}", [again, nav(t)]))


async def _sold(context: UpdateContext, receipt: SaleReceipt, now: datetime) -> None:
    """The receipt, once: a second press of the same button is told that it is sold."""
    if was_answered(context, receipt.at, now):
        await context.answer(context.t("✅ Sold already: see the receipt. For the next sale begin anew."))
        return
    await context.keep(sale_screen(context, receipt))


@router.on(SplitPayment)
async def split_payment(context: UpdateContext, press: SplitPayment) -> None:
    await ask_parts(context, press.basket_id, {})
