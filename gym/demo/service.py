"""The demo gym loaded: history made, carried out or copied, visits written, all invariants checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select, text, update

from gym.attendance.checkin.access import Rules
from gym.attendance.models import CheckIn
from gym.clients.models import Client
from gym.demo import rows
from gym.demo.bar import LINES, MOVEMENTS, SALES, BarRows, DemoBar, stock_bar
from gym.demo.copying import copy_rows
from gym.demo.desk import DemoDesk
from gym.demo.door import DemoDoor, DoorIds
from gym.demo.errors import DemoInconsistent, DemoNeedsEmptyGym, DemoOnlyInSandbox
from gym.demo.history.acts import Act, Payment, TillCount
from gym.demo.history.bar import BarSale
from gym.demo.history.books import chance
from gym.demo.history.story import DemoOrder, DemoStory
from gym.demo.history.team import OWNER
from gym.demo.invariants import broken_invariants
from gym.demo.premises import DemoPremises
from gym.exporting.restoring import ONE_AT_A_TIME
from gym.payments.models import LedgerEntry
from gym.payments.repository import RECEIPTS
from gym.plans.models import Plan
from gym.security.permissions import Actor, Permission
from gym.settings.models import Counter, GymKind, GymState
from gym.subscriptions.service import SubscriptionService
from gym.unit_of_work import UnitOfWork

BY_SERVICES: Final = 400
"""Members up to whom the services write the money of the last weeks and its trail; of more all is copied."""
RECENT: Final = timedelta(weeks=8)
"""An act of the services takes 15 ms and more: three years of two hundred members took two minutes."""
NIGHT: Final = timedelta(days=7)
"""How often the history's nightly jobs run: dates and balances decide, so nothing waits for them."""
Progress = Callable[[float], None]
"""Called with the share that is done."""


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """What was written."""

    clients: int
    plans_sold: int
    acts: int
    attempts: int


def no_progress(_: float) -> None:
    """For whoever does not watch."""


def _part(progress: Progress, begins: float, ends: float) -> Progress:
    """The progress of a part as that of the whole."""
    return lambda share: progress(begins + share * (ends - begins))


class DemoService:
    """All in one transaction: what fails leaves an empty gym."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow

    async def load(self, order: DemoOrder, progress: Progress = no_progress) -> DemoLoaded:
        """Raises `DemoOnlyInSandbox`, `DemoNeedsEmptyGym`, `DemoInconsistent`."""
        uow, began = self.uow, self.uow.context
        uow.actor.require(Permission.IMPORT)
        await self._require_empty_sandbox()
        story = DemoStory.tell(order, uow.now.astimezone(uow.settings.zone), uow.settings.smallest_amount)
        premises = DemoPremises(uow, story.world)
        settings = await premises.settle()
        actors, kiosk = await premises.hire(), await premises.door()
        owner = actors[OWNER.number]
        plans, products = await premises.plans(owner), await stock_bar(uow, story.world, owner)
        money = DemoMoney(uow, story, actors, plans, products)
        clients, terms = await money.write(_copied_until(order, story), _part(progress, 0, 0.6))
        uow.context = began
        staff = {number: actor.id for number, actor in actors.items() if actor.id is not None}
        rules = Rules(settings.grace_days, settings.grace_amount, settings.smallest_amount)
        days, shown = (story.world.last - story.world.first).days, _part(progress, 0.6, 0.95)
        door = DemoDoor(uow, DoorIds(kiosk, staff, clients, terms))
        attempts = await door.write(story, rules, lambda day: shown((day - story.world.first).days / days))
        await premises.hand_over(actors)
        await self._check()
        sold = sum(len(one.terms) for one in story.everybody)
        loaded = DemoLoaded(len(story.everybody), sold, len(story.acts), attempts)
        uow.audit("demo.loaded", ("gym_state", None), None, {"clients": loaded.clients, "seed": order.seed})
        progress(1)
        return loaded

    async def _require_empty_sandbox(self) -> None:
        session = self.uow.session
        if await session.scalar(select(GymState.kind)) is not GymKind.SANDBOX:
            raise DemoOnlyInSandbox
        await session.execute(ONE_AT_A_TIME)
        for model in (Client, Plan, LedgerEntry, CheckIn):
            if await session.scalar(select(exists(select(model.id)))):
                raise DemoNeedsEmptyGym

    async def _check(self) -> None:
        """And the planner's statistics, which a fresh gym would not have for a minute."""
        await self.uow.session.flush()
        await self.uow.session.execute(text("ANALYZE"))
        facts = {"today": self.uow.today, "now": self.uow.now}
        if broken := await broken_invariants(self.uow.session, facts):
            raise DemoInconsistent(broken)


def _copied_until(order: DemoOrder, story: DemoStory) -> datetime:
    """What is later the services write."""
    now = story.world.now
    if order.copied is None:
        return now if order.clients > BY_SERVICES else now - RECENT
    return now if order.copied else datetime.combine(story.world.first, time.min, story.world.zone)


class DemoMoney:
    """Clients, plans sold and money: copied up to a moment, then carried out by the services.

    Wherever the moment lies the result is the same, but for the trail, which the services alone write.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        story: DemoStory,
        actors: Mapping[int, Actor],
        plans: Mapping[str, UUID],
        products: Mapping[str, UUID],
    ) -> None:
        self.uow = uow
        self._story = story
        self._actors = actors
        self._plans = plans
        self._bar = DemoBar(uow, products)

    async def write(
        self, until: datetime, progress: Progress
    ) -> tuple[Mapping[int, UUID], Mapping[UUID, UUID]]:
        """The ids of clients and terms in the database."""
        story, desk = self._story, DemoDesk(self.uow, self._actors, self._plans, self._bar)
        before = [act for act in story.acts if act.at <= until]
        await self._copy(until, before, [one for one in story.counts if one.at <= until], desk)
        whole: list[Act] = sorted([*story.acts, *story.counts], key=lambda act: act.at)
        later = [act for act in whole if act.at > until]
        night = until
        for number, act in enumerate(later):
            if act.at >= night:
                night = act.at + NIGHT
                await self._settle(act.at)
                progress(number / len(later))
            await desk.carry_out(act)
        await self._settle(story.world.now)
        return desk.clients, desk.terms

    async def _settle(self, at: datetime) -> None:
        """The nightly jobs; what is loaded by now is forgotten, as between two transactions."""
        self.uow.write_history(Actor.system(), at)
        service = SubscriptionService(self.uow)
        await service.activate_due()
        await service.expire_due()
        await self.uow.session.flush()
        self.uow.session.expunge_all()

    async def _copy(
        self, until: datetime, acts: Sequence[Act], counts: Sequence[TillCount], desk: DemoDesk
    ) -> None:
        """By COPY, as the services would have written it; the desk learns what there is already."""
        everybody = [one for one in self._story.everybody if one.acts[0].at <= until]
        staff = {number: actor.id for number, actor in self._actors.items() if actor.id is not None}
        made = rows.DemoRows(until, staff, self._plans, chance("rows"))
        clients = {one.member.number: one.client_id for one in everybody if one.client_id is not None}
        entries = made.entries(acts, clients)
        bar = BarRows(staff, self._bar.products, chance("bar rows"))
        accounts = [*made.accounts(everybody), *made.opened, *bar.accounts(acts)]
        for table, columns, found in (
            ("clients", rows.CLIENTS, made.clients(acts)),
            ("accounts", rows.ACCOUNTS, accounts),
            ("subscriptions", rows.SUBSCRIPTIONS, made.subscriptions(everybody)),
            ("freezes", rows.FREEZES, made.freezes(acts)),
            ("ledger_entries", rows.ENTRIES, entries),
            ("cash_counts", rows.COUNTS, made.counts(counts)),
            ("sales", SALES, bar.sales(acts)),
            ("sale_lines", LINES, bar.lines(acts)),
            ("stock_movements", MOVEMENTS, bar.movements(acts)),
        ):
            await copy_rows(self.uow, table, columns, found)
        if made.receipts:
            number = update(Counter).where(Counter.name == RECEIPTS).values(value=made.receipts)
            await self.uow.session.execute(number)
        desk.clients.update(clients)
        desk.terms.update(
            {term.id: term.id for one in everybody for term in one.terms if term.sold_at <= until}
        )
        self._bar.sales.update({act.id: act.id for act in acts if isinstance(act, BarSale)})
        desk.payments.update({act.id: act.id for act in acts if isinstance(act, Payment)})
