"""Reminders that are due today: a period that ends or has ended, a balance that is unpaid.

Each is created once (its key names the subscription, the date and the distance), however often the job runs.
A day that was missed is not made up for: "ends in 3 days" would be wrong tomorrow. Clients who have not
linked Telegram are left out, so that nothing piles up unsent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from gym.notifications.models import NotificationKind
from gym.subscriptions import notices
from gym.subscriptions.models import Subscription
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

ENDS_IN = (7, 3, 1, 0)
ENDED_AGO = (3, 10)
DUE_AGO = (1, 3, 7)
"""Days before the end, after it, and after an unpaid first day."""


class Reminders:
    """Writes today's reminders into the outbox."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._found = SubscriptionRepository(uow.session)

    async def remind_due(self) -> int:
        """How many reminders are due today, counting those an earlier run has created."""
        ending = await self._found.ending_on(self._ahead(ENDS_IN))
        ended = await self._found.ended_on(self._ago(ENDED_AGO))
        due = await self._found.due_since(self._ago(DUE_AGO), self.uow.today)
        return (
            self._remind(ending, NotificationKind.ENDS_SOON, ends=True)
            + self._remind(ended, NotificationKind.ENDED, ends=True)
            + self._remind(due, NotificationKind.PAYMENT_DUE, ends=False)
        )

    def _remind(self, found: Sequence[Subscription], kind: NotificationKind, *, ends: bool) -> int:
        reachable = [one for one in found if one.client.telegram_id is not None]
        for subscription in reachable:
            day = subscription.ends_on if ends else subscription.starts_on
            days = abs((day - self.uow.today).days)
            key = f"{kind}:{subscription.id}:{day.isoformat()}:{days}"
            notices.remind(self.uow, subscription, kind, days, key)
        return len(reachable)

    def _ahead(self, distances: Iterable[int]) -> list[date]:
        return [self.uow.today + timedelta(days=days) for days in distances]

    def _ago(self, distances: Iterable[int]) -> list[date]:
        return [self.uow.today - timedelta(days=days) for days in distances]
