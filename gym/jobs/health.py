"""Health of the jobs: the leader's heartbeat, late and failing jobs, and the alarm in chat."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gym.core.database.advisory_lock import holder_query
from gym.core.errors import DatabaseUnavailable
from gym.jobs.models import JobRun
from gym.jobs.runner import WorkRunner
from gym.jobs.table import JOBS
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DeskJobLatePayload
from gym.security.permissions import Actor, Permission
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
HEARTBEAT: Final = "heartbeat"
LOCK: Final = 0x6C6561646572  # "leader"
PATIENCE: Final = timedelta(minutes=30)
"""How long after its time a job is late."""
WATCH_EVERY: Final = timedelta(minutes=5)
LEADERLESS: Final = timedelta(minutes=3)
"""Without a heartbeat for so long nobody runs the jobs."""


@dataclass(frozen=True, slots=True)
class JobState:
    """State of one job: last success, failures, lateness; in wall time."""

    name: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    failures: int
    """In a row, since the last success."""
    error: str | None
    late: bool


class JobService:
    """For admins, and for monitoring."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def states(self) -> list[JobState]:
        """Every job in the order in which they run."""
        self.uow.actor.require(Permission.RUN_JOBS)
        return await job_states(self.uow.session, self.uow.context.wall)

    async def tell_late(self, watched_since: datetime) -> int:
        """Tell the desk of jobs that did not run in time, each once a day; how many are late.

        `watched_since` is when this process began: what was late before that is being made up for.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        wall = self.uow.context.wall
        late = [one for one in await job_states(self.uow.session, wall, watched_since) if one.late]
        for one in late:
            key = f"job_late:{one.name}:{self.uow.today.isoformat()}"
            payload = DeskJobLatePayload(job=one.name, last_success_at=one.last_success_at)
            self.uow.notify(DESK, payload, dedup_key=key)
        return len(late)


async def job_states(
    session: AsyncSession, wall: datetime, watched_since: datetime | None = None
) -> list[JobState]:
    """Every job; without `watched_since` one that has never run is not late."""
    rows = {row.job: row for row in await session.scalars(select(JobRun))}
    return [
        _state(name, rows.get(name), every, wall, watched_since)
        for name, every in [(job.name, job.every) for job in JOBS]
    ]


async def leads_somebody(session: AsyncSession, wall: datetime) -> bool:
    """Whether some process runs the jobs, by its heartbeat."""
    row = await session.get(JobRun, HEARTBEAT)
    seen = row.last_success_at if row else None
    return seen is not None and wall - seen < LEADERLESS


def _state(
    name: str, row: JobRun | None, every: timedelta, wall: datetime, watched_since: datetime | None
) -> JobState:
    if row is None:
        overdue = watched_since is not None and wall - watched_since > every + PATIENCE
        return JobState(name, None, None, 0, None, overdue)
    known = [moment for moment in (row.last_success_at, watched_since) if moment is not None]
    late = bool(known) and wall - max(known) > every + PATIENCE
    return JobState(name, row.last_success_at, row.last_failure_at, row.failures, row.error, late)


async def beat(uow: UnitOfWork) -> ZoneInfo:
    """Write the leader's heartbeat; returns the gym's time zone as it is now."""
    wall = uow.context.wall
    seen = insert(JobRun).values(job=HEARTBEAT, last_success_at=wall)
    again = seen.on_conflict_do_update(index_elements=["job"], set_={"last_success_at": wall})
    await uow.session.execute(again)
    return uow.settings.zone


async def _report_leaderless(uow: UnitOfWork) -> None:
    """Log that no process runs the jobs: none competes for the lock, or its holder hangs."""
    if not await leads_somebody(uow.session, uow.context.wall):
        log.error("nobody_leads", lock_held_by=await uow.session.scalar(text(holder_query(LOCK))))


async def watch_jobs(run: WorkRunner, began: datetime, every: timedelta = WATCH_EVERY) -> None:
    """Watch the jobs from every replica, as a leader that hangs reports nothing; until cancelled."""

    async def look(began: datetime, uow: UnitOfWork) -> int:
        await _report_leaderless(uow)
        return await JobService(uow).tell_late(began)

    while True:
        await asyncio.sleep(every.total_seconds())
        try:
            late = await run(Actor.system(), partial(look, began))
        except DatabaseUnavailable:
            continue
        if late:
            log.error("jobs_late", count=late)


def failing(states: Sequence[JobState]) -> list[JobState]:
    """Those an admin should look at."""
    return [one for one in states if one.late or one.failures]
