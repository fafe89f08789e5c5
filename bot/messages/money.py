"""Messages about money and goods: tills that do not add up, the receipt's PDF, stock that runs low."""

from __future__ import annotations

from bot.messages.client import receipt_part
from bot.messages.register import WordingContext, method_words, offers, says
from bot.ui.buttons.clients import Card
from bot.ui.buttons.member import MyPayments, MyReceipt
from bot.ui.buttons.plans import ProductCard, ShoppingList, ShowSale
from bot.ui.keyboards import Keyboard, button
from bot.ui.screens import HtmlTranslator
from gym.core.language import N_
from gym.notifications.payloads.money import DeskCashCountedPayload, ReceiptPayload
from gym.notifications.payloads.products import (
    DeskProductsOverduePayload,
    DeskProductsPaidPayload,
    DeskProductsReturnedPayload,
    DeskProductsSoldPayload,
    DeskProductsWrittenOffPayload,
    ProductsBoughtPayload,
    ProductsDuePayload,
    ProductsPaidPayload,
    ProductsReturnedPayload,
    ProductsWrittenOffPayload,
    SaleVoidAskedPayload,
    StockLowPayload,
)


@says(DeskCashCountedPayload)
def _cash_counted(t: HtmlTranslator, p: DeskCashCountedPayload, _: WordingContext) -> str:
    heading = t(
        N_("🧮 The till of <b>{till}</b> on {day} does not add up ({staff_name} counted):"),
        till=p.till,
        day=p.day,
        staff_name=p.staff_name,
    )
    lines = [
        t(
            N_("{method}: {counted} instead of {expected}, <b>{off}</b>"),
            method=method_words(t, one.method),
            counted=one.counted,
            expected=one.expected,
            off=one.off,
        )
        for one in p.methods
    ]
    note = [t(N_("📝 {note}"), note=p.note)] if p.note else []
    return "\n".join([heading, *lines, *note])


@offers(ReceiptPayload)
def _receipt_buttons(t: HtmlTranslator, p: ReceiptPayload) -> Keyboard:
    return [[button(t(N_("📄 Receipt as PDF")), MyReceipt(p.payment.entry_id), wide=True)]]


@says(StockLowPayload)
def _stock_low(t: HtmlTranslator, p: StockLowPayload, _: WordingContext) -> str:
    if not p.left:
        return t(N_("🚫 <b>{product}</b> is sold out."), product=p.product_name)
    return t(
        N_("📉 <b>{product}</b> runs low: {left} left, the low mark is {minimum}."),
        product=p.product_name,
        left=p.left,
        minimum=p.minimum,
    )


@offers(StockLowPayload)
def _to_stock(t: HtmlTranslator, p: StockLowPayload) -> Keyboard:
    return [
        [button(t("🥤 Product"), ProductCard(p.product_id)), button(t("🛒 Shopping list"), ShoppingList())]
    ]


@says(SaleVoidAskedPayload)
def _void_asked(t: HtmlTranslator, p: SaleVoidAskedPayload, _: WordingContext) -> str:
    return t(
        N_("↩️ {staff_name} asks to void a sale of products for <b>{total}</b>.\n📝 {reason}"),
        staff_name=p.staff_name,
        total=p.total,
        reason=p.reason,
    )


@says(ProductsBoughtPayload)
def _bought(t: HtmlTranslator, p: ProductsBoughtPayload, _: WordingContext) -> str:
    text = t(N_("🥤 You have bought {what} for <b>{total}</b>."), what=p.what, total=p.total)
    if not p.owed:
        return text
    return text + "\n" + t(N_("⏳ Still to pay: <b>{owed}</b>. Is that wrong? Tell the desk."), owed=p.owed)


@says(ProductsReturnedPayload)
def _returned(t: HtmlTranslator, p: ProductsReturnedPayload, _: WordingContext) -> str:
    text = t(N_("↩️ Your purchase of {what} ({total}) was taken back."), what=p.what, total=p.total)
    if not p.paid_out:
        return text
    return text + "\n" + t(N_("You get back <b>{paid_out}</b>."), paid_out=p.paid_out)


@says(DeskProductsSoldPayload)
def _desk_products_sold(t: HtmlTranslator, p: DeskProductsSoldPayload, _: WordingContext) -> str:
    text = t(N_("🥤 {what}: {total} ({staff_name})"), what=p.what, total=p.total, staff_name=p.staff_name)
    if p.client_name is None:
        return text
    if not p.owed:
        return text + "\n" + t(N_("👤 {client_name}"), client_name=p.client_name)
    return text + "\n" + t(N_("👤 {client_name}, ⏳ owes {owed}"), client_name=p.client_name, owed=p.owed)


@says(DeskProductsReturnedPayload)
def _desk_products_returned(t: HtmlTranslator, p: DeskProductsReturnedPayload, _: WordingContext) -> str:
    if p.paid_out:
        text = t(
            N_("💸 {what} ({total}) were taken back and {paid_out} paid out by {staff_name}: {reason}"),
            what=p.what,
            total=p.total,
            paid_out=p.paid_out,
            staff_name=p.staff_name,
            reason=p.reason,
        )
    else:
        text = t(
            N_("↩️ The sale of {what} ({total}) was voided by {staff_name}: {reason}"),
            what=p.what,
            total=p.total,
            staff_name=p.staff_name,
            reason=p.reason,
        )
    if p.client_name is None:
        return text
    return text + "\n" + t(N_("👤 {client_name}"), client_name=p.client_name)


@says(ProductsPaidPayload)
def _products_paid(t: HtmlTranslator, p: ProductsPaidPayload, context: WordingContext) -> str:
    heading = t(
        "🧾 <b>Receipt</b>\n{gym}\n\nPaid <b>{total}</b> ({method})",
        gym=context.settings.name,
        total=p.total,
        method=method_words(t, p.method),
    )
    left = t("Still to pay: <b>{balance}</b>", balance=p.owed) if p.owed else t("Paid in full.")
    return "\n".join([heading, *(receipt_part(t, one) for one in p.parts), left])


@offers(ProductsPaidPayload)
def _products_receipt(t: HtmlTranslator, p: ProductsPaidPayload) -> Keyboard:
    return [[button(t(N_("📄 Receipt as PDF")), MyReceipt(p.entry_id), wide=True)]]


@says(DeskProductsPaidPayload)
def _desk_products_paid(t: HtmlTranslator, p: DeskProductsPaidPayload, _: WordingContext) -> str:
    return t(
        N_("💵 {client_name} paid {amount} ({method}) for {what} ({staff_name})"),
        client_name=p.client_name,
        amount=p.total,
        method=method_words(t, p.method),
        what=", ".join(one.plan_name for one in p.parts),
        staff_name=p.staff_name,
    )


@offers(DeskProductsPaidPayload, DeskProductsWrittenOffPayload)
def _payers_card(t: HtmlTranslator, p: DeskProductsPaidPayload | DeskProductsWrittenOffPayload) -> Keyboard:
    return [[button(t("👤 Card"), Card(p.client_id))]]


@says(ProductsWrittenOffPayload)
def _products_written_off(t: HtmlTranslator, p: ProductsWrittenOffPayload, _: WordingContext) -> str:
    """Without the reason, which is meant for the desk."""
    return t("🧹 <b>{plan}</b>: {amount} are not owed any more.", plan=p.what, amount=p.amount)


@says(DeskProductsWrittenOffPayload)
def _desk_products_written_off(t: HtmlTranslator, p: DeskProductsWrittenOffPayload, _: WordingContext) -> str:
    return t(
        N_("🧹 {client_name}: {amount} for {what} written off by {staff_name}: {reason}"),
        client_name=p.client_name,
        amount=p.amount,
        what=p.what,
        staff_name=p.staff_name,
        reason=p.reason,
    )


@says(ProductsDuePayload)
def _products_due(t: HtmlTranslator, p: ProductsDuePayload, _: WordingContext) -> str:
    return t(
        N_("💵 You have <b>{owed}</b> to pay for {what}. You can pay at the desk."), owed=p.owed, what=p.what
    )


@offers(ProductsDuePayload)
def _to_my_payments(t: HtmlTranslator, _: ProductsDuePayload) -> Keyboard:
    return [[button(t(N_("🧾 My payments")), MyPayments())]]


@says(DeskProductsOverduePayload)
def _products_overdue(t: HtmlTranslator, p: DeskProductsOverduePayload, _: WordingContext) -> str:
    return t.plural(
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} day.",
        "⌛ {client_name} has owed {balance} for {plan_name} for {count} days.",
        p.days,
        client_name=p.client_name,
        balance=p.owed,
        plan_name=p.what,
    )


@offers(
    SaleVoidAskedPayload, DeskProductsSoldPayload, DeskProductsReturnedPayload, DeskProductsOverduePayload
)
def _to_sale(
    t: HtmlTranslator,
    p: SaleVoidAskedPayload
    | DeskProductsSoldPayload
    | DeskProductsReturnedPayload
    | DeskProductsOverduePayload,
) -> Keyboard:
    return [[button(t("🧾 Look at the sale"), ShowSale(p.sale_id), wide=True)]]
