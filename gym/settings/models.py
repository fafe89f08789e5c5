"""Mapped row of the gym's state (stamp, clock offset, settings), and of gapless counters."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base, enum_column


class GymKind(StrEnum):
    """What a database was stamped as at its first start; it refuses the other kind for ever."""

    SANDBOX = "sandbox"
    REAL = "real"


class GymState(Base):
    """One row: the stamp, the business clock's offset and the settings that an admin has changed."""

    __tablename__ = "gym_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    kind: Mapped[GymKind | None] = mapped_column(enum_column(GymKind))
    clock_offset_seconds: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class Counter(Base):
    """A number that leaves no gaps: its row is locked until the transaction that took one has ended."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
