"""Answers in cells: yes, no, signed, free of charge; and which answer about health is a warning."""

from __future__ import annotations

import re
from typing import Final

from gym.core.reading.conventions import unaccented
from gym.importing.reading.formats.cells import Cell

_YES_WORDS: Final = (
    "si,s,yes,y,x,ok,true,1,pago,pagado,pagada,paid,cancelado,cancelada,al dia,si pago,ya pago"
    ",a paz y salvo,paz y salvo,verdadero,sim,em dia,quitado,✅,✔,✓,☑"
)
_NO_WORDS: Final = (
    "no,n,false,0,debe,pendiente,owes,unpaid,owing,no pago,sin pagar,no ha pagado,no pagado"
    ",falta,mora,en mora,not paid,falso,nao,em atraso,inadimplente,❌,✗,✘,✖"
)
YES: Final = frozenset(_YES_WORDS.split(","))
NO: Final = frozenset(_NO_WORDS.split(","))
SIGNED: Final = frozenset(
    {"firmado", "firmada", "firmo", "acepta", "acepto", "autoriza", "autorizo", "signed", "agreed"}
)
NOT_SIGNED: Final = frozenset(
    {"no firmado", "sin firmar", "no acepta", "no autoriza", "not signed", "unsigned"}
)
FREE: Final = frozenset(
    {"gratis", "gratuito", "gratuita", "cortesia", "beca", "becado", "becada", "sin costo", "sin cobro"}
    | {"no paga", "free", "complimentary", "no charge"}
)
"""What stands under *Price* where nothing is paid."""
_FITNESS: Final = re.compile(r"\b(?:apt[oa]s?|aptitud|certificad[oa]s?|clearance|fit|atestado)\b")
"""Headings under which *no* is the warning: `Apto médico`, `Medical certificate`."""


def is_yes(cell: Cell) -> bool:
    return _word(cell) in YES


def is_no(cell: Cell) -> bool:
    return _word(cell) in NO


def is_free(cell: Cell) -> bool:
    return _word(cell) in FREE


def is_reassuring(heading: str, cell: Cell) -> bool:
    """A bare *no* under `Lesiones`, a bare *yes* under `Apto médico`: nothing to warn of."""
    return is_yes(cell) if _FITNESS.search(unaccented(heading)) else is_no(cell)


def _word(cell: Cell) -> str:
    """`❌` may have an invisible sign behind it, which asks for its coloured picture."""
    return unaccented(cell.text).replace("\ufe0f", "").strip(".! ")
