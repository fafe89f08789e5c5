"""What strangers ask a gym: its hours, its address and its prices, as far as the gym has set them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.ui.screens import HtmlTranslator
from gym.plans.schemas import PricedPlan
from gym.settings.schemas import GymSettings

MOST_PLANS: Final = 10
"""Prices in one message; whoever wants all of them asks at the desk."""


def info_lines(t: HtmlTranslator, settings: GymSettings, plans: Sequence[PricedPlan]) -> list[str]:
    """A line for each that is set; prices only where the gym tells them to everybody."""
    lines: list[str] = []
    if settings.opening_hours:
        lines.append(f"🕐 {t.text(settings.opening_hours)}")
    if settings.street_address:
        lines.append(f"📍 {t.text(settings.street_address)}")
    if settings.tell_prices:
        lines += [
            t("🏷 {plan}: <b>{price}</b>", plan=one.plan.name, price=one.price) for one in plans[:MOST_PLANS]
        ]
    return lines
