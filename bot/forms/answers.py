"""Readers of typed answers, by the conventions of the person who types."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from bot.forms.definition import FormContext
from gym.core.errors import GymError
from gym.core.reading import amounts, days
from gym.core.reading.days import Days
from gym.payments.errors import parse_reason
from gym.payments.ledger import positive


def read_amount(text: str, ctx: FormContext) -> Decimal:
    """An amount of 0 or more. Raises `NotAnAmount`."""
    return amounts.read_amount(text, ctx.context.conventions)


def read_positive_amount(text: str, ctx: FormContext) -> Decimal:
    """An amount above 0. Raises `NotAnAmount`, `AmountNotPositive`."""
    return positive(read_amount(text, ctx))


def amount_up_to(
    limit: Callable[[FormContext], Decimal], too_much: Callable[[Decimal], GymError]
) -> Callable[[str, FormContext], Decimal]:
    """A reader of an amount above 0 that refuses more than `limit` while it is typed.

    The reader raises `NotAnAmount`, `AmountNotPositive`, and what `too_much` makes of the limit.
    """

    def read(text: str, ctx: FormContext) -> Decimal:
        amount, most = read_positive_amount(text, ctx), limit(ctx)
        if amount > most:
            raise too_much(most)
        return amount

    return read


def read_day(text: str, ctx: FormContext, among: Days) -> date:
    """A day, one of `among` where it is not written in full. Raises `DayInvalid`."""
    return days.read_day(text, ctx.context.today, among, ctx.context.conventions)


def read_coming_day(text: str, ctx: FormContext) -> date:
    """A day to come: `5/1` typed in December is January's. Raises `DayInvalid`."""
    return read_day(text, ctx, days.coming(ctx.context.today))


def read_reason(text: str, _: FormContext) -> str:
    """A few words, for the audit trail. Raises `ReasonNeeded`."""
    return parse_reason(text)
