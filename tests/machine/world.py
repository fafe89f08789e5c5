"""The real gym behind the machine: its services, one operation per transaction, on a database of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

import asyncpg

from gym.app import Gym
from gym.attendance.checkin.access import verdict_code
from gym.attendance.checkin.facts.door_facts import AttemptContext, Match
from gym.attendance.checkin.facts.queries import CheckInQueries
from gym.attendance.checkin.schemas import Verdict
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.checkin.verdict_builder import access_facts, verdict_of
from gym.attendance.models import CheckInMethod
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.core.config import Config
from gym.core.database.engine import Database, plain_dsn
from gym.core.database.statements import SessionStatements
from gym.core.errors import GymError
from gym.payments.models import Method
from gym.plans.service import PlanService
from gym.security.keys.secrets import load_secrets
from gym.security.permissions import Actor, Role
from gym.security.signed_links import SignedLinks
from gym.settings.schemas import GymSettings
from gym.subscriptions.changes.plan_change import PlanChangeService
from gym.subscriptions.discounts import Discount
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.machine.door import Answer
from tests.machine.rules import Hours, Length
from tests.machine.selling import Off

Result = TypeVar("Result")
STAFF = "INSERT INTO staff (id, name, role, language, active, created_at) VALUES ($1, $2, $3, 'en', true, $4)"
EMPTIED = """
rewards, approvals, freezes, gift_days, gym_closures, check_ins, ledger_entries, subscriptions, accounts,
plan_prices, plans, clients, notifications, audit_entries, cash_counts, sales, sale_lines, sale_baskets,
basket_lines, stock_movements, product_prices, products
"""
CLEAN = f"SET session_replication_role = replica; TRUNCATE {EMPTIED} CASCADE; RESET session_replication_role"
CLIENT = """
INSERT INTO clients (id, first_name, last_name, language, created_at, updated_at)
VALUES ($1, 'Somebody', 'Known', 'en', $2, $2)
"""
PLAN = """
INSERT INTO plans (id, name, slug, duration_unit, duration_count, visits, "window", freeze_days,
    once_per_client, created_at)
VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9)
"""
PRICE = "INSERT INTO plan_prices (id, plan_id, amount, valid_from) VALUES ($1, $2, $3, '2000-01-01')"


@dataclass(frozen=True, slots=True)
class Refused:
    """A typed error, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class PlanToMake:
    """A plan as the book knows it, before it is written."""

    key: UUID
    length: Length
    cents: int
    visits: int | None
    hours: Hours | None
    freeze_days: int
    once: bool


@dataclass
class World:
    """Runs everything on one event loop of its own."""

    gym: Gym
    clock: FrozenClock
    rows: asyncpg.Connection
    loop: asyncio.AbstractEventLoop = field(repr=False)
    actors: dict[bool, Actor] = field(default_factory=dict[bool, Actor])
    """By whether they are an admin."""
    settings: GymSettings = field(init=False)

    @classmethod
    def open(cls, url: str, home: Path) -> Self:
        loop = asyncio.new_event_loop()
        clock = FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))
        config = Config(_env_file=None, powergym_home=home, face_root=home / "faces")  # type: ignore[call-arg]
        gym = Gym(config, Database(url, pool_size=4), clock, load_secrets(home, None, None))
        rows = loop.run_until_complete(asyncpg.connect(plain_dsn(url)))
        world = cls(gym, clock, rows, loop)
        world.hire()
        return world

    def close(self) -> None:
        self.wait(self.rows.close())
        self.wait(self.gym.database.close())
        self.loop.close()

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(work)

    def hire(self) -> None:
        for admin, name in ((True, "Ana"), (False, "Bruno")):
            role, key = (Role.ADMIN if admin else Role.EMPLOYEE), uuid4()
            self.wait(self.rows.execute(STAFF, key, name, role.value, self.clock.at))
            self.actors[admin] = Actor.staff(key, name, role)

    def begin(self, settings: dict[str, object], plans: list[PlanToMake], clients: list[UUID]) -> None:
        """An empty gym with these settings, plans and clients."""
        self.wait(self._begin(settings, plans, clients))

    async def _begin(self, settings: dict[str, object], plans: list[PlanToMake], clients: list[UUID]) -> None:
        now = self.clock.at
        await self.rows.execute(CLEAN)
        await self.rows.execute("UPDATE gym_state SET settings = $1", json.dumps(settings))
        await self.rows.execute("UPDATE counters SET value = 0 WHERE name = 'receipt'")
        await self.rows.executemany(CLIENT, [(key, now) for key in clients])
        await self.rows.executemany(PLAN, [_plan_row(plan, now) for plan in plans])
        await self.rows.executemany(PRICE, [(uuid4(), plan.key, money(plan.cents)) for plan in plans])
        self.settings = await self.gym.settings()

    def run(self, admin: bool, work: Callable[[UnitOfWork], Awaitable[Result]]) -> Result | Refused:
        try:
            return self.wait(self.gym.run(self.actors[admin], work))
        except GymError as error:
            return Refused(error.code)

    # One line each: what a rule does to the real gym

    def sell(self, admin: bool, client: UUID, plan: UUID, start: date | None, off: Off) -> Any:
        return self.run(
            admin,
            lambda uow: SubscriptionService(uow).sell(client, plan, starts_on=start, discount=discount(off)),
        )

    def renew(self, admin: bool, client: UUID, plan: UUID | None, off: Off) -> Any:
        return self.run(
            admin, lambda uow: SubscriptionService(uow).renew(client, plan, discount=discount(off))
        )

    def start_now(self, admin: bool, one: UUID) -> Any:
        return self.run(admin, lambda uow: SubscriptionService(uow).start_now(one))

    def pay(self, admin: bool, one: UUID, cents: int, method: str) -> Any:
        return self.run(
            admin, lambda uow: SubscriptionService(uow).take_payment(one, money(cents), Method(method))
        )

    def void(self, admin: bool, entry: UUID) -> Any:
        return self.run(admin, lambda uow: SubscriptionService(uow).void_payment(entry, "a mistake"))

    def refund(self, admin: bool, one: UUID, cents: int, method: str) -> Any:
        return self.run(
            admin, lambda uow: SubscriptionService(uow).refund(one, money(cents), Method(method), "was ill")
        )

    def take_back(self, admin: bool, one: UUID, method: str) -> Any:
        return self.run(
            admin, lambda uow: SubscriptionService(uow).take_back(one, Method(method), "it came back")
        )

    def write_off(self, admin: bool, one: UUID) -> Any:
        return self.run(admin, lambda uow: SubscriptionService(uow).write_off(one, "moved away"))

    def goodwill(self, admin: bool, one: UUID, cents: int) -> Any:
        return self.run(admin, lambda uow: SubscriptionService(uow).credit(one, money(cents), "was ill"))

    def cancel(self, admin: bool, one: UUID, mode: str, cents: int, method: str) -> Any:
        return self.run(
            admin,
            lambda uow: SubscriptionService(uow).cancel(
                one, "moves away", refund=RefundMode(mode), amount=money(cents), method=Method(method)
            ),
        )

    def change(self, admin: bool, one: UUID, plan: UUID) -> Any:
        return self.run(admin, lambda uow: PlanChangeService(uow).change(one, plan))

    def freeze(self, admin: bool, one: UUID, first: date, last: date | None) -> Any:
        return self.run(admin, lambda uow: FreezeService(uow).freeze(one, first, last, "travels"))

    def end_freeze(self, admin: bool, one: UUID) -> Any:
        return self.run(admin, lambda uow: FreezeService(uow).end(one))

    def gift(self, admin: bool, one: UUID, days: int) -> Any:
        return self.run(admin, lambda uow: FreezeService(uow).gift(one, days, "sorry"))

    def close_gym(self, admin: bool, first: date, last: date) -> Any:
        return self.run(admin, lambda uow: FreezeService(uow).close_gym(first, last, "repairs", key=uuid4()))

    def schedule_price(self, admin: bool, plan: UUID, cents: int, day: date) -> Any:
        return self.run(admin, lambda uow: PlanService(uow).schedule_price(plan, money(cents), day))

    def block(self, admin: bool, client: UUID, until: date | None) -> Any:
        if until is None:
            return self.run(admin, lambda uow: ClientService(uow).unblock(client))
        return self.run(admin, lambda uow: ClientService(uow).block(client, until, "shouts"))

    def set_active(self, admin: bool, client: UUID, active: bool) -> Any:
        return self.run(
            admin,
            lambda uow: (
                ClientService(uow).reactivate(client) if active else ClientService(uow).deactivate(client)
            ),
        )

    def check_in(self, admin: bool, client: UUID, method: str) -> Any:
        if method == "staff":
            return self.run(admin, lambda uow: AttendanceService(uow).check_in_client(client))
        until = self.clock.at + timedelta(seconds=60)
        text = SignedLinks(self.gym.secrets.jwt).sign_member_qr(client, until)
        return self.run(admin, lambda uow: AttendanceService(uow).check_in_qr(text))

    def undo(self, admin: bool, visit: UUID) -> Any:
        return self.run(admin, lambda uow: AttendanceService(uow).undo(visit))

    def current(self, admin: bool, client: UUID) -> Any:
        return self.run(admin, lambda uow: SubscriptionService(uow).current(client))

    def nightly(self) -> Any:
        async def both(uow: UnitOfWork) -> int:
            service = SubscriptionService(uow)
            return len(await service.expire_due()) + len(await service.activate_due())

        return self.wait(self.gym.run(Actor.system(), both))

    def answers(self, clients: list[UUID]) -> list[Answer]:
        """What the door would say to each of them, with nothing written."""
        return self.wait(self._answers(clients))

    async def _answers(self, clients: list[UUID]) -> list[Answer]:
        local = self.clock.at.astimezone(self.settings.zone)
        door, found = AttemptContext(CheckInMethod.STAFF, local, None, None), list[Answer]()
        async with self.gym.database.session() as session:
            for client in clients:
                facts = await CheckInQueries(SessionStatements(session)).facts(client, door.day, door.at)
                code = verdict_code(access_facts(Match(facts), door, self.settings))
                found.append(as_answer(verdict_of(facts, code, door, self.settings)))
        return found


def as_answer(verdict: Verdict) -> Answer:
    return Answer(
        verdict.code.value,
        verdict.days_left,
        verdict.visits_left,
        cents(verdict.balance),
        cents(verdict.closed_debt),
    )


def money(amount: int) -> Decimal:
    """Cents as the services take them."""
    return Decimal(amount) / 100


def cents(amount: Decimal) -> int:
    whole = amount * 100
    assert whole == int(whole), f"{amount} has parts of a cent"
    return int(whole)


def discount(off: Off) -> Discount:
    return Discount.percent(Decimal(off.percent)) if off.percent else Discount(money(off.cents))


def _plan_row(plan: PlanToMake, now: datetime) -> tuple[object, ...]:
    hours = plan.hours
    window = hours and {
        "weekdays": sorted(hours.weekdays),
        "from": hours.opens.strftime("%H:%M"),
        "until": hours.until.strftime("%H:%M"),
    }
    unit, count = plan.length.unit.value, plan.length.count
    stored = json.dumps(window) if window else None
    name = str(plan.key)
    return plan.key, name, unit, count, plan.visits, stored, plan.freeze_days, plan.once, now
