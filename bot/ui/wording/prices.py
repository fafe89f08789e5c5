"""Prices in lists and offers: from when which one holds, and why an offer differs from the list."""

from __future__ import annotations

from collections.abc import Iterable

from bot.ui.screens import HtmlTranslator
from gym.plans.schemas import PricedPlan
from gym.subscriptions.schemas import Quote


def coming_lines(t: HtmlTranslator, plans: Iterable[PricedPlan]) -> list[str]:
    """A line for every plan on the list whose price is about to change."""
    return [
        t(
            "🏷 {plan}: {price}, from {day} on {coming}",
            plan=one.plan.name,
            price=one.price,
            day=one.coming.valid_from,
            coming=one.coming.amount,
        )
        for one in plans
        if one.coming is not None
    ]


def price_line(t: HtmlTranslator, one: PricedPlan) -> str:
    """One plan of a price list."""
    lines = coming_lines(t, [one])
    return lines[0] if lines else t("{plan}: {price}", plan=one.plan.name, price=one.price)


def other_price_lines(t: HtmlTranslator, quote: Quote) -> list[str]:
    """Why an offer costs something else than the list of today says."""
    if quote.price_today is None or quote.priced_from is None:
        return []
    prices = {"price": quote.base_price, "today": quote.price_today}
    if quote.priced_later:
        return [t("🏷 From {day} on this plan costs {price}; today {today}.", day=quote.priced_from, **prices)]
    return [t("🏷 On {day} this plan cost {price}; today {today}.", day=quote.starts_on, **prices)]
