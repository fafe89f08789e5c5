"""What is due: every job up to now, day by day, each an idempotent service call of its own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

import structlog

from gym.approvals.service import ApprovalService
from gym.core.clock import day_start
from gym.core.errors import DatabaseUnavailable, GymError
from gym.jobs.models import JobRun
from gym.notifications.models import NotificationKind
from gym.notifications.outbox import DESK
from gym.rewards.service import RewardService
from gym.security.permissions import Actor
from gym.subscriptions.freezing import FreezeService
from gym.subscriptions.quiet import after_quiet
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
Result = TypeVar("Result")
NOON = timedelta(hours=12)
LONGEST_CATCH_UP = 400
"""Days; a gym that was closed for longer starts from there."""


class Runner(Protocol):
    """Opens a transaction around work and repeats it when it lost a race: `Gym.run`."""

    async def __call__(
        self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[Result]], *, as_of: datetime | None = None
    ) -> Result: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work; safe to run twice, late, or after a week of downtime."""

    name: str
    work: Callable[[UnitOfWork], Awaitable[int]]


async def activate(uow: UnitOfWork) -> int:
    """Scheduled subscriptions whose first day has come."""
    return len(await SubscriptionService(uow).activate_due())


async def expire(uow: UnitOfWork) -> int:
    """Subscriptions whose last day is over."""
    return len(await SubscriptionService(uow).expire_due())


async def freeze_ends(uow: UnitOfWork) -> int:
    """Clients whose freeze ends tomorrow."""
    return await FreezeService(uow).remind_of_ends()


async def remind(uow: UnitOfWork) -> int:
    """Members whose plan ends soon, ended, or is not paid."""
    return await SubscriptionService(uow).remind_due()


async def expire_approvals(uow: UnitOfWork) -> int:
    """Requests that nobody answered in time."""
    return len(await ApprovalService(uow).expire_due())


async def remind_of_rewards(uow: UnitOfWork) -> int:
    """Members whose reward is about to expire."""
    return await RewardService(uow).remind_due(after_quiet(uow.now, uow.settings))


# In this order: a prepaid renewal takes over before anyone is told that a plan has ended.
JOBS = (
    Job("expire", expire),
    Job("activate", activate),
    Job("remind", remind),
    Job("rewards", remind_of_rewards),
    Job("freeze_ends", freeze_ends),
    Job("approvals", expire_approvals),
)


@dataclass(slots=True)
class Report:
    """How much each job did, and which failed."""

    done: dict[str, int] = field(default_factory=dict[str, int])
    failed: list[str] = field(default_factory=list[str])


async def run_due(run: Runner, jobs: tuple[Job, ...] = JOBS) -> Report:
    """Do everything that is due at this business time, catching up missed gym days in order.

    A failing job is logged, counted and told to the desk once a day; the others go on.
    """
    report = Report()
    for job in jobs:
        try:
            report.done[job.name] = await _catch_up(run, job)
        except Exception as error:  # noqa: BLE001 - the scheduler's outermost edge: one job must not stop the rest
            await _failed(run, job, error)
            report.failed.append(job.name)
    return report


async def run_job(run: Runner, name: str) -> int:
    """One job now, by an admin's wish."""
    return await _catch_up(run, next(job for job in JOBS if job.name == name))


async def _catch_up(run: Runner, job: Job) -> int:
    """The missed days in order, each as of its own noon, then the job as of now."""
    total = 0
    for noon in await run(Actor.system(), partial(_missed, job)):
        total += await run(Actor.system(), partial(_do, job), as_of=noon)
    return total + await run(Actor.system(), partial(_do, job))


async def _missed(job: Job, uow: UnitOfWork) -> list[datetime]:
    """Noon of every gym day before today on which the job has not run to the end."""
    row = await uow.session.get(JobRun, job.name)
    if row is None or row.done_day is None:
        return []
    behind = min((uow.today - row.done_day).days - 1, LONGEST_CATCH_UP)
    days = [uow.today - timedelta(days=back) for back in range(behind, 0, -1)]
    return [day_start(day, uow.settings.zone) + NOON for day in days]


async def _do(job: Job, uow: UnitOfWork) -> int:
    """The work and its tick in one transaction. Today is not over: only the days before it are ticked off."""
    count = await job.work(uow)
    row = await uow.session.get(JobRun, job.name) or JobRun(job=job.name)
    over = uow.today if uow.is_past else uow.today - timedelta(days=1)
    row.done_day = max(over, row.done_day or over)
    row.last_success_at, row.failures, row.error = uow.context.wall, 0, None
    uow.session.add(row)
    return count


async def _failed(run: Runner, job: Job, error: Exception) -> None:
    code = error.code if isinstance(error, GymError) else type(error).__name__
    log.error("job_failed", job=job.name, code=code, exc_info=not isinstance(error, GymError))

    async def record(uow: UnitOfWork) -> None:
        row = await uow.session.get(JobRun, job.name) or JobRun(job=job.name)
        row.failures = (row.failures or 0) + 1
        row.last_failure_at, row.error = uow.context.wall, code
        uow.session.add(row)
        key = f"job_failed:{job.name}:{uow.today.isoformat()}"
        uow.notify(DESK, NotificationKind.DESK_JOB_FAILED, {"job": job.name, "code": code}, dedup_key=key)

    try:
        await run(Actor.system(), record)
    except DatabaseUnavailable:
        log.warning("job_failure_not_recorded", job=job.name)
