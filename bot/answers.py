"""Typed answers of forms, read by the conventions of whoever types them."""

from __future__ import annotations

from decimal import Decimal

from bot.forms import FormContext
from gym.core.reading import amounts
from gym.payments.ledger import positive


def read_amount(text: str, ctx: FormContext) -> Decimal:
    """0 or more. Raises `NotAnAmount`."""
    return amounts.read_amount(text, ctx.turn.conventions)


def read_positive_amount(text: str, ctx: FormContext) -> Decimal:
    """Raises `NotAnAmount`, `AmountNotPositive`."""
    return positive(read_amount(text, ctx))
