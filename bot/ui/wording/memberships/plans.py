"""A plan in words: its length, its hours, its conditions, its price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from babel.dates import get_day_names

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import duration
from gym.plans.models import Plan
from gym.plans.schemas import PlanInput, PricedPlan
from gym.subscriptions.schemas import Quote


def described(t: HtmlTranslator, plan: Plan | PlanInput) -> str:
    """Everything but the price, as HTML lines."""
    lines = [t("🏷 <b>{plan}</b>", plan=plan.name)]
    lines += [t.text(plan.description)] if plan.description else []
    lines.append("⏳ " + duration(t, plan.duration_count, plan.duration_unit))
    if plan.visits is not None:
        lines.append("🎟 " + t.plural("{count} visit", "{count} visits", plan.visits))
    lines.append("🕐 " + t.text(hours(t, plan.window)))
    if plan.freeze_days:
        lines.append("❄️ " + t.plural("{count} freeze day", "{count} freeze days", plan.freeze_days))
    lines += [t("☝️ Once per client.")] if plan.once_per_client else []
    return "\n".join(lines)


def hours(t: HtmlTranslator, window: dict[str, Any] | None) -> str:
    """`Mon–Fri 06:00–12:00`, or that it is always open; plain text."""
    if window is None:
        return t("Always open")
    times = f"{window['from']}–{window['until']}"
    days: list[int] = window["weekdays"]
    return times if len(days) == 7 else f"{_weekdays(t.language, days)} {times}"


def _weekdays(language: str, days: Sequence[int]) -> str:
    """Days of the week; three and more in a row as a span."""
    names = get_day_names("abbreviated", locale=language)
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run([names[day] for day in run]) for run in runs)


def _run(names: Sequence[str]) -> str:
    return f"{names[0]}–{names[-1]}" if len(names) > 2 else ", ".join(names)


def holders(t: HtmlTranslator, count: int) -> str:
    """How many clients have a plan."""
    return t.plural("👥 {count} client has it now.", "👥 {count} clients have it now.", count)


def coming_lines(t: HtmlTranslator, plans: Iterable[PricedPlan]) -> list[str]:
    """A line for every plan whose price is about to change."""
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
    """Lines that explain why an offer's price differs from today's list."""
    if quote.price_today is None or quote.priced_from is None:
        return []
    prices = {"price": quote.base_price, "today": quote.price_today}
    if quote.priced_later:
        return [t("🏷 From {day} on this plan costs {price}; today {today}.", day=quote.priced_from, **prices)]
    return [t("🏷 On {day} this plan cost {price}; today {today}.", day=quote.starts_on, **prices)]
