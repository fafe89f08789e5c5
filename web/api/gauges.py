"""Gauges of jobs and backups, read from the database whenever metrics are asked for.

Another replica may be the one that runs the jobs or makes the backups.
"""

from __future__ import annotations

from prometheus_client import Gauge

from gym.app import Gym
from gym.backup.health import BackupHealth, BackupHealthReader, copy_has_failed
from gym.core.errors import DatabaseUnavailable
from gym.jobs.health import JobService, JobState
from gym.security.permissions import Actor

JOB_SUCCESS = Gauge("powergym_job_last_success_seconds", "When a job last ran well, in Unix time", ["job"])
JOB_FAILURES = Gauge("powergym_job_failures", "How often a job has failed since it last ran well", ["job"])
BACKUP_MADE = Gauge(
    "powergym_backup_last_success_seconds", "When the last backup was made, in Unix time; 0: never"
)
BACKUP_SENT = Gauge(
    "powergym_backup_last_sent_seconds", "When one last reached the chat, in Unix time; 0: never"
)
BACKUP_PROVED = Gauge(
    "powergym_backup_last_proof_seconds", "When the newest proved one was restored, in Unix time; 0: never"
)
BACKUP_COPIED = Gauge(
    "powergym_backup_last_copy_seconds", "When BACKUP_COMMAND last took one, in Unix time; 0: never"
)
BACKUP_COPY_FAILED = Gauge("powergym_backup_copy_failed", "1 while BACKUP_COMMAND has not taken the last one")
BACKUP_SIZE = Gauge("powergym_backup_size_bytes", "Size of the last backup")
BACKUP_FAILED = Gauge("powergym_backup_failed", "1 while the last try to make one has failed")


async def measure(gym: Gym) -> None:
    """Set them; without a database they stay as they were."""
    try:
        async with gym.unit_of_work(Actor.system()) as uow:
            states = await JobService(uow).states()
            backups = await BackupHealthReader(uow.session).read(uow.context.wall, to_chat=False)
    except DatabaseUnavailable:
        return
    for one in states:
        _measure_job(one)
    _measure_backups(backups)


def _measure_job(one: JobState) -> None:
    if one.last_success_at is not None:
        JOB_SUCCESS.labels(one.name).set(one.last_success_at.timestamp())
    JOB_FAILURES.labels(one.name).set(one.failures)


def _measure_backups(found: BackupHealth) -> None:
    last, proof = found.last, found.last_proof
    made_at = last.made_at if last is not None else None
    proved_at = proof.proved_at if proof is not None else None
    BACKUP_MADE.set(made_at.timestamp() if made_at else 0)
    BACKUP_SENT.set(found.last_sent_at.timestamp() if found.last_sent_at else 0)
    copied_at = found.last_copied_at
    BACKUP_COPIED.set(copied_at.timestamp() if copied_at else 0)
    BACKUP_COPY_FAILED.set(last is not None and copy_has_failed(last))
    BACKUP_PROVED.set(proved_at.timestamp() if proved_at else 0)
    BACKUP_SIZE.set((last.size or 0) if last is not None else 0)
    BACKUP_FAILED.set(found.failure is not None)
