"""The scheduler: APScheduler only ticks; what is due stands in our own rows."""

from __future__ import annotations

import asyncio
from functools import partial
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from gym.core.database import Database
from gym.jobs.leader import lead
from gym.jobs.runner import Runner, run_due

MISFIRE_SECONDS = 3600
"""APScheduler's own second would silently drop a run whenever the loop was busy."""


async def run_scheduler(database: Database, run: Runner, zone: ZoneInfo) -> None:
    """Tick while this process leads: at once, at 00:05 gym time, every 15 minutes; until cancelled."""

    async def tick() -> None:
        await run_due(run)

    async def term() -> None:
        await tick()
        scheduler = AsyncIOScheduler(timezone=zone)
        schedule = partial(scheduler.add_job, tick, misfire_grace_time=MISFIRE_SECONDS, coalesce=True)
        schedule(CronTrigger(hour=0, minute=5, timezone=zone), id="midnight")
        schedule(IntervalTrigger(minutes=15), id="quarter")
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    await lead(database, term)
