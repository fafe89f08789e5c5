"""Shared form steps: reason, amount, payment method and yes or no, under the names that drafts keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from bot.forms.answers import read_positive_amount, read_reason
from bot.forms.definition import Ask, Choice, Choices, FormContext, Parse, Step
from bot.ui.wording.terms import METHODS
from gym.core.language import N_
from gym.payments.models import Method

When = Callable[[FormContext], bool]


def reason_step(ask: str | Ask, *, choices: Choices | None = None, when: When | None = None) -> Step:
    """The answer `reason`: typed, or one of `choices` in two columns; see `read_reason`."""
    columns = 1 if choices is None else 2
    return Step("reason", N_("Reason"), ask, parse=read_reason, choices=choices, columns=columns, when=when)


REASON: Final = reason_step(N_("Why? Write it in a few words."))


def amount_step(
    ask: str | Ask,
    *,
    parse: Parse = read_positive_amount,
    choices: Choices | None = None,
    when: When | None = None,
    resets: Sequence[str] = (),
) -> Step:
    """The answer `amount`, a Decimal in the gym's currency; above 0 unless `parse` says otherwise."""
    return Step("amount", N_("Amount"), ask, parse=parse, choices=choices, when=when, resets=resets)


def method_step(
    ask: str | Ask, choices: Choices, *, when: When | None = None, resets: Sequence[str] = ()
) -> Step:
    """The answer `method`, one of the payment methods in two columns."""
    return Step("method", N_("Method"), ask, choices=choices, columns=2, when=when, resets=resets)


def yes_no_step(
    name: str,
    label: str,
    ask: str | Ask,
    *,
    yes: str,
    no: str,
    no_first: bool = False,
    columns: int = 1,
    when: When | None = None,
    listed: bool = True,
) -> Step:
    """The answer `name`, a bool: one of two buttons, whose labels are the msgids `yes` and `no`."""
    choices = yes_no_choices(yes, no, no_first=no_first)
    return Step(name, label, ask, choices=choices, columns=columns, when=when, listed=listed)


def yes_no_choices(yes: str, no: str, *, no_first: bool = False) -> list[Choice]:
    """True and False as a fixed list; `no_first` where most people answer no."""
    choices = [Choice(True, yes), Choice(False, no)]
    return choices[::-1] if no_first else choices


def method_choices(methods: Iterable[Method]) -> list[Choice]:
    """Payment methods as a fixed list: the labels are msgids."""
    return [Choice(method, METHODS[method]) for method in methods]


def day_choices(ctx: FormContext, days: Iterable[date]) -> list[Choice]:
    """Days as buttons, worded in the reader's language."""
    return [Choice(day, ctx.t.day(day)) for day in days]
