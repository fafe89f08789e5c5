"""Parser of full names: given names and surnames, as written in Spanish and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from gym.core.reading.conventions import unaccented
from gym.importing.reading.formats.cells import Cell

_PARTICLES: Final = "de del la las los san santa y e da das do dos van von der den di bin mac"
PARTICLES: Final = frozenset(_PARTICLES.split())
"""They belong to the word after them."""
_SECOND: Final = (
    "maria jose luis carlos juan ana andres felipe david alejandro alejandra fernanda fernando camilo camila"
    " paola patricia isabel cristina carolina daniela natalia antonio manuel angel miguel eduardo enrique"
    " alberto alfonso esteban sebastian santiago mauricio ricardo rafael javier jesus pablo pedro ignacio"
    " beatriz elena lucia sofia valentina gabriela marcela milena liliana viviana johana yohana stella rocio"
    " pilar carmen mercedes teresa rosa luz ines victoria mario augusto ivan dario emilio hernan rodrigo"
    " tomas nicolas mateo samuel daniel alexander lee ann anne marie james john michael lynn"
)
SECOND_NAMES: Final = frozenset(_SECOND.split())
"""Given names that often stand second: in `Ana María Ruiz` the surname is the third word."""


_GIVEN: Final = (
    "adriana alicia alvaro amanda amparo ana angela anthony armando arturo astrid aura barbara beto"
    " blanca brayan bryan carla cecilia cesar charles christopher clara claudia consuelo david deisy diana"
    " diego dora doris edgar edison edwin elizabeth elsa emily emma erika esperanza estela eva fabian"
    " fabio federico felix flor francisco franklin gerardo german gilberto gina giovanni gladys gloria"
    " gonzalo gustavo hector helena henry hugo humberto ingrid irene jaime jairo javier jennifer jenny"
    " jesica jessica jhon jhonatan johan johanna jorge joseph julian juliana julieta julio karen karina"
    " katherine kevin laura leidy leonardo leonor libia lina linda lisa lorena lucas lucy luisa manuela"
    " marco marcos margaret margarita mariana maribel marina marisol mark marta martha martin mary matias"
    " matthew melissa mercedes michelle monica nancy nelly nelson nestor nohora nora norma olga omar"
    " orlando oscar pamela patricia patricio paul paula peter raul rebeca ricardo richard robert roberto"
    " rosario ruben ruth salome sandra sara sarah sergio silvia simon sonia steven susan susana tatiana"
    " teresa thomas vanessa veronica vicente viviana walter william wilmer wilson xiomara yamile yeison"
    " yenny yesenia yolanda zoraida"
)
GIVEN: Final = SECOND_NAMES | frozenset(_GIVEN.split())
"""Given names by which a column is told in which surnames stand first."""
FEWEST_NAMES: Final = 3
"""Rows that have to say so."""


class PersonNames(NamedTuple):
    """`last` is empty for a person with one name."""

    first: str
    last: str


def split_name(text: str, *, last_first: bool = False) -> PersonNames:
    """`Ana María Ruiz Gómez`, `Ruiz Gómez, Ana María`; with `last_first` also without the comma."""
    before, comma, after = (part.strip() for part in text.partition(","))
    if comma and before and after:
        return PersonNames(after, before)
    words = _words(text)
    if len(words) < 2:
        return PersonNames(" ".join(words), "")
    if last_first:
        surnames = 1 if len(words) == 2 else 2
        return PersonNames(" ".join(words[surnames:]), " ".join(words[:surnames]))
    given = _given(words)
    return PersonNames(" ".join(words[:given]), " ".join(words[given:]))


def capitalized(text: str) -> str:
    """`ana de la cruz` as `Ana de la Cruz`, `san jose` as `San Jose`; whatever has a capital already stays
    as it was typed."""
    if not text.islower():
        return text
    first, *others = text.split()
    return " ".join([_capital(first), *(one if one in PARTICLES else _capital(one) for one in others)])


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def surnames_first(columns: Iterable[Sequence[Cell]]) -> bool:
    """Whether most names of a column begin with a surname: `RUIZ GOMEZ ANA MARIA`.

    Only names that begin or end with a known given name, and not both, say anything.
    """
    first = last = 0
    for cell in (cell for column in columns for cell in column):
        words = unaccented(cell.text).split()
        if len(words) < 2 or "," in cell.text:
            continue
        begins, ends = words[0] in GIVEN, words[-1] in GIVEN
        first, last = first + (begins and not ends), last + (ends and not begins)
    return last >= FEWEST_NAMES and last > 4 * first


def _given(words: list[str]) -> int:
    """How many of them are given names."""
    if len(words) == 2:
        return 1
    if len(words) == 3:
        return 2 if unaccented(words[1]) in SECOND_NAMES else 1
    return len(words) - 2


def _words(text: str) -> list[str]:
    """With their particles: `María | de los Ángeles | Ruiz`."""
    words: list[str] = []
    waiting: list[str] = []
    for word in re.split(r"\s+", text.replace(",", " ").strip()):
        waiting.append(word)
        if unaccented(word) not in PARTICLES:
            words.append(" ".join(waiting))
            waiting = []
    return [*words, " ".join(waiting)] if waiting else words
