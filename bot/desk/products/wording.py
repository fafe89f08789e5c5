"""Products and stock movements in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import signed_count
from gym.core.language import N_
from gym.products.models import Product, StockMovement, StockMovementKind
from gym.products.sales.schemas import SoldLine
from gym.products.schemas import PricedProduct

KINDS: Final = {
    StockMovementKind.PURCHASE: N_("📥 received"),
    StockMovementKind.SALE: N_("🧾 sold"),
    StockMovementKind.LOSS: N_("🗑 written off"),
    StockMovementKind.CORRECTION: N_("🧮 counted"),
    StockMovementKind.RETURN: N_("↩️ came back"),
}


def left(t: HtmlTranslator, product: Product) -> str:
    """How many there are, with a sign when that is few."""
    if not product.quantity:
        return t("🚫 none left")
    many = t.plural("{count} left", "{count} left", product.quantity)
    return f"📉 {many}" if product.quantity <= product.minimum else many


def described(t: HtmlTranslator, one: PricedProduct, *, costs: bool) -> str:
    """Everything about a product; what it costs the gym only where `costs`."""
    product = one.product
    lines = [
        t("🥤 <b>{product}</b>", product=product.name),
        t("💵 {price}", price=one.price),
        left(t, product),
    ]
    if one.coming is not None:
        lines.insert(2, t("💵 {price} from {day}", price=one.coming.amount, day=one.coming.valid_from))
    if product.category:
        lines.append(t("📂 {category}", category=product.category))
    if product.tax_percent:
        lines.append(t("🏛 {percent} % tax in the price", percent=product.tax_percent.normalize()))
    lines += [t("🔖 {code}", code=code) for code in (product.barcode, product.sku) if code]
    if product.minimum:
        lines.append(t("📉 low mark {minimum}", minimum=product.minimum))
    if costs and product.average_cost:
        lines.append(t("🏷 cost of one: {cost}", cost=product.average_cost))
    return "\n".join(lines)


def movement_line(t: HtmlTranslator, one: StockMovement) -> str:
    """`24 Aug, 10:02: 📥 received +24, Ana`, with the reason below."""
    line = t(
        "{at}: {kind} <b>{count}</b>, {staff}",
        at=one.at,
        kind=t(KINDS[one.kind]),
        count=signed_count(one.quantity),
        staff=one.staff_name,
    )
    return f"{line}\n   📝 {t.text(one.reason)}" if one.reason else line


def sold_lines(t: HtmlTranslator, lines: Iterable[SoldLine]) -> list[str]:
    """`2 × Water, $6,000`."""
    return [
        t("{pieces} × {product}, {total}", pieces=one.pieces, product=one.product, total=one.total)
        for one in lines
    ]
