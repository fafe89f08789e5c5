"""Queries of attendance; those of the check-in itself are in `checkin.facts.queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on

from gym.attendance.errors import CheckInNotFound
from gym.attendance.models import CheckIn, Outcome
from gym.clients.models import Client
from gym.core.database.repository import Page, Repository
from gym.kiosks.models import Kiosk
from gym.subscriptions.models import Subscription

Inside = tuple[UUID, UUID, str, datetime]
"""The last entry, its client, the client's name, and since when the client is inside."""


class AttendanceRepository(Repository[CheckIn, UUID]):
    model = CheckIn
    missing = CheckInNotFound

    async def give_back_visit(self, subscription_id: UUID) -> None:
        used = update(Subscription).where(Subscription.id == subscription_id, Subscription.visits_used > 0)
        await self.session.execute(used.values(visits_used=Subscription.visits_used - 1))

    async def by_key(self, key: UUID | None) -> CheckIn | None:
        """The attempt an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(select(CheckIn).where(CheckIn.idempotency_key == key))

    async def last_visits(self, client_id: UUID, limit: int) -> list[CheckIn]:
        """The latest admitted entries that count."""
        query = select(CheckIn).where(
            CheckIn.client_id == client_id, CheckIn.counted, CheckIn.undone_at.is_(None)
        )
        found = await self.session.scalars(query.order_by(CheckIn.at.desc()).limit(limit))
        return list(found)

    async def visits(self, client_id: UUID, number: int) -> Page[CheckIn]:
        """Every attempt of a client, the latest first."""
        query = select(CheckIn).where(CheckIn.client_id == client_id).order_by(CheckIn.at.desc(), CheckIn.id)
        return await self.page(query, number)

    async def on_day(self, day: date, number: int, since: datetime | None = None) -> Page[CheckIn]:
        """Every attempt of a gym day, or of its part since a moment, the latest first."""
        query = select(CheckIn).where(CheckIn.gym_day == day).order_by(CheckIn.at.desc(), CheckIn.id.desc())
        return await self.page(query if since is None else query.where(CheckIn.at >= since), number)

    async def received(
        self, first: datetime, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[tuple[CheckIn, Client | None, str | None]]:
        """Attempts received since a moment, the latest first, with their client and the kiosk's name."""
        query = select(CheckIn, Client, Kiosk.name).where(CheckIn.received_at >= first)
        query = query.outerjoin(Client, Client.id == CheckIn.client_id)
        query = query.outerjoin(Kiosk, Kiosk.id == CheckIn.kiosk_id)
        if after is not None:
            query = query.where(tuple_(CheckIn.received_at, CheckIn.id) < tuple_(*after))
        query = query.order_by(CheckIn.received_at.desc(), CheckIn.id.desc()).limit(limit)
        found = await self.session.execute(query)
        return [(row, client, kiosk) for row, client, kiosk in found]

    async def count_received(self, first: datetime) -> int:
        """How many attempts `received` would give in all."""
        query = select(func.count()).select_from(CheckIn).where(CheckIn.received_at >= first)
        return await self.session.scalar(query) or 0

    async def inside(
        self, first_day: date, since: datetime, now: datetime, stay: timedelta | None
    ) -> Sequence[Inside]:
        """The last entry of everybody inside, with its client's name and the begin of the stay.

        The latest stay first. `stay` is how long an entry lasts by itself; None until the check-out.
        """
        last = _last_entries(first_day, since, now).subquery()
        stays = _stays(first_day, now, stay).subquery()
        name = func.btrim(func.concat(Client.first_name, " ", Client.last_name))
        query = (
            select(last.c.id, Client.id, name, stays.c.begun)
            .join(Client, Client.id == last.c.client_id)
            .join(stays, stays.c.client_id == last.c.client_id)
            .where(last.c.left_at.is_(None))
            .order_by(stays.c.begun.desc(), last.c.id.desc())
        )
        found = await self.session.execute(query)
        return [(key, whose, called, at) for key, whose, called, at in found]

    async def occupancy(self, first_day: date, since: datetime, now: datetime) -> int:
        """How many `inside` would give."""
        last = _last_entries(first_day, since, now).subquery()
        query = select(func.count()).select_from(last).where(last.c.left_at.is_(None))
        return await self.session.scalar(query) or 0

    async def lock_last_entry(self, client_id: UUID, now: datetime) -> CheckIn | None:
        """A client's latest entry, whether or not they have left since."""
        query = select(CheckIn).where(_entered(), CheckIn.client_id == client_id, CheckIn.at <= now)
        query = query.order_by(CheckIn.at.desc(), CheckIn.id.desc()).limit(1).with_for_update()
        return await self.session.scalar(query, execution_options={"populate_existing": True})

    async def day_counts(self, day: date) -> dict[str, int]:
        """Attempts of a day by code."""
        query = select(CheckIn.code, func.count()).where(CheckIn.gym_day == day, CheckIn.undone_at.is_(None))
        rows = await self.session.execute(query.group_by(CheckIn.code))
        return {code.value: count for code, count in rows}


def _entered() -> ColumnElement[bool]:
    return and_(CheckIn.outcome == Outcome.ADMITTED, CheckIn.undone_at.is_(None))


def _last_entries(first_day: date, since: datetime, now: datetime) -> Select[*tuple[Any, ...]]:
    """Everybody's latest entry since a moment of a gym day (which is what the index goes by)."""
    query = select(CheckIn.id, CheckIn.client_id, CheckIn.at, CheckIn.left_at)
    query = query.ext(distinct_on(CheckIn.client_id))
    query = query.where(_entered(), CheckIn.gym_day >= first_day, CheckIn.at >= since, CheckIn.at <= now)
    return query.order_by(CheckIn.client_id, CheckIn.at.desc(), CheckIn.id.desc())


def _stays(first_day: date, now: datetime, stay: timedelta | None) -> Select[*tuple[Any, ...]]:
    """When everybody's latest stay began: a face that is seen again while inside begins no new one."""
    who, order = CheckIn.client_id, (CheckIn.at, CheckIn.id)
    entries = select(
        CheckIn.client_id,
        CheckIn.at,
        func.lag(CheckIn.at).over(partition_by=who, order_by=order).label("before"),
        func.lag(CheckIn.left_at).over(partition_by=who, order_by=order).label("left_at"),
    )
    entries = entries.where(_entered(), CheckIn.gym_day >= first_day, CheckIn.at <= now)
    one = entries.subquery()
    begins = or_(one.c.before.is_(None), one.c.left_at.is_not(None))
    if stay is not None:
        begins = or_(begins, one.c.at - one.c.before > stay)
    return select(one.c.client_id, func.max(one.c.at).filter(begins).label("begun")).group_by(one.c.client_id)
