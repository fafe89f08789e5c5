"""Amounts of money as people write them: `100 mil`, `1,5 millones`, `$ 100.000 COP`, `1'500.000`."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Final

from babel.core import Locale
from babel.numbers import get_currency_name, get_decimal_symbol, get_group_symbol

from gym.core.errors import Invalid
from gym.core.language import N_, currency_symbol
from gym.core.money import LARGEST, to_cents
from gym.core.reading.conventions import Conventions, unaccented

LONGEST: Final = 60
MINUS: Final = "-−–"
SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\t\n"), " ")
APOSTROPHES: Final = dict.fromkeys(map(ord, "\u2019\u02bc\u00b4`"), "'")
THOUSAND: Final = frozenset({"mil", "miles", "k", "thousand"})
MILLION: Final = frozenset({"millon", "millones", "million", "millions"})
ONE: Final = frozenset({"un", "uno", "one", "a"})
PARTS: Final = re.compile(r"[0-9](?:[0-9.,' ]*[0-9])?|[^\W\d_]*\$|[^\W\d_]+\.?|\S")
SHAPE: Final = re.compile(r"C*(?:N|[NO]?K|[NO]?KN|[NO]M|[NO]MNK)d?C*")
"""Number, One, thousand (K), Million, Currency, `de`: `un millón 200 mil de pesos`."""
EXAMPLES: Final = {
    "COP": Decimal(150000),
    "CLP": Decimal(30000),
    "ARS": Decimal(45000),
    "MXN": Decimal(650),
    "BRL": Decimal(120),
    "PYG": Decimal(200000),
}
"""What a month may cost, as an example; elsewhere 39.90, or 4000 where the currency has no decimals."""


class NotAnAmount(Invalid):
    """Text that is not an amount of money, or may mean two; `example` is one in the gym's currency."""

    code = "not_an_amount"
    message = N_("That is not an amount I am sure of. Write it in full, such as {example}.")

    def __init__(self, example: Decimal) -> None:
        super().__init__(example=example)


class AmountNegative(NotAnAmount):
    code = "amount_negative"
    message = N_("An amount cannot be below zero. Write it without the minus, such as {example}.")


class AmountTooLarge(NotAnAmount):
    """More than an account can hold (NUMERIC(12,2))."""

    code = "amount_too_large"
    message = N_("That amount is larger than any account. Check the zeros: {example} is one such amount.")


def read_amount(text: str, conventions: Conventions) -> Decimal:
    """The amount that was meant, 0 or more, in cents. Raises `NotAnAmount`, also when it may mean two.

    Nothing is left out: every sign has to be part of a number, of `mil` or `millones`, or of the gym's own
    currency. A mark before exactly three digits groups thousands if the writer's language or the gym's
    country writes it so, or if the currency has no coins; one before one or two digits is the decimal mark.
    """
    plain = text.translate(SPACES | APOSTROPHES).strip()
    negative = bool(re.match(rf"[^0-9{MINUS}]*[{MINUS}][^0-9{MINUS}]*[0-9]", plain))
    amount = _Sum(conventions).read(re.sub(rf"[{MINUS}]", " ", plain, count=1) if negative else plain)
    if negative:
        raise AmountNegative(example_amount(conventions))
    if amount > LARGEST:
        raise AmountTooLarge(example_amount(conventions))
    return to_cents(amount)


def example_amount(conventions: Conventions) -> Decimal:
    """An amount that people of this gym may well write."""
    usual = Decimal("39.90") if conventions.decimals else Decimal(4000)
    return EXAMPLES.get(conventions.currency, usual)


class _Sum:
    """Numbers and their `mil` and `millones` in one text."""

    def __init__(self, conventions: Conventions) -> None:
        self._conventions = conventions
        self._own = currency_words(conventions.currency, conventions.language)

    def read(self, text: str) -> Decimal:
        parts = PARTS.findall(text) if len(text) <= LONGEST else []
        shape = "".join(map(self._kind, parts))
        if not SHAPE.fullmatch(shape):
            raise self._unsure()
        wanted = [(kind, part) for kind, part in zip(shape, parts, strict=True) if kind not in "Cd"]
        if len(wanted) == 1 and wanted[0][0] == "N":
            return self._number(wanted[0][1])
        return self._scaled(wanted)

    def _kind(self, part: str) -> str:
        word = unaccented(part).rstrip(".")
        kinds = (
            ("N", part[0] in "0123456789"),
            ("C", word in self._own),
            ("K", word in THOUSAND),
            ("M", word in MILLION or part == "M"),
            ("O", word in ONE),
            ("d", word in ("de", "of")),
        )
        return next((kind for kind, holds in kinds if holds), "?")

    def _scaled(self, parts: list[tuple[str, str]]) -> Decimal:
        """`1,5 M`, `100 mil 500`, `1 millón 200 mil`."""
        total, number = Decimal(0), Decimal(1)
        for place, (kind, part) in enumerate(parts, 1):
            if kind == "N":
                number = self._short(part, rest=total > 0, last=place == len(parts))
            elif kind in "KM":
                total += number * (1000 if kind == "K" else 1_000_000)
        if parts[-1][0] == "N":
            total += number
        if total != to_cents(total):
            raise self._unsure()
        return total

    def _short(self, text: str, *, rest: bool, last: bool) -> Decimal:
        """A number before `mil`: a mark before three digits could mean either, so it is asked again.

        After `mil` stand exactly three digits, as in `100 mil 500`; `100 mil 5` is a slip.
        """
        after = r"[0-9]{3}" if last else r"[0-9]{1,3}"
        if not re.fullmatch(after if rest else r"[0-9]{1,9}(?:[.,][0-9]{1,2})?", text):
            raise self._unsure()
        return Decimal(text.replace(",", "."))

    def _number(self, text: str) -> Decimal:
        """Digits in groups of three by one kind of mark (millions may have the apostrophe), then decimals."""
        places = self._conventions.decimals
        found = re.fullmatch(rf"(.*?)(?:([.,])([0-9]{{1,{places}}}))?", text) if places else None
        whole, mark, cents = found.groups() if found else (text, None, None)
        marks = re.sub(r"[0-9]", "", whole)
        grouped = re.fullmatch(r"[1-9][0-9]{0,2}(?:[.,' ][0-9]{3})+", whole)
        if marks and not (grouped and _one_kind(marks) and mark not in set(marks)):
            raise self._unsure()
        if len(marks) == 1 and mark is None and not self._groups(marks):
            raise self._unsure()
        return Decimal(re.sub(r"[^0-9]", "", whole) + (f".{cents}" if mark else ""))

    def _groups(self, mark: str) -> bool:
        """Whether a lone mark before three digits surely groups thousands."""
        by_locale = (_group_mark(locale) == mark for locale in self._conventions.locales)
        return mark in "' " or not self._conventions.has_coins or any(by_locale)

    def _unsure(self) -> NotAnAmount:
        return NotAnAmount(example_amount(self._conventions))


def _one_kind(marks: str) -> bool:
    """`..`, `,,`, or in Colombia `'.` with the apostrophe before the last six digits."""
    return len(set(marks)) == 1 or re.fullmatch(r"'[.,]", marks) is not None


def _group_mark(locale: Locale) -> str:
    mark = get_group_symbol(locale).translate(SPACES | APOSTROPHES)
    return mark if mark != get_decimal_symbol(locale) else ""


@cache
def currency_words(currency: str, language: str) -> frozenset[str]:
    """What a currency is called: its code, its sign at home, and its names in the languages around."""
    sign = currency_symbol(currency, language).casefold()
    names = {
        word
        for spoken in ("en", "es", "pt")
        for count in (1, 2)
        for word in unaccented(get_currency_name(currency, count=count, locale=spoken)).split()
    }
    dollars = {"$", f"{currency.casefold()}$", f"{currency[:2].casefold()}$"} if "$" in sign else set[str]()
    return frozenset({currency.casefold(), sign} | names | dollars) - {"de", "of"}
