"""Runner of due jobs: missed gym days caught up in order, each job idempotent, in its own transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol, TypeVar

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from gym.core.clock import day_start
from gym.core.errors import DatabaseUnavailable, GymError, NotFound
from gym.core.language import N_
from gym.jobs.models import JobRun
from gym.jobs.table import DAY, JOBS, Job
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DeskJobFailedPayload
from gym.security.permissions import Actor, Permission
from gym.unit_of_work import UnitOfWork

log = structlog.get_logger()
Result = TypeVar("Result")
NOON: Final = timedelta(hours=12)
"""The instant that stands for a missed day: far from midnight and from changes of the clock."""
LONGEST_CATCH_UP: Final = 400
"""Days; a gym that was closed for longer starts from there."""
CLOCK_WENT_BACK: Final = timedelta(hours=2)
"""A slot that was done later than this from now was done by a clock that has been set back since."""


class JobUnknown(NotFound):
    code = "job_unknown"
    message = N_("There is no such job. Open the list again.")


class WorkRunner(Protocol):
    """Opens a transaction around work and repeats it when it lost a race: `Gym.run`."""

    async def __call__(
        self, actor: Actor, work: Callable[[UnitOfWork], Awaitable[Result]], *, as_of: datetime | None = None
    ) -> Result: ...


@dataclass(slots=True)
class JobReport:
    """Counts of what each job did, and the jobs that failed."""

    done: dict[str, int] = field(default_factory=dict[str, int])
    failed: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, slots=True)
class DueDays:
    """The gym day it is, and the jobs' missed days: noon by noon, the oldest first."""

    today: date
    missed: Sequence[tuple[datetime, Sequence[Job]]] = ()


async def run_due(run: WorkRunner, jobs: Sequence[Job] = JOBS, *, by_slot: bool = False) -> JobReport:
    """Do everything that is due at this business time, catching up missed gym days in order.

    All jobs of a missed day are done before the next day's. `by_slot` leaves out what was done for this slot
    already, as the scheduler wants it. A failing job is logged, counted and told to the desk once a day; the
    others go on.
    """
    round_ = await _caught_up(run, jobs, by_slot=by_slot)
    for job in jobs:
        await round_.attempt(job)
    return round_.report


async def catch_up(run: WorkRunner, jobs: Sequence[Job] = JOBS) -> JobReport:
    """The missed gym days of `run_due`, and today for jobs that have run before: for a gym that was restored,
    before it is opened. What they write tells what the gym that is gone may have told, today too.
    """
    round_ = await _caught_up(run, jobs, by_slot=False)
    known = await run(Actor.system(), _known_jobs)
    for job in jobs:
        if job.name in known:
            await round_.attempt(job)
    return round_.report


async def _caught_up(run: WorkRunner, jobs: Sequence[Job], *, by_slot: bool) -> JobRound:
    """Missed days, all jobs of one before the next; the round that goes on with today."""
    agenda = await run(Actor.system(), partial(_agenda, jobs))
    round_ = JobRound(run, agenda.today, by_slot=by_slot)
    for noon, missing in agenda.missed:
        for job in missing:
            await round_.attempt(job, noon)
    return round_


async def run_job(run: WorkRunner, actor: Actor, name: str, jobs: Sequence[Job] = JOBS) -> int:
    """One job now, by an admin's wish, whatever its slot. Raises `JobUnknown`, `NotAllowed`."""
    actor.require(Permission.RUN_JOBS)
    job = next((job for job in jobs if job.name == name), None)
    if job is None:
        raise JobUnknown
    agenda = await run(Actor.system(), partial(_agenda, [job]))
    total = 0
    for noon in (*(noon for noon, _ in agenda.missed), None):
        total += await _work_off(run, job, agenda.today, by_slot=False, noon=noon)
    await run(actor, partial(_record_wish, name, total))
    return total


class JobRound:
    """One round of all jobs; a job that has failed is not tried again in it."""

    def __init__(self, run: WorkRunner, today: date, *, by_slot: bool) -> None:
        self._run = run
        self._today = today
        self._by_slot = by_slot
        self.report = JobReport()

    async def attempt(self, job: Job, noon: datetime | None = None) -> None:
        if job.name in self.report.failed:
            return
        try:
            count = await _work_off(self._run, job, self._today, by_slot=self._by_slot, noon=noon)
            self.report.done[job.name] = self.report.done.get(job.name, 0) + count
        except Exception as error:  # noqa: BLE001 - the scheduler's outermost edge: one job must not stop the rest
            await _failed(self._run, job, error)
            self.report.failed.append(job.name)


async def _agenda(jobs: Sequence[Job], uow: UnitOfWork) -> DueDays:
    """Noon of every gym day before today on which a job that makes up for days has not run to the end."""
    rows = {row.job: row.done_day for row in await uow.session.scalars(select(JobRun))}
    missing: dict[date, list[Job]] = {}
    for job in jobs:
        for day in _missed(rows.get(job.name), uow.today) if job.by_day else []:
            missing.setdefault(day, []).append(job)
    zone = uow.settings.zone
    return DueDays(uow.today, [(day_start(day, zone) + NOON, missing[day]) for day in sorted(missing)])


async def _known_jobs(uow: UnitOfWork) -> frozenset[str]:
    return frozenset(await uow.session.scalars(select(JobRun.job)))


def _missed(done: date | None, today: date) -> list[date]:
    if done is None:
        return []
    behind = min((today - done).days - 1, LONGEST_CATCH_UP)
    return [today - timedelta(days=back) for back in range(behind, 0, -1)]


async def _work_off(run: WorkRunner, job: Job, today: date, *, by_slot: bool, noon: datetime | None) -> int:
    """As many transactions as the job may have, until one finds nothing to do."""
    total = 0
    for number in range(job.rounds):
        is_last = number == job.rounds - 1
        done = await run(Actor.system(), partial(_do, job, today, by_slot, is_last), as_of=noon)
        total += done
        if not done:
            break
    return total


async def _do(job: Job, today: date, by_slot: bool, is_last: bool, uow: UnitOfWork) -> int:
    """The work and its tick in one transaction. Today is not over: only the days before it are ticked off.

    Only the round that finds nothing left, or the last that the job may have, ticks anything off: with a
    tick in an earlier one, a later round that fails would not be repeated before the next slot.
    """
    row = await _locked(uow, job)
    if uow.is_past and row.done_day is not None and row.done_day >= uow.today:
        return 0
    slot = job.slot(uow.now, uow.settings)
    if by_slot and not uow.is_past and _is_done(row, slot):
        return 0
    count = await job.work(uow, today)
    if count and not is_last:
        return count
    over = uow.today if uow.is_past else uow.today - DAY
    row.done_day = max(over, row.done_day or over)
    row.slot = row.slot if uow.is_past else slot
    row.last_success_at, row.failures, row.error = uow.context.wall, 0, None
    return count


def _is_done(row: JobRun, slot: datetime) -> bool:
    return row.slot is not None and slot <= row.slot < slot + CLOCK_WENT_BACK


async def _locked(uow: UnitOfWork, job: Job) -> JobRun:
    """The job's row, held until the transaction ends: nobody else does the same job meanwhile."""
    row = await uow.session.get(JobRun, job.name, with_for_update=True)
    if row is not None:
        return row
    await uow.session.execute(insert(JobRun).values(job=job.name).on_conflict_do_nothing())
    return await uow.session.get_one(JobRun, job.name, with_for_update=True, populate_existing=True)


async def _record_wish(name: str, count: int, uow: UnitOfWork) -> None:
    uow.audit("job.run", ("job_runs", None), after={"job": name, "count": count})


async def _failed(run: WorkRunner, job: Job, error: Exception) -> None:
    code = error.code if isinstance(error, GymError) else type(error).__name__
    log.error("job_failed", job=job.name, code=code, exc_info=not isinstance(error, GymError))

    async def record(uow: UnitOfWork) -> None:
        row = await _locked(uow, job)
        row.failures += 1
        row.last_failure_at, row.error = uow.context.wall, code
        key = f"job_failed:{job.name}:{uow.today.isoformat()}"
        uow.notify(DESK, DeskJobFailedPayload(job=job.name, code=code), dedup_key=key)

    try:
        await run(Actor.system(), record)
    except DatabaseUnavailable:
        log.warning("job_failure_not_recorded", job=job.name)
