"""Daily digest: the day's figures sent to the desk at closing, and the data of their chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import text

from gym.audit.chain import TrailChain
from gym.notifications.outbox import DESK
from gym.notifications.payloads.operations import DenialCount, DeskDigestPayload, MethodNet
from gym.payments.schemas import MethodTotal
from gym.payments.service import PaymentService
from gym.reports.today import TodayService
from gym.security.permissions import Permission
from gym.unit_of_work import UnitOfWork

NOON: Final = time(12)
"""A gym that closes after midnight is told in the morning of the day before."""
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
HOURS: Final = text("""
SELECT CAST(extract(hour FROM timezone(:zone, at)) AS integer) AS hour,
    count(*) FILTER (WHERE counted) AS visits, count(*) FILTER (WHERE outcome = 'denied') AS denials
FROM check_ins WHERE gym_day = :day AND undone_at IS NULL GROUP BY 1 ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class DoorHour:
    """The door in one hour of the gym's clock."""

    hour: int
    visits: int
    denials: int


@dataclass(frozen=True, slots=True)
class DayInNumbers:
    """What a chart of one day and the words under it show."""

    day: date
    hours: Sequence[DoorHour]
    before: Sequence[DoorHour]
    """Of the same weekday a week before."""
    money: Sequence[MethodTotal]


class DigestService:
    """For the job, and for the chart behind its message."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def tell_due(self, today: date) -> int:
        """Tell the desk of the day that has closed, once; 1 when there is one to tell.

        A missed day is told late only if something happened on it: nobody worked while nothing ran.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        day = self._closed_day()
        if day is None or not self.uow.settings.digest:
            return 0
        payload = await self._payload(day)
        if day < today - DAY and not _is_busy(payload):
            return 0
        self.uow.notify(DESK, payload, dedup_key=f"digest:{day.isoformat()}")
        return 1

    async def chart_of(self, day: date) -> DayInNumbers:
        """Raises `NotAllowed` for employees."""
        self.uow.actor.require(Permission.REPORT_ALL)
        hours, before = await self._hours(day), await self._hours(day - WEEK)
        return DayInNumbers(day, hours, before, await PaymentService(self.uow).money_by_method(day))

    async def _hours(self, day: date) -> list[DoorHour]:
        values = {"zone": self.uow.settings.timezone, "day": day}
        rows = await self.uow.session.execute(HOURS, values)
        return [DoorHour(row.hour, row.visits, row.denials) for row in rows]

    def _closed_day(self) -> date | None:
        """The latest day whose digest is due. While a missed day is made up for, it has closed."""
        at, today = self.uow.settings.digest_at, self.uow.today
        day = today - DAY if at < NOON else today
        closes = datetime.combine(today, at, self.uow.settings.zone)
        return day if self.uow.is_past or self.uow.now >= closes else None

    async def _payload(self, day: date) -> DeskDigestPayload:
        report = TodayService(self.uow)
        door, figures = await report.door(day), await report.figures(day)
        money = await PaymentService(self.uow).money_by_method(day)
        trail = await TrailChain(self.uow.session).head()
        return DeskDigestPayload(
            day=day,
            visits=door.visits,
            denials=tuple(DenialCount(code=code, count=count) for code, count in door.denials.items()),
            money=tuple(MethodNet(method=one.method, net=one.net) for one in money),
            new_clients=figures.new_clients,
            ending_week=figures.ending_week,
            debts=figures.debts,
            owed=figures.owed,
            at_risk=figures.at_risk,
            conversations=figures.conversations,
            proofs=figures.proofs,
            proofs_approved=figures.proofs_approved,
            trail_entries=trail.number,
            trail_mark=trail.mark,
        )


def _is_busy(payload: DeskDigestPayload) -> bool:
    return any((payload.visits, payload.denials, payload.money, payload.new_clients))
