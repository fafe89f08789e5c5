"""The real gym, driven through the same days as the model, and read out to be compared with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text, update

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import Outcome
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock, gym_day
from gym.core.database.json_values import decode
from gym.jobs.runner import run_due
from gym.jobs.work import JOBS, Job
from gym.notifications.kinds import KindGroup
from gym.notifications.models import DeskChat, Notification, NotificationState, RecipientKind
from gym.payments.models import EntryKind, LedgerEntry, Method
from gym.plans.models import DurationUnit, Plan
from gym.plans.service import PlanService
from gym.rewards.service import RewardService
from gym.security.permissions import Actor, Role
from gym.settings.models import GymState
from gym.subscriptions.models import Subscription
from gym.subscriptions.service import SubscriptionService
from tests.conftest import hire
from tests.simulation.life import Act, Deed
from tests.simulation.model import GYM, Member, Model
from tests.support.memberships import DeskClerk

NIGHT, DESK, EVENING = time(0, 5), time(10), time(20, 35)
SETTINGS = {"digest_at": "20:30", "tell_member_check_in": False, "tell_desk_denial": False}
CLOSING = [job for job in JOBS if job.name == "digest"]
COMPARED = (
    "receipt",
    "subscription_activated",
    "desk_activated",
    "subscription_expired",
    "desk_expired",
    "ends_soon",
    "ended",
    "payment_due",
    "desk_overdue",
    "birthday",
    "absent",
    "reward_earned",
    "reward_expires",
    "milestone",
    "price_changed",
    "desk_digest",
)
"""Everything the model knows of."""


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
class Driver:
    """One gym on a clock that is moved."""

    gym: Gym
    clock: FrozenClock
    admin: Actor
    clients: dict[int, Client] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    terms: dict[tuple[int, int], UUID] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    noted: dict[UUID, Noted] = field(default_factory=dict)

    @classmethod
    async def open(cls, gym: Gym, clock: FrozenClock, model: Model, chats: dict[int, int]) -> Driver:
        """The gym with the model's people and plans; `chats` are the Telegram ids of those who are linked."""
        async with gym.unit_of_work(Actor.system()) as uow:
            await uow.session.execute(update(GymState).values(settings=SETTINGS))
            # What was told to the desk is compared later: here alone it stays readable once it has left.
            await uow.session.execute(text("ALTER TABLE notifications DISABLE TRIGGER empty_payload"))
        driver = cls(gym, clock, await hire(gym, "Ana Admin", Role.ADMIN))
        desk = DeskClerk(gym, driver.admin)
        for name, plan in model.plans.items():
            unit = DurationUnit.MONTH if plan.months else DurationUnit.WEEK
            driver.plans[name] = await desk.plan(Decimal(plan.price), unit, name=name)
        for member in model.members:
            await driver._register(desk, member, chats.get(member.number))
        return driver

    async def _register(self, desk: DeskClerk, member: Member, telegram_id: int | None) -> None:
        client = await desk.client(f"Member {member.number}", telegram_id)
        async with self.gym.unit_of_work(Actor.system()) as uow:
            born = update(Client).where(Client.id == client.id).values(birth_date=member.born)
            await uow.session.execute(born)
        self.clients[member.number] = client

    async def hears_the_desk(self, chat: int, *kinds: KindGroup) -> None:
        """A group in which is told what the desk hears: everything, or some of it."""
        async with self.gym.unit_of_work(Actor.system()) as uow:
            heard = list(kinds) or None
            uow.session.add(DeskChat(chat_id=chat, title="Desk", kinds=heard, created_at=uow.now))

    async def move_to(self, day: date, at: time) -> None:
        settings = await self.gym.settings()
        moment = datetime.combine(day, at, settings.zone)
        assert moment >= self.clock.at, "the clock only goes forward"
        self.clock.advance(moment - self.clock.at)

    async def tick(self, day: date, at: time, jobs: Sequence[Job] = JOBS) -> None:
        """What the scheduler does at this hour."""
        await self.move_to(day, at)
        report = await run_due(self.gym.run, jobs, by_slot=True)
        self.failed += report.failed

    async def does(self, act: Act) -> None:
        """One thing at the desk or the door; the verdict is what the model says."""
        async with self.gym.unit_of_work(self.admin) as uow:
            client = self.clients[act.member.number]
            match act.deed:
                case Deed.BUY:
                    sold = await SubscriptionService(uow).sell(client.id, self.plans[act.plan].id)
                    self._remember(act.member, sold)
                case Deed.RENEW:
                    waiting = await RewardService(uow).waiting(client.id)
                    reward_id = waiting[0].id if act.use_reward else None
                    sold = await SubscriptionService(uow).renew(client.id, reward_id=reward_id)
                    self._remember(act.member, sold)
                case Deed.PAY:
                    key = self.terms[act.member.number, act.term]
                    await SubscriptionService(uow).take_payment(key, Decimal(act.amount), Method.CASH)
                case Deed.BLOCK:
                    assert act.until is not None
                    await ClientService(uow).block(client.id, act.until, "left without paying")
                case Deed.COME:
                    verdict = await AttendanceService(uow).check_in_client(client.id)
                    assert (verdict.outcome is Outcome.ADMITTED) == act.admitted, (act, verdict)

    async def schedule_price(self, plan: str, amount: int, valid_from: date) -> None:
        async with self.gym.unit_of_work(self.admin) as uow:
            await PlanService(uow).schedule_price(self.plans[plan].id, Decimal(amount), valid_from)

    def _remember(self, member: Member, sold: Subscription) -> None:
        place = len(member.terms) - 1
        term = member.terms[place]
        self.terms[member.number, place] = sold.id
        found = (sold.starts_on, sold.ends_on, sold.final_price)
        assert found == (term.starts, term.ends, term.price), (member.number, term)

    # What it has come to

    async def note(self) -> None:
        """Look at every message that is kept; what is old is forgotten by the gym, not here."""
        numbers = {client.id: number for number, client in self.clients.items()}
        zone = (await self.gym.settings()).zone
        async with self.gym.unit_of_work(Actor.system()) as uow:
            for row in await uow.session.scalars(select(Notification)):
                payload = decode(row.payload)
                whose = row.recipient_id or payload.get("client_id")
                who = numbers.get(whose, GYM)
                day, to = gym_day(row.due_at, zone), row.recipient_kind
                spread = to is RecipientKind.DESK and row.recipient_id is not None
                seen = payload.get("last_visit")
                self.noted[row.id] = Noted(str(row.kind), who, day, str(row.state), to, spread, seen)

    def told(self) -> Counter[tuple[str, int, date]]:
        """Everything that was created, of what the model knows, by the gym day on which it was due."""
        known = (one for one in self.noted.values() if one.kind in COMPARED and not one.spread)
        return Counter((one.kind, one.who, one.day) for one in known)

    def last_seen(self) -> dict[tuple[int, date], date | None]:
        """Which last visit every message about an absence names, of those that were not laid aside."""
        absent = (one for one in self.noted.values() if one.kind == "absent" and one.state != "dismissed")
        return {(one.who, one.day): one.last_visit for one in absent}

    def states(self) -> Counter[tuple[str, bool]]:
        """Of what is meant for clients: how it stands, and whether the client has a chat."""
        linked = {number: client.telegram_id is not None for number, client in self.clients.items()}
        theirs = (one for one in self.noted.values() if one.to is RecipientKind.CLIENT)
        return Counter((one.state, linked[one.who]) for one in theirs)

    def sent_to(self, number: int) -> int:
        """How many messages have left for a member, those the model does not know of among them."""
        mine = (one for one in self.noted.values() if one.to is RecipientKind.CLIENT and one.who == number)
        return sum(one.state == NotificationState.SENT for one in mine)

    def desk(self) -> Counter[str]:
        """How everything that was to be told to the desk chat stands."""
        return Counter(one.state for one in self.noted.values() if one.spread)

    async def receipts(self) -> list[tuple[int, int, int]]:
        """Number, member and amount of every payment."""
        whose = {key: number for (number, _), key in self.terms.items()}
        query = (
            select(LedgerEntry, Subscription.id)
            .join(Subscription, Subscription.account_id == LedgerEntry.account_id)
            .where(LedgerEntry.kind == EntryKind.PAYMENT)
            .order_by(LedgerEntry.receipt_number)
        )
        async with self.gym.unit_of_work(Actor.system()) as uow:
            rows = (await uow.session.execute(query)).all()
        return [(entry.receipt_number or 0, whose[key], int(entry.amount)) for entry, key in rows]

    async def standing(self) -> dict[tuple[int, int], tuple[str, int]]:
        """Status and debt of every period."""
        async with self.gym.unit_of_work(Actor.system()) as uow:
            service = SubscriptionService(uow)
            found = {place: await service.get(key) for place, key in self.terms.items()}
        return {place: (str(one.status), int(one.account.balance)) for place, one in found.items()}


async def night(driver: Driver, model: Model, day: date, missed: list[date]) -> None:
    """The first tick of a day; days on which nothing ran are made up for first."""
    for one in missed:
        model.night(one, missed=True)
        model.evening(one, missed=True, last_missed=one == missed[-1])
    model.night(day)
    await driver.tick(day, NIGHT)


async def evening(driver: Driver, model: Model, day: date) -> None:
    model.evening(day)
    await driver.tick(day, EVENING, CLOSING)
