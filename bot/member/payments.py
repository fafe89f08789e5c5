"""My payments: what a member has paid and got back, with every receipt as a file."""

from __future__ import annotations

from collections.abc import Sequence

from bot.routing.router import Audience, Router
from bot.ui.buttons.member import MyPayments, MyReceipt
from bot.ui.buttons.transfers.paying import PayFromAfar
from bot.ui.documents import send_receipt, send_sale
from bot.ui.keyboards import Row, button, nav, pager
from bot.ui.screens import HtmlTranslator, Screen
from bot.ui.update_context import UpdateContext
from bot.ui.wording.ledger import money_line, owed_line, receipt_label
from gym.core.language import N_
from gym.debts.joint_payments import JointPayments
from gym.debts.schemas import total_of
from gym.debts.service import DebtService
from gym.payments.credit import ClientCredit
from gym.payments.models import EntryKind
from gym.payments.statements import MoneyRow, StatementService
from gym.products.sales.service import SaleService
from gym.transfers.payment_keys import PaymentKeys

router = Router(Audience.MEMBER)

router.home(N_("🧾 My payments"), MyPayments())


@router.on(MyPayments)
async def my_payments(context: UpdateContext, press: MyPayments) -> None:
    client = context.identity.client
    assert client is not None, "the router lets in nobody else"
    async with context.member_unit_of_work() as uow:
        found = await StatementService(uow).money(client.id, press.page)
        credit = await ClientCredit(uow).balance(client.id)
        owed = await DebtService(uow).of_client(client.id)
        keys = await PaymentKeys(uow).shown()
    t = context.t
    lines = [money_line(t, row) for row in found.items] or [t("No payments yet.")]
    if owed:
        lines += ["", t("💵 To pay: <b>{balance}</b>", balance=total_of(owed))]
        lines += [owed_line(t, one) for one in owed]
    if credit:
        lines += ["", t("💳 Credit: {credit}", credit=credit)]
    if found.total:
        lines += ["", t("Tap a receipt and it comes as a PDF.")]
    pay: Row = [button(t("💵 Pay by transfer"), PayFromAfar())] if owed and keys else []
    rows = [pay, *_receipts(t, found.items), pager(found.number, found.pages, MyPayments), nav(t)]
    await context.show(Screen("\n".join([t("🧾 <b>My payments</b>"), "", *lines]), rows))


def _receipts(t: HtmlTranslator, rows: Sequence[MoneyRow]) -> list[Row]:
    paid = [row for row in rows if row.entry.kind is EntryKind.PAYMENT]
    return [[button(f"📄 {receipt_label(t, row)}", MyReceipt(row.entry.id), wide=True)] for row in paid]


@router.on(MyReceipt)
async def my_receipt(context: UpdateContext, press: MyReceipt) -> None:
    """The receipt of everything that was paid at once; of products alone the whole sale."""
    async with context.member_unit_of_work() as uow:
        found = await JointPayments(uow).receipts(press.entry_id)
        alone = len(found.parts) == 1
        sale = await SaleService(uow).of_entry(press.entry_id) if alone else None
    if sale is not None:
        await send_sale(context, sale, context.identity.language)
        return
    await send_receipt(context, found.parts, context.identity.language)
