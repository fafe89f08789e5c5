"""Monthly letter: on the 1st every admin is told the figures of the month that is over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from gym.notifications.outbox import Recipient
from gym.notifications.payloads.operations import MonthlyLetterPayload
from gym.notifications.quiet_hours import after_quiet
from gym.reports.ranges import DayRange, RangeName, named_range
from gym.reports.results import ZERO, Figure
from gym.reports.service import ReportService
from gym.security.permissions import Permission
from gym.staff.repository import StaffRepository
from gym.unit_of_work import UnitOfWork

Figures = Mapping[str, Figure]


class LetterService:
    """For the job."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._reports = ReportService(uow)

    async def tell_due(self) -> int:
        """How many admins are told; none on another day than the 1st, nor of a month without any money.

        It leaves after the quiet hours, and once for each month and admin.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        if self.uow.today.day != 1:
            return 0
        payload = await self._payload(named_range(RangeName.LAST_MONTH, self.uow.today))
        if not (payload.received or payload.billed or payload.owed):
            return 0
        admins = await StaffRepository(self.uow.session).active_admins()
        due = after_quiet(self.uow.now, self.uow.settings)
        for admin in admins:
            key = f"monthly_letter:{payload.first.isoformat()}:{admin}"
            self.uow.notify(Recipient.staff(admin), payload, dedup_key=key, due_at=due)
        return len(admins)

    async def _payload(self, month: DayRange) -> MonthlyLetterPayload:
        money = await self._figures("money", month)
        debts, coming = await self._figures("debts", month), await self._figures("coming", month)
        return MonthlyLetterPayload(
            first=month.first,
            last=month.last,
            received=_amount(money["net"].value),
            received_before=_amount(money["net"].before),
            received_year_before=_amount(money["net"].year_before),
            billed=_amount(money["billed"].value),
            debts=_count(debts["debts"]),
            owed=_amount(debts["owed"].value),
            new=_count(coming["new"]),
            back=_count(coming["back"]),
            left=_count(coming["left"]),
        )

    async def _figures(self, name: str, month: DayRange) -> Figures:
        return {one.key: one for one in (await self._reports.report(name, month)).result.figures}


def _amount(value: Decimal | int | None) -> Decimal:
    return value if isinstance(value, Decimal) else ZERO


def _count(figure: Figure) -> int:
    return figure.value if isinstance(figure.value, int) else 0
