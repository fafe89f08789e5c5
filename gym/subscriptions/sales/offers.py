"""Offers: the quote of a sale or renewal (plan, period, price), or the fault that refuses it. Read only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from dateutil.relativedelta import relativedelta

from gym.clients.models import Client
from gym.core.reading.days import Days
from gym.plans.models import Plan
from gym.plans.repository import PlanRepository
from gym.security.permissions import Permission
from gym.subscriptions.discounts import require_within
from gym.subscriptions.errors import (
    AlreadyWaiting,
    ClientInactive,
    FrozenOpenEnd,
    NothingToRenew,
    PeriodOver,
    PeriodTaken,
    PlanInactive,
    PlanWithoutPrice,
    StartTooEarly,
    StartTooFar,
    TrialUsed,
)
from gym.subscriptions.freezes.rescheduling import Rescheduling
from gym.subscriptions.intervals import Interval
from gym.subscriptions.models import Subscription
from gym.subscriptions.periods import Period, first_period, following_period
from gym.subscriptions.repository import SubscriptionRepository
from gym.subscriptions.schemas import NO_REDUCTION, PriceReductions, Quote
from gym.subscriptions.status.statuses import is_open, is_used_up, is_waiting, open_freeze
from gym.unit_of_work import UnitOfWork

LATEST_START = relativedelta(years=1)
"""How far ahead a subscription may be sold."""
EARLIEST_START = timedelta(days=30)
"""How far a sale may be back-dated."""


def days_of_start(today: date) -> Days:
    """On which a sale may begin."""
    return Days(today - EARLIEST_START, today + LATEST_START)


class Offers:
    """Judges a sale or a renewal by dates, so it is right whether or not the nightly job has run."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._subscriptions = SubscriptionRepository(uow.session)
        self._plans = PlanRepository(uow.session)
        self._smallest = uow.settings.smallest_amount

    async def sale(
        self, client: Client, plan_id: UUID, starts_on: date | None, cut: PriceReductions = NO_REDUCTION
    ) -> Quote:
        """The offer of a new subscription; its refusals are the typed errors of this room."""
        plan = await self.sellable(client, plan_id)
        start = starts_on or self.uow.today
        self._require_start(start)
        period = first_period(start, plan.duration_unit, plan.duration_count)
        period, closed = await self.around_closings(client.id, period)
        if period.ends_on < self.uow.today:
            raise PeriodOver(period.ends_on)
        await self._require_free(client, period)
        return replace(await self._quote(client, plan, period, cut, start), closed=closed)

    async def renewal(
        self, client: Client, plan_id: UUID | None, cut: PriceReductions = NO_REDUCTION
    ) -> Quote:
        """The offer of a renewal of the client's latest subscription, with the same plan or another."""
        latest = await self._subscriptions.latest(client.id)
        if latest is None:
            raise NothingToRenew
        if is_waiting(latest, self.uow.today):
            raise AlreadyWaiting(latest.plan.name, latest.starts_on)
        plan = await self.sellable(client, plan_id or latest.plan_id)
        running = is_open(latest, self.uow.today)
        closes_pack = running and is_used_up(latest)
        follows = running and not closes_pack
        period, closed = self._renewed(latest, plan, follows=follows), tuple[Interval, ...]()
        held = follows and open_freeze(latest) is not None
        if not held:  # else the days are laid when the client returns
            period, closed = await self.around_closings(client.id, period)
        # Behind an open freeze the first day is not known yet; it is not before today.
        quote = await self._quote(client, plan, period, cut, max(period.starts_on, self.uow.today))
        return replace(quote, renews=latest, closes_pack=closes_pack, held=held, closed=closed)

    async def around_closings(self, client_id: UUID, period: Period) -> tuple[Period, tuple[Interval, ...]]:
        """The period laid around the gym's closings, and its days on which the gym is closed."""
        calendar = await Rescheduling(self.uow).calendar([client_id], period.starts_on)
        laid = calendar.lay_sale(client_id, period.starts_on, period.days)
        return replace(period, ends_on=laid.ends_on), laid.rests

    def _renewed(self, latest: Subscription, plan: Plan, *, follows: bool) -> Period:
        unit, count = plan.duration_unit, plan.duration_count
        if follows:
            return following_period(latest.anchor, latest.ends_on, unit, count)
        return first_period(self.uow.today, unit, count)

    async def sellable(self, client: Client, plan_id: UUID) -> Plan:
        """The plan, if this client may buy it. Raises `ClientInactive`, `PlanInactive`, `TrialUsed`."""
        if not client.active:
            raise ClientInactive(client.full_name)
        plan = await self._plans.require(plan_id)
        if not plan.active:
            raise PlanInactive(plan.name)
        zone = self.uow.settings.timezone
        if plan.once_per_client and await self._subscriptions.had_plan(client.id, plan.id, zone):
            raise TrialUsed(plan.name)
        return plan

    async def price(self, plan: Plan, day: date) -> Decimal:
        """What the plan costs from a day on. Raises `PlanWithoutPrice`."""
        price = await self._plans.price_on(plan.id, day)
        if price is None:
            raise PlanWithoutPrice(plan.name, day)
        return price

    def _require_start(self, start: date) -> None:
        earliest, latest = self.uow.today - EARLIEST_START, self.uow.today + LATEST_START
        if start > latest:
            raise StartTooFar(latest)
        if start < earliest:
            raise StartTooEarly(earliest)

    async def _require_free(self, client: Client, period: Period) -> None:
        """No open subscription on the same days, and not a second one that waits."""
        today = self.uow.today
        for other in await self._subscriptions.open_of(client.id):
            if not is_open(other, today):
                continue
            if open_freeze(other) is not None and other.starts_on <= period.ends_on:
                raise FrozenOpenEnd(other.plan.name)
            if other.starts_on <= period.ends_on and period.starts_on <= other.ends_on:
                raise PeriodTaken(other.plan.name, other.starts_on, other.ends_on)
            if is_waiting(other, today) and period.starts_on > today:
                raise AlreadyWaiting(other.plan.name, other.starts_on)

    async def _quote(
        self, client: Client, plan: Plan, period: Period, cut: PriceReductions, day: date
    ) -> Quote:
        price = await self.price(plan, day)
        self._require_allowed(cut, price)
        quote = Quote(client, plan, period, price, cut.on(price, self._smallest), reward=cut.reward)
        return await self._with_other_price(quote, day)

    async def _with_other_price(self, quote: Quote, day: date) -> Quote:
        """Say so where the lists of today show another price."""
        if day == self.uow.today:
            return quote
        today = await self._plans.price_on(quote.plan.id, self.uow.today)
        row = await self._plans.price_row(quote.plan.id, day)
        if today is None or row is None or today == quote.base_price:
            return quote
        later = row.valid_from > self.uow.today
        return replace(quote, price_today=today, priced_from=row.valid_from, priced_later=later)

    def _require_allowed(self, cut: PriceReductions, price: Decimal) -> None:
        """The limit is on what the actor gives; a reward was earned."""
        off = cut.given.on(price, self._smallest)
        if off and cut.limited and not self.uow.actor.may(Permission.DISCOUNT_ANY):
            self.uow.actor.require(Permission.DISCOUNT_WITHIN_LIMIT)
            limit = self.uow.settings.employee_discount_percent
            require_within(off, price, limit, self._smallest)
