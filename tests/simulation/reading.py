"""The real gym read out, as the model says it: messages, periods, absences and money."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from gym.broadcasts.segments import BroadcastAudience, Segment, members
from gym.core.clock import gym_day
from gym.core.database.json_values import decode
from gym.notifications.models import Notification, NotificationState, RecipientKind
from gym.payments.models import Account, EntryKind, LedgerEntry, Method
from gym.payments.tills.cash_counts import CashService
from gym.security.permissions import Actor
from gym.subscriptions.models import OPEN, Subscription
from tests.simulation.driver import Driver
from tests.simulation.model import GYM
from tests.support.absent import absent

Place = tuple[int, int]
"""Member, and which of the member's periods."""
INVITING: Final = ("absent", "ended")
"""Kinds that ask somebody to come."""


@dataclass(frozen=True)
class Noted:
    """One message as it was seen last."""

    kind: str
    who: int
    day: date
    state: str
    to: RecipientKind
    spread: bool
    """Of what is for the desk: one chat's own copy."""
    last_visit: date | None
    """Which one a message names."""


@dataclass
class Reading:
    """What has become of one gym, by the model's numbers."""

    driver: Driver
    noted: dict[UUID, Noted] = field(default_factory=dict)
    invited: set[UUID] = field(default_factory=set)
    """Invitations that have been looked at."""

    @property
    def numbers(self) -> dict[UUID, int]:
        return {client.id: number for number, client in self.driver.clients.items()}

    async def note(self) -> None:
        """Look at every message that is kept; what is old is forgotten by the gym, not here."""
        numbers, zone = self.numbers, (await self.driver.gym.settings()).zone
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            for row in await uow.session.scalars(select(Notification)):
                payload = decode(row.payload)
                who = numbers.get(row.recipient_id or payload.get("client_id"), GYM)
                day, to = gym_day(row.due_at, zone), row.recipient_kind
                spread = to is RecipientKind.DESK and row.recipient_id is not None
                seen = payload.get("last_visit")
                self.noted[row.id] = Noted(str(row.kind), who, day, str(row.state), to, spread, seen)

    def told(self) -> Counter[tuple[str, int, date]]:
        """Everything that was created, by the gym day on which it was due."""
        return Counter((one.kind, one.who, one.day) for one in self.noted.values() if not one.spread)

    def last_seen(self) -> dict[tuple[int, date], date | None]:
        """Which last visit every message about an absence names, of those that were not laid aside."""
        absent = (one for one in self.noted.values() if one.kind == "absent" and one.state != "dismissed")
        return {(one.who, one.day): one.last_visit for one in absent}

    def states(self) -> Counter[tuple[str, bool]]:
        """Of what is meant for clients: how it stands, and whether the client has a chat."""
        linked = {number: client.telegram_id is not None for number, client in self.driver.clients.items()}
        theirs = (one for one in self.noted.values() if one.to is RecipientKind.CLIENT)
        return Counter((one.state, linked[one.who]) for one in theirs)

    def sent_to(self, number: int) -> int:
        """How many messages have left for a member."""
        mine = (one for one in self.noted.values() if one.to is RecipientKind.CLIENT and one.who == number)
        return sum(one.state == NotificationState.SENT for one in mine)

    def desk(self) -> Counter[str]:
        """How everything that was to be told to the desk chat stands."""
        return Counter(one.state for one in self.noted.values() if one.spread)

    async def invitations(self) -> list[tuple[str, int]]:
        """Kind and member of what has left since the last look and asks somebody to come."""
        sent = select(Notification.id, Notification.kind, Notification.recipient_id).where(
            Notification.kind.in_(INVITING),
            Notification.state == NotificationState.SENT,
            Notification.id.not_in(self.invited),
        )
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(sent)).all()
        self.invited |= {row.id for row in rows}
        return [(str(row.kind), self.numbers[row.recipient_id]) for row in rows]

    async def periods(self) -> dict[Place, tuple[str, date, date]]:
        """Status, first and last day of every open period."""
        places = {key: place for place, key in self.driver.terms.items()}
        query = select(Subscription.id, Subscription.status, Subscription.starts_on, Subscription.ends_on)
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query.where(Subscription.status.in_(OPEN)))).all()
        return {places[row.id]: (str(row.status), row.starts_on, row.ends_on) for row in rows}

    async def standing(self) -> dict[Place, tuple[str, int]]:
        """Status and debt of every period."""
        places = {key: place for place, key in self.driver.terms.items()}
        query = select(Subscription.id, Subscription.status, Account.balance).join(Subscription.account)
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query)).all()
        return {places[row.id]: (str(row.status), int(row.balance)) for row in rows}

    async def at_risk(self) -> dict[int, int]:
        """Days by member of those who have not been seen; a broadcast reaches the same."""
        numbers = self.numbers
        found = {numbers[client]: days for client, _, days, _ in await absent(self.driver.gym)}
        async with self.driver.gym.unit_of_work(self.driver.admin) as uow:
            audience = members(BroadcastAudience(Segment.ABSENT), uow.today, uow.settings)
            assert {numbers[key] for key in await uow.session.scalars(audience)} == found.keys()
        return found

    async def till(self, day: date) -> int:
        """The cash that should be in the till."""
        admin = self.driver.admin
        async with self.driver.gym.unit_of_work(admin) as uow:
            till = await CashService(uow).expected(day, admin.id)
        return sum(int(one.expected) for one in till.methods if one.method is Method.CASH)

    async def entries(self) -> Counter[tuple[date, str, str]]:
        """Amounts by day, kind of account and kind of entry."""
        kinds = (LedgerEntry.gym_day, Account.kind, LedgerEntry.kind)
        query = select(*kinds, func.sum(LedgerEntry.amount)).group_by(*kinds)
        query = query.join(Account, Account.id == LedgerEntry.account_id)
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query)).all()
        return Counter({(day, str(account), str(kind)): int(total) for day, account, kind, total in rows})

    async def credits(self) -> dict[int, int]:
        """What the gym keeps for whom."""
        query = select(Account.client_id, Account.balance).where(
            Account.kind == "credit", Account.balance > 0
        )
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query)).all()
        return {self.numbers[key]: int(balance) for key, balance in rows}

    async def receipts(self) -> list[tuple[int, int, int]]:
        """Number, member and amount of every payment."""
        whose = {key: number for (number, _), key in self.driver.terms.items()}
        query = (
            select(LedgerEntry, Subscription.id)
            .join(Subscription, Subscription.account_id == LedgerEntry.account_id)
            .where(LedgerEntry.kind == EntryKind.PAYMENT)
            .order_by(LedgerEntry.receipt_number)
        )
        async with self.driver.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query)).all()
        return [(entry.receipt_number or 0, whose[key], int(entry.amount)) for entry, key in rows]
