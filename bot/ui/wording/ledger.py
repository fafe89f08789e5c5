"""Money in words, a line each: a payment, void or refund; what is owed for what."""

from __future__ import annotations

from bot.ui.screens import HtmlTranslator
from bot.ui.wording.terms import METHODS, receipt_number
from gym.debts.schemas import Debt
from gym.payments.models import EntryKind, LedgerEntry
from gym.payments.statements import MoneyRow


def money_line(t: HtmlTranslator, row: MoneyRow) -> str:
    """A payment, a void or a refund in one line."""
    entry = row.entry
    facts = {"day": entry.gym_day, "amount": entry.amount, "method": method_words(t, entry)}
    if entry.kind is EntryKind.VOID:
        return t(
            "↩️ {day}: receipt {number} voided: {reason}",
            number=receipt_number(t, row.receipt_number),
            reason=entry.reason,
            **facts,
        )
    if entry.kind is EntryKind.REFUND:
        return t("💸 {day}: {amount} given back ({method}): {reason}", reason=entry.reason, **facts)
    line = t("{day}: {amount} ({method})", **facts)
    return f"↩️ <s>{line}</s>" if row.voided else f"💵 {line}"


def receipt_label(t: HtmlTranslator, row: MoneyRow) -> str:
    return f"{receipt_number(t, row.receipt_number)} · {t.money(row.entry.amount)}"


def method_words(t: HtmlTranslator, entry: LedgerEntry) -> str:
    return t(METHODS[entry.method]) if entry.method else ""


def products_owed_line(t: HtmlTranslator, debt: Debt) -> str:
    """What was bought on account, when, and what of it is not paid."""
    return t("🥤 {what}, {day}: {balance} to pay", what=debt.what, day=debt.since, balance=debt.balance)


def owed_line(t: HtmlTranslator, debt: Debt) -> str:
    """A debt with what it is for: `$4,000 for 1 × Water`."""
    return t("⏳ {balance} for {what}, since {day}", balance=debt.balance, what=debt.what, day=debt.since)
