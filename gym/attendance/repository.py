"""Queries of attendance; the door's own are in `facts`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from gym.attendance.errors import CheckInNotFound
from gym.attendance.facts import BY_CLIENT, BY_FACE, VISIT
from gym.attendance.models import CheckIn
from gym.clients.models import Client, DocumentType
from gym.core.repository import Page, Repository
from gym.subscriptions.models import Subscription

Facts = Mapping[Any, Any]
LOOK_BACK: Final = timedelta(hours=30)
"""Longer than any gym day and any card's pass-back time before it."""


class AttendanceRepository(Repository[CheckIn, UUID]):
    model = CheckIn
    missing = CheckInNotFound

    async def facts(self, client_id: UUID, day: date, at: datetime, key: UUID | None = None) -> Facts:
        """Everything the verdict about a client needs, in one query; `client_id` is None for nobody."""
        values = {"client": client_id, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        return (await self.session.execute(BY_CLIENT, values)).mappings().one()

    async def facts_of_face(
        self, terms: Mapping[str, Any], day: date, at: datetime, key: UUID | None
    ) -> Facts:
        """The same about the best candidate of the gallery, with the candidates' scores, in one query."""
        values = {**terms, "day": day, "at": at, "since": at - LOOK_BACK, "idempotency": key}
        return (await self.session.execute(BY_FACE, values)).mappings().one()

    async def count_visit(self, values: Mapping[str, Any]) -> int | None:
        """Write a counted visit and use one of the plan's; its number, or None with nothing written."""
        return await self.session.scalar(VISIT, dict(values))

    async def write(self, values: Mapping[str, Any]) -> bool:
        """Write an attempt; False with nothing written when a unique index already holds it."""
        statement = insert(CheckIn).values(**values).on_conflict_do_nothing()
        return await self.session.scalar(statement.returning(CheckIn.id)) is not None

    async def give_back_visit(self, subscription_id: UUID) -> None:
        used = update(Subscription).where(Subscription.id == subscription_id, Subscription.visits_used > 0)
        await self.session.execute(used.values(visits_used=Subscription.visits_used - 1))

    async def by_key(self, key: UUID | None) -> CheckIn | None:
        """The attempt an idempotency key has made already."""
        if key is None:
            return None
        return await self.session.scalar(select(CheckIn).where(CheckIn.idempotency_key == key))

    async def by_document(self, number: str, phone_last4: str) -> UUID | None:
        """The one client with this document whose phone ends so; neither half is confirmed alone."""
        query = select(Client.id).where(
            Client.document_type.in_(list(DocumentType)),
            Client.document_number == number,
            func.right(Client.phone, 4) == phone_last4,
        )
        found = (await self.session.scalars(query.order_by(Client.active.desc()).limit(2))).all()
        return found[0] if len(found) == 1 else None

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

    async def day_counts(self, day: date) -> dict[str, int]:
        """Attempts of a day by code."""
        query = select(CheckIn.code, func.count()).where(CheckIn.gym_day == day, CheckIn.undone_at.is_(None))
        rows = await self.session.execute(query.group_by(CheckIn.code))
        return {code.value: count for code, count in rows}
