"""What the receipt of a product sale says, in the words of one language. Pure."""

from __future__ import annotations

from gym.core.language import N_, Translator
from gym.payments.receipts.wording import WORDS, Paper
from gym.products.sales.schemas import SaleReceipt
from gym.settings.schemas import GymSettings


def _rest(t: Translator, sale: SaleReceipt) -> tuple[str, str]:
    if sale.returned_at is not None:
        return t(N_("Taken back.")), ""
    return (t(N_("Still to pay")), t.money(sale.balance)) if sale.balance else (t(N_("Paid in full.")), "")


def sale_paper(sale: SaleReceipt, settings: GymSettings, t: Translator) -> Paper:
    """Every line with its price, the tax that is contained, and every payment with its number."""
    numbers = ", ".join(str(one.receipt_number) for one in sale.payments)
    title = t(N_("Receipts № {numbers}"), numbers=numbers) if len(sale.payments) > 1 else ""
    if len(sale.payments) == 1:
        title = t(N_("Receipt № {number}"), number=numbers)
    rows = [(t(N_("Client")), sale.client_name)] if sale.client_name else []
    rows += [(f"{one.pieces} × {one.product}", t.money(one.total)) for one in sale.lines]
    if sale.tax:
        rows.append((t(N_("Tax in it")), t.money(sale.tax)))
    rows += [
        (t(WORDS[one.method]), f"{t.money(one.amount)} (№ {one.receipt_number})")
        for one in sale.payments
        if one.method is not None
    ]
    rows.append((t(N_("Sold by")), sale.seller_name))
    return Paper(
        gym=settings.name,
        title=title or t(N_("Sale")),
        moment=t.moment(sale.at),
        rows=rows,
        total=(t(N_("Total")), t.money(sale.total)),
        rest=_rest(t, sale),
        remark="",
        footer=settings.receipt_footer or t(N_("Thank you!")),
        stamp=t(N_("VOID")) if sale.returned_at else "",
    )
