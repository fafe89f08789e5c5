"""Older debts beside the offer of a new plan: lines and a button."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ui.buttons.money import TakeEverything
from bot.ui.keyboards import Button, button
from bot.ui.screens import HtmlTranslator
from gym.debts.schemas import Debt, DebtKind


def older_debt_lines(t: HtmlTranslator, debts: Sequence[Debt]) -> list[str]:
    """A line for each debt, and that all of them can be charged when the plan is sold."""
    if not debts:
        return []
    lines = [_line(t, one) for one in debts]
    return [*lines, t("When this is sold, everything can be charged at once.")]


def _line(t: HtmlTranslator, one: Debt) -> str:
    if one.kind is DebtKind.PRODUCTS:
        facts = {"balance": one.balance, "what": one.what, "day": one.since}
        return t("⚠️ Older debt: <b>{balance}</b> for {what}, {day}", **facts)
    return t(
        "⚠️ Older debt: <b>{balance}</b> for {plan}, {starts_on} – {ends_on}",
        balance=one.balance,
        plan=one.what,
        starts_on=one.since,
        ends_on=one.until,
    )


def charge_debts_button(t: HtmlTranslator, debts: Sequence[Debt]) -> list[Button]:
    """A button that charges the older debts before anything is sold."""
    if not debts:
        return []
    return [button(t("💵 Charge the debt first"), TakeEverything(debts[0].client_id), wide=True)]
