"""Reminders of products on account that are not paid, on the days on which an unpaid plan is reminded of.

Each is written once for its sale and distance, however often and late the job runs. One that a later day has
overtaken, or that Telegram has not taken since an earlier day, is laid aside: nobody reads the same twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gym.debts.repository import DebtRepository
from gym.debts.schemas import Debt
from gym.notifications import outbox
from gym.notifications.models import NotificationKind, NotificationState
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.products import DeskProductsOverduePayload, ProductsDuePayload
from gym.notifications.quiet_hours import after_quiet
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Permission
from gym.subscriptions.reminders import DUE_AGO, OVERTAKEN
from gym.unit_of_work import UnitOfWork


class ProductReminders:
    """Writes a gym day's reminders into the outbox."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def remind_due(self, today: date | None = None) -> int:
        """How many reminders belong to this gym day, counting those an earlier run has created.

        `today` is the day on which they leave, when the gym day is one that was missed.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        leaves_on = today or self.uow.today
        days = [self.uow.today - timedelta(days=step) for step in DUE_AGO]
        due = await DebtRepository(self.uow.session).products_since(days, self.uow.today)
        for debt in due:
            self._tell_desk(debt)
        rows = [self._row(debt, leaves_on) for debt in due if debt.has_chat]
        if rows:
            await outbox.insert_rows(self.uow.statements, rows)
            await self._set_aside_older(due, rows)
        return len(rows)

    def _row(self, debt: Debt, leaves_on: date) -> dict[str, Any]:
        since = (leaves_on - debt.since).days
        row = outbox.row(
            Recipient.client(debt.client_id),
            _due(debt, since),
            dedup_key=f"{NotificationKind.PRODUCTS_DUE}:{debt.id}:{debt.since.isoformat()}:{debt.days}",
            due_at=after_quiet(self.uow.now, self.uow.settings),
            wall=self.uow.context.wall,
        )
        overtaken = any(debt.days < step <= since for step in DUE_AGO)
        aside = {"state": NotificationState.DISMISSED, "error": OVERTAKEN}
        return row | (aside if overtaken else {"error": None})

    async def _set_aside_older(self, due: Sequence[Debt], rows: Sequence[Mapping[str, Any]]) -> None:
        waiting = [row for row in rows if row["state"] is NotificationState.PENDING]
        if waiting:
            await OutboxRepository(self.uow.session).overtake(
                NotificationKind.PRODUCTS_DUE,
                readers=[row["recipient_id"] for row in waiting],
                about=[str(debt.id) for debt in due],
                newest=[row["dedup_key"] for row in waiting],
                wall=self.uow.context.wall,
                reason=OVERTAKEN,
            )

    def _tell_desk(self, debt: Debt) -> None:
        """As of a plan that nobody has paid for a week, linked or not."""
        if debt.days != DUE_AGO[-1]:
            return
        due = dict(_due(debt, debt.days))
        payload = DeskProductsOverduePayload(**due, client_id=debt.client_id, client_name=debt.client_name)
        at = after_quiet(self.uow.now, self.uow.settings)
        self.uow.notify(DESK, payload, dedup_key=f"desk-products-overdue:{debt.id}", due_at=at)


def tell_products_due(uow: UnitOfWork, debt: Debt, key: str) -> None:
    """A reminder that somebody at the desk has asked for."""
    at = after_quiet(uow.now, uow.settings)
    uow.notify(Recipient.client(debt.client_id), _due(debt, debt.days), dedup_key=key, due_at=at)


def _due(debt: Debt, days: int) -> ProductsDuePayload:
    return ProductsDuePayload(sale_id=debt.id, what=debt.what, owed=debt.balance, days=days)
