"""Headings of member lists in English and Spanish, as patterns for each column.

Those of a client's fields stand in their rows of `gym.clients.fields.table`; here are the columns that only a
sheet has, and the order in which all are tried.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from gym.clients.fields.row import ClientField, FieldHeading
from gym.clients.fields.table import CLIENT_FIELDS
from gym.core.language import N_
from gym.core.reading.conventions import unaccented


class Column(StrEnum):
    """What a column of a sheet holds, in the order in which headings are tried.

    The order matters: `Nombre del acudiente` is no name, `Teléfono de emergencia` no phone of the client.
    Only a field whose heading must be tried before another one's is named here; the others of the table come
    by themselves, and are tried last.
    """

    IGNORED = "ignored"
    """A repeated *problem* column, or one that was taken out."""
    FACE_CONSENT = "face_consent"
    """Whether the person has signed for face check-in; a waiver of training or of data is not that."""
    EMERGENCY_PHONE = "emergency_phone"
    EMERGENCY_CONTACT = "emergency_contact"
    GUARDIAN = "guardian"
    DOCUMENT_TYPE = "document_type"
    LAST_AND_FIRST = "last_and_first"
    """Surnames before given names, in one cell."""
    FULL_NAME = "full_name"
    SECOND_LAST_NAME = "second_last_name"
    LAST_NAME = "last_name"
    MIDDLE_NAME = "middle_name"
    FIRST_NAME = "first_name"
    BIRTH_DATE = "birth_date"
    EMAIL = "email"
    OTHER_PHONE = "other_phone"
    PHONE = "phone"
    DOCUMENT = "document"
    GENDER = "gender"
    ALIAS = "alias"
    OWING = "owing"
    ENDS_ON = "ends_on"
    STARTS_ON = "starts_on"
    PRICE = "price"
    PAID = "paid"
    PLAN = "plan"
    WARNING = "warning"
    NOTES = "notes"
    ADDRESS = "address"
    TAGS = "tags"
    LANGUAGE = "language"
    CARD_NUMBER = "card_number"
    NUMBER = "number"
    """A row's or a member's number; `ID` above it may also mean a document."""

    _ignore_ = ["row"]
    for row in CLIENT_FIELDS.values():
        if row.heading is not None and row.sheet_key.upper() not in vars():
            vars()[row.sheet_key.upper()] = row.sheet_key


NAMES: Final = frozenset(
    {
        Column.FULL_NAME,
        Column.LAST_AND_FIRST,
        Column.FIRST_NAME,
        Column.MIDDLE_NAME,
        Column.LAST_NAME,
        Column.SECOND_LAST_NAME,
    }
)
FIELD_OF: Final[dict[Column, ClientField]] = {
    Column(row.sheet_key): row for row in CLIENT_FIELDS.values() if row.heading is not None
}
"""Columns that hold a client's field."""
_OWN: Final = {
    Column.IGNORED: FieldHeading(
        # `Phone 1 - Label` of an address book says `Mobile`; the number stands in `Phone 1 - Value`.
        r"problema?|resultado|result|(?:e mail|phone|address|website|event|relation) [0-9]+ (?:label|type)",
        label=N_("Problem"),
        several=True,
    ),
    Column.FACE_CONSENT: FieldHeading(
        r"(?=.*\b(?:facial|rostro|cara|face|biometri\w*)\b).*"
        r"(?:consent|consient|autoriz|acept|agree|recogni|reconoc|permiso|permission).*",
        label=N_("Face consent"),
    ),
    Column.EMERGENCY_PHONE: FieldHeading(
        ".*(?:tel|cel|phone|numero|movil).*(?:emergenc|urgenc).*|emergency phone",
        label=N_("Emergency phone"),
        never_zero=True,
    ),
    Column.DOCUMENT_TYPE: FieldHeading(
        "tipo(?: de)? ?(?:doc.*|id.*|d)|tipo|td|t d|(?:document|id) type|type of (?:doc.*|id)",
        label=N_("Document type"),
    ),
    Column.LAST_AND_FIRST: FieldHeading(
        "apellidos? (?:y )?nombres?|apellidos? e nombres?|(?:last|surname),? (?:and )?first(?: name)?",
        label=N_("Last and first name"),
    ),
    Column.FULL_NAME: FieldHeading(
        r"nombres? (?:y )?apellidos?|nombres? completos?|nomes? (?:e sobrenomes?|completos?)"
        r"|full ?names?|names? and surnames?|complete name"
        r"|first (?:and|&) last names?|(?:nombre )?(?:del? )?(?:el )?(?:cliente?s?|usuarios?|soci[oa]s?"
        r"|afiliad[oa]s?|miembros?|alum?n[oa]s?|persona|deportista|inscrit[oa]s?)|clients?(?: name)?"
        r"|members?(?: name)?|customers?(?: name)?|contact name|titular|razon social",
        label=N_("Full name"),
    ),
    Column.SECOND_LAST_NAME: FieldHeading(
        "(?:segundo|2o?|2do) apellido|apellido (?:materno|2)|second (?:last ?name|surname)",
        label=N_("Second last name"),
    ),
    Column.LAST_NAME: FieldHeading(
        "(?:(?:primer|1er|1o?) )?apellidos?(?: paterno| 1)?|last ?names?|surnames?|family names?|sobrenomes?",
        label=N_("Last name"),
    ),
    Column.MIDDLE_NAME: FieldHeading(
        "(?:segundo|2o?|2do) nombre|nombre 2|middle ?names?|second name", label=N_("Middle name")
    ),
    Column.FIRST_NAME: FieldHeading(
        "(?:(?:primer|1er|1o?) )?nombres?(?: 1)?|first ?names?|given names?|names?|nom|(?:primeiro )?nomes?",
        label=N_("First name"),
    ),
    Column.OTHER_PHONE: FieldHeading(
        r"(?:otro|segundo) (?:tel|cel|num|movil).*|(?:tel|cel)\w* ?(?:2|fijo|casa|alterno|secundario)"
        r"|fijo|landline|home phone|(?:other|second) phone|phone 2|phone \(?home\)?",
        label=N_("Other phone"),
        several=True,
        never_zero=True,
    ),
    Column.OWING: FieldHeading(
        r"(?!.*\b(?:due (?:date|on)|next due|a favor|clases|sesiones|visitas)\b)"
        r".*\b(?:deuda|debe|adeudan?|adeudos?|saldo|pendiente|owes|owing|owed|debt|balance|due|por cobrar"
        # `Débito automático` and `Tarjeta débito` say how somebody pays.
        r"|falta|devedor)\b.*|debitos?(?: pendientes?| em aberto)?",
        label=N_("Owes"),
    ),
    Column.ENDS_ON: FieldHeading(
        r".*\b(?:vencen?|vencio|vencimiento|vencim|vto|vcto|vigencia|fin|final|finaliza|termina|hasta|expira"
        r"|expiracion|expires|expiry|vencimento|validade|next (?:billing|payment|renewal|due)|due (?:date|on)"
        r"|expiration|expire|end|ends|until|caduca|corte|proximo pago"
        r"|proxim[oa] (?:fecha )?de pago|renueva|renewal)\b.*",
        label=N_("End date"),
    ),
    Column.STARTS_ON: FieldHeading(
        r"(?:(?:fecha|data) (?:de )?)?(?:inicio|inicia|desde|comienza|empieza)(?: .*)?"
        r"|(?:start|starts|from|begins|start date)(?: .*)?|(?:plan|membership) start.*",
        label=N_("Start date"),
    ),
    Column.PRICE: FieldHeading(
        r"(?:valor|precio|tarifa|costo|monto|importe|cuota)(?: .*)?|(?:price|fee|cost|amount|rate)(?: .*)?"
        r"|(?:monthly )?dues",
        label=N_("Price"),
    ),
    Column.PAID: FieldHeading(
        r"pago|pagad[oa]|pagos?|abonos?|abonado|valor pagado|paid|payments?|amount paid|ha pagado|cancelado",
        label=N_("Paid"),
    ),
    Column.PLAN: FieldHeading(
        r"(?:tipo (?:de )?)?(?:plan|membresia|mensualidad|mensalidade|plano|paquete|suscripcion"
        r"|subscription|membership|package|programa)(?: .*)?|plans?|membership type",
        label=N_("Plan"),
    ),
    Column.LANGUAGE: FieldHeading("idioma|language|lang|lengua", label=N_("Language")),
    Column.NUMBER: FieldHeading(
        r"no|n|nro|num|numero|number|item|#|row|fila|consecutivo|id|codigo|cod|code|index|orden|matricula"
        r"|(?:id|no|numero|codigo|nro)(?: de)? (?:soci[oa]|cliente|afiliad[oa]|miembro|usuario)"
        r"|(?:member|client|customer) (?:id|no|number|code)",
        label=N_("Number"),
        several=True,
    ),
}


def _heading(column: Column) -> FieldHeading:
    """Raises KeyError, at start, for a column that is neither a client's field nor described above."""
    row = FIELD_OF.get(column)
    return row.heading if row is not None and row.heading is not None else _OWN[column]


_HEADINGS: Final = {column: _heading(column) for column in Column}
SEVERAL: Final = frozenset(column for column, heading in _HEADINGS.items() if heading.several)
"""What more than one column may hold."""
NEVER_ZERO: Final = frozenset(column for column, heading in _HEADINGS.items() if heading.never_zero)
LABELS: Final = {column: heading.label or FIELD_OF[column].label for column, heading in _HEADINGS.items()}
"""What a column is called on a screen and in a sheet that goes back; read again, it is the same column."""
_PATTERNS: Final = [(column, re.compile(heading.words)) for column, heading in _HEADINGS.items()]


@lru_cache(2000)
def column_of(heading: str) -> Column | None:
    """What a heading names; None for one that nobody knows, and for an empty one."""
    plain = plain_heading(heading)
    if not plain:
        return Column.NUMBER if heading.strip() in ("#", "Nº", "N°") else None
    if len(plain) > 60:
        return None
    return next((column for column, form in _PATTERNS if form.fullmatch(plain)), None)


def plain_heading(text: str) -> str:
    """Lower case without accents, signs and what stands in brackets."""
    plain = re.sub(r"\([^)]*\)|\[[^]]*\]", " ", unaccented(text))
    plain = re.sub(r"[º°ª]", " ", plain)
    return " ".join(re.sub(r"[^\w&]+|_", " ", plain).split())
