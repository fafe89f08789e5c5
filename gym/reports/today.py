"""Today on one screen: occupancy, refusals, money, ending plans, debts, requests. Five queries in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gym.approvals.service import decidable_by
from gym.attendance.absence import absence_parameters, absent_members
from gym.attendance.models import CheckIn, Outcome, VerdictCode
from gym.attendance.presence import PresenceService
from gym.core.clock import day_start
from gym.debts.reading import debts_of
from gym.payments.schemas import MethodTotal
from gym.payments.service import PaymentService
from gym.reports.figures.risk import COUNT_BROKEN
from gym.reports.figures.risk import WEEK as NO_RISK_UNTIL
from gym.security.permissions import Permission
from gym.transfers.models import VOIDED
from gym.unit_of_work import UnitOfWork

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=6)
"""From today: its last day is the sixth from now."""
ZERO: Final = Decimal(0)

ENDING: Final = """
FROM subscriptions s JOIN clients c ON c.id = s.client_id AND c.active
WHERE s.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AND NOT s.held
    AND s.starts_on <= :day AND s.ends_on BETWEEN :day AND :until
    AND NOT EXISTS (SELECT FROM subscriptions n WHERE n.client_id = s.client_id
        AND n.starts_on > s.starts_on AND n.status <> 'canceled')
"""
_FIGURES: Final = f"""
SELECT
    (SELECT count(*) FROM clients WHERE created_at >= :begins AND created_at < :ends) AS new_clients,
    ending.today AS ending_today, ending.week AS ending_week, debts.number AS debts, debts.amount AS owed,
    (SELECT count(*) FROM approvals WHERE state = 'pending' AND expires_at > :now
        AND kind = ANY (CAST(:kinds AS varchar[]))) AS requests,
    (SELECT count(*) FROM conversations WHERE waits_since IS NOT NULL) AS conversations,
    (SELECT count(*) FROM payment_proofs WHERE state = 'open' AND expires_at > :now) AS proofs,
    (SELECT count(*) FROM payment_proofs WHERE state = 'approved' AND decided_at >= :begins
        AND decided_at < :ends AND booked > {VOIDED}) AS proofs_approved,
    (SELECT max(made_at) FROM backups WHERE state IN ('made', 'gone')) AS backed_up_at,
    ({COUNT_BROKEN}) AS at_risk
FROM (
    SELECT count(*) FILTER (WHERE s.ends_on = :day) AS today, count(*) AS week
"""  # noqa: S608 - constants
_AND_DEBTS: Final = f"""
) ending, (
    SELECT count(*) AS number, coalesce(sum(d.owed), 0) AS amount FROM ({debts_of()}) d WHERE d.begun
) debts
"""  # noqa: S608 - constants
FIGURES: Final = absent_members(_FIGURES + ENDING + _AND_DEBTS)


@dataclass(frozen=True, slots=True)
class DoorDay:
    """What happened at the door on one gym day."""

    visits: int
    """Those that count: one a client."""
    denials: Mapping[VerdictCode, int]

    @property
    def denied(self) -> int:
        return sum(self.denials.values())


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Counts of one day: new clients, ending plans, debts with their sum, requests, absent members."""

    new_clients: int
    ending_today: int
    ending_week: int
    """Today's among them."""
    debts: int
    owed: Decimal
    requests: int
    conversations: int
    """Of members, with something that nobody has answered now."""
    proofs: int
    """Of payment, that wait for an answer now."""
    proofs_approved: int
    """On that day."""
    at_risk: int
    backed_up_at: datetime | None
    """When the last good backup was made, in wall time."""


@dataclass(frozen=True, slots=True)
class Today:
    """Everything on the screen."""

    day: date
    inside: int
    door: DoorDay
    money: Sequence[MethodTotal]
    own_till: bool
    """The money is what the reader took, not the gym's."""
    figures: DayFigures

    @property
    def taken(self) -> Decimal:
        return sum((one.net for one in self.money), ZERO)


class DayRepository:
    """Sums and counts of a day."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def door(self, day: date) -> DoorDay:
        counted = func.count().filter(CheckIn.counted)
        denied = func.count().filter(CheckIn.outcome == Outcome.DENIED)
        query = select(CheckIn.code, counted, denied).where(
            CheckIn.gym_day == day, CheckIn.undone_at.is_(None)
        )
        rows = (await self.session.execute(query.group_by(CheckIn.code))).all()
        denials = {code: refused for code, _, refused in rows if refused}
        most_first = dict(sorted(denials.items(), key=lambda item: (-item[1], item[0])))
        return DoorDay(sum(visits for _, visits, _ in rows), most_first)

    async def figures(self, values: Mapping[str, Any]) -> DayFigures:
        row = (await self.session.execute(FIGURES, dict(values))).one()
        return DayFigures(
            new_clients=row.new_clients,
            ending_today=row.ending_today,
            ending_week=row.ending_week,
            debts=row.debts,
            owed=row.owed,
            requests=row.requests,
            conversations=row.conversations,
            proofs=row.proofs,
            proofs_approved=row.proofs_approved,
            at_risk=row.at_risk,
            backed_up_at=row.backed_up_at,
        )


class TodayService:
    """For everybody at the desk; employees see the money of their own till only."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._days = DayRepository(uow.session)

    async def today(self) -> Today:
        actor, day = self.uow.actor, self.uow.today
        actor.require(Permission.REPORT_OWN_DAY)
        own = not actor.may(Permission.REPORT_ALL)
        return Today(
            day=day,
            inside=await PresenceService(self.uow).occupancy(),
            door=await self._days.door(day),
            money=await PaymentService(self.uow).money_by_method(day, actor.id if own else None),
            own_till=own,
            figures=await self.figures(day),
        )

    async def door(self, day: date) -> DoorDay:
        """Raises `NotAllowed` for another day than today, to employees."""
        own = day == self.uow.today
        self.uow.actor.require(Permission.REPORT_OWN_DAY if own else Permission.REPORT_ALL)
        return await self._days.door(day)

    async def figures(self, day: date) -> DayFigures:
        """The figures as of a day; requests are those that the actor may answer."""
        self.uow.actor.require(Permission.REPORT_OWN_DAY)
        zone = self.uow.settings.zone
        return await self._days.figures(
            {
                **absence_parameters(day, self.uow.settings, NO_RISK_UNTIL + 1),
                "until": day + WEEK,
                "begins": day_start(day, zone),
                "ends": day_start(day + DAY, zone),
                "now": self.uow.now,
                "kinds": [kind.value for kind in decidable_by(self.uow.actor)],
            }
        )
