"""One replica's scheduler in a process of its own, on a clock that runs faster, writing down what it runs.

`python -m tests.jobs.replica DATABASE_URL HOME BEGAN SPEED`
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from gym.app import open_gym
from gym.core.config import Config
from gym.jobs.scheduler import run_scheduler
from gym.jobs.table import JOBS, Job
from gym.unit_of_work import UnitOfWork

START = datetime(2026, 8, 3, 15, 0, tzinfo=UTC)
NOTE = text("INSERT INTO job_notes (job, slot, past, pid) VALUES (:job, :slot, :past, :pid)")


@dataclass
class FastClock:
    """So many times faster than the wall since a moment; the same in every replica."""

    began: float
    speed: float

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self.began) * self.speed)

    def monotonic(self) -> float:
        return time.monotonic() * self.speed


def noting(job: Job) -> Job:
    """The same job, which says that it has run."""

    async def work(uow: UnitOfWork, today: date) -> int:
        slot = job.slot(uow.now, uow.settings)
        values = {"job": job.name, "slot": slot, "past": uow.is_past, "pid": os.getpid()}
        await uow.session.execute(NOTE, values)
        return await _work(job)(uow, today)

    return replace(job, work=work)


def _work(job: Job) -> Callable[[UnitOfWork, date], Awaitable[int]]:
    return job.work


async def main(url: str, home: str, began: float, speed: float) -> None:
    config = Config(_env_file=None, powergym_home=Path(home), database_url=url)  # type: ignore[call-arg]
    clock = FastClock(began, speed)
    async with open_gym(config, faces=False, clock=clock, migrate=False) as gym:
        await run_scheduler(gym.database, gym.run, [noting(job) for job in JOBS], seconds=1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))
