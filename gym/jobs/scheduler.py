"""Scheduler of the leader: APScheduler only ticks; what is due is decided from the rows of `JobRun`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, tzinfo
from functools import partial
from typing import Final

import asyncpg
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from gym.core.database.engine import Database
from gym.core.errors import DatabaseUnavailable
from gym.core.leader_election import LeaderElection, LeaderRole
from gym.jobs.health import LOCK, beat
from gym.jobs.runner import WorkRunner, run_due
from gym.jobs.table import JOBS, Job
from gym.security.permissions import Actor

log = structlog.get_logger()
MISFIRE_SECONDS: Final = 3600
"""APScheduler's own second would silently drop a run whenever the loop was busy."""
MINUTES: Final = "5,20,35,50"
"""Every quarter of an hour, 00:05 of the gym's day among them."""
TICK: Final = "tick"
HEARTBEAT_SECONDS: Final = 60
ROLE: Final = LeaderRole(LOCK, retry_seconds=5.0, waits="waits_to_lead", leads="leading", lost="lead_lost")


class JobScheduler:
    """One leader's ticks: at once, then by the gym's own clock, which follows its time zone."""

    def __init__(self, run: WorkRunner, jobs: Sequence[Job] = JOBS, *, seconds: int | None = None) -> None:
        self._run = run
        self._jobs = jobs
        self._seconds = seconds
        self._zone: tzinfo = UTC
        self.scheduler = AsyncIOScheduler(timezone=UTC)

    async def serve(self) -> None:
        """Until cancelled."""
        await self.beat()
        await self.tick()
        self.add_ticks()
        self.scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            self.scheduler.shutdown(wait=False)

    def add_ticks(self) -> None:
        """Add the ticks to APScheduler."""
        add = partial(self.scheduler.add_job, misfire_grace_time=MISFIRE_SECONDS, coalesce=True)
        add(self.tick, self._trigger(), id=TICK)
        add(self.beat, IntervalTrigger(seconds=HEARTBEAT_SECONDS), id="heartbeat")

    async def tick(self) -> None:
        """Whatever is due; a database that is gone is asked again at the next tick."""
        try:
            await run_due(self._run, self._jobs, by_slot=True)
        except DatabaseUnavailable:
            log.warning("jobs_wait_for_the_database")

    async def beat(self) -> None:
        """Say that somebody leads, and move the ticks when the gym has moved to another time zone."""
        try:
            zone = await self._run(Actor.system(), beat)
        except DatabaseUnavailable:
            return
        if zone != self._zone:
            self._zone = zone
            if self.scheduler.get_job(TICK) is not None:
                self.scheduler.reschedule_job(TICK, trigger=self._trigger())

    def _trigger(self) -> CronTrigger | IntervalTrigger:
        if self._seconds is not None:
            return IntervalTrigger(seconds=self._seconds)
        return CronTrigger(minute=MINUTES, timezone=self._zone)


async def run_scheduler(
    database: Database, run: WorkRunner, jobs: Sequence[Job] = JOBS, *, seconds: int | None = None
) -> None:
    """Tick while this process leads: at once, at 00:05 gym time, every 15 minutes; until cancelled.

    `seconds` is another pace, for a clock that runs faster.
    """

    async def term(_: asyncpg.Connection) -> None:
        await JobScheduler(run, jobs, seconds=seconds).serve()

    await LeaderElection(database, ROLE).run(term)
