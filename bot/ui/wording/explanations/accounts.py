"""Why so much is to pay: the entries of an account, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.ui.screens import Html, HtmlTranslator
from bot.ui.wording.terms import METHODS, receipt_number
from gym.core.language import N_
from gym.explanations.schemas import (
    AccountExplanation,
    MoneyStep,
)
from gym.payments.models import AccountKind, EntryCause, EntryKind

SHOWN_STEPS: Final = 8
"""Entries of an account on one screen, the latest; what was before them is one line."""
ENTRIES: Final[Mapping[EntryKind, str]] = {
    EntryKind.CHARGE: N_("the price"),
    EntryKind.OPENING: N_("brought forward from before"),
    EntryKind.PAYMENT: N_("paid ({method}), receipt {number}"),
    EntryKind.VOID: N_("receipt {number} voided"),
    EntryKind.CREDIT: N_("let off"),
    EntryKind.REFUND: N_("given back ({method})"),
}
CAUSES: Final[Mapping[tuple[EntryKind, EntryCause], str]] = {
    (EntryKind.CHARGE, EntryCause.RETURNED): N_("what was given back is owed again"),
    (EntryKind.PAYMENT, EntryCause.SURPLUS): N_("more than was owed ({method}), receipt {number}"),
    (EntryKind.REFUND, EntryCause.SURPLUS): N_("sent too much, kept as credit"),
    (EntryKind.OPENING, EntryCause.PAID_BEFORE): N_("the import was undone"),
    (EntryKind.CREDIT, EntryCause.CANCELED): N_("unused days of what was canceled"),
    (EntryKind.CREDIT, EntryCause.NOT_BEGUN): N_("canceled before it began"),
    (EntryKind.CREDIT, EntryCause.PLAN_CHANGED): N_("unused days, taken along to another plan"),
    (EntryKind.CREDIT, EntryCause.WRITTEN_OFF): N_("written off"),
    (EntryKind.CREDIT, EntryCause.ROUNDING): N_("rounded off: less than the smallest amount"),
    (EntryKind.CREDIT, EntryCause.REFUNDED): N_("taken off, so that it could be given back"),
    (EntryKind.CREDIT, EntryCause.RETURNED): N_("not owed again: that payment was voided"),
    (EntryKind.CREDIT, EntryCause.PAID_BEFORE): N_("paid before the import"),
}
CREDIT_ENTRIES: Final[Mapping[EntryKind, str]] = {
    EntryKind.CHARGE: N_("kept for the client"),
    EntryKind.CREDIT: N_("used"),
}
assert set(ENTRIES) == set(EntryKind)


def account_lines(t: HtmlTranslator, one: AccountExplanation) -> list[str]:
    """Every entry with what it changed, the latest ones, and what they come to."""
    shown, before = one.steps[-SHOWN_STEPS:], one.steps[:-SHOWN_STEPS]
    lines = [_heading(t, one)]
    if before:
        lines.append(
            t.plural(
                "… {count} earlier entry: {balance}",
                "… {count} earlier entries: {balance}",
                len(before),
                balance=before[-1].balance,
            )
        )
    lines += [_step(t, one.kind, step) for step in shown]
    result = (
        N_("= credit <b>{balance}</b>") if one.kind is AccountKind.CREDIT else N_("= to pay <b>{balance}</b>")
    )
    return [*lines, t(result, balance=one.balance)]


def _heading(t: HtmlTranslator, one: AccountExplanation) -> str:
    if one.kind is AccountKind.CREDIT:
        return t("👛 <b>Credit</b>")
    mark = "🥤" if one.kind is AccountKind.SALE else "💵"
    return f"{mark} " + t("<b>{what}</b>, since {day}", what=one.what, day=one.since)


def _step(t: HtmlTranslator, kind: AccountKind, step: MoneyStep) -> str:
    words = entry_words(t, kind, step)
    sign = "+" if step.change > 0 else "−"
    return t(
        "{day}: {what} {sign} {amount}",
        day=step.day,
        what=Html(words),
        sign=sign,
        amount=abs(step.change),
    )


def entry_words(t: HtmlTranslator, kind: AccountKind, step: MoneyStep) -> str:
    """What an entry was, by its kind and cause."""
    if kind is AccountKind.CREDIT:
        return t(CREDIT_ENTRIES[step.kind])
    caused = CAUSES.get((step.kind, step.cause)) if step.cause is not None else None
    method = t(METHODS[step.method]) if step.method is not None else ""
    return t(caused or ENTRIES[step.kind], method=method, number=receipt_number(t, step.receipt_number))
