"""Rows of staff."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database import Base, Id, enum_column
from gym.security.permissions import Role


class Staff(Base):
    """Somebody who works at the gym."""

    __tablename__ = "staff"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(160))
    role: Mapped[Role] = mapped_column(enum_column(Role))
    telegram_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    username: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(8), default="en")
    active: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    token_generation: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    created_at: Mapped[datetime]


Index("uq_staff_username", func.lower(Staff.username), unique=True)
