"""The real gym, driven through the same days as the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import text, update

from gym.app import Gym
from gym.attendance.checkin.service import AttendanceService
from gym.attendance.models import Outcome
from gym.clients.models import Client
from gym.clients.service import ClientService
from gym.core.clock import FrozenClock
from gym.jobs.runner import run_due
from gym.jobs.table import JOBS, Job
from gym.notifications.kinds import KindGroup
from gym.notifications.models import DeskChat
from gym.payments.models import Method
from gym.plans.models import DurationUnit, Plan
from gym.plans.service import PlanService
from gym.rewards.service import RewardService
from gym.security.permissions import Actor, Role
from gym.settings.models import GymState
from gym.subscriptions.freezes.service import FreezeService
from gym.subscriptions.models import Subscription
from gym.subscriptions.schemas import RefundMode
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork
from tests.conftest import hire
from tests.simulation import nights
from tests.simulation.life import Act, Deed, Shut
from tests.simulation.members import Member
from tests.simulation.model import Model
from tests.support.memberships import DeskClerk

NIGHT, DESK, EVENING = time(0, 5), time(10), time(20, 35)
SETTINGS = {"digest_at": "20:30", "tell_member_check_in": False, "tell_desk_denial": False}
AT_AN_HOUR = [job for job in JOBS if job.name == "digest"]
REASON = "as they asked"


@dataclass
class Driver:
    """One gym on a clock that is moved."""

    gym: Gym
    clock: FrozenClock
    admin: Actor
    clients: dict[int, Client] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    terms: dict[tuple[int, int], UUID] = field(default_factory=dict)
    closings: dict[int, UUID] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

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
            match act.deed:
                case Deed.COME:
                    verdict = await AttendanceService(uow).check_in_client(self._client(act))
                    assert (verdict.outcome is Outcome.ADMITTED) == act.admitted, (act, verdict)
                case Deed.BUY | Deed.RENEW:
                    self._remember(act.member, await self._sell(uow, act))
                case Deed.PAY | Deed.WRITE_OFF | Deed.CANCEL:
                    await self._move_money(uow, act)
                case Deed.FREEZE | Deed.END_FREEZE:
                    await self._freeze(uow, act)
                case Deed.BLOCK | Deed.LEAVE | Deed.COME_BACK:
                    await self._admit(uow, act)

    async def _sell(self, uow: UnitOfWork, act: Act) -> Subscription:
        if act.deed is Deed.BUY:
            return await SubscriptionService(uow).sell(self._client(act), self.plans[act.plan].id)
        waiting = await RewardService(uow).waiting(self._client(act))
        reward_id = waiting[0].id if act.use_reward else None
        return await SubscriptionService(uow).renew(self._client(act), reward_id=reward_id)

    async def _move_money(self, uow: UnitOfWork, act: Act) -> None:
        service, key = SubscriptionService(uow), self._term(act)
        method = Method.CREDIT if act.by_credit else Method.CASH
        if act.deed is Deed.PAY:
            await service.take_payment(key, Decimal(act.amount), method)
        elif act.deed is Deed.WRITE_OFF:
            await service.write_off(key, REASON)
        else:
            refund = RefundMode.PRO_RATA if act.back else RefundMode.NONE
            await service.cancel(key, REASON, refund=refund, method=method)

    async def _freeze(self, uow: UnitOfWork, act: Act) -> None:
        if act.deed is Deed.END_FREEZE:
            await FreezeService(uow).end(self._term(act))
        else:
            assert act.since is not None
            await FreezeService(uow).freeze(self._term(act), act.since, act.until, REASON)

    async def _admit(self, uow: UnitOfWork, act: Act) -> None:
        service = ClientService(uow)
        if act.deed is Deed.BLOCK:
            assert act.until is not None
            await service.block(self._client(act), act.until, "left without paying")
        elif act.deed is Deed.LEAVE:
            await service.deactivate(self._client(act))
        else:
            await service.reactivate(self._client(act))

    async def shuts(self, shut: Shut) -> None:
        """The gym announces a closing, or ends one."""
        async with self.gym.unit_of_work(self.admin) as uow:
            if shut.opens:
                await FreezeService(uow).open_gym(self.closings[shut.number])
                return
            key, closing = uuid4(), shut.closing
            await FreezeService(uow).close_gym(closing.starts, closing.ends, REASON, key=key)
            self.closings[shut.number] = key

    async def schedule_price(self, plan: str, amount: int, valid_from: date) -> None:
        async with self.gym.unit_of_work(self.admin) as uow:
            await PlanService(uow).schedule_price(self.plans[plan].id, Decimal(amount), valid_from)

    def _client(self, act: Act) -> UUID:
        return self.clients[act.member.number].id

    def _term(self, act: Act) -> UUID:
        return self.terms[act.member.number, act.term]

    def _remember(self, member: Member, sold: Subscription) -> None:
        place = len(member.terms) - 1
        self.terms[member.number, place] = sold.id


async def night(driver: Driver, model: Model, day: date, missed: list[date]) -> None:
    """The first tick of a day; days on which nothing ran are made up for first."""
    for one in missed:
        nights.night(model, one, missed=True)
        nights.evening(model, one, missed=True, last_missed=one == missed[-1])
    nights.night(model, day)
    await driver.tick(day, NIGHT)


async def evening(driver: Driver, model: Model, day: date) -> None:
    nights.evening(model, day)
    await driver.tick(day, EVENING, AT_AN_HOUR)
