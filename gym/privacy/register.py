"""Types of the retention register: what a column holds of a person, and when rows go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


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
    SEALED = "sealed"
    """Encrypted or rotated by a key that is not in the database."""


@dataclass(frozen=True, slots=True)
class Old:
    """Rows that have served: `condition` is true of those older than `:moment`."""

    condition: str
    age: timedelta | None
    """None: the gym's setting for messages."""
    sets: str = ""
    """Assignments that take the person out of a row that stays; without them the row is deleted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One table: what its columns hold, and when its rows go or why they stay.

    `holds` maps a column to its `Holds`, several with spaces between; `plain` names the other columns: ids of
    the gym's own, numbers, times, states, words of the program. Raises ValueError without days and reason.
    """

    table: str
    holds: Mapping[str, str]
    plain: str
    old: tuple[Old, ...] = ()
    stays: str = ""
    """Why rows are kept that nothing above takes."""
    columns: Mapping[str, frozenset[Holds]] = field(init=False)

    def __post_init__(self) -> None:
        if not self.old and not self.stays:
            raise ValueError(f"{self.table} needs its days or a reason")
        held = {name: frozenset(map(Holds, kinds.split())) for name, kinds in self.holds.items()}
        plain = {name: frozenset[Holds]() for name in self.plain.split()}
        if twice := held.keys() & plain.keys():
            raise ValueError(f"{self.table} names {twice} twice")
        object.__setattr__(self, "columns", held | plain)
