"""Row type of the table of client fields: texts, reader, import headings, and where the field is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, TypeVar

from gym.clients.fields.documents import Document
from gym.clients.fields.parsers import ParseContext
from gym.clients.models import Client

Value = TypeVar("Value")


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
    """Bare, in the line of document and contact; alias and warning have sentences of their own."""
    api: ApiPlace | None = None
    heading: FieldHeading | None = None
    """None: not imported, or, for names, headed in the ways of `gym.importing.reading.headings`."""

    @property
    def sheet_key(self) -> str:
        """Its name in the import."""
        return (self.heading.key if self.heading else "") or self.key

    def value_of(self, client: Client) -> object:
        """A client's value of it; None or empty when nothing is kept."""
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
