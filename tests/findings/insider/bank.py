"""The gym's account at the bank: what has truly arrived, whatever a slip or a booking says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True)
class Arrival:
    """One line of the statement."""

    reference: str
    client: UUID
    amount: Decimal


@dataclass
class BankStatement:
    lines: list[Arrival] = field(default_factory=list[Arrival])

    def arrived(self, reference: str) -> Decimal:
        return sum((one.amount for one in self.lines if one.reference == reference), Decimal(0))
