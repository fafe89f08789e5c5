"""Older debts beside the offer of a new plan: lines and a button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ui.buttons.money import TakeEverything
from bot.ui.keyboards import Button, button
from bot.ui.screens import HtmlTranslator
from gym.subscriptions.schemas import OwedSubscription, Quote


def older_debt_lines(t: HtmlTranslator, quote: Quote) -> list[str]:
    """A line for each debt, and that all of them can be charged when the plan is sold."""
    if not quote.older_debts:
        return []
    lines = [_line(t, one) for one in quote.older_debts]
    return [*lines, t("When this is sold, everything can be charged at once.")]


def _line(t: HtmlTranslator, one: OwedSubscription) -> str:
    return t(
        "⚠️ Older debt: <b>{balance}</b> for {plan}, {starts_on} – {ends_on}",
        balance=one.balance,
        plan=one.subscription.plan.name,
        starts_on=one.subscription.starts_on,
        ends_on=one.subscription.ends_on,
    )


def charge_debts_button(t: HtmlTranslator, debts: Sequence[OwedSubscription]) -> list[Button]:
    """A button that charges the older debts before anything is sold."""
    if not debts:
        return []
    return [button(t("💵 Charge the debt first"), TakeEverything(debts[0].subscription.client_id), wide=True)]
