"""A gym made by chance: years of memberships with every turn they can take, straight into the tables.

Only the database's own constraints and triggers judge it, so that it holds what services no longer make.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from gym.app import Gym
from gym.attendance.models import CheckIn, CheckInMethod, Outcome, VerdictCode
from gym.clients.models import Client
from gym.core.database.engine import Base
from gym.core.database.ids import new_id
from gym.importing.models import ClientImport, ClientImportRow
from gym.payments.models import Account, AccountKind, EntryKind, LedgerEntry, Method
from gym.plans.models import DurationUnit, Plan
from gym.security.permissions import Actor, Role
from gym.settings.models import GymState
from gym.staff.models import Staff
from gym.subscriptions.models import Freeze, FreezeKind, Subscription, SubscriptionStatus
from gym.subscriptions.periods import period_end

DAY = timedelta(days=1)
ZONE = "America/Santiago"
"""Its clocks change in April and September, at midnight."""
SETTINGS = {"timezone": ZONE, "grace_days": 3, "grace_amount": "20000"}
GAPS = (0, 0, 0, 0, 1, 2, 6, 7, 8, 29, 30, 30, 31, 31, 32, 60, 200, -2)
"""Uncovered days between two periods; below 0 they overlap."""
SOLD = (-40, -8, -1, 0, 0, 0, 0, 1, 6, 7, 8, 25)
"""Days from a period's start to its sale."""
REFUSED = (VerdictCode.PAYMENT_DUE, VerdictCode.OUTSIDE_HOURS, VerdictCode.EXPIRED)
PLANS = (
    ("Monthly", DurationUnit.MONTH, 1, None, False, 150000),
    ("Quarter", DurationUnit.MONTH, 3, None, False, 400000),
    ("Year", DurationUnit.YEAR, 1, None, False, 1300000),
    ("Fortnight", DurationUnit.WEEK, 2, None, False, 80000),
    ("Ten days", DurationUnit.DAY, 10, None, False, 60000),
    ("Pack", DurationUnit.MONTH, 1, 10, False, 110000),
    ("Trial", DurationUnit.WEEK, 1, None, True, 0),
    ("Day pass", DurationUnit.DAY, 1, None, False, 15000),
)


@dataclass
class RandomGym:
    """Rows in the order in which they can be written."""

    random: Random
    today: date
    is_visited: bool = True
    rows: list[Base] = field(default_factory=list)
    receipts: int = 0
    plans: list[Plan] = field(default_factory=list)
    staff: list[Staff] = field(default_factory=list)
    visited: set[tuple[UUID, date]] = field(default_factory=set)
    held_days: dict[UUID, list[tuple[date, date]]] = field(default_factory=dict)
    """Days of the open subscriptions of a client: the database lets no two of them overlap."""

    def open(self) -> None:
        for name, unit, count, visits, once, _ in PLANS:
            self.plans.append(
                Plan(
                    id=new_id(),
                    name=name,
                    slug=str(new_id()),
                    duration_unit=unit,
                    duration_count=count,
                    visits=visits,
                    once_per_client=once,
                    created_at=self.moment(self.today),
                )
            )
        for name in ("Ana", "Bruno"):
            at = self.moment(self.today)
            self.staff.append(Staff(id=new_id(), name=name, role=Role.EMPLOYEE, language="en", created_at=at))
        self.rows += [*self.plans, *self.staff]

    def moment(self, day: date) -> datetime:
        """Any second of a gym day; often close to its ends."""
        second = self.random.choice((0, 1, 86399, self.random.randrange(86400), self.random.randrange(86400)))
        at = datetime.combine(day, time(), ZoneInfo(ZONE)) + timedelta(
            seconds=second
        )  # wall-clock arithmetic
        if at.astimezone(UTC).astimezone(ZoneInfo(ZONE)).date() != day:
            at = datetime.combine(day, time(12), ZoneInfo(ZONE))  # midnight that was skipped
        return at.astimezone(UTC)

    def live(self) -> Client:
        """One client's years."""
        chance = self.random
        client = Client(
            id=new_id(),
            first_name=f"Member {len(self.held_days)}",
            last_name="Rojas",
            language="en",
            created_at=self.moment(self.today),
            updated_at=self.moment(self.today),
            telegram_id=len(self.held_days) + 1000 if chance.random() < 0.5 else None,
        )
        self.rows.append(client)
        self.held_days[client.id] = []
        start = self.today - timedelta(days=chance.randrange(5, 1300))
        last: Subscription | None = None
        for number in range(chance.randrange(1, 14)):
            if start > self.today + timedelta(days=20):
                break
            last, end = self.period(client, start, number, last)
            start = end + timedelta(days=chance.choice(GAPS) + 1)
        return client

    def period(
        self, client: Client, start: date, number: int, before: Subscription | None
    ) -> tuple[Subscription, date]:
        """One subscription with its money and visits; the last day it covers."""
        chance, place = self.random, self.random.randrange(len(PLANS))
        plan, price = self.plans[place], Decimal(PLANS[place][5])
        frozen = chance.choice((0, 0, 0, 5, 12))
        ends = period_end(start, plan.duration_unit, plan.duration_count, 0) + timedelta(days=frozen)
        sold_on = min(start + timedelta(days=chance.choice(SOLD)), self.today)
        brought = number == 0 and chance.random() < 0.1
        account = Account(
            id=new_id(), client_id=client.id, kind=AccountKind.SUBSCRIPTION, created_at=self.moment(sold_on)
        )
        discount = min(price, Decimal(chance.choice((0, 0, 0, 5000, 33350))))
        sold = Subscription(
            id=new_id(),
            client_id=client.id,
            plan_id=plan.id,
            account_id=account.id,
            status=SubscriptionStatus.EXPIRED,
            starts_on=start,
            ends_on=ends,
            anchor=start,
            frozen_days=frozen,
            base_price=price,
            discount=discount,
            final_price=price - discount,
            visits=plan.visits,
            renews_id=before.id if before is not None and chance.random() < 0.7 else None,
            sold_by=chance.choice((None, *(one.id for one in self.staff))),
            sold_at=self.moment(sold_on),
        )
        self.rows += [account, sold]
        covered = self._close(sold, before, sold_on)
        self._rest(sold)
        self._import(client, sold, brought=brought)
        self._pay(account, sold, sold_on, brought=brought)
        self._visit(client, sold, covered)
        return sold, covered

    def _close(self, sold: Subscription, before: Subscription | None, sold_on: date) -> date:
        """Its status; the last day it covers."""
        chance, today = self.random, self.today
        turn = chance.random()
        if turn < 0.2 and sold_on <= min(sold.ends_on, today):
            closed = sold_on + timedelta(days=chance.randrange((min(sold.ends_on, today) - sold_on).days + 1))
            sold.status, sold.closed_at = SubscriptionStatus.CANCELED, self.moment(closed)
            sold.cancel_reason = "moved away"
            return max(closed, sold.starts_on)
        if before is not None and before.status is SubscriptionStatus.CANCELED and turn < 0.5:
            sold.replaces_id = before.id
        if sold.ends_on >= today:
            return self._hold(sold)
        return sold.ends_on

    def _hold(self, sold: Subscription) -> date:
        taken = self.held_days[sold.client_id]
        if any(first <= sold.ends_on and sold.starts_on <= last for first, last in taken):
            sold.status, sold.closed_at = SubscriptionStatus.CANCELED, self.moment(self.today)
            return sold.ends_on
        taken.append((sold.starts_on, sold.ends_on))
        waits = sold.starts_on > self.today
        sold.status = SubscriptionStatus.SCHEDULED if waits else SubscriptionStatus.ACTIVE
        sold.held = waits and self.random.random() < 0.3
        if waits and len([1 for first, _ in taken if first > self.today]) > 1:
            sold.status, sold.held = SubscriptionStatus.CANCELED, False
            sold.closed_at = self.moment(self.today)
        return sold.ends_on

    def _rest(self, sold: Subscription) -> None:
        """Freezes: dated ones, one that lasts until the client returns, one that was called off."""
        first = sold.starts_on + timedelta(days=self.random.randrange(0, 4))
        if sold.status is SubscriptionStatus.ACTIVE and self.random.random() < 0.2:
            self.rows.append(self._freeze(sold, first, None))
        elif sold.frozen_days and first + timedelta(days=sold.frozen_days - 1) <= sold.ends_on:
            self.rows.append(self._freeze(sold, first, first + timedelta(days=sold.frozen_days - 1)))
        elif self.random.random() < 0.1:
            called_off = self._freeze(sold, first, None)
            called_off.canceled_at = self.moment(self.today)
            self.rows.append(called_off)

    def _freeze(self, sold: Subscription, first: date, last: date | None) -> Freeze:
        return Freeze(
            id=new_id(),
            subscription_id=sold.id,
            kind=FreezeKind.CLIENT,
            starts_on=first,
            ends_on=last,
            reason="travels",
            staff_name="Ana",
            created_at=sold.sold_at,
        )

    def _import(self, client: Client, sold: Subscription, *, brought: bool) -> None:
        """The plan came with a list, which may have been undone."""
        if not brought:
            return
        undone = self.random.random() < 0.4
        if undone and sold.status is not SubscriptionStatus.CANCELED:
            sold.status, sold.closed_at = SubscriptionStatus.CANCELED, self.moment(self.today)
        taken = ClientImport(
            id=new_id(),
            file_name="list.csv",
            staff_name="Ana",
            at=sold.sold_at,
            made=1,
            changed=0,
            left_out=0,
        )
        taken.undone_at = self.moment(self.today) if undone else None
        row = ClientImportRow(
            import_id=taken.id, client_id=client.id, line=2, made=True, filled=[], subscription_id=sold.id
        )
        self.rows += [taken, row]

    def _pay(self, account: Account, sold: Subscription, sold_on: date, *, brought: bool) -> None:
        """Charge, payments in parts, voids, refunds and credits, in the order of their days."""
        chance, owed, held = self.random, sold.final_price, Decimal(0)
        if not owed:
            return
        kind = EntryKind.OPENING if brought else EntryKind.CHARGE
        self.rows.append(self._entry(account, kind, owed, sold_on))
        day = sold_on
        for _ in range(chance.choice((0, 1, 1, 1, 1, 2, 3))):
            day = min(self.today, day + timedelta(days=chance.choice((0, 0, 0, 1, 3, 4, 15, 40))))
            part = chance.choice((owed, owed, (owed / 2).quantize(Decimal(1)), owed - 20000, owed - 19999))
            if not 0 < part <= owed:
                continue
            paid = self._entry(account, EntryKind.PAYMENT, part, day)
            self.rows.append(paid)
            owed, held = owed - part, held + part
            later = min(self.today, day + timedelta(days=chance.choice((0, 1, 5, 33))))
            turn = chance.random()
            if turn < 0.1:
                self.rows.append(self._entry(account, EntryKind.VOID, part, later, of=paid))
                owed, held, day = owed + part, held - part, later
            elif turn < 0.2 and held:
                back = (held / 2).quantize(Decimal("0.01"))
                self.rows.append(self._entry(account, EntryKind.REFUND, back, later))
                self.rows.append(self._entry(account, EntryKind.CREDIT, back, later))
                held, day = held - back, later
        if owed and chance.random() < 0.2:
            self.rows.append(self._entry(account, EntryKind.CREDIT, owed, min(self.today, day + 9 * DAY)))

    def _entry(
        self, account: Account, kind: EntryKind, amount: Decimal, day: date, of: LedgerEntry | None = None
    ) -> LedgerEntry:
        method: Method | None = None
        if kind in (EntryKind.PAYMENT, EntryKind.REFUND):
            method = self.random.choice(tuple(Method))
        elif of is not None:
            method = of.method
        if kind is EntryKind.PAYMENT:
            self.receipts += 1
        return LedgerEntry(
            id=new_id(),
            account_id=account.id,
            kind=kind,
            amount=amount,
            method=method,
            voids_id=of.id if of else None,
            receipt_number=self.receipts if kind is EntryKind.PAYMENT else None,
            reason="as agreed" if kind in (EntryKind.CREDIT, EntryKind.VOID) else None,
            staff_id=self.random.choice(self.staff).id,
            staff_name="somebody",
            at=self.moment(day),
            gym_day=day,
        )

    def _visit(self, client: Client, sold: Subscription, until: date) -> None:
        """Attempts at the door: counted once a day, entered again, refused, overridden, undone."""
        if not self.is_visited:
            return
        often = self.random.choice((0.0, 0.1, 0.3, 0.6))
        last = min(until, self.today, sold.starts_on + timedelta(days=self.random.choice((5, 40, 400))))
        day = sold.starts_on - DAY
        while day < last:
            day += DAY
            if self.random.random() > often:
                continue
            self._attempt(client, sold, day)

    def _attempt(self, client: Client, sold: Subscription, day: date) -> None:
        chance, at = self.random, self.moment(day)
        row = CheckIn(
            id=new_id(),
            client_id=client.id,
            subscription_id=sold.id,
            outcome=Outcome.ADMITTED,
            code=VerdictCode.ADMITTED,
            method=chance.choice(tuple(CheckInMethod)),
            counted=(client.id, day) not in self.visited,
            at=at,
            received_at=at + timedelta(days=chance.choice((0, 0, 0, 0, 0, 1, 3, 40))),
            gym_day=day,
        )
        turn = chance.random()
        if turn < 0.15:
            row.outcome, row.counted, row.subscription_id = Outcome.DENIED, False, None
            row.code = chance.choice(
                (VerdictCode.PAYMENT_DUE, VerdictCode.OUTSIDE_HOURS, VerdictCode.EXPIRED)
            )
            row.override_reason = "a regular" if turn < 0.03 else None
        elif turn < 0.2:
            row.staff_id, row.override_reason = chance.choice(self.staff).id, "a friend"
            row.subscription_id = chance.choice((sold.id, None))
        elif turn < 0.25:
            row.undone_at = row.received_at + timedelta(minutes=5)
            row.undone_by = chance.choice(self.staff).id
        if not row.counted and row.outcome is Outcome.ADMITTED:
            row.code = VerdictCode.REENTRY
        if row.counted and row.undone_at is None:
            self.visited.add((client.id, day))
        self.rows.append(row)


async def open_random_gym(gym: Gym, seed: int, clients: int = 50, *, visited: bool = True) -> RandomGym:
    """A gym of that seed in the database; everything up to its today."""
    async with gym.unit_of_work(Actor.system()) as uow:
        await uow.session.execute(update(GymState).values(settings=SETTINGS))
    async with gym.unit_of_work(Actor.system()) as uow:
        made = RandomGym(Random(seed), uow.today, is_visited=visited)
        made.open()
        for _ in range(clients):
            made.live()
        await _write(uow.session, made.rows)
    return made


async def _write(session: AsyncSession, rows: list[Base]) -> None:
    """Table by table; entries in the order in which they were made, as each moves a balance."""
    order = (Plan, Staff, Client, Account, Subscription, Freeze, ClientImport, ClientImportRow)
    for kind in order:
        session.add_all([row for row in rows if isinstance(row, kind)])
        await session.flush()
    for row in rows:
        if isinstance(row, LedgerEntry):
            session.add(row)
    await session.flush()
    session.add_all([row for row in rows if isinstance(row, CheckIn)])
    await session.flush()
