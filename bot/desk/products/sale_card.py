"""One sale at the desk: its receipt, what is left to pay, the way back of it; the sales of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from bot.desk.idempotency import press_key
from bot.desk.products.wording import sold_lines
from bot.forms.definition import Choice, Form, FormContext
from bot.forms.opening import begin
from bot.forms.steps import method_step, reason_step
from bot.routing.router import Audience, Router
from bot.ui.buttons.clients import Card
from bot.ui.buttons.plans import SalesOnAccount, SellProducts, ShowSale
from bot.ui.callbacks import ButtonStyle, Callback, callback
from bot.ui.documents import send_sale
from bot.ui.keyboards import Row, button, grid, nav, pager
from bot.ui.screens import HtmlTranslator, Screen, say_error
from bot.ui.update_context import UpdateContext
from bot.ui.wording.terms import METHODS, receipt_number
from gym.core.errors import GymError
from gym.core.language import N_
from gym.payments.errors import NotEnoughCredit, OverPayment, VoidNeedsAdmin
from gym.payments.models import TILL, Method
from gym.products.sales.errors import AlreadyReturned
from gym.products.sales.returns import SaleReturns
from gym.products.sales.schemas import SaleReceipt
from gym.products.sales.service import SaleService
from gym.security.permissions import Permission

router = Router(Audience.STAFF)


@callback("sales")
class SalesToday(Callback):
    """List the day's sales: all for an admin, else the own."""

    page: int = 0


@callback("salepy", changes=True)
class PaySale(Callback):
    """Pay what is left of a sale by one method."""

    sale_id: UUID
    amount: Decimal
    method: Method


@callback("salebk", changes=True)
class PaySaleByTransfer(Callback):
    """Pay what is left of a sale by a transfer to one of the gym's bank accounts, counted from 1."""

    sale_id: UUID
    amount: Decimal
    account: int


@callback("salevd", style=ButtonStyle.DANGER)
class VoidSale(Callback):
    """Ask why a sale is void."""

    sale_id: UUID


@callback("salerf")
class RefundSale(Callback):
    """Ask how the money of a sale is handed back, and why."""

    sale_id: UUID


@callback("saleak")
class AskVoidSale(Callback):
    """Ask an admin to void a sale."""

    sale_id: UUID


@callback("salepd")
class SalePdf(Callback):
    """Send the receipt of a sale as a file."""

    sale_id: UUID


def sale_screen(context: UpdateContext, sale: SaleReceipt) -> Screen:
    """The receipt, and what can be done next."""
    t = context.t
    lines = [_heading(t, sale), ""]
    if sale.client_name:
        lines.append(t("👤 {client}", client=sale.client_name))
    lines += sold_lines(t, sale.lines)
    lines += [
        t(
            "{method}: {amount}, receipt {number}",
            method=t(METHODS[one.method]),
            amount=one.amount,
            number=receipt_number(t, one.receipt_number),
        )
        for one in sale.payments
        if one.method is not None
    ]
    lines.append(t("🕓 {at}, {staff}", at=sale.at, staff=sale.seller_name))
    if sale.balance:
        lines.append(t("Still to pay: <b>{balance}</b>", balance=sale.balance))
    if sale.return_reason:
        lines.append(t("📝 {reason}", reason=sale.return_reason))
    back = Card(sale.client_id) if sale.client_id else SellProducts()
    return Screen("\n".join(lines), [*_actions(context, sale), nav(t, back=back)])


def _heading(t: HtmlTranslator, sale: SaleReceipt) -> str:
    if sale.returned_at is not None:
        return t("↩️ The sale of <s>{total}</s> was taken back.", total=sale.total)
    return t("✅ <b>Sold for {total}</b>", total=sale.total)


def _actions(context: UpdateContext, sale: SaleReceipt) -> list[Row]:
    t = context.t
    paper = [button(t("📄 PDF"), SalePdf(sale.id))]
    if sale.returned_at is not None:
        return [paper]
    pays = [
        button(t(METHODS[method]), PaySale(sale.id, sale.balance, method))
        for method in (*TILL, *((Method.CREDIT,) if sale.client_id else ()))
        if sale.balance
    ]
    undo = (
        button(t("Void"), VoidSale(sale.id))
        if sale.may_void
        else button(t("Ask to void"), AskVoidSale(sale.id))
    )
    rows: list[Row] = [*grid(pays), [*paper, undo]]
    if sale.payments and context.identity.may(Permission.REFUND):
        rows.append([button(t("💸 Take it back, pay it out"), RefundSale(sale.id), wide=True)])
    return [*rows, [button(t("🥤 Sell more"), SellProducts(sale.client_id), wide=True)]]


@router.on(ShowSale)
async def show_sale(context: UpdateContext, press: ShowSale) -> None:
    async with context.unit_of_work() as uow:
        sale = await SaleService(uow).receipt(press.sale_id)
    await context.show(sale_screen(context, sale))


@router.on(PaySale)
async def pay_sale(context: UpdateContext, press: PaySale) -> None:
    """Take the payment; of a transfer the account is asked first, where the gym has several."""
    if press.method is Method.TRANSFER and context.settings.bank_accounts:
        await _ask_account(context, press.sale_id, press.amount)
        return
    await _pay(context, press.sale_id, press.amount, press.method)


@router.on(PaySaleByTransfer)
async def pay_sale_by_transfer(context: UpdateContext, press: PaySaleByTransfer) -> None:
    accounts = context.settings.bank_accounts
    if not 0 < press.account <= len(accounts):  # the settings have changed since it was asked
        await _ask_account(context, press.sale_id, press.amount)
        return
    await _pay(context, press.sale_id, press.amount, Method.TRANSFER, accounts[press.account - 1])


async def _ask_account(context: UpdateContext, sale_id: UUID, amount: Decimal) -> None:
    t = context.t
    rows: list[Row] = [
        [button(name, PaySaleByTransfer(sale_id, amount, number), wide=True)]
        for number, name in enumerate(context.settings.bank_accounts, 1)
    ]
    await context.show(Screen(t("To which account?"), [*rows, nav(t, back=ShowSale(sale_id))]))


async def _pay(
    context: UpdateContext, sale_id: UUID, amount: Decimal, method: Method, account: str | None = None
) -> None:
    try:
        async with context.unit_of_work() as uow:
            sale = await SaleService(uow).take_payment(
                sale_id, amount, method, key=press_key(context), destination=account
            )
    except (NotEnoughCredit, OverPayment) as error:
        await _show_again(context, sale_id, error)
        return
    await context.keep(sale_screen(context, sale))


async def _show_again(context: UpdateContext, sale_id: UUID, error: GymError) -> None:
    """The sale as it is below the refusal: the buttons that were shown would be refused again."""
    async with context.unit_of_work() as uow:
        screen = sale_screen(context, await SaleService(uow).receipt(sale_id))
    await context.show(replace(screen, text=f"⚠️ {say_error(context.t, error)}\n\n{screen.text}"))


@router.on(SalePdf)
async def sale_pdf(context: UpdateContext, press: SalePdf) -> None:
    async with context.unit_of_work() as uow:
        sale = await SaleService(uow).receipt(press.sale_id)
    await send_sale(context, sale, context.identity.language)


@router.on(SalesToday)
async def sales_today(context: UpdateContext, press: SalesToday) -> None:
    async with context.unit_of_work() as uow:
        found = await SaleService(uow).today(press.page)
    t = context.t
    text = t("🧾 <b>Today's sales</b>") if found.items else t("🧾 <b>Nothing was sold today.</b>")
    rows = [[button(sale_label(t, one), ShowSale(one.id), wide=True)] for one in found.items]
    turn = pager(found.number, found.pages, SalesToday)
    await context.show(Screen(text, [*rows, turn, nav(t, back=SellProducts())]))


@router.on(SalesOnAccount)
async def sales_on_account(context: UpdateContext, press: SalesOnAccount) -> None:
    async with context.unit_of_work() as uow:
        found = await SaleService(uow).on_account(press.page, press.client_id)
    t = context.t
    lines = [t("⏳ <b>On account</b>"), ""]
    lines += [
        t("👤 {client}: {balance} since {at}", client=one.client_name or "", balance=one.balance, at=one.at)
        for one in found.items
    ] or [t("Nobody owes anything for products.")]
    rows = [[button(sale_label(t, one), ShowSale(one.id), wide=True)] for one in found.items]
    turn = pager(found.number, found.pages, lambda page: SalesOnAccount(press.client_id, page))
    await context.show(Screen("\n".join(lines), [*rows, turn, nav(t, back=SellProducts(press.client_id))]))


def sale_label(t: HtmlTranslator, sale: SaleReceipt) -> str:
    what = ", ".join(f"{one.pieces} × {one.product}" for one in sale.lines)
    mark = "↩️ " if sale.returned_at else "⏳ " if sale.balance else ""
    return f"{mark}{t.money(sale.total)} · {what}"


# Taking back ──────────────────────────────────────────────────────────────────────────────────────────────


async def _known(context: UpdateContext, sale_id: UUID) -> dict[str, object]:
    """What the forms say of a sale. Raises `AlreadyReturned`."""
    async with context.unit_of_work() as uow:
        sale = await SaleService(uow).receipt(sale_id)
    if sale.returned_at is not None:
        raise AlreadyReturned
    what = "\n".join([*sold_lines(context.t, sale.lines)])
    return {
        "sale_id": sale.id,
        "what": what,
        "total": sale.total,
        "paid": sum((one.amount for one in sale.payments), Decimal(0)),
        "to_client": sale.client_id is not None,
    }


@router.on(VoidSale)
async def void_sale(context: UpdateContext, press: VoidSale) -> None:
    """Ask why; of a sale that is too old for this person an admin is asked."""
    async with context.unit_of_work() as uow:
        may_void = (await SaleService(uow).receipt(press.sale_id)).may_void
    if not may_void:  # also what was taken back already: the sale says so
        ask = button(context.t("Ask to void"), AskVoidSale(press.sale_id))
        back = nav(context.t, back=ShowSale(press.sale_id))
        await context.show(Screen(say_error(context.t, VoidNeedsAdmin()), [[ask], back]))
        return
    await begin(context, VOID_SALE, await _known(context, press.sale_id), back=ShowSale(press.sale_id))


@router.on(RefundSale)
async def refund_sale(context: UpdateContext, press: RefundSale) -> None:
    context.identity.desk_actor.require(Permission.REFUND)
    await begin(context, REFUND_SALE, await _known(context, press.sale_id), back=ShowSale(press.sale_id))


@router.on(AskVoidSale)
async def ask_void_sale(context: UpdateContext, press: AskVoidSale) -> None:
    await begin(context, ASK_VOID_SALE, await _known(context, press.sale_id), back=ShowSale(press.sale_id))


async def _void_summary(ctx: FormContext) -> str:
    return ctx.t(
        "Void the sale of {total}? Its payments are void and the pieces are back in stock.\nReason: {reason}",
        total=ctx.value("total", Decimal),
        reason=ctx.value("reason", str),
    )


async def _void(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        sale = await SaleReturns(uow).void(ctx.value("sale_id", UUID), ctx.value("reason", str))
    return sale_screen(ctx.context, sale)


async def _methods(ctx: FormContext) -> Sequence[Choice]:
    methods = [*TILL, Method.CREDIT] if ctx.maybe("to_client", bool) else TILL
    return [Choice(method, ctx.t(METHODS[method])) for method in methods]


async def _refund_summary(ctx: FormContext) -> str:
    return ctx.t(
        "{paid} are handed back ({method}) and the pieces are back in stock.\nReason: {reason}",
        paid=ctx.value("paid", Decimal),
        method=ctx.t(METHODS[ctx.value("method", Method)]),
        reason=ctx.value("reason", str),
    )


async def _refund(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        sale = await SaleReturns(uow).refund(
            ctx.value("sale_id", UUID), ctx.value("method", Method), ctx.value("reason", str)
        )
    return sale_screen(ctx.context, sale)


async def _ask(ctx: FormContext) -> Screen:
    async with ctx.unit_of_work() as uow:
        await SaleReturns(uow).ask(ctx.value("sale_id", UUID), ctx.value("reason", str))
    t = ctx.t
    return Screen(t("📨 The admins were asked."), [nav(t, back=ShowSale(ctx.value("sale_id", UUID)))])


VOID_SALE = router.form(
    Form(
        name="void_sale",
        title=N_("Void a sale"),
        steps=[reason_step(N_("Why is it void? Write it in a few words."))],
        summary=_void_summary,
        submit=_void,
        confirm=N_("Void it"),
        takes_back=True,
    )
)
REFUND_SALE = router.form(
    Form(
        name="refund_sale",
        title=N_("Take a sale back"),
        steps=[
            method_step(N_("How is the money handed back?"), _methods),
            reason_step(N_("Why? Write it in a few words.")),
        ],
        summary=_refund_summary,
        submit=_refund,
    )
)
ASK_VOID_SALE = router.form(
    Form(
        name="ask_void_sale",
        title=N_("Ask to void a sale"),
        steps=[reason_step(N_("Why is it void? Write it in a few words."))],
        submit=_ask,
        confirm=N_("Ask"),
    )
)
