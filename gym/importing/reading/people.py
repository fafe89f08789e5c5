"""Value types of a row that was read: the client's fields, the membership, and problems by cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from gym.clients.schemas import ClientInput
from gym.core.errors import GymError


class YesNoCell(Enum):
    """A yes or no where an amount could stand as well."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A cell that cannot be used; of the row as such, `place` is -1 and `heading` empty."""

    heading: str
    text: str
    fault: GymError
    place: int = -1


@dataclass(frozen=True, slots=True)
class WrittenMembership:
    """What a row says of the running plan and of money; at least one of it."""

    plan: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    price: Decimal | None = None
    paid: Decimal | YesNoCell | None = None
    owing: Decimal | YesNoCell | None = None
    plan_name: str = ""
    """Where a price stands behind the plan, the plan without it: `Mensual` of `Mensual $80.000`."""
    priced_by_plan: bool = False
    """The price stands nowhere else: it may be part of the plan's own name, as in `Running 10k`."""

    @property
    def dated(self) -> bool:
        return self.starts_on is not None or self.ends_on is not None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`person` is there when nothing is wrong."""

    line: int
    name: str
    person: ClientInput | None
    membership: WrittenMembership | None
    problems: tuple[CellProblem, ...]
    agreed: bool = False
    """The list says that the person has signed for face check-in."""

    @property
    def columns(self) -> frozenset[str]:
        """Fields of the client that the row fills."""
        if self.person is None:
            return frozenset()
        return frozenset(name for name, value in self.person if value not in (None, "", []))
