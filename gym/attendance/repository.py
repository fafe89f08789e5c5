"""Queries at the door: one reads every fact, one statement writes every effect."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, func, select, text

from gym.attendance.models import CheckIn
from gym.clients.models import Client
from gym.core.errors import NotFound
from gym.core.language import N_
from gym.core.repository import Page, Repository

# The subscription that counts on a day: an open one that covers it, else the next open one, else the last.
FACTS: Final = text("""
SELECT c.id AS client_id, c.first_name, c.last_name, c.alias, c.active, c.blocked_until, c.block_reason,
    c.birth_date, c.warning, c.card_serial, c.language,
    s.id AS subscription_id, s.starts_on, s.ends_on, s.visits, s.visits_used, s.frozen_until,
    s.status AS status, p.name AS plan_name, p."window" AS plan_window, a.balance,
    coalesce(debt.amount, 0) AS closed_debt, today.counted AS visited_today, today.last_at AS last_at
FROM clients c
LEFT JOIN LATERAL (
    SELECT s.* FROM subscriptions s WHERE s.client_id = c.id AND s.status <> 'canceled'
    ORDER BY (s.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AND s.ends_on >= :day) DESC,
        CASE WHEN s.status IN ('scheduled', 'pending_payment', 'active', 'frozen') AND s.ends_on >= :day
            THEN s.starts_on END ASC,
        s.ends_on DESC, s.starts_on DESC
    LIMIT 1
) s ON true
LEFT JOIN plans p ON p.id = s.plan_id
LEFT JOIN accounts a ON a.id = s.account_id
LEFT JOIN LATERAL (
    SELECT sum(b.balance) AS amount FROM subscriptions o JOIN accounts b ON b.id = o.account_id
    WHERE o.client_id = c.id AND b.balance > 0 AND o.id IS DISTINCT FROM s.id
) debt ON true
LEFT JOIN LATERAL (
    SELECT bool_or(i.counted) AS counted, max(i.at) FILTER (WHERE i.at <= :at) AS last_at FROM check_ins i
    WHERE i.client_id = c.id AND i.gym_day = :day AND i.outcome = 'admitted' AND i.undone_at IS NULL
) today ON true
WHERE c.id = :client
""")

# A visit: the subscription's counter and the attempt's row, or neither. The UPDATE makes others wait; the
# unique index (one counted visit a day) then decides, and the row that lost is not inserted.
VISIT: Final = text("""
WITH used AS (
    UPDATE subscriptions SET visits_used = visits_used + 1
    WHERE id = :subscription_id AND (visits IS NULL OR visits_used < visits) RETURNING visits_used
)
INSERT INTO check_ins (id, client_id, subscription_id, outcome, code, method, counted, visit_number, balance,
    kiosk_id, staff_id, at, received_at, gym_day, idempotency_key)
SELECT :id, :client_id, :subscription_id, 'admitted', 'admitted', :method, true, used.visits_used, :balance,
    :kiosk_id, :staff_id, :at, :received_at, :gym_day, :idempotency_key FROM used
ON CONFLICT (client_id, gym_day) WHERE counted AND undone_at IS NULL DO NOTHING
RETURNING visit_number
""")


class CheckInNotFound(NotFound):
    code = "check_in_not_found"
    message = N_("That check-in is not there any more.")


class AttendanceRepository(Repository[CheckIn, UUID]):
    model = CheckIn
    missing = CheckInNotFound

    async def facts(self, client_id: UUID, day: date, at: datetime) -> Row[Any] | None:
        """Everything the verdict about a client needs, in one query."""
        values = {"client": client_id, "day": day, "at": at}
        return (await self.session.execute(FACTS, values)).one_or_none()

    async def count_visit(self, values: dict[str, Any]) -> int | None:
        """Write a counted visit; its number, or None when another one of the day was first."""
        return await self.session.scalar(VISIT, values)

    async def by_key(self, key: UUID) -> CheckIn | None:
        return await self.session.scalar(select(CheckIn).where(CheckIn.idempotency_key == key))

    async def by_document(self, number: str, phone_last4: str) -> UUID | None:
        """The client with this document whose phone ends so; neither half is confirmed alone."""
        query = select(Client.id).where(
            func.upper(Client.document_number) == number.upper(), Client.phone.endswith(phone_last4)
        )
        return (await self.session.scalars(query.limit(2))).one_or_none()

    async def counted_on(self, client_id: UUID, day: date) -> bool:
        query = select(CheckIn.id).where(
            CheckIn.client_id == client_id, CheckIn.gym_day == day, CheckIn.counted
        )
        return await self.session.scalar(query.where(CheckIn.undone_at.is_(None))) is not None

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

    async def on_day(self, day: date, number: int) -> Page[CheckIn]:
        """Every attempt of a gym day, the latest first."""
        query = select(CheckIn).where(CheckIn.gym_day == day).order_by(CheckIn.at.desc(), CheckIn.id)
        return await self.page(query, number)

    async def day_counts(self, day: date) -> dict[str, int]:
        """Attempts of a day by code."""
        query = select(CheckIn.code, func.count()).where(CheckIn.gym_day == day, CheckIn.undone_at.is_(None))
        rows = await self.session.execute(query.group_by(CheckIn.code))
        return {code.value: count for code, count in rows}
