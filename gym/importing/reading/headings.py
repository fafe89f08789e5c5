"""Headings: what people write above a column, in English and Spanish."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from gym.core.language import N_
from gym.core.reading.conventions import unaccented


class Column(StrEnum):
    """What a column of a sheet holds."""

    FULL_NAME = "full_name"
    LAST_AND_FIRST = "last_and_first"
    """Surnames before given names, in one cell."""
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    LAST_NAME = "last_name"
    SECOND_LAST_NAME = "second_last_name"
    DOCUMENT_TYPE = "document_type"
    DOCUMENT = "document"
    ALIAS = "alias"
    PHONE = "phone"
    OTHER_PHONE = "other_phone"
    EMAIL = "email"
    BIRTH_DATE = "birth_date"
    GENDER = "gender"
    ADDRESS = "address"
    EMERGENCY_CONTACT = "emergency_contact"
    EMERGENCY_PHONE = "emergency_phone"
    TAGS = "tags"
    WARNING = "warning"
    NOTES = "notes"
    LANGUAGE = "language"
    GUARDIAN = "guardian"
    PLAN = "plan"
    STARTS_ON = "starts_on"
    ENDS_ON = "ends_on"
    PRICE = "price"
    PAID = "paid"
    OWING = "owing"
    NUMBER = "number"
    """A row's or a member's number; `ID` above it may also mean a document."""
    IGNORED = "ignored"
    """A repeated *problem* column, or one that was taken out."""


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
SEVERAL: Final = frozenset({Column.OTHER_PHONE, Column.NOTES, Column.TAGS, Column.NUMBER, Column.IGNORED})
"""What more than one column may hold."""
LABELS: Final = {
    Column.FULL_NAME: N_("Full name"),
    Column.LAST_AND_FIRST: N_("Last and first name"),
    Column.FIRST_NAME: N_("First name"),
    Column.MIDDLE_NAME: N_("Middle name"),
    Column.LAST_NAME: N_("Last name"),
    Column.SECOND_LAST_NAME: N_("Second last name"),
    Column.DOCUMENT_TYPE: N_("Document type"),
    Column.DOCUMENT: N_("Document"),
    Column.ALIAS: N_("Nickname"),
    Column.PHONE: N_("Phone"),
    Column.OTHER_PHONE: N_("Other phone"),
    Column.EMAIL: N_("E-mail"),
    Column.BIRTH_DATE: N_("Birth date"),
    Column.GENDER: N_("Gender"),
    Column.ADDRESS: N_("Address"),
    Column.EMERGENCY_CONTACT: N_("Emergency contact"),
    Column.EMERGENCY_PHONE: N_("Emergency phone"),
    Column.TAGS: N_("Tags"),
    Column.WARNING: N_("Warning"),
    Column.NOTES: N_("Notes"),
    Column.LANGUAGE: N_("Language"),
    Column.GUARDIAN: N_("Guardian"),
    Column.PLAN: N_("Plan"),
    Column.STARTS_ON: N_("Start date"),
    Column.ENDS_ON: N_("End date"),
    Column.PRICE: N_("Price"),
    Column.PAID: N_("Paid"),
    Column.OWING: N_("Owes"),
    Column.NUMBER: N_("Number"),
    Column.IGNORED: N_("Problem"),
}
"""What a column is called on a screen and in a sheet that goes back; read again, it is the same column."""
_WORDS: Final = (
    (Column.IGNORED, "problema?|resultado|result"),
    (Column.EMERGENCY_PHONE, ".*(?:tel|cel|phone|numero|movil).*(?:emergenc|urgenc).*|emergency phone"),
    (Column.EMERGENCY_CONTACT, r".*(?:emergenc|urgenc).*|ice|in case of.*"),
    (
        Column.GUARDIAN,
        ".*(?:acudiente|guardian|tutor|apoderado|padre|madre|parent).*|(?:nombre )?responsable",
    ),
    (
        Column.DOCUMENT_TYPE,
        "tipo(?: de)? ?(?:doc.*|id.*|d)|tipo|td|t d|(?:document|id) type|type of (?:doc.*|id)",
    ),
    (
        Column.LAST_AND_FIRST,
        "apellidos? (?:y )?nombres?|apellidos? e nombres?|(?:last|surname),? (?:and )?first(?: name)?",
    ),
    (
        Column.FULL_NAME,
        r"nombres? (?:y )?apellidos?|nombres? completos?|full ?names?|names? and surnames?|complete name"
        r"|first (?:and|&) last names?|(?:nombre )?(?:del? )?(?:el )?(?:cliente?s?|usuarios?|soci[oa]s?"
        r"|afiliad[oa]s?|miembros?|alumn[oa]s?|persona|deportista|inscrit[oa]s?)|clients?(?: name)?"
        r"|members?(?: name)?|customers?(?: name)?|contact name|titular|razon social",
    ),
    (
        Column.SECOND_LAST_NAME,
        "(?:segundo|2o?|2do) apellido|apellido (?:materno|2)|second (?:last ?name|surname)",
    ),
    (
        Column.LAST_NAME,
        "(?:(?:primer|1er|1o?) )?apellidos?(?: paterno| 1)?|last ?names?|surnames?|family names?",
    ),
    (Column.MIDDLE_NAME, "(?:segundo|2o?|2do) nombre|nombre 2|middle ?names?|second name"),
    (Column.FIRST_NAME, "(?:(?:primer|1er|1o?) )?nombres?(?: 1)?|first ?names?|given names?|names?|nom"),
    (Column.BIRTH_DATE, ".*(?:nacim|cumple|birth|natal).*|f ?nac|fec(?:ha)? nac|dob|d o b|nac"),
    (Column.EMAIL, r".*(?:correo|e ?mail).*|mail"),
    (
        Column.OTHER_PHONE,
        r"(?:otro|segundo) (?:tel|cel|num|movil).*|(?:tel|cel)\w* ?(?:2|fijo|casa|alterno|secundario)"
        r"|fijo|landline|home phone|(?:other|second) phone|phone 2|phone \(?home\)?",
    ),
    (
        Column.PHONE,
        r".*\b(?:celular|cel|telefonos?|tel|moviles|movil|whats ?app|wsp|wpp|wa|phones?|mobile|cell|cellphone"
        r"|phone number)\b.*|numero de contacto|contacto|fono",
    ),
    (
        Column.DOCUMENT,
        r".*\b(?:cedula|documento|document|dni|identificacion|identidad|identification|pasaporte|passport"
        r"|cc|c c|nuip|curp|cpf|rut|rfc|nie)\b.*|(?:no|num|numero) (?:de )?id|id number|national id|doc|ced",
    ),
    (Column.GENDER, "genero|sexo|gender|sex"),
    (Column.ALIAS, "apodo|alias|nick ?names?|sobrenombre|le dicen|preferred name"),
    (
        Column.OWING,
        r".*\b(?:deuda|debe|adeuda|saldo|pendiente|owes|owing|owed|debt|balance|due|por cobrar|falta)\b.*",
    ),
    (
        Column.ENDS_ON,
        r".*\b(?:vence|vencimiento|vencim|fin|final|finaliza|termina|hasta|expira|expiracion|expires|expiry"
        r"|expiration|expire|end|ends|until|caduca|corte|proximo pago|renueva|renewal)\b.*",
    ),
    (
        Column.STARTS_ON,
        r"(?:fecha (?:de )?)?(?:inicio|inicia|desde|comienza|empieza)(?: .*)?"
        r"|(?:start|starts|from|begins|start date)(?: .*)?|(?:plan|membership) start.*",
    ),
    (
        Column.PRICE,
        r"(?:valor|precio|tarifa|costo|monto|importe|cuota)(?: .*)?|(?:price|fee|cost|amount|rate)(?: .*)?",
    ),
    (
        Column.PAID,
        r"pago|pagad[oa]|pagos?|abonos?|abonado|valor pagado|paid|payments?|amount paid|ha pagado|cancelado",
    ),
    (
        Column.PLAN,
        r"(?:tipo (?:de )?)?(?:plan|membresia|mensualidad|paquete|suscripcion|subscription|membership|package"
        r"|programa)(?: .*)?|plans?|membership type",
    ),
    (
        Column.WARNING,
        r"advertencias?|alertas?|warnings?|.*\b(?:alergias?|allerg\w+|lesion(?:es)?|medical|medic[oa]s?"
        r"|patologias?|enfermedad(?:es)?|restriccion(?:es)?|salud|health)\b.*",
    ),
    (Column.NOTES, r"notas?|notes?|observacion(?:es)?|obs|comentarios?|comments?|remarks?|detalles?"),
    (Column.ADDRESS, r"direccion(?: .*)?|address(?: .*)?|domicilio|residencia|dir|street"),
    (Column.TAGS, r"etiquetas?|tags?|grupos?|groups?|categorias?|category|labels?"),
    (Column.LANGUAGE, "idioma|language|lang|lengua"),
    (
        Column.NUMBER,
        r"no|n|nro|num|numero|number|item|#|row|fila|consecutivo|id|codigo|cod|code|index|orden"
        r"|(?:id|no|numero|codigo|nro)(?: de)? (?:soci[oa]|cliente|afiliad[oa]|miembro|usuario)"
        r"|(?:member|client|customer) (?:id|no|number|code)|carnet|carne|card(?: (?:no|number))?|tarjeta",
    ),
)
"""Tried in this order: `Nombre del acudiente` is no name, `Teléfono de emergencia` no phone of the client."""
_PATTERNS: Final = [(column, re.compile(words)) for column, words in _WORDS]


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
