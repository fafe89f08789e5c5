"""The table of client fields: label, question, reader, length, import headings and places of each, once.

Schemas, registration, editing, the card, the import, the API and the retention register follow from it. A new
optional field is one row of `ClientFields`, its column in `models.py` with a migration, and the Spanish of
its texts in the catalogue. A row that does not fit its column stops the program at start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, StrEnum, auto
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, TypeVar, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import String

from gym.clients import parsers
from gym.clients.documents import Document, parse_document
from gym.clients.models import Client, Gender
from gym.clients.parsers import ParseContext
from gym.clients.phones import parse_phone
from gym.core.language import N_

Value = TypeVar("Value")
GENDERS: Final = {Gender.FEMALE: N_("Female"), Gender.MALE: N_("Male"), Gender.OTHER: N_("Other")}


# What a row says ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FieldReader(Generic[Value]):
    """From typed text to a value, and from a value to what the column keeps."""

    kind: type[Value]
    """The value's type in `ClientInput`."""
    parse: Callable[[str, ParseContext], Value] | None
    """Raises the field's own fault; None for a value that is chosen, not typed."""
    check: Callable[[Value, ParseContext], object]
    """Once more before the value is kept, for not every caller has parsed it. Raises the same faults."""
    limit: int | None = None
    """Letters at most: the length of the column."""


class Registration(Enum):
    """Whether the desk asks for a field when it registers somebody; every field can be edited later."""

    NOT_ASKED = auto()
    ASKED = auto()
    OF_MINORS = auto()
    """Asked for, and needed, under 18."""


class ApiPlace(Enum):
    """Where the API tells a field."""

    SEARCH = auto()
    """In each client found, and so on the card too."""
    CARD = auto()


@dataclass(frozen=True, slots=True)
class FieldHeading:
    """How sheets head a column with this field."""

    words: str
    """A regular expression for the whole heading in English and Spanish: lower case, without accents."""
    key: str = ""
    """In the import's JSON, where it is not the field's key."""
    label: str = ""
    """Where a sheet calls it otherwise than a screen does."""
    several: bool = False
    """More than one column may hold it."""
    never_zero: bool = False
    """A cell of zeros is an empty one: nobody's phone is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientField:
    """One row of the table."""

    reader: FieldReader[Any]
    label: str
    question: str
    holds: str
    """What it tells of a person, in the retention register's words (`gym.privacy.register.Holds`)."""
    key: str = ""
    """Filled in from the attribute; the name of the step, of the button's word and of the JSON key."""
    columns: tuple[str, ...] = ()
    """Of `clients`, where it is not the one of the same name."""
    required: bool = False
    empty: str | None = None
    """What an optional field is kept as when nothing is said."""
    choices: Mapping[Any, str] | None = None
    """Values that a button offers instead of typing, with their labels."""
    registration: Registration = Registration.NOT_ASKED
    on_card: bool = False
    """In the card's line of document and contact; alias and warning have sentences of their own there."""
    api: ApiPlace | None = None
    heading: FieldHeading | None = None
    """None: not imported, or, for names, headed in the ways of `gym.importing.reading.headings`."""

    @property
    def sheet_key(self) -> str:
        """What the import calls it."""
        return (self.heading.key if self.heading else "") or self.key

    def value_of(self, client: Client) -> object:
        """What a client has of it; None or empty when nothing is kept."""
        if self.reader.kind is not Document:
            return getattr(client, self.key)
        kind, number = client.document_type, client.document_number
        return Document(kind, number) if kind is not None and number else None

    def kept(self, value: object, parse_context: ParseContext) -> object:
        """A value as its column keeps it. Raises the field's own fault."""
        blank = value is None or (isinstance(value, str) and not value.strip())
        if blank and not self.required:
            return self.empty
        found = self.reader.check(value, parse_context)
        return self.empty if found in (None, "") else found


def _text(limit: int) -> FieldReader[str]:
    """One line."""

    def read(text: str, _: ParseContext) -> str:
        return parsers.parse_text(text, limit)

    return FieldReader(str, read, read, limit)


def _simple(parse: Callable[[str], str], limit: int) -> FieldReader[str]:
    def read(text: str, _: ParseContext) -> str:
        return parse(text)

    return FieldReader(str, read, read, limit)


def _same(value: object, _: ParseContext) -> object:
    return value


def _phone(text: str, parse_context: ParseContext) -> str:
    return parse_phone(text, parse_context.region)


def _birth_date(text: str, parse_context: ParseContext) -> date:
    return parsers.parse_birth_date(text, parse_context.today, month_first=parse_context.month_first)


NAME: Final = _simple(parsers.parse_name, 80)
EMAIL: Final = _simple(parsers.parse_email, 160)
PHONE: Final = FieldReader(str, _phone, _phone, 20)
DOCUMENT: Final = FieldReader(
    Document,
    lambda text, _: parse_document(text),
    lambda document, _: parse_document(document.number, document.type),
)
BIRTH_DATE: Final = FieldReader(
    date, _birth_date, lambda born, context: parsers.checked_birth_date(born, context.today)
)
GENDER: Final = FieldReader(Gender, lambda text, _: parsers.parse_gender(text), _same)
TAGS: Final = FieldReader(
    list[str], lambda text, _: parsers.parse_tags(text), lambda tags, _: parsers.checked_tags(tags)
)
NOTES: Final = FieldReader(
    str, lambda text, _: parsers.parse_text(text, 2000), lambda text, _: parsers.parse_notes(text)
)
"""The desk types one line; what an import or an earlier edit has kept may have several."""
REFERRER: Final = FieldReader(UUID, None, _same)


# The table ────────────────────────────────────────────────────────────────────────────────────────────────


class ClientFields(BaseModel, frozen=True, arbitrary_types_allowed=True):
    """The table, in the order of screens: each attribute's type, and its row beside it."""

    first_name: Annotated[
        str,
        ClientField(
            reader=NAME,
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
            reader=NAME,
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
            reader=_text(80),
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
            reader=DOCUMENT,
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
                r"|passport|cc|c c|nuip|curp|cpf|rut|rfc|nie)\b.*|(?:no|num|numero) (?:de )?id|id number"
                r"|national id|doc|ced",
                never_zero=True,
            ),
        ),
    ] = None
    phone: Annotated[
        str | None,
        ClientField(
            reader=PHONE,
            label=N_("Phone"),
            question=N_("Which phone number? Write it with its area."),
            holds="contact",
            registration=Registration.ASKED,
            on_card=True,
            api=ApiPlace.SEARCH,
            heading=FieldHeading(
                r".*\b(?:celular|cel|telefonos?|tel|moviles|movil|whats ?app|wsp|wpp|wa|phones?|mobile|cell"
                r"|cellphone|phone number)\b.*|numero de contacto|contacto|fono",
                never_zero=True,
            ),
        ),
    ] = None
    email: Annotated[
        str | None,
        ClientField(
            reader=EMAIL,
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
            reader=BIRTH_DATE,
            label=N_("Birth date"),
            question=N_("When was this person born? Such as 3 August 1990."),
            holds="person",
            registration=Registration.ASKED,
            api=ApiPlace.CARD,
            heading=FieldHeading(
                ".*(?:nacim|cumple|birth|natal).*|f ?nac|fec(?:ha)? nac|dob|d o b|nac", never_zero=True
            ),
        ),
    ] = None
    gender: Annotated[
        Gender | None,
        ClientField(
            reader=GENDER,
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
            reader=_text(160),
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
            reader=_text(200),
            label=N_("Address"),
            question=N_("Which address?"),
            holds="contact",
            heading=FieldHeading(r"direccion(?: .*)?|address(?: .*)?|domicilio|residencia|dir|street"),
        ),
    ] = None
    emergency_contact: Annotated[
        str | None,
        ClientField(
            reader=_text(200),
            label=N_("Emergency contact"),
            question=N_("Whom to call in an emergency? Name and phone."),
            holds="name contact words",
            heading=FieldHeading(r".*(?:emergenc|urgenc).*|ice|in case of.*"),
        ),
    ] = None
    tags: Annotated[
        list[str],
        ClientField(
            reader=TAGS,
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
            reader=_text(300),
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
            reader=NOTES,
            label=N_("Notes"),
            question=N_("Any notes? Only staff sees them."),
            holds="words",
            heading=FieldHeading(
                r"notas?|notes?|observacion(?:es)?|obs|comentarios?|comments?|remarks?|detalles?",
                several=True,
            ),
        ),
    ] = None
    referred_by: Annotated[
        UUID | None,
        ClientField(
            reader=REFERRER,
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
