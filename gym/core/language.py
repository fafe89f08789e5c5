"""Languages: gettext catalogues, and a translator that formats money, dates and plurals by locale."""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_currency_symbol

LANGUAGES = ("en", "es")
SOURCE_LANGUAGE = "en"
DAY_PATTERNS = {"en": "EEE, d MMM y", "es": "EEE d MMM y"}
"""In Spanish a day stands in a sentence as `el mié 2 sept 2026`, without a comma."""
LOCALE_DIR = Path(__file__).parents[1] / "locale"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "mark, translate later"
    """Mark a message for the catalogue; it is translated where it is shown."""
    return message


def nearest_language(code: str | None, default: str = SOURCE_LANGUAGE) -> str:
    """The language we speak that is closest to a client's code such as `es-CO`; `default` if none is."""
    short = (code or "").replace("_", "-").split("-")[0].lower()
    return short if short in LANGUAGES else default


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, compiled in memory from its .po file, so that no binary is kept."""
    path = LOCALE_DIR / language / "LC_MESSAGES" / "powergym.po"
    if language == SOURCE_LANGUAGE or not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def currency_symbol(currency: str, language: str) -> str:
    """The symbol used where the currency is at home (ISO 4217 starts with the country): `$` for COP."""
    home = currency[:2]
    for name in (f"{language}_{home}", f"es_{home}", f"en_{home}"):
        try:
            return get_currency_symbol(currency, Locale.parse(name))
        except (UnknownLocaleError, ValueError):
            continue
    return get_currency_symbol(currency, language)


class Translator:
    """Speaks one language with one gym's money and time zone.

    Called with a message and values: `tr("Paid {amount}", amount=Decimal(5))`. Values are written by type:
    Decimal as money, int with separators, date and datetime in gym time, timedelta in words, text as it is.
    """

    def __init__(self, language: str, *, currency: str = "COP", timezone: str = "America/Bogota") -> None:
        self.language = nearest_language(language)
        self.currency = currency
        self.zone: tzinfo = ZoneInfo(timezone)

    def __call__(self, message: str, /, **values: object) -> str:
        text = catalogue(self.language).gettext(message) if message else ""
        return self._fill(text, values)

    def plural(self, one: str, many: str, /, count: int, **values: object) -> str:
        """The form that fits `count`; `{count}` is filled too."""
        text = catalogue(self.language).ngettext(one, many, count)
        return self._fill(text, {"count": count, **values})

    def money(self, amount: Decimal) -> str:
        """An amount in the gym's currency, with cents only where there are some."""
        digits = "#,##0" if amount == amount.to_integral_value() else "#,##0.00"
        sign = currency_symbol(self.currency, self.language)
        return f"{'-' if amount < 0 else ''}{sign}{format_decimal(abs(amount), digits, locale=self.language)}"

    def day(self, value: date, *, short: bool = False) -> str:
        """A calendar day, such as `Mon, 3 Aug 2026`; without weekday and year when `short`."""
        pattern = "d MMM" if short else DAY_PATTERNS[self.language]
        return format_date(value, pattern, locale=self.language)

    def time(self, value: datetime) -> str:
        """The hour in gym time, such as `18:05`."""
        return format_datetime(value, "HH:mm", tzinfo=self.zone, locale=self.language)

    def moment(self, value: datetime) -> str:
        """Day and hour in gym time."""
        return format_datetime(value, "d MMM y, HH:mm", tzinfo=self.zone, locale=self.language)

    def show(self, value: object) -> str:
        """A value written by its type."""
        match value:
            case bool():
                return self(N_("yes")) if value else self(N_("no"))
            case Decimal():
                return self.money(value)
            case int() | float():
                return format_decimal(value, locale=self.language)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
            case timedelta():
                return format_timedelta(value, locale=self.language)
            case _:
                return self.text("" if value is None else str(value))

    def text(self, value: str) -> str:
        """Free text as it may stand in the message; a chat's translator escapes it here."""
        return value

    def _fill(self, text: str, values: Mapping[str, object]) -> str:
        return text.format_map(_Shown(self, values)) if values else text


class _Shown(dict[str, str]):
    """Values as a message asks for them: writing a date costs more than the rest of a sentence."""

    def __init__(self, translator: Translator, values: Mapping[str, object]) -> None:
        super().__init__()
        self._translator = translator
        self._values = values

    def __missing__(self, name: str) -> str:
        return self._translator.show(self._values[name])
