"""Money: Decimal amounts of one currency, rounded half-up at this one place."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from gym.core.errors import Invalid
from gym.core.language import N_

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
"""What NUMERIC(12,2) holds."""


class NotAnAmount(Invalid):
    """Text that is not an amount of money."""

    code = "not_an_amount"
    message = N_("That is not an amount. Write digits only, such as 150000 or 99.50.")


def to_cents(amount: Decimal) -> Decimal:
    """Round half-up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal:
    """An amount as people type it: `150000`, `150.000`, `150,000`, `1.234,50`, `$99.50`.

    A separator followed by exactly three digits groups thousands; the last one followed by one or two is the
    decimal mark. Raises `NotAnAmount`.
    """
    cleaned = re.sub(r"[\s$€£]|[A-Za-z]{3}$", "", text.strip()).replace("'", "")
    if not re.fullmatch(r"[0-9][0-9.,]*", cleaned):
        raise NotAnAmount
    whole, mark, cents = re.fullmatch(r"(.*?)(?:([.,])([0-9]{1,2}))?", cleaned).groups()  # type: ignore[union-attr]
    groups = re.split(r"[.,]", whole)
    if len(groups) > 1 and (any(len(group) != 3 for group in groups[1:]) or not 1 <= len(groups[0]) <= 3):
        raise NotAnAmount
    try:
        amount = to_cents(Decimal("".join(groups) + (f".{cents}" if mark else "")))
    except InvalidOperation:
        raise NotAnAmount from None
    if amount > LARGEST:
        raise NotAnAmount
    return amount
