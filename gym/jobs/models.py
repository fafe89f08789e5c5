"""Mapped row of a job: its last slot, outcome and failures."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from gym.core.database.engine import Base


class JobRun(Base):
    """The last run of one job: what it is done up to, and its failures since."""

    __tablename__ = "job_runs"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_day: Mapped[date | None]
    """The last gym day that was done entirely; the next run starts on the day after."""
    slot: Mapped[datetime | None]
    """The last slot that was done (business time); whoever leads does the same slot no second time."""
    last_success_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0, server_default=sql("0"))
    error: Mapped[str | None] = mapped_column(String(200))
