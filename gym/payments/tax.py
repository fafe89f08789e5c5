"""The tax that prices hold: one rule of rounding for papers, reports and statements.

The base is rounded half-up to the cent and the tax is the rest, so that both are always the total. Of
products the base of a whole sale is rounded once; of its payments each has what the base grows by with it, so
that they come to the sale's to the cent, however it was split.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

from gym.core.money import to_cents

HUNDRED: Final = Decimal(100)
DIGITS: Final = 50
"""Of an exact base, before it is rounded."""
ALMOST: Final = Decimal("1e-12")
"""A base is a quotient, which is cut somewhere: what is nearer to half a cent than this is half a cent."""


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A total with what of it is tax."""

    total: Decimal
    tax: Decimal

    @property
    def base(self) -> Decimal:
        return self.total - self.tax


def taxed(total: Decimal, percent: Decimal) -> TaxedAmount:
    """A total whose prices hold one rate."""
    return taxed_lines([(total, percent)])


def taxed_lines(lines: Iterable[tuple[Decimal, Decimal]]) -> TaxedAmount:
    """A sale, by the total and the percentage of each of its lines."""
    with localcontext(prec=DIGITS):
        rows = list(lines)
        total = to_cents(sum((amount for amount, _ in rows), Decimal(0)))
        base = sum((amount * HUNDRED / (HUNDRED + percent) for amount, percent in rows), Decimal(0))
        return TaxedAmount(total, total - to_cents(base.quantize(ALMOST)))


SALE_PARTS: Final = """
    SELECT s.account_id, sum(l.pieces * l.unit_price) AS total,
        sum(CAST(l.pieces * l.unit_price AS numeric(60, 40)) * 100 / (100 + l.tax_percent)) AS base
    FROM sales s JOIN sale_lines l ON l.sale_id = s.id
"""
"""Total and exact base of sales, to be grouped by account: `taxed_lines` in SQL."""


def base_at(total: str, percent: str) -> str:
    """SQL of the rounded base of a total at one rate: `taxed`."""
    return f"round(CAST({total} AS numeric(24, 12)) * 100 / (100 + CAST({percent} AS numeric)), 2)"


def base_of(amount: str, base: str, total: str) -> str:
    """SQL of the rounded base of an amount of a sale of which `base` of `total` is base."""
    return f"round(round(CAST({amount} AS numeric(60, 40)) * {base} / {total}, 12), 2)"
