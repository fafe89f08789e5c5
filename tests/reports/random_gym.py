"""A gym with a random ledger: everything that money can do here, by the services, over months, years and
DST.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text, update

from gym.app import Gym
from gym.core.clock import FrozenClock
from gym.core.errors import GymError
from gym.debts.service import DebtService
from gym.payments.models import TILL, Method
from gym.payments.tills.cash_counts import CashService
from gym.plans.models import DurationUnit
from gym.reports.ranges import DayRange
from gym.security.permissions import Actor, Role
from gym.settings.models import GymState
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.conftest import hire
from tests.support.memberships import DeskClerk

BEGINS: Final = datetime(2025, 9, 20, 21, 30, tzinfo=UTC)
"""Late in the evening, when UTC has the day that the gym has, or the next."""
SETTINGS: Final = {
    "timezone": "Europe/Madrid",
    "currency": "EUR",
    "bank_accounts": ["Caixa 1", "Caixa 2", "=HYPERLINK(1)"],
    "tax_percent": "21",
    "tax_number": "B-12345678",
}
ACTS: Final = 170
REASON: Final = "as they asked"
Rows = list[dict[str, Any]]


@dataclass
class RandomGym:
    """One gym on a clock that is moved by random steps."""

    gym: Gym
    clock: FrozenClock
    random: Random
    admin: Actor
    staff: list[Actor]
    clients: list[UUID] = field(default_factory=list[UUID])
    plans: list[UUID] = field(default_factory=list[UUID])
    done: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    async def live(cls, gym: Gym, clock: FrozenClock, seed: int, acts: int = ACTS) -> RandomGym:
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(GymState).values(settings=SETTINGS))
        admin = await hire(gym, "Ana Admin", Role.ADMIN)
        staff = [admin, await hire(gym, "Bruno", Role.EMPLOYEE), await hire(gym, "=Cleo", Role.EMPLOYEE)]
        found = cls(gym, clock, Random(seed), admin, staff)
        desk = DeskClerk(gym, admin)
        for number in range(14):
            found.clients.append((await desk.client(f"Client {number}")).id)
        for name, price, unit in (
            ("Monthly", "39.90", DurationUnit.MONTH),
            ("+Week", "13.35", DurationUnit.WEEK),
            ("Year", "333.33", DurationUnit.YEAR),
        ):
            found.plans.append((await desk.plan(Decimal(price), unit, name=name)).id)
        for _ in range(acts):
            await found._act()
        return found

    async def rows(self, query: str, **values: Any) -> Rows:
        """Raw rows, as the second writing of a figure reads them."""
        async with self.gym.database.session() as session:
            return [dict(row) for row in (await session.execute(text(query), values)).mappings()]

    def ranges(self) -> list[DayRange]:
        """The whole time, each of its months, weeks over a new year and over the changes of the clock,
        days.
        """
        first, last = BEGINS.date(), self.clock.at.date() + timedelta(days=1)
        found = [DayRange(first, last), DayRange(date(2025, 12, 20), date(2026, 1, 10))]
        autumn, spring = date(2025, 10, 26), date(2026, 3, 29)
        found += [DayRange(date(2025, 10, 20), autumn), DayRange(autumn, autumn)]
        found += [DayRange(spring, spring), DayRange(date(2026, 3, 1), date(2026, 3, 31))]
        for _ in range(8):
            start = first + timedelta(days=self.random.randrange((last - first).days))
            found.append(DayRange(start, min(last, start + timedelta(days=self.random.randrange(45)))))
        return found

    async def _act(self) -> None:
        self.clock.advance(timedelta(minutes=self.random.randrange(20, 3 * 24 * 60)))
        acts: list[Callable[[], Awaitable[None]]] = [
            *[self._sell] * 5,
            *[self._pay] * 10,
            *[self._void] * 2,
            *[self._refund] * 2,
            self._take_back,
            self._cancel,
            self._credit,
            self._write_off,
            self._change,
            *[self._count] * 2,
            self._snooze,
        ]
        act = self.random.choice(acts)
        try:
            await act()
        except GymError as refused:
            self._note(f"refused {refused.code}")
        else:
            self._note(act.__name__)

    def _note(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1

    async def _by(self, work: Callable[[UnitOfWork], Awaitable[object]], *, admin: bool = False) -> None:
        async with self.gym.unit_of_work(self.admin if admin else self.random.choice(self.staff)) as uow:
            await work(uow)

    async def _sell(self) -> None:
        client, plan = self.random.choice(self.clients), self.random.choice(self.plans)
        known = await self.rows("SELECT id FROM subscriptions WHERE client_id = :c", c=client)
        if known and self.random.random() < 0.7:
            await self._by(lambda uow: SubscriptionService(uow).renew(client, plan))
        else:
            await self._by(lambda uow: SubscriptionService(uow).sell(client, plan))

    async def _pay(self) -> None:
        owing = await self.rows(
            "SELECT s.id, a.balance, s.sold_at FROM subscriptions s JOIN accounts a ON a.id = s.account_id"
            " WHERE a.balance > 0 ORDER BY s.id"
        )
        if not owing:
            return
        one = self.random.choice(owing)
        amount = one["balance"] if self.random.random() < 0.5 else self._part(one["balance"])
        method = self.random.choice([*TILL, *TILL, Method.CREDIT])
        account = None
        if method is Method.TRANSFER and self.random.random() < 0.8:
            account = self.random.choice(SETTINGS["bank_accounts"])
        earlier = self.random.random() < 0.15

        async def pay(uow: UnitOfWork) -> None:
            paid_on = max(uow.today - timedelta(days=3), one["sold_at"].date()) if earlier else None
            await SubscriptionService(uow).take_payment(
                one["id"], amount, method, paid_on=paid_on, destination=account
            )

        await self._by(pay, admin=earlier)

    def _part(self, whole: Decimal) -> Decimal:
        return max(Decimal("0.01"), (whole * self.random.randrange(1, 100) / 100).quantize(Decimal("0.01")))

    async def _void(self) -> None:
        paid = await self.rows(
            "SELECT id FROM ledger_entries WHERE kind = 'payment' ORDER BY id DESC LIMIT 25"
        )
        if paid:
            one = self.random.choice(paid)["id"]
            await self._by(lambda uow: SubscriptionService(uow).void_payment(one, REASON), admin=True)

    async def _some_plan(self) -> UUID | None:
        found = await self.rows("SELECT id FROM subscriptions ORDER BY id DESC LIMIT 20")
        return self.random.choice(found)["id"] if found else None

    async def _refund(self) -> None:
        plan, method = await self._some_plan(), self.random.choice([*TILL, Method.CREDIT])
        if plan:
            amount = Decimal(self.random.randrange(100, 2000)) / 100
            work = SubscriptionService
            await self._by(lambda uow: work(uow).refund(plan, amount, method, REASON), admin=True)

    async def _take_back(self) -> None:
        given = await self.rows(
            "SELECT s.id FROM ledger_entries e JOIN subscriptions s ON s.account_id = e.account_id"
            " WHERE e.kind = 'refund' ORDER BY e.id"
        )
        if given:
            one = self.random.choice(given)["id"]
            await self._by(
                lambda uow: SubscriptionService(uow).take_back(one, Method.CASH, REASON), admin=True
            )

    async def _cancel(self) -> None:
        plan, mode = await self._some_plan(), self.random.choice([RefundMode.NONE, RefundMode.PRO_RATA])
        method = self.random.choice([Method.CASH, Method.CREDIT])
        if plan:
            work = SubscriptionService
            await self._by(lambda uow: work(uow).cancel(plan, REASON, refund=mode, method=method), admin=True)

    async def _credit(self) -> None:
        plan, amount = await self._some_plan(), Decimal(self.random.randrange(1, 900)) / 100
        if plan:
            await self._by(lambda uow: SubscriptionService(uow).credit(plan, amount, REASON), admin=True)

    async def _write_off(self) -> None:
        plan = await self._some_plan()
        if plan:
            await self._by(lambda uow: SubscriptionService(uow).write_off(plan, REASON), admin=True)

    async def _change(self) -> None:
        plan, new = await self._some_plan(), self.random.choice(self.plans)
        if plan:
            await self._by(lambda uow: PlanChangeService(uow).change(plan, new), admin=True)

    async def _count(self) -> None:
        whose = self.random.choice(self.staff)
        counted = {Method.CASH: Decimal(self.random.randrange(0, 20000)) / 100}

        async def count(uow: UnitOfWork) -> None:
            assert whose.id is not None
            await CashService(uow).count(uow.today, whose.id, counted)

        await self._by(count, admin=True)

    async def _snooze(self) -> None:
        plan, days = await self._some_plan(), self.random.randrange(1, 40)
        if plan:

            async def snooze(uow: UnitOfWork) -> None:
                await DebtService(uow).snooze(plan, uow.today + timedelta(days=days))

            await self._by(snooze, admin=True)
