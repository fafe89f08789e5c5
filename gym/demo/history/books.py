"""Books of one member of the demo gym: what is done for the member, and what is owed after it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from gym.demo.history.acts import (
    Act,
    DebtRelief,
    DebtWriteOff,
    DemoTerm,
    Goodwill,
    MemberRegistration,
    MoneyReturn,
    Payment,
    PaymentVoid,
    Sale,
)
from gym.demo.history.catalogue import Catalogue, DemoPlan
from gym.demo.history.habits import HOLIDAYS, moment
from gym.demo.history.people import DemoMember
from gym.demo.history.team import OWNER, DemoStaff, Roster
from gym.payments.models import Method
from gym.subscriptions.periods import Period

DAY: Final = timedelta(days=1)
METHODS: Final = {Method.CASH: 0.54, Method.TRANSFER: 0.24, Method.CARD: 0.14, Method.QR: 0.08}
EARLIEST_HOUR: Final = 5.3
"""The desk opens a little after the door."""


@dataclass(frozen=True, slots=True)
class DemoWorld:
    """What all members share: the days, the plans, the desk and the gym's smallest amount."""

    first: date
    now: datetime
    """In gym time; nothing happens later."""
    plans: Catalogue
    roster: Roster
    smallest: Decimal

    @property
    def zone(self) -> tzinfo:
        assert self.now.tzinfo is not None
        return self.now.tzinfo

    @property
    def last(self) -> date:
        return self.now.date()


@dataclass(slots=True)
class MemberBooks:
    """Draws come from the member's own generator: a gym of more members begins with the same ones."""

    world: DemoWorld
    member: DemoMember
    random: Random
    acts: list[Act] = field(default_factory=list[Act])
    terms: list[DemoTerm] = field(default_factory=list[DemoTerm])
    credit: int = 0
    """What the gym keeps for the client."""
    client_id: UUID | None = None
    """None until the member has been registered."""

    def register(self, at: datetime) -> None:
        self.client_id = self.new_id(at)
        self.acts.append(MemberRegistration(at, self.desk(at), self.member, self.client_id))

    def sell(
        self,
        plan: DemoPlan,
        period: Period,
        at: datetime,
        discount: int,
        renews: DemoTerm | None,
    ) -> DemoTerm:
        """A new term, with its whole price owed."""
        staff = self.desk(at)
        term = DemoTerm(
            id=self.new_id(at),
            account_id=self.new_id(at),
            member=self.member,
            plan=plan,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            anchor=period.anchor,
            price=plan.price_on(period.starts_on),
            discount=discount,
            sold_at=at,
            sold_by=staff,
            renews=renews,
        )
        self.terms.append(term)
        self.acts.append(Sale(at, staff, term))
        term.owe(at, term.final_price)
        return term

    def take(self, term: DemoTerm, at: datetime, amount: int, method: Method) -> Payment | None:
        """A payment, or nothing where that would be later than now."""
        if not amount or self.is_over(at):
            return None
        payment = Payment(at, self.desk(at), self.new_id(at), term, amount, method)
        self.acts.append(payment)
        term.owe(at, -amount)
        term.paid += amount
        return payment

    def spend_credit(self, term: DemoTerm, at: datetime) -> None:
        """All that is kept for the client, where it is less than what is owed."""
        if 0 < self.credit < term.balance and self.take(term, at, self.credit, Method.CREDIT) is not None:
            self.credit = 0

    def void(self, payment: Payment, at: datetime, reason: str) -> bool:
        """By who took it, on the same day; whether there was time for it."""
        if self.is_over(at):
            return False
        self.acts.append(PaymentVoid(at, payment.staff, payment, reason))
        payment.term.owe(at, payment.amount)
        payment.term.paid -= payment.amount
        return True

    def write_off(self, term: DemoTerm, day: date, reason: str) -> None:
        """By the owner, of a plan that is over, unless that day is still to come."""
        self._forgive(DebtWriteOff, term, day, reason)

    def relieve(self, term: DemoTerm, day: date, reason: str) -> None:
        """By the owner, of a plan that runs, unless that day is still to come."""
        self._forgive(DebtRelief, term, day, reason)

    def _forgive(
        self, kind: type[DebtWriteOff] | type[DebtRelief], term: DemoTerm, day: date, reason: str
    ) -> None:
        at = self.office(self.open_day(day))
        if not self.is_over(at) and term.balance:
            self.acts.append(kind(at, OWNER, term, term.balance, reason))
            term.owe(at, -term.balance)

    def hand_back(self, term: DemoTerm, at: datetime, amount: int, reason: str) -> None:
        if amount > 0:
            method = self.random.choice((Method.CASH, Method.TRANSFER))
            self.acts.append(MoneyReturn(at, OWNER, term, amount, method, reason))
            term.paid -= amount

    def keep(self, term: DemoTerm, at: datetime, amount: int, reason: str) -> None:
        """Goodwill that becomes the client's credit."""
        self.acts.append(Goodwill(at, OWNER, term, amount, reason))
        self.credit += amount

    def method(self) -> Method:
        return self.random.choices(list(METHODS), list(METHODS.values()))[0]

    def desk(self, at: datetime) -> DemoStaff:
        return self.world.roster.on_duty(at)

    def at(self, day: date) -> datetime:
        """When the member comes to the desk on a day; on the first one after being registered."""
        hour = self.member.rhythm.hour + self.random.gauss(0, 0.4)
        at = moment(day, max(hour, EARLIEST_HOUR), self.world.zone)
        return max(at, self.acts[0].at + timedelta(minutes=6)) if self.acts else at

    def office(self, day: date) -> datetime:
        """When the owner has time."""
        return moment(day, self.random.uniform(9.5, 13.5), self.world.zone)

    def open_day(self, day: date) -> date:
        """The day, or the next one on which the gym is open."""
        while (day.month, day.day) in HOLIDAYS:
            day += DAY
        return day

    def is_over(self, at: datetime) -> bool:
        return at > self.world.now

    def new_id(self, at: datetime) -> UUID:
        return demo_id(at, self.random)


def chance(*of: object) -> Random:
    """The generator of something: the same for the same words."""
    return Random(":".join(map(str, of)))  # noqa: S311 - a made-up past, no secret


def demo_id(at: datetime, random: Random) -> UUID:
    """A version-7 UUID of a moment: rows of the past stand before those of today, as everywhere."""
    bits = random.getrandbits(74)
    high = (int(at.timestamp() * 1000) << 16) | 0x7000 | (bits >> 62)
    return UUID(int=(high << 64) | (0b10 << 62) | (bits & (2**62 - 1)))
