"""Reminders of a period that ends or has ended, and of an unpaid balance, written into the outbox.

Each is created once, for its own gym day (its key names the subscription, the date and the distance), however
often the job runs and however late. One that was missed leaves late only while it is still true and no later
one of the same row has overtaken it, with the days as they are when it leaves; else it is laid aside, so that
nobody reads on Friday that "today" was Tuesday. Clients who have not linked Telegram are left out, so that
nothing piles up unsent; the desk hears of every debt that grows old.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, TypeAlias

from gym.notifications import outbox
from gym.notifications.kinds import BY_PAYLOAD
from gym.notifications.models import NotificationKind, NotificationState
from gym.notifications.outbox import DESK, Recipient
from gym.notifications.payloads.plans import (
    DeskOverduePayload,
    EndedPayload,
    EndsSoonPayload,
    PaymentDuePayload,
)
from gym.notifications.quiet_hours import after_quiet
from gym.notifications.repository import OutboxRepository
from gym.security.permissions import Permission
from gym.subscriptions.models import Subscription
from gym.subscriptions.notices import plan_details
from gym.subscriptions.repository import SubscriptionRepository
from gym.unit_of_work import UnitOfWork

ENDS_IN: Final = (7, 3, 1, 0)
ENDED_AGO: Final = (3, 10)
DUE_AGO: Final = (1, 3, 7)
"""Days before the end, after it, and after an unpaid first day."""
OVERTAKEN: Final = "overtaken before it left"
Reminder: TypeAlias = EndsSoonPayload | EndedPayload | PaymentDuePayload


@dataclass(frozen=True, slots=True)
class ReminderSeries:
    """Reminders of one kind about one date; a step is a number of days from that date on."""

    payload: type[Reminder]
    steps: tuple[int, ...]
    of_end: bool
    last_step: int | None = None
    """After this one the sentence is not true any more."""

    @property
    def kind(self) -> NotificationKind:
        return BY_PAYLOAD[self.payload].kind

    def date_of(self, subscription: Subscription) -> date:
        return subscription.ends_on if self.of_end else subscription.starts_on

    def is_overtaken(self, anchor: date, due: date, today: date) -> bool:
        """True of a reminder of an earlier day that says less, or something else, than is true today."""
        later = any(due < anchor + timedelta(days=step) <= today for step in self.steps)
        return later or (self.last_step is not None and today > anchor + timedelta(days=self.last_step))


ENDS: Final = ReminderSeries(EndsSoonPayload, tuple(-days for days in ENDS_IN), of_end=True, last_step=0)
ENDED: Final = ReminderSeries(EndedPayload, ENDED_AGO, of_end=True)
DUE: Final = ReminderSeries(PaymentDuePayload, DUE_AGO, of_end=False)


class Reminders:
    """Writes a gym day's reminders into the outbox."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._found = SubscriptionRepository(uow.session)

    async def remind_due(self, today: date | None = None) -> int:
        """How many reminders belong to this gym day, counting those an earlier run has created.

        `today` is the day on which they leave, when the gym day is one that was missed.
        """
        self.uow.actor.require(Permission.RUN_JOBS)
        leaves_on = today or self.uow.today
        ending = [one for one in await self._found.ending_on(self._anchors(ENDS)) if self._has_run(one)]
        ended = [one for one in await self._found.ended_on(self._anchors(ENDED)) if self._is_welcome(one)]
        due = await self._found.due_since(self._anchors(DUE), self.uow.today)
        self._tell_desk(due)
        return (
            await self._remind(ending, ENDS, leaves_on)
            + await self._remind(ended, ENDED, leaves_on)
            + await self._remind(due, DUE, leaves_on)
        )

    async def _remind(self, found: Sequence[Subscription], series: ReminderSeries, leaves_on: date) -> int:
        reachable = [one for one in found if one.client.telegram_id is not None]
        rows = [self._row(one, series, leaves_on) for one in reachable]
        if rows:
            await outbox.insert_rows(self.uow.statements, rows)
            await self._set_aside_older(series, rows)
        return len(rows)

    async def _set_aside_older(self, series: ReminderSeries, rows: Sequence[Mapping[str, Any]]) -> None:
        """What Telegram has not taken since an earlier day says nothing that these do not say better."""
        newest = {
            _told_of(row["dedup_key"]): row for row in rows if row["state"] is NotificationState.PENDING
        }
        if newest:
            await OutboxRepository(self.uow.session).overtake(
                series.kind,
                readers=[row["recipient_id"] for row in newest.values()],
                about=list(newest),
                newest=[row["dedup_key"] for row in newest.values()],
                wall=self.uow.context.wall,
                reason=OVERTAKEN,
            )

    def _row(self, subscription: Subscription, series: ReminderSeries, leaves_on: date) -> dict[str, Any]:
        anchor, due = series.date_of(subscription), self.uow.today
        overtaken = series.is_overtaken(anchor, due, leaves_on)
        key = f"{series.kind}:{subscription.id}:{anchor.isoformat()}:{abs((anchor - due).days)}"
        row = outbox.row(
            Recipient.client(subscription.client_id),
            series.payload(about=plan_details(subscription), days=abs((anchor - leaves_on).days)),
            dedup_key=key,
            due_at=after_quiet(self.uow.now, self.uow.settings),
            wall=self.uow.context.wall,
        )
        aside = {"state": NotificationState.DISMISSED, "error": OVERTAKEN}
        return row | (aside if overtaken else {"error": None})

    def _has_run(self, subscription: Subscription) -> bool:
        """Nobody is told on the day of buying, or before the first day, that it ends soon."""
        return subscription.starts_on < self.uow.today

    def _is_welcome(self, subscription: Subscription) -> bool:
        """Nobody is missed aloud whom the door sends away."""
        until = subscription.client.blocked_until
        return until is None or until < self.uow.today

    def _tell_desk(self, due: Sequence[Subscription]) -> None:
        """A debt that nobody has paid for a week is the desk's business, linked or not."""
        for subscription in due:
            days = (self.uow.today - subscription.starts_on).days
            if days == DUE_AGO[-1]:
                payload = DeskOverduePayload(about=plan_details(subscription), days=days)
                key = f"desk-overdue:{subscription.id}:{subscription.starts_on.isoformat()}"
                at = after_quiet(self.uow.now, self.uow.settings)
                self.uow.notify(DESK, payload, dedup_key=key, due_at=at)

    def _anchors(self, series: ReminderSeries) -> Iterable[date]:
        """The dates whose reminder is due today."""
        return [self.uow.today - timedelta(days=step) for step in series.steps]


def _told_of(dedup_key: str) -> str:
    """The subscription in a reminder's key."""
    return dedup_key.split(":")[1]
