"""Rounding of money: Decimal amounts of one currency.

Half-up to the cent; what is computed, such as a share of a price, to the smallest amount that is paid.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Final

from babel.numbers import get_currency_precision

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
"""What NUMERIC(12,2) holds."""


def to_cents(amount: Decimal) -> Decimal:
    """Round half-up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


SMALLEST: Final = {
    "ARS": Decimal(10),
    "BOB": Decimal("0.10"),
    "BRL": Decimal("0.05"),
    "CLP": Decimal(10),
    "COP": Decimal(50),
    "CRC": Decimal(5),
    "DOP": Decimal(1),
    "HNL": Decimal("0.05"),
    "MXN": Decimal("0.50"),
    "NIO": Decimal("0.10"),
    "NZD": Decimal("0.10"),
    "PEN": Decimal("0.10"),
    "PYG": Decimal(50),
    "UYU": Decimal(1),
    "VES": Decimal("0.50"),
}
"""The smallest coin in use, where it is more than the currency's last digit."""


def usual_smallest(currency: str) -> Decimal:
    """The smallest amount that is paid in a currency: its smallest coin, or a unit of its last digit."""
    return SMALLEST.get(currency, Decimal(1).scaleb(-min(2, get_currency_precision(currency))))


def largest_smallest(currency: str) -> Decimal:
    """The most that an admin may take for it: a debt below it is forgiven, so it is nobody's debt."""
    return usual_smallest(currency) * 20


def as_shown(amount: Decimal, currency: str) -> Decimal:
    """A computed figure as people read it: without cents where no coin is worth less than one."""
    if usual_smallest(currency) < 1:
        return to_cents(amount)
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def round_down(amount: Decimal, smallest: Decimal) -> Decimal:
    """What is left to pay, down to a multiple of the smallest amount."""
    return _to_multiple(amount, smallest, ROUND_FLOOR)


def round_up(amount: Decimal, smallest: Decimal) -> Decimal:
    """What is given, up to a multiple of the smallest amount."""
    return _to_multiple(amount, smallest, ROUND_CEILING)


def _to_multiple(amount: Decimal, smallest: Decimal, rounding: str) -> Decimal:
    return to_cents((amount / smallest).quantize(Decimal(1), rounding=rounding) * smallest)
