"""Parser of identity documents as people write them: a type's word and a number. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gym.clients.errors import DocumentInvalid
from gym.clients.models import DocumentType
from gym.core.reading.conventions import unaccented

WORDS: Final[Mapping[DocumentType, tuple[str, ...]]] = {
    DocumentType.CC: (
        r"c\.? ?c",
        "cedula de ciudadania",
        "cedula ciudadania",
        "cedula",
        "citizenship card",
        "citizen id",
    ),
    DocumentType.TI: (r"t\.? ?i", "tarjeta de identidad", "tarjeta identidad"),
    DocumentType.CE: (r"c\.? ?e", "cedula de extranjeria", "cedula extranjeria", "foreigner id"),
    DocumentType.PP: (r"p\.? ?p", "pasaporte", "passport"),
    DocumentType.PPT: (
        "ppt",
        r"(?:p\.p\.t)",
        "permiso por proteccion temporal",
        "permiso de proteccion temporal",
        "temporary protection permit",
    ),
    DocumentType.ID: (
        *("id", "dni", "nie", "cpf", "rg", "curp", "ine", "pep", "rc"),
        *("registro civil", "otro documento", "otro", "other document", "other"),
    ),
}
"""How each type is called, without accents, in Spanish and English."""
LETTERED: Final = frozenset({DocumentType.PP, DocumentType.CE, DocumentType.ID})
"""Documents whose number may have letters; of a whole word, from seven letters on, no number is made."""
MOST_ZEROS: Final = 15
"""Digits up to which an earlier release kept the zeros that stood before a number."""
_TYPES: Final = [
    (kind, re.compile(rf"(?:{word})(?![a-z])[ .:#-]*(?:(?:n\.?o|nro|num|numero|number)[ .:#]+)?(.*)"))
    for kind, word in sorted(
        ((kind, word) for kind, words in WORDS.items() for word in words), key=lambda pair: -len(pair[1])
    )
]


@dataclass(frozen=True, slots=True)
class Document:
    """An identity document, its number without dots, spaces, dashes and leading zeros."""

    type: DocumentType
    number: str

    def __str__(self) -> str:
        return f"{self.type} {self.number}"


def parse_document(text: str, kind: DocumentType | None = None) -> Document:
    """`CC 1.020.304.050`, `cédula 1020304050`, `PPT 123456`; a bare number is of that `kind`, or a citizen's.

    Raises `DocumentInvalid`, also for a word that names no type and for dots that group no thousands.
    """
    plain = unaccented(text)
    for known, form in _TYPES:
        if (found := form.fullmatch(plain)) is not None:
            return Document(known, _number(found[1], known))
    kind = kind or DocumentType.CC
    return Document(kind, _number(plain, kind))


def kept_numbers(text: str) -> tuple[str, ...]:
    """Numbers under which the document that was typed may be kept, whatever its type.

    Earlier releases kept leading zeros as they were typed.
    """
    return with_zeros(bare_number(text))


def with_zeros(number: str) -> tuple[str, ...]:
    """The number, and with zeros before it."""
    longest = MOST_ZEROS if number.isdecimal() else len(number)
    return (number, *(number.rjust(length, "0") for length in range(len(number) + 1, longest + 1)))


def bare_number(text: str) -> str:
    """The number alone; of text that is no document, its letters and digits."""
    for kind in (None, DocumentType.ID):
        try:
            return parse_document(text, kind).number
        except DocumentInvalid:
            continue
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum()).upper()


def probably_meant(kind: DocumentType, number: str) -> Document | None:
    """The document that an earlier release read wrongly, read anew; None where that cannot be told.

    `cédula 123` had become CE DULA123, `PPT 123` PP T123, and a spreadsheet's `123.0` CC 1230.
    """
    if kind is DocumentType.CC:
        return Document(kind, number[:-1]) if len(number) in (9, 11) and number.endswith("0") else None
    together = f"{kind}{number}"
    return _reread(together) if re.match(r"CEDULA|PPT[0-9]", together) else None


def _reread(run_together: str) -> Document | None:
    """`CEDULADECIUDADANIA123` with its words apart."""
    digits = re.sub(r"[^0-9]", "", run_together)
    kind = DocumentType.PPT if run_together.startswith("PPT") else DocumentType.CC
    if "EXTRANJ" in run_together:
        kind = DocumentType.CE
    try:
        return Document(kind, _number(digits, kind))
    except DocumentInvalid:
        return None


def _number(text: str, kind: DocumentType) -> str:
    """Dots, commas and apostrophes group three digits each; `.0` at the end is a spreadsheet's."""
    plain = re.sub(r"^([0-9]{4,15})\.00?$", r"\1", text.strip(" .:#-"))
    compact = re.sub(r"[ .,·'’_/-]", "", plain).upper()
    wanted = r"(?=.*[0-9])(?!.*[A-Z]{7})[A-Z0-9]{4,20}" if kind in LETTERED else r"[0-9]{4,15}"
    if re.search(r"[.,'’](?![0-9]{3}(?![0-9]))", plain) or not re.fullmatch(wanted, compact):
        raise DocumentInvalid
    number = compact.lstrip("0") if compact.isdecimal() else compact
    if len(number) < 3:
        raise DocumentInvalid
    return number
