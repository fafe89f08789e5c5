"""Messages on occasions (birthday, long absence, new price): once each, to active members with a chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from gym.clients.birthdays import born_for
from gym.clients.models import Client
from gym.notifications import outbox
from gym.notifications.models import NotificationState
from gym.notifications.outbox import Recipient
from gym.notifications.payloads.base import Payload
from gym.notifications.payloads.members import AbsentPayload, BirthdayPayload, PriceChangedPayload
from gym.notifications.quiet_hours import after_quiet
from gym.reports.absence import AbsenceRepository, LongAway, absent_key
from gym.security.permissions import Permission
from gym.subscriptions.reminders import OVERTAKEN
from gym.unit_of_work import UnitOfWork

ABSENT_FOR: Final = (10, 20)
"""Days without a visit after which a member with a running plan is asked back."""

# Those who hold the plan since before the new price, at another one. A price that is in force is no news.
HOLDERS: Final = text("""
SELECT DISTINCT p.id AS price_id, p.amount, p.valid_from, n.name AS plan_name, c.id AS client_id,
    c.first_name
FROM plan_prices p
JOIN plans n ON n.id = p.plan_id AND n.active
JOIN subscriptions s ON s.plan_id = p.plan_id AND s.status IN ('scheduled', 'pending_payment', 'active', 'frozen')
JOIN clients c ON c.id = s.client_id AND c.active AND c.telegram_id IS NOT NULL
WHERE p.valid_from > :today AND s.starts_on < p.valid_from AND s.base_price <> p.amount
ORDER BY p.valid_from, c.id
""")  # noqa: E501 - one condition a line


class Occasions:
    """Writes what is due into the outbox; each key names the person and the occasion."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def tell_due(self, today: date) -> int:
        """Birthdays and absences of this gym day; how many. A birthday of a missed day is dismissed."""
        self.uow.actor.require(Permission.RUN_JOBS)
        rows = [*await self._birthdays(today), *await self._absences(today)]
        if rows:
            await outbox.insert_rows(self.uow.statements, rows)
        return len(rows)

    async def announce_prices(self) -> int:
        """Tell holders of a plan that it will cost something else; how many there are to tell."""
        self.uow.actor.require(Permission.RUN_JOBS)
        found = (await self.uow.session.execute(HOLDERS, {"today": self.uow.today})).all()
        for one in found:
            self.uow.notify(
                Recipient.client(one.client_id),
                PriceChangedPayload(
                    first_name=one.first_name,
                    plan_name=one.plan_name,
                    price=one.amount,
                    valid_from=one.valid_from,
                ),
                dedup_key=f"price_changed:{one.price_id}:{one.client_id}",
                due_at=after_quiet(self.uow.now, self.uow.settings),
            )
        return len(found)

    async def _birthdays(self, today: date) -> list[dict[str, Any]]:
        day = self.uow.today
        return [
            self._row(
                client.id,
                BirthdayPayload(first_name=client.first_name),
                f"birthday:{client.id}:{day.year}",
                overtaken=day != today,
            )
            for client in await self._born_on(day)
        ]

    async def _born_on(self, day: date) -> Sequence[Client]:
        query = select(Client).where(born_for(day), Client.active, Client.telegram_id.is_not(None))
        return (await self.uow.session.scalars(query.order_by(Client.id))).all()

    async def _absences(self, today: date) -> list[dict[str, Any]]:
        absences = AbsenceRepository(self.uow.session, self.uow.settings)
        found = await absences.away_for(self.uow.today, ABSENT_FOR)
        return [self._absent(one, await absences.days_away(one.client_id, one.since, today)) for one in found]

    def _absent(self, one: LongAway, days_now: int | None) -> dict[str, Any]:
        """`days_now` is None when the client is not to be asked any more on the day on which it leaves."""
        days = one.days if days_now is None else days_now
        return self._row(
            one.client_id,
            AbsentPayload(first_name=one.first_name, days=days, last_visit=one.last_visit, since=one.since),
            absent_key(one.client_id, one.since, one.days),
            overtaken=days_now is None or any(one.days < step <= days for step in ABSENT_FOR),
        )

    def _row(self, client_id: UUID, payload: Payload, key: str, *, overtaken: bool) -> dict[str, Any]:
        row = outbox.row(
            Recipient.client(client_id),
            payload,
            dedup_key=key,
            due_at=after_quiet(self.uow.now, self.uow.settings),
            wall=self.uow.context.wall,
        )
        aside = {"state": NotificationState.DISMISSED, "error": OVERTAKEN}
        return row | (aside if overtaken else {"error": None})
