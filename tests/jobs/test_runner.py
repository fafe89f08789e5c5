"""What is due is done once a slot, missed days in order, and a failure stays with its job."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from gym.app import Gym
from gym.audit.models import AuditEntry
from gym.core.clock import FrozenClock
from gym.core.errors import Conflict
from gym.jobs.health import JobService, beat, leads_somebody
from gym.jobs.models import JobRun
from gym.jobs.runner import JobUnknown, run_due, run_job
from gym.jobs.scheduler import TICK, JobScheduler
from gym.jobs.table import DAY, HOUR, JOBS, Job
from gym.notifications.models import NotificationKind
from gym.security.permissions import Actor, NotAllowed
from gym.settings.models import GymState
from gym.settings.schemas import GymSettings
from gym.unit_of_work import UnitOfWork
from tests.support.memberships import told

TODAY = date(2026, 8, 3)


@dataclass
class Diary:
    """A job that writes down the days it is done for."""

    days: list[tuple[str, date, date]] = field(default_factory=list)
    fails_on: date | None = None

    def job(self, name: str, every: timedelta = HOUR, *, by_day: bool = True) -> Job:
        async def work(uow: UnitOfWork, today: date) -> int:
            if uow.today == self.fails_on:
                raise Conflict
            self.days.append((name, uow.today, today))
            return 1

        return Job(name, work, name, every, by_day)


async def test_a_slot_is_done_once_and_the_next_one_too(gym: Gym, clock: FrozenClock) -> None:
    diary = Diary()
    jobs = [diary.job("hourly"), diary.job("daily", DAY)]
    for minutes in (0, 15, 30, 15):
        clock.advance(timedelta(minutes=minutes))
        await run_due(gym.run, jobs, by_slot=True)
    assert [name for name, _, _ in diary.days] == ["hourly", "daily", "hourly"]


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 7, 1), 24)])
def test_a_day_on_which_the_clocks_change_has_its_own_number_of_slots(
    day: tuple[int, int, int], hours: int
) -> None:
    madrid = GymSettings.model_validate({"timezone": "Europe/Madrid"})
    begins = datetime(*day, tzinfo=madrid.zone).astimezone(UTC)
    quarters = [begins + timedelta(minutes=5 + 15 * number) for number in range(4 * hours)]
    assert {moment.astimezone(madrid.zone).date() for moment in quarters} == {date(*day)}
    diary = Diary()
    assert len({diary.job("quarter", timedelta(minutes=15)).slot(at, madrid) for at in quarters}) == 4 * hours
    assert len({diary.job("hourly").slot(at, madrid) for at in quarters}) == hours
    assert {diary.job("daily", DAY).slot(at, madrid) for at in quarters} == {begins}


async def test_work_that_has_piled_up_takes_several_transactions_of_one_slot(gym: Gym) -> None:
    left = [3, 2, 4, 0, 7]

    async def work(_: UnitOfWork, today: date) -> int:
        return left.pop(0)

    piled, bounded = (
        Job("piled", work, "piled", DAY, rounds=9),
        Job("bounded", work, "bounded", DAY, rounds=2),
    )
    report = await run_due(gym.run, [piled], by_slot=True)
    assert (report.done["piled"], left) == (9, [7]), "until one found nothing to do"
    assert (await run_due(gym.run, [piled], by_slot=True)).done["piled"] == 0, "not again in its slot"
    left[:] = [5, 5, 5]
    assert await run_job(gym.run, Actor.system(), "bounded", [bounded]) == 10
    assert left == [5], "and no more rounds than it may have"


async def test_a_job_whose_later_transaction_fails_is_tried_again_within_its_slot(
    gym: Gym, clock: FrozenClock
) -> None:
    left: list[int | None] = [3, None, 2, 0, 4, None, 1, 0, 0, 9]

    async def work(_: UnitOfWork, today: date) -> int:
        done = left.pop(0)
        if done is None:
            raise Conflict
        return done

    piled = Job("piled", work, "piled", DAY, by_day=True, rounds=9)
    assert (await run_due(gym.run, [piled], by_slot=True)).failed == ["piled"]
    async with gym.unit_of_work(Actor.system()) as uow:
        row = await uow.session.get_one(JobRun, "piled")
        assert (row.slot, row.done_day, row.last_success_at, row.failures) == (None, None, None, 1)
    clock.advance(timedelta(minutes=15))
    assert (await run_due(gym.run, [piled], by_slot=True)).done == {"piled": 2}
    assert (await run_due(gym.run, [piled], by_slot=True)).done == {"piled": 0}, "not again in its slot"
    # A missed day is made up for in as many transactions, and stays missed while one of them fails.
    clock.advance(timedelta(days=1))
    assert (await run_due(gym.run, [piled], by_slot=True)).failed == ["piled"]
    assert (await run_due(gym.run, [piled], by_slot=True)).done == {"piled": 1}
    assert left == [9], "the missed day, then today's"


async def test_thirty_two_at_once_do_a_slot_once(gym: Gym) -> None:
    diary = Diary()
    jobs = [diary.job("hourly")]
    await asyncio.gather(*(run_due(gym.run, jobs, by_slot=True) for _ in range(32)))
    assert len(diary.days) == 1


async def test_a_clock_that_was_set_back_stops_no_job(gym: Gym, clock: FrozenClock) -> None:
    diary = Diary()
    jobs = [diary.job("hourly")]
    await run_due(gym.run, jobs, by_slot=True)
    clock.at -= timedelta(hours=5)
    await run_due(gym.run, jobs, by_slot=True)
    assert len(diary.days) == 2


async def test_missed_days_are_done_in_order_all_jobs_of_a_day_before_the_next(
    gym: Gym, clock: FrozenClock
) -> None:
    diary = Diary()
    jobs = [diary.job("first"), diary.job("present", by_day=False), diary.job("second")]
    await run_due(gym.run, jobs)
    diary.days.clear()
    clock.advance(timedelta(days=3))
    await run_due(gym.run, jobs)
    last = TODAY + 3 * DAY
    # The day of the last run was not over when it ran: it is done once more.
    expected = [(name, TODAY + n * DAY, last) for n in range(3) for name in ("first", "second")]
    assert diary.days == [*expected, *((name, last, last) for name in ("first", "present", "second"))]


async def test_a_day_that_fails_is_tried_again_before_the_days_after_it(gym: Gym, clock: FrozenClock) -> None:
    diary = Diary()
    jobs = [diary.job("first"), diary.job("second")]
    await run_due(gym.run, jobs[:1])
    clock.advance(timedelta(days=3))
    diary.fails_on = TODAY + DAY
    report = await run_due(gym.run, jobs[:1])
    assert report.failed == ["first"]
    diary.fails_on, done = None, len(diary.days)
    await run_due(gym.run, jobs[:1])
    assert [day for _, day, _ in diary.days[done:]] == [TODAY + n * DAY for n in (1, 2, 3)]


async def test_a_failing_job_is_told_once_a_day_and_the_others_go_on(
    gym: Gym, clock: FrozenClock, admin: Actor
) -> None:
    diary = Diary(fails_on=TODAY)
    good = Diary()
    for _ in range(3):
        report = await run_due(gym.run, [diary.job("bad"), good.job("good")])
        assert report.failed == ["bad"]
    assert len(good.days) == 3
    assert await told(gym, NotificationKind.DESK_JOB_FAILED) == [{"job": "bad", "code": "conflict"}]
    async with gym.unit_of_work(admin) as uow:
        row = await uow.session.get_one(JobRun, "bad")
    assert (row.failures, row.error, row.last_success_at) == (3, "conflict", None)


async def test_an_admin_runs_a_job_now_and_it_is_recorded(gym: Gym, admin: Actor, employee: Actor) -> None:
    diary = Diary()
    jobs = [diary.job("hourly")]
    await run_due(gym.run, jobs, by_slot=True)
    assert await run_job(gym.run, admin, "hourly", jobs) == 1
    assert len(diary.days) == 2
    with pytest.raises(NotAllowed):
        await run_job(gym.run, employee, "hourly", jobs)
    with pytest.raises(JobUnknown):
        await run_job(gym.run, admin, "nothing", jobs)
    async with gym.unit_of_work(admin) as uow:
        query = select(AuditEntry).where(AuditEntry.action == "job.run")
        [entry] = (await uow.session.scalars(query)).all()
    assert (entry.actor_name, entry.after) == ("Ana Admin", {"job": "hourly", "count": 1})


async def test_every_job_runs_on_an_empty_gym_and_is_well(gym: Gym, admin: Actor) -> None:
    report = await run_due(gym.run)
    assert report.failed == []
    async with gym.unit_of_work(admin) as uow:
        states = await JobService(uow).states()
    assert [one.name for one in states] == [job.name for job in JOBS]
    assert not any(one.late or one.failures for one in states)


async def test_a_late_job_is_told_once_a_day(gym: Gym, clock: FrozenClock, admin: Actor) -> None:
    began = clock.now()
    await run_due(gym.run)
    clock.advance(timedelta(hours=2))
    for _ in range(2):
        async with gym.unit_of_work(Actor.system()) as uow:
            late = await JobService(uow).tell_late(began)
    rows = await told(gym, NotificationKind.DESK_JOB_LATE)
    names = {job.name for job in JOBS if job.every < DAY}
    assert {row["job"] for row in rows} == names
    assert late == len(rows) == len(names)


async def test_after_a_pause_nobody_is_late_before_there_was_time(gym: Gym, clock: FrozenClock) -> None:
    await run_due(gym.run)
    clock.advance(timedelta(days=7))
    async with gym.unit_of_work(Actor.system()) as uow:
        assert await JobService(uow).tell_late(clock.now()) == 0


async def test_the_heartbeat_says_that_somebody_leads(gym: Gym, clock: FrozenClock) -> None:
    async with gym.unit_of_work(Actor.system()) as uow:
        assert not await leads_somebody(uow.session, clock.now())
        await beat(uow)
        await uow.session.flush()
        assert await leads_somebody(uow.session, clock.now())
        assert not await leads_somebody(uow.session, clock.now() + timedelta(minutes=5))


async def test_a_changed_time_zone_moves_the_tick_at_five_past_midnight(gym: Gym) -> None:
    work = JobScheduler(gym.run, [])
    await work.beat()
    work.add_ticks()
    work.scheduler.start(paused=True)
    midnight = datetime(2027, 1, 10, 4, 55, tzinfo=UTC)
    try:
        trigger = work.scheduler.get_job(TICK).trigger
        assert trigger.get_next_fire_time(None, midnight) == datetime(2027, 1, 10, 5, 5, tzinfo=UTC)
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(GymState).values(settings={"timezone": "Asia/Kathmandu"}))
        await work.beat()
        trigger = work.scheduler.get_job(TICK).trigger
    finally:
        work.scheduler.shutdown(wait=False)
    eve = datetime(2027, 1, 9, 23, 55, tzinfo=ZoneInfo("Asia/Kathmandu"))
    following = trigger.get_next_fire_time(None, eve)
    assert (following.hour, following.minute) == (0, 5)
    assert following.astimezone(UTC) == datetime(2027, 1, 9, 18, 20, tzinfo=UTC)
