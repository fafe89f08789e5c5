"""The raw rows of a gym as plain values, and the days they cover: from them every figure is written again.

Nothing here is shared with the reports: days are counted one by one in sets, never by intervals or in SQL.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from gym.app import Gym
from gym.security.permissions import Actor

DAY = timedelta(days=1)
FAR = 400
"""Days after today that a membership is followed, in which whatever was sold ahead begins."""


@dataclass
class RawGym:
    """Every row of the tables that a figure can come from."""

    today: date
    zone: ZoneInfo
    grace_days: int
    overlooked: Decimal
    subscriptions: list[Any]
    freezes: list[Any]
    brought: set[UUID]
    undone: set[UUID]
    entries: list[Any]
    visits: list[Any]
    plans: dict[UUID, Any]

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    @cached_property
    def resting(self) -> set[UUID]:
        """Subscriptions that rest until their client returns."""
        return {
            one.subscription_id for one in self.freezes if one.ends_on is None and one.canceled_at is None
        }

    @cached_property
    def days(self) -> dict[UUID, list[date]]:
        """The days at whose end each subscription was open, in order; one that rests has all to come."""
        found: dict[UUID, list[date]] = {}
        for one in self.subscriptions:
            if one.held or one.id in self.undone:
                continue
            last = one.ends_on
            if one.status == "canceled":
                last = min(last, self.day_of(one.closed_at) - DAY)
            elif one.id in self.resting:
                last = self.today + timedelta(days=FAR)
            days = [one.starts_on + timedelta(days=n) for n in range((last - one.starts_on).days + 1)]
            if days:
                found[one.id] = days
        return found

    @cached_property
    def ordered(self) -> dict[UUID, list[Any]]:
        """Each client's subscriptions that ever covered a day, by start."""
        found: dict[UUID, list[Any]] = defaultdict(list)
        for one in sorted(self.subscriptions, key=lambda one: (one.starts_on, one.sold_at, one.id)):
            if one.id in self.days:
                found[one.client_id].append(one)
        return found

    @cached_property
    def covered(self) -> dict[UUID, dict[date, list[Any]]]:
        """By client and day, the subscriptions that cover it."""
        found: dict[UUID, dict[date, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for client, own in self.ordered.items():
            for one in own:
                for day in self.days[one.id]:
                    found[client][day].append(one)
        return found

    @cached_property
    def entries_of(self) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for entry in self.entries:
            found[entry.account_id].append(entry)
        return found

    def balance(self, account_id: UUID, day: date) -> Decimal:
        """What was owed at the end of a day."""
        return sum(
            (
                -entry.amount if entry.kind in ("payment", "credit") else entry.amount
                for entry in self.entries_of[account_id]
                if entry.gym_day <= day
            ),
            Decimal(0),
        )

    def is_active(self, one: Any, day: date) -> bool:
        """Paid or graced at the end of a day that it covers."""
        late = (day - one.starts_on).days >= self.grace_days
        return not (late and self.balance(one.account_id, day) > self.overlooked)

    def active_on(self, day: date) -> list[Any]:
        """The active subscriptions at the end of a day."""
        return [one for own in self.covered.values() for one in own.get(day, ()) if self.is_active(one, day)]


async def read_gym(gym: Gym) -> RawGym:
    """Everything, in one transaction."""
    async with gym.unit_of_work(Actor.system()) as uow:

        async def rows(query: str) -> list[Any]:
            return list((await uow.session.execute(text(query))).all())

        listed = await rows(
            "SELECT r.subscription_id, i.undone_at FROM client_import_rows r JOIN client_imports i"
            " ON i.id = r.import_id WHERE r.subscription_id IS NOT NULL"
        )
        plans = await rows("SELECT * FROM plans")
        return RawGym(
            today=uow.today,
            zone=uow.settings.zone,
            grace_days=uow.settings.grace_days,
            overlooked=uow.settings.overlooked,
            subscriptions=await rows("SELECT * FROM subscriptions"),
            freezes=await rows("SELECT * FROM freezes"),
            brought={one.subscription_id for one in listed},
            undone={one.subscription_id for one in listed if one.undone_at is not None},
            entries=await rows("SELECT * FROM ledger_entries ORDER BY id"),
            visits=await rows("SELECT * FROM check_ins"),
            plans={one.id: one for one in plans},
        )
