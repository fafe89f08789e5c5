"""What an export says of one table, and the words that many columns share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gym.core.database.engine import Base


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """`columns` are in the order of the file; `order` sorts rows so that what is referred to comes first."""

    model: type[Base]
    says: str
    columns: Mapping[str, str]
    order: tuple[str, ...] = ("id",)

    @property
    def name(self) -> str:
        return self.model.__tablename__


ID: Final = "identifier (UUID)"
AT: Final = "when, with its time zone"
BY: Final = "who: an `id` of `staff`; empty for the gym itself"
NAME: Final = "their name at that time"
