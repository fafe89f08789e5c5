"""Counts as people write them: `12`, `12 visitas`, `doce`. A number of something else is none."""

from __future__ import annotations

import re
from typing import Final

from gym.core.reading.conventions import unaccented

DAYS: Final = frozenset({"d", "dia", "dias", "day", "days"})
_VISITS: Final = (
    "visita visitas visit visits entrada entradas entry entries ingreso ingresos clase clases class classes"
    " sesion sesiones session sessions veces times"
)
VISITS: Final = frozenset(_VISITS.split())
HOURS: Final = frozenset({"h", "hr", "hrs", "hora", "horas", "hour", "hours"})
MINUTES: Final = frozenset({"min", "mins", "minuto", "minutos", "minute", "minutes"})
_ENGLISH: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
_SPANISH: Final = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte"
)
_TENS: Final = {
    "treinta": 30,
    "cuarenta": 40,
    "cincuenta": 50,
    "sesenta": 60,
    "noventa": 90,
    "cien": 100,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
NUMBERS: Final = {
    **{word: number for words in (_ENGLISH, _SPANISH) for number, word in enumerate(words.split())},
    "un": 1,
    "una": 1,
    "an": 1,
    "a": 1,
    **_TENS,
}
# A word is taken whole (`++`): split at any letter, 4,096 of a chat took everybody a third of a second.
_COUNT: Final = re.compile(r"([0-9]{1,6}|[a-z]++)(?: ?([a-z]++)\.?)?")


def read_count(text: str, units: frozenset[str]) -> int | None:
    """The number, bare or of one of `units`; None when it is no number, or one of something else."""
    found = _COUNT.fullmatch(unaccented(text))
    number = read_number(found[1]) if found else None
    if found is None or number is None or (found[2] or "") not in units | {""}:
        return None
    return None if found[1] in ("a", "an") and not found[2] else number


def read_number(word: str) -> int | None:
    """Of digits, or of a word without accents in English or Spanish up to a hundred."""
    return int(word) if word.isdecimal() and word.isascii() else NUMBERS.get(word)
