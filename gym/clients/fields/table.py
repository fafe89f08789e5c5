"""The table of client fields: label, question, reader, length, import headings and places of each, once.

Schemas, registration, editing, the card, the import, the API and the retention register follow from it.
A new optional field is one row of `ClientFields`, its column in `models.py` with a migration, what the
export says of it (`gym.exporting.described`, and `gym.exporting.members` if it is imported), and the Spanish
of its texts in the catalogue. A row that does not fit its column stops the program at start. What the
search box finds is the generated column `clients.search`, which its migration would make anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Final, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import String

from gym.clients.fields import readers
from gym.clients.fields.documents import Document
from gym.clients.fields.row import ApiPlace, ClientField, FieldHeading, Registration
from gym.clients.models import Client, Gender
from gym.core.language import N_

GENDERS: Final = {Gender.FEMALE: N_("Female"), Gender.MALE: N_("Male"), Gender.OTHER: N_("Other")}


class ClientFields(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """The table, in the order of screens: each attribute's type, and its row beside it."""

    first_name: Annotated[
        str,
        ClientField(
            reader=readers.NAME,
            label=N_("First name"),
            question=N_("What is the first name?"),
            holds="name",
            required=True,
            registration=Registration.ASKED,
        ),
    ]
    last_name: Annotated[
        str | None,
        ClientField(
            reader=readers.NAME,
            label=N_("Last name"),
            question=N_("What is the last name?"),
            holds="name",
            empty="",
            registration=Registration.ASKED,
        ),
    ]
    """Empty for a person with one name."""
    alias: Annotated[
        str | None,
        ClientField(
            reader=readers.one_line(80),
            label=N_("Called"),
            question=N_("What may a screen call this person?"),
            holds="name",
            heading=FieldHeading(
                "apodo|alias|nick ?names?|sobrenombre|le dicen|preferred name", label=N_("Nickname")
            ),
        ),
    ] = None
    document: Annotated[
        Document | None,
        ClientField(
            reader=readers.DOCUMENT,
            label=N_("Document"),
            question=N_(
                "Which document? Such as 1020304050, or CE 123456."
                " Types: CC, TI, CE, PP, PPT, ID (any other)."
            ),
            holds="document",
            columns=("document_type", "document_number"),
            registration=Registration.ASKED,
            on_card=True,
            api=ApiPlace.SEARCH,
            heading=FieldHeading(
                r".*\b(?:cedula|documento|document|dni|identificacion|identidad|identification|pasaporte"
                r"|passport|cc|c c|nuip|curp|cpf|rg|rut|rfc|nie)\b.*|(?:no|num|numero) (?:de )?id|id number"
                r"|national id|doc|ced",
                never_zero=True,
            ),
        ),
    ] = None
    phone: Annotated[
        str | None,
        ClientField(
            reader=readers.PHONE,
            label=N_("Phone"),
            question=N_("Which phone number? One of another country begins with + and its code."),
            holds="contact",
            registration=Registration.ASKED,
            on_card=True,
            api=ApiPlace.SEARCH,
            heading=FieldHeading(
                r".*\b(?:celular|cel|telefonos?|tel|moviles|movil|whats ?app|wsp|wpp|wa|phones?|mobile|cell"
                r"|cellphone|phone number|telefones?)\b.*|numero de contacto|contac?to|fono|fone",
                never_zero=True,
            ),
        ),
    ] = None
    email: Annotated[
        str | None,
        ClientField(
            reader=readers.EMAIL,
            label=N_("E-mail"),
            question=N_("Which e-mail address?"),
            holds="contact",
            on_card=True,
            heading=FieldHeading(r".*(?:correo|e ?mail).*|mail", never_zero=True),
        ),
    ] = None
    birth_date: Annotated[
        date | None,
        ClientField(
            reader=readers.BIRTH_DATE,
            label=N_("Birth date"),
            question=N_("When was this person born? Such as 3 August 1990."),
            holds="person",
            registration=Registration.ASKED,
            api=ApiPlace.CARD,
            heading=FieldHeading(
                ".*(?:nacim|nascim|cumple|birth|natal).*|f ?nac|fec(?:ha)? nac|dt ?nasc|dob|d o b|nac",
                never_zero=True,
            ),
        ),
    ] = None
    gender: Annotated[
        Gender | None,
        ClientField(
            reader=readers.GENDER,
            label=N_("Gender"),
            question=N_("Which gender?"),
            holds="person",
            choices=GENDERS,
            registration=Registration.ASKED,
            heading=FieldHeading("genero|sexo|gender|sex"),
        ),
    ] = None
    guardian_name: Annotated[
        str | None,
        ClientField(
            reader=readers.one_line(160),
            label=N_("Guardian"),
            question=N_("Who is the guardian, who agrees to the membership?"),
            holds="name",
            registration=Registration.OF_MINORS,
            heading=FieldHeading(
                ".*(?:acudiente|guardian|tutor|apoderado|padre|madre|parent).*|(?:nombre )?responsable",
                key="guardian",
            ),
        ),
    ] = None
    address: Annotated[
        str | None,
        ClientField(
            reader=readers.one_line(200),
            label=N_("Address"),
            question=N_("Which address?"),
            holds="contact",
            heading=FieldHeading(
                r"direccion(?: .*)?|address(?: .*)?|domicilio|residencia|dir|street|endereco(?: .*)?"
            ),
        ),
    ] = None
    emergency_contact: Annotated[
        str | None,
        ClientField(
            reader=readers.one_line(200),
            label=N_("Emergency contact"),
            question=N_("Whom to call in an emergency? Name and phone."),
            holds="name contact words",
            heading=FieldHeading(r".*(?:emergenc|urgenc).*|ice|in case of.*"),
        ),
    ] = None
    card_number: Annotated[
        str | None,
        ClientField(
            reader=readers.CARD_NUMBER,
            label=N_("Card number"),
            question=N_("Which number is on the card or key fob?"),
            holds="document",
            heading=FieldHeading(
                r"(?:(?:no|num|numero|nro|codigo|cod|id)(?: de)?(?: la| el)? )?"
                r"(?:tarjeta|carnet|carne|llavero|fob|rfid|nfc|qr|chip)(?: (?:de acceso|rfid|nfc|no|numero))?"
                r"|(?:access |member(?:ship)? |rfid |key )?(?:card|key ?fob|fob)(?: (?:no|number|code|id))?"
                r"|codigo (?:de )?(?:barras|acceso|qr)|(?:bar|qr|access) ?code",
                never_zero=True,
            ),
        ),
    ] = None
    tags: Annotated[
        list[str],
        ClientField(
            reader=readers.TAGS,
            label=N_("Tags"),
            question=N_("Which tags? Write them with commas between them."),
            holds="words",
            heading=FieldHeading(
                r"etiquetas?|tags?|grupos?|groups?|categorias?|category|labels?", several=True
            ),
        ),
    ] = []
    warning: Annotated[
        str | None,
        ClientField(
            reader=readers.one_line(300),
            label=N_("Warning"),
            question=N_("What must staff know whenever this client comes up?"),
            holds="words",
            api=ApiPlace.CARD,
            heading=FieldHeading(
                r"advertencias?|alertas?|warnings?|.*\b(?:alergias?|allerg\w+|lesion(?:es)?|medical|medic[oa]s?"
                r"|patologias?|enfermedad(?:es)?|restriccion(?:es)?|salud|health)\b.*"
            ),
        ),
    ] = None
    notes: Annotated[
        str | None,
        ClientField(
            reader=readers.NOTES,
            label=N_("Notes"),
            question=N_("Any notes? Only staff sees them."),
            holds="words",
            heading=FieldHeading(
                r"notas?|notes?|observac(?:ion|iones|ao|oes)|obs|comentarios?|comments?|remarks?|detalles?",
                several=True,
            ),
        ),
    ] = None
    referred_by: Annotated[
        UUID | None,
        ClientField(
            reader=readers.REFERRER,
            label=N_("Brought by"),
            question=N_("Which member brought this client? Type a name or phone."),
            holds="",
        ),
    ] = None


def _rows() -> dict[str, ClientField]:
    """Raises TypeError for a row that does not fit its attribute or the columns of `clients`."""
    rows: dict[str, ClientField] = {}
    for key, attribute in ClientFields.model_fields.items():
        row = next((one for one in attribute.metadata if isinstance(one, ClientField)), None)
        if row is None:
            raise TypeError(f"{key} has no ClientField beside its type")
        row = replace(row, key=key, columns=row.columns or (key,))
        if _value_type(attribute.annotation) != row.reader.kind:
            raise TypeError(f"{key} is {attribute.annotation}, its reader gives {row.reader.kind}")
        _require_columns(row)
        rows[key] = row
    return rows


def _value_type(annotation: object) -> object:
    """`date` of `date | None`."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    return next(part for part in get_args(annotation) if part is not NoneType)


def _require_columns(row: ClientField) -> None:
    table = Client.__table__.columns
    for name in row.columns:
        if name not in table:
            raise TypeError(f"clients has no column {name} for the field {row.key}")
    kind = table[row.columns[0]].type
    if row.columns == (row.key,) and type(kind) is String and kind.length != row.reader.limit:
        raise TypeError(f"clients.{row.key} holds {kind.length} letters, its reader gives {row.reader.limit}")


CLIENT_FIELDS: Final[Mapping[str, ClientField]] = _rows()
"""Each row by its key, in the order of screens."""


class FieldKey(StrEnum):
    """The keys of the table, a member each: what a button or a draft names a field by."""

    _ignore_ = ["key"]
    for key in CLIENT_FIELDS:
        vars()[key.upper()] = key

    @property
    def row(self) -> ClientField:
        return CLIENT_FIELDS[self.value]
