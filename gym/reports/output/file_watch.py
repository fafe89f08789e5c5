"""The watch over a report's file while a process makes it: a dead man's switch in the outbox.

A message to whoever asked is put off again and again as long as the file is being made, and called off at its
end. A process that dies puts off nothing, so that another one, or the same after its restart, sends it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from gym.notifications.outbox import Recipient
from gym.notifications.payloads.operations import ReportFileLostPayload
from gym.reports.ranges import DayRange
from gym.unit_of_work import UnitOfWork

PATIENCE: Final = timedelta(minutes=1)
"""Without a sign of life; many times the pause between two of them."""


class FileWatch:
    """One file by its key."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    def begin(self, key: UUID, staff_id: UUID, report: str, days: DayRange) -> None:
        payload = ReportFileLostPayload(report=report, first=days.first, last=days.last)
        self.uow.notify(
            Recipient.staff(staff_id), payload, dedup_key=_name(key), due_at=self.uow.now + PATIENCE
        )

    async def put_off(self, key: UUID) -> bool:
        """A sign of life; False where the file is not wanted any more."""
        return await self.uow.put_off(_name(key), self.uow.now + PATIENCE)

    async def end(self, key: UUID) -> None:
        """It is made, or it is not wanted any more: whichever process makes it stops at its next sign."""
        await self.uow.call_off(_name(key))


def _name(key: UUID) -> str:
    return f"report_file:{key}"
