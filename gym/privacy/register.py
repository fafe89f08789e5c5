"""Types of the privacy register: what a column holds, whose and why it is, when rows go, what erasing does.

The register is not only read: retention deletes by `Entry.old`, erasing and exporting work by `ClientRows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gym.settings.schemas import KeptFor


class Holds(StrEnum):
    """What a column may hold of a person."""

    NAME = "name"
    DOCUMENT = "document"
    CONTACT = "contact"
    """Phone, e-mail, address."""
    PERSON = "person"
    """Birth date, gender, and what else describes somebody."""
    TELEGRAM = "telegram"
    """A Telegram user, chat, message or file by its number."""
    WORDS = "words"
    """What somebody typed, which may name anybody."""
    ADDRESS = "address"
    """An address of the Internet Protocol."""
    DIGEST = "digest"
    """One way only: a keyed digest or a slow hash."""
    CHECKSUM = "checksum"
    """SHA-256 of a file's bytes, without a key: whoever has the file can tell that it is the same."""
    SEALED = "sealed"
    """Encrypted or rotated by a key that is not in the database."""


class Whose(StrEnum):
    """Of whom a table tells."""

    CLIENT = "client"
    STAFF = "staff"
    STRANGER = "stranger"
    """Whoever writes to the bot or stands at the door, known or not."""


class OnErasure(StrEnum):
    """What becomes of an erased client's rows."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    KEPT = "kept"


BLANK: Final = "'—'"
"""SQL of what stands where the database wants some text."""


@dataclass(frozen=True, slots=True)
class Old:
    """Rows that have served: `condition` is true of those older than `:moment`."""

    condition: str
    age: timedelta | KeptFor
    """Fixed, or the gym's own setting."""
    sets: str = ""
    """Assignments that take the person out of a row that stays; without them the row is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRows:
    """The rows of a table that are about one client: what erasing does with them, what an export leaves out.

    `which` is SQL that is true of them, with `:client_id`, `:telegram_id` (NULL without a chat) and `:marks`,
    patterns of LIKE for what finds the client in a text: the id, document, phone, e-mail and name.
    """

    which: str
    deletes: bool = False
    sets: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → SQL of what it is emptied to."""
    keeps: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns that may hold something of a person and stay, each with the reason."""
    exported: str | None = None
    """SQL of the rows that are the client's own, where others only mention the client; `which` without it."""
    withheld: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns that an export leaves out, each with the reason."""

    @property
    def on_erasure(self) -> OnErasure:
        if self.deletes:
            return OnErasure.DELETED
        return OnErasure.EMPTIED if self.sets else OnErasure.KEPT


@dataclass(frozen=True, slots=True)
class Entry:
    """One table: what its columns hold, of whom, why, until when, and which rows are a client's.

    `holds` maps a column to its `Holds`, several with spaces between; `plain` names the other columns: ids of
    the gym's own, numbers, times, states, words of the program. Raises ValueError where something is missing:
    days or a reason to stay, whose it is, what erasing does with a column that may tell of the client.
    """

    table: str
    holds: Mapping[str, str]
    plain: str
    old: tuple[Old, ...] = ()
    stays: str = ""
    """Why rows are kept that nothing above takes."""
    whose: str = ""
    """Words of `Whose`; empty for a table that tells of nobody."""
    why: str = ""
    """What it is needed for."""
    client: ClientRows | None = None
    columns: Mapping[str, frozenset[Holds]] = field(init=False)
    of: frozenset[Whose] = field(init=False)

    def __post_init__(self) -> None:
        if not self.old and not self.stays:
            raise ValueError(f"{self.table} needs its days or a reason")
        held = {name: frozenset(map(Holds, kinds.split())) for name, kinds in self.holds.items()}
        plain = {name: frozenset[Holds]() for name in self.plain.split()}
        if twice := held.keys() & plain.keys():
            raise ValueError(f"{self.table} names {twice} twice")
        object.__setattr__(self, "columns", held | plain)
        object.__setattr__(self, "of", frozenset(map(Whose, self.whose.split())))
        self._require_answers()

    def _require_answers(self) -> None:
        if bool(self.of) is not bool(self.why) or (self.holds and not self.of):
            raise ValueError(f"{self.table} needs to say of whom it tells and why")
        if (Whose.CLIENT in self.of) is not (self.client is not None):
            raise ValueError(f"{self.table} needs to say which rows are a client's")
        if self.client is None:
            return
        named = {*self.client.sets, *self.client.keeps, *self.client.withheld}
        if unknown := named - self.columns.keys():
            raise ValueError(f"{self.table} has no column {unknown}")
        answered = self.client.deletes or self.holds.keys() <= {*self.client.sets, *self.client.keeps}
        if not answered:
            raise ValueError(f"{self.table} needs to say what erasing does with each column")


@dataclass(frozen=True, slots=True)
class Place:
    """Where data of people lie outside of the tables."""

    name: str
    holds: str
    until: str
    on_erasure: str
